"""The chapters of the page of a search."""

from dataclasses import replace
from functools import partial
from importlib.metadata import version

import numpy as np
import pandas as pd

from nnjax.claims.answer import Sizes
from nnjax.estimators import search_words as words
from nnjax.estimators.finished import FinishedSearch
from nnjax.estimators.search_pictures import (
    MOST_CANDIDATES,
    against_best,
    draw_against_best,
    draw_losses,
    draw_values,
    has_long_names,
    value_names,
)
from nnjax.estimators.varied import (
    ComparedValues,
    VariedParameter,
    as_layout,
    compare_values,
    score_table,
    value_intervals,
    varied_parameters,
)
from nnjax.report.drawing import Draw, Shape, draw_figure, draw_panels
from nnjax.report.figures.importance import draw_shares, draw_unbiased, importance_table
from nnjax.report.formats import Show, decimals, percent, significant
from nnjax.report.page import Page, made_now
from nnjax.report.theme import ACCENT, MUTED, variable
from nnjax.report.views import MOST_ROWS_SHOWN, Chapter, FigureView, Key, TableView
from nnjax.statistics.verdict import Verdict

FIRST_PICTURE = Shape(width=290, height=190, left=48, top=28, bottom=44, font_size=10.5, across=3)
"""One of the three on the first screen."""

PARAMETER = Shape(width=300, height=240, left=48, top=28, bottom=62, font_size=10.5, across=3)

SHOWN_PICTURES = 3

KEYS = (
    Key("cannot be told apart from the best", variable(ACCENT), marker="-3,3 3,3 3,-3 -3,-3"),
    Key("behind", variable(MUTED)),
    Key("the best", variable(MUTED), "6 3"),
)


class ComparedParameters:
    """The varied parameters with what is known of their values.

    Attributes:
        varied: The parameters.
        table: SplitScores, a row a candidate and split.
        pairs: Each parameter with its values compared, or why they are not.
    """

    def __init__(self, finished: FinishedSearch) -> None:
        self.varied = varied_parameters(finished.params)
        self.table = score_table(finished.scores, self.varied)
        sizes = Sizes(*finished.splits.sizes, finished.splits.n_train, doubt=finished.splits.doubt)
        self.pairs = [(each, compare_values(self.table, each, self.varied, sizes)) for each in self.varied]

    @property
    def intervals(self) -> pd.DataFrame:
        """Every value that is compared."""
        tables = [value_intervals(each, found) for each, found in self.pairs if not isinstance(found, str)]
        return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame({"parameter": [], "value": []})


