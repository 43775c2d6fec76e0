"""The first screen of the page of a search, and the pictures that it shares with the rest."""

from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from nnjax.estimators import search_words as words
from nnjax.estimators.compared_parameters import ComparedParameters
from nnjax.estimators.finished import FinishedSearch
from nnjax.estimators.search_pictures import (
    MOST_CANDIDATES,
    against_best,
    draw_against_best,
    draw_losses,
    draw_values,
    value_names,
)
from nnjax.estimators.varied import (
    ComparedValues,
    VariedParameter,
    value_intervals,
)
from nnjax.report.drawing import Draw, Shape, draw_panels
from nnjax.report.formats import Show
from nnjax.report.theme import ACCENT, MUTED, variable
from nnjax.report.views import Chapter, Key
from nnjax.statistics.verdict import Verdict

FIRST_PICTURE = Shape(width=290, height=190, left=48, top=28, bottom=44, font_size=10.5, across=3)
"""One of the three on the first screen."""

SHOWN_PICTURES = 3

_KEYS = (
    Key("cannot be told apart from the best", variable(ACCENT), marker="-3,3 3,3 3,-3 -3,-3"),
    Key("behind", variable(MUTED)),
    Key("the best", variable(MUTED), "6 3"),
)


def best_candidate_chapter(
    finished: FinishedSearch, compared: ComparedParameters, told: tuple[words.ParameterWords, ...], show: Show
) -> Chapter:
    """The first screen: the best candidate, what ties with it, what matters, three pictures, what to try next."""
    name = partial(words.name_candidate, varied=compared.varied)
    is_known = finished.chosen_score is not None
    mean = show(float(finished.intervals["mean_test_score"][finished.best]))
    best = name(finished.params[finished.best], finished.best)
    lead = (
        f"The best: {best}; {finished.quantity} {mean}, the mean over {finished.splits.n_splits} splits."
        if is_known
        else "No candidate has a score in every split, so nothing can be compared."
    )
    if len(finished.scores) == 1:
        lead = (
            f"It reaches {finished.quantity} {mean}, the mean over {finished.splits.n_splits} splits."
            if is_known
            else "It has no score in at least one split."
        )
    advice = [
        words.cut_advice(finished),
        *words.edge_advice(finished, compared.pairs),
        words.splits_advice(finished, show),
    ]
    facts = {
        "lead": lead,
        "is_exploratory": bool(finished.splits.doubt) and is_known,
        "exploratory": Verdict.EXPLORATORY,
        "worth": [words.curse_words(finished, show), words.chosen_by_words(finished, show)],
        "ties": words.ties_words(finished),
        "sure": words.tied_promise(finished),
        "matters": words.matter_words(told, finished),
        "matters_sure": _matters_sure(told, finished),
        "pictures": _pictures(finished, compared, told, show) if is_known else [],
        "keys": legend_keys(finished) if finished.complete > 1 else (),
        "epochs": words.epochs_words(finished),
        "has_model": finished.has_model,
        "is_tied_known": not finished.splits.doubt and finished.complete > 1,
        "advice": [each for each in advice if each],
    }
    return Chapter("answer", "The answer", facts=facts)


def _matters_sure(told: tuple[words.ParameterWords, ...], finished: FinishedSearch) -> str:
    """How the sentence about parameters is meant."""
    if finished.complete < 2:
        return ""
    said = []
    if any(each.matters is not None for each in told):
        said.append(
            "All values of a parameter compared with all, averaged over the other parameters, at 95 % together."
        )
    lost = [each.name for each in told if each.compared is None]
    if lost and len(lost) == len(told):
        usual = ", as in most random searches" if finished.is_random else ""
        said.append(f"No two candidates that have a score differ in one parameter alone{usual}.")
    elif lost:
        said.append(f"Not compared: {', '.join(lost)}.")
    return " ".join(said)


def _telling(
    finished: FinishedSearch, compared: ComparedParameters, told: tuple[words.ParameterWords, ...]
) -> list[int]:
    """Places of the parameters: first those whose values differ most for sure, last those that are not compared.

    Of these the first is the one whose numbers go with the scores most closely.
    """

    def key(place: int) -> tuple[bool, bool, float]:
        found, parameter = told[place].compared, compared.pairs[place][0]
        if found is not None:
            return not told[place].matters, False, -max(each.estimate for each in found.ranked.ranking.advantages)
        if parameter.numbers is None:
            return True, True, 0.0
        numbers = dict(zip(parameter.texts, parameter.numbers.tolist(), strict=True))
        values = pd.Series([numbers.get(text, np.nan) for text in parameter.of_candidate])
        together = values.rank().corr(finished.intervals["mean_test_score"].reset_index(drop=True).rank())
        return True, True, -abs(float(together)) if np.isfinite(together) else 0.0

    return sorted(range(len(told)), key=key)


def legend_keys(finished: FinishedSearch) -> tuple[Key, ...]:
    """The legend; without a verdict where no interval is known to hold."""
    return _KEYS[-1:] if finished.splits.doubt else _KEYS


def _pictures(
    finished: FinishedSearch, compared: ComparedParameters, told: tuple[words.ParameterWords, ...], show: Show
) -> list[dict[str, object]]:
    """Title, sentence and drawing of up to three pictures."""
    pictures: list[tuple[str, str, Draw, str]] = []
    order = _telling(finished, compared, told)
    if finished.complete > 1:
        pictures.append(("All candidates", _candidates_words(finished), candidates_draw(finished), finished.quantity))
    for place in order if finished.complete > 1 else ():
        parameter, found = compared.pairs[place]
        said = (
            f"{_capital(told[place].sentence)}."
            if told[place].compared
            else "Every candidate at its value, the best marked."
        )
        pictures.append((parameter.short, said, value_draw(finished, parameter, found), finished.quantity))
    if finished.course.losses:
        losses = ("Training", _losses_words(finished), partial(draw_losses, finished.course.losses), "loss")
        pictures = [*pictures[: SHOWN_PICTURES - 1], losses]
    return [
        {
            "title": title,
            "sentence": said,
            "panel": draw_panels(f"first-{place}", [("", draw)], replace(FIRST_PICTURE, quantity=quantity), title)[0],
        }
        for place, (title, said, draw, quantity) in enumerate(pictures[:SHOWN_PICTURES])
    ]


def _capital(sentence: str) -> str:
    """With a capital letter where it begins with a word of ours: a value is left as it is."""
    return f"N{sentence[1:]}" if sentence.startswith("no difference found") else sentence


def _candidates_words(finished: FinishedSearch) -> str:
    if finished.splits.doubt:
        return "Mean scores from the best down. The bars are not known to hold for such splits."
    return "From the best mean down; a bar that reaches the dashed line may be as good as the best."


def _losses_words(finished: FinishedSearch) -> str:
    lengths = [len(curve) for curve in finished.course.losses]
    low, high = min(lengths), max(lengths)
    took = f"{low:,}" if low == high else f"{low:,} to {high:,}"
    whose = finished.course.whose
    if len(finished.scores) == 1:
        whose = whose.replace("the best candidate", "the candidate")
    return f"Training loss by epoch ({whose}): {took} epochs."


def candidates_draw(finished: FinishedSearch) -> Draw:
    """Draws all candidates beside the best."""
    ranked = ranked_candidates(finished).head(MOST_CANDIDATES)
    return partial(draw_against_best, against_best(ranked), label="candidate, by rank", bounds=finished.bounds)


def ranked_candidates(finished: FinishedSearch) -> pd.DataFrame:
    """Candidates from the best mean down, those that failed last."""
    return finished.intervals.sort_values("mean_test_score", ascending=False, kind="stable", na_position="last")


def value_draw(finished: FinishedSearch, parameter: VariedParameter, found: ComparedValues | str) -> Draw:
    """Draws the values of a parameter beside the best of them; every candidate where they are not compared."""
    if isinstance(found, str):
        means = finished.intervals["mean_test_score"].to_numpy(dtype=float)
        return partial(draw_values, means, parameter, finished.best)
    table = against_best(value_intervals(parameter, found))
    table["is_tied"] |= bool(finished.splits.doubt)
    return partial(
        draw_against_best, table, names=value_names(parameter, found), label=parameter.short, bounds=finished.bounds
    )