def search_page(finished: FinishedSearch) -> Page:
    """The whole page: the answer, what matters, all candidates, how sure it is, how to repeat it."""
    show, compared = words.show_scores(finished), ComparedParameters(finished)
    told = tuple(words.parameter_words(each, found, finished.quantity, show) for each, found in compared.pairs)
    n, splits, lost = len(finished.scores), finished.splits, words.failed_words(finished)
    chapters = [
        best_candidate_chapter(finished, compared, told, show),
        *([parameters_chapter(finished, compared, told, show)] if compared.varied else []),
        candidates_chapter(finished, compared, show),
        sure_chapter(finished, compared),
        again_chapter(finished),
    ]
    return Page(
        title="search",
        question=f"Which of {n:,} candidates is best?" if n > 1 else "What does the candidate reach?",
        subtitle=f"{n:,} candidate{'s' if n != 1 else ''} on the same {splits.n_splits} splits ({splits.method}; about "
        f"{splits.n_train:,} training and {splits.n_test:,} test rows each), judged by {finished.quantity}: higher is "
        "better.",
        chapters=chapters,
        footer=made_now(),
        notices=[lost] if lost else [],
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
    advice = [*words.edge_advice(finished, compared.pairs), words.splits_advice(finished, show)]
    facts = {
        "lead": lead,
        "is_exploratory": bool(finished.splits.doubt) and is_known,
        "exploratory": Verdict.EXPLORATORY,
        "worth": [words.curse_words(finished, show), words.chosen_by_words(finished, show)],
        "ties": words.ties_words(finished),
        "sure": words.tied_promise(finished),
        "matters": words.matter_words(told, show),
        "matters_sure": _matters_sure(told, finished),
        "pictures": _pictures(finished, compared, told, show) if is_known else [],
        "keys": KEYS if is_known else (),
        "tied": words.seconds_words(finished, lambda candidate: name(finished.params[candidate], candidate)),
        "epochs": words.epochs_words(finished),
        "has_model": finished.has_model,
        "is_tied_known": not finished.splits.doubt,
        "advice": [each for each in advice if each],
    }
    return Chapter("answer", "The answer", facts=facts)


def _matters_sure(told: tuple[words.ParameterWords, ...], finished: FinishedSearch) -> str:
    """How the sentence about parameters is meant."""
    said = []
    if any(each.matters is not None for each in told):
        said.append(
            "All values of a parameter compared with all, averaged over the other parameters, at 95 % together."
        )
    if any(each.matters is False for each in told):
        said.append(f"In brackets: the difference in {finished.quantity} that four of five such searches would find.")
    lost = [each.name for each in told if each.compared is None]
    if lost and len(lost) == len(told):
        said.append("No two candidates differ in one parameter alone, as in most random searches.")
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


def _pictures(
    finished: FinishedSearch, compared: ComparedParameters, told: tuple[words.ParameterWords, ...], show: Show
) -> list[dict[str, object]]:
    """Title, sentence and drawing of up to three pictures."""
    pictures: list[tuple[str, str, Draw, str]] = []
    order = _telling(finished, compared, told)
    if finished.complete > 1:
        pictures.append(("All candidates", _candidates_words(finished), _candidates_draw(finished), finished.quantity))
    for place in order:
        parameter, found = compared.pairs[place]
        said = f"{told[place].sentence}." if told[place].compared else "Every candidate at its value, the best marked."
        pictures.append((parameter.short, said, _value_draw(finished, parameter, found), finished.quantity))
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


def _candidates_words(finished: FinishedSearch) -> str:
    if finished.splits.doubt:
        return "Mean scores from the best down. The bars are not known to hold for such splits."
    return "From the best mean down; a bar that reaches the dashed line may be as good as the best."


def _losses_words(finished: FinishedSearch) -> str:
    lengths = [len(curve) for curve in finished.course.losses]
    low, high = min(lengths), max(lengths)
    took = f"{low:,}" if low == high else f"{low:,} to {high:,}"
    return f"Training loss by epoch ({finished.course.whose}): {took} epochs."


def _candidates_draw(finished: FinishedSearch) -> Draw:
    ranked = _ranked(finished).head(MOST_CANDIDATES)
    return partial(draw_against_best, against_best(ranked), label="candidate, by rank")


def _ranked(finished: FinishedSearch) -> pd.DataFrame:
    """Candidates from the best mean down, those that failed last."""
    return finished.intervals.sort_values("mean_test_score", ascending=False, kind="stable", na_position="last")


def _value_draw(finished: FinishedSearch, parameter: VariedParameter, found: ComparedValues | str) -> Draw:
    if isinstance(found, str):
        means = finished.intervals["mean_test_score"].to_numpy(dtype=float)
        return partial(draw_values, means, parameter, finished.best)
    table = against_best(value_intervals(parameter, found))
    return partial(draw_against_best, table, names=value_names(parameter, found), label=parameter.short)


def parameters_chapter(
    finished: FinishedSearch, compared: ComparedParameters, told: tuple[words.ParameterWords, ...], show: Show
) -> Chapter:
    """Every parameter: its values beside the best of them, and what share of the variance it carries."""
    parts = [(each.short, _value_draw(finished, each, found)) for each, found in compared.pairs]
    caption = f"Mean {finished.quantity} of every value of every parameter."
    if any(each.compared for each in told):
        caption += (
            " Bars: where a value may lie beside the best value, all pairs of a parameter together (95 %), averaged "
            "over the combinations of the other parameters that all its values have; dashed: the best value. A value "
            "whose bar reaches the dashed line cannot be told apart from the best, and is filled. A bar that tells "
            "next to nothing is cut."
        )
    if not all(each.compared for each in told):
        caption += (
            " Dots alone: every candidate at its value. Nothing is compared there, for no two candidates differ in "
            "that parameter alone. Diamond: the best candidate."
        )
    shape = replace(PARAMETER, quantity=finished.quantity, across=min(PARAMETER.across, len(parts)))
    if not any(has_long_names(each.texts) for each in compared.varied):
        shape = replace(shape, height=shape.height - 24, bottom=shape.bottom - 24)
    figures = {"parameters": draw_figure("values", caption, parts, shape, _table("values", compared.intervals, show))}
    layout = as_layout(compared.varied)
    importance = importance_table(compared.table, layout) if len(compared.varied) > 1 else pd.DataFrame()
    if len(importance):
        figures["importance"] = _importance(importance, finished.quantity)
    facts = {"told": words.told_lines(told), "doubt": finished.splits.doubt}
    return Chapter("parameters", "What matters", figures, facts=facts)


_SMALL = 0.005
"""Shares below this are drawn as one."""


def _importance(table: pd.DataFrame, quantity: str) -> FigureView:
    caption = (
        f"How much of what varies each parameter and each pair of them carries. Left: of the variance of mean "
        f"{quantity} between candidates (exact functional analysis of variance). Right: of all variance of a split’s "
        "score, less what noise alone would give (ω²), with the 95 % interval for another splitting of the same rows "
        "(jackknife over splits): an interval that reaches zero may be noise. Both are about exactly these values: "
        "other values, other shares."
    )
    large = table["share"] >= _SMALL
    others = pd.DataFrame({"effect": [f"{int((~large).sum())} others"], "share": [table.loc[~large, "share"].sum()]})
    drawn = pd.concat([table[large], others], ignore_index=True) if not large.all() else table
    left = min(280, 14 + round(6.1 * max(map(len, drawn["effect"]))))
    shape = Shape(width=230 + left, height=46 + 26 * len(drawn), left=left, top=6, bottom=34)
    parts: list[tuple[str, Draw]] = [
        ("of the variance between candidates", partial(draw_shares, drawn, name="effect")),
        ("of all variance, noise taken off", partial(draw_unbiased, drawn)),
    ]
    shown = table.assign(**{name: [percent(value) for value in table[name]] for name in table.columns[1:]})
    return draw_figure("importance", caption, parts, shape, _table("importance", shown, decimals))


def candidates_chapter(finished: FinishedSearch, compared: ComparedParameters, show: Show) -> Chapter:
    """All candidates, from the best mean down."""
    ranked = _ranked(finished)
    columns: dict[str, object] = {
        each.short: [each.of_candidate[candidate] for candidate in ranked.index] for each in compared.varied
    }
    columns[finished.quantity] = ranked["mean_test_score"].to_numpy()
    columns |= {name: ranked[name].to_numpy() for name in ("difference", "low", "high")}
    if not finished.splits.doubt:
        columns["tied"] = np.where(ranked["failed_splits"] > 0, "–", np.where(ranked["is_tied"], "yes", "no"))
    if (ranked["failed_splits"] > 0).any():
        columns["failed splits"] = ranked["failed_splits"].to_numpy()
    if finished.course.epochs is not None:
        columns["epochs"] = finished.course.epochs[ranked.index].mean(axis=1)
    if "mean_fit_time" in finished.cv_results:
        columns["seconds"] = np.asarray(finished.cv_results["mean_fit_time"], dtype=float)[ranked.index]
    frame = pd.DataFrame({"candidate": ranked.index.to_numpy(), **columns})
    figures = {}
    if finished.complete > 1:
        caption = (
            f"Mean {finished.quantity} of every candidate, from the best down. Bars: where each may lie beside the "
            "best, all of them together (95 %, corrected for splits that share one table); dashed: the best. Filled: "
            "the bar reaches the line, the candidate cannot be told apart from the best. A bar that tells next to "
            "nothing is cut."
        )
        caption += (
            f" The first {MOST_CANDIDATES} of {finished.complete:,}." if finished.complete > MOST_CANDIDATES else ""
        )
        shape = Shape(width=420, height=270, left=52, quantity=finished.quantity, across=1)
        parts = [("", _candidates_draw(finished))]
        figures["candidates"] = draw_figure(
            "all-candidates", caption, parts, shape, _table("beside", frame, show), KEYS
        )
    facts = {"table": _table("candidates", frame, show, finished.quantity), "doubt": finished.splits.doubt}
    return Chapter("candidates", "All candidates", figures, facts=facts)


def sure_chapter(finished: FinishedSearch, compared: ComparedParameters) -> Chapter:
    """What the numbers are good for, and what nobody knows."""
    facts = {
        "finished": finished,
        "splits": finished.splits,
        "combinations": [
            (each.short, found.combinations) for each, found in compared.pairs if not isinstance(found, str)
        ],
    }
    return Chapter("sure", "How sure is this?", facts=facts)


def again_chapter(finished: FinishedSearch) -> Chapter:
    """The Python lines that make the search again."""
    versions = [f"{name} {version(name)}" for name in ("nnjax", "scikit-learn", "numpy")]
    facts = {"call": finished.call, "is_seeded": finished.is_seeded, "versions": ", ".join(versions)}
    return Chapter("again", "How to repeat it", facts=facts)


def _table(name: str, frame: pd.DataFrame, show: Show, quantity: str = "") -> TableView:
    """A table for the page, scores as `show` prints them, whatever their size."""
    scores = {"mean_test_score", "difference", "low", "high", quantity}

    def cell(column: str, value: object) -> str:
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, float):
            return show(value) if column in scores else significant(value, 3)
        return str(value)

    shown = frame.head(MOST_ROWS_SHOWN)
    cells = [[cell(column, value) for value in shown[column].tolist()] for column in shown.columns]
    is_number = tuple(bool(pd.api.types.is_numeric_dtype(frame[column])) for column in frame.columns)
    return TableView(name, frame, tuple(map(str, frame.columns)), is_number, tuple(zip(*cells, strict=True)))
