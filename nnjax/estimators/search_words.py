"""What the page of a search says, in sentences."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnjax.claims.declared import ALPHA
from nnjax.estimators.finished import FinishedSearch
from nnjax.estimators.intervals import is_complete
from nnjax.estimators.varied import ABSENT, ComparedValues, VariedParameter
from nnjax.report.formats import Show, decimals, significant
from nnjax.report.views import join_words
from nnjax.statistics.interval import bonferroni_level, error_factor
from nnjax.statistics.power import detectable_difference

ENOUGH_SPLITS = 20
"""Splits of a study by default: what a search with fewer is advised to take."""

MOST_FAILED_NAMED = 3
"""Candidates without a score that are named."""

_TIMES: dict[float, str] = {2: "twice", 3: "three times", 4: "four times", 5: "five times", 10: "ten times"}

_TOLD = round(100 * (1 - ALPHA))


def show_scores(finished: FinishedSearch) -> Show:
    """How scores are printed: three decimals for numbers around one, fewer or more where they are large or small.

    A difference is printed alike.
    """
    known = np.abs(finished.scores[np.isfinite(finished.scores)])
    largest = float(known.max()) if known.size else 1.0
    power = math.floor(math.log10(largest)) if largest > 0 else 0
    digits = max(0, 3 - power) if power >= 0 else min(12, 2 - power)

    def show(value: float) -> str:
        return decimals(value, digits)

    return show


def name_candidate(params: Mapping[str, Any], candidate: int, varied: tuple[VariedParameter, ...]) -> str:
    """A candidate by what tells it from the others."""
    told = {each.short: each.of_candidate[candidate] for each in varied}
    known = {each.short for each in varied if each.of_candidate[candidate] != ABSENT or ABSENT in each.texts}
    parts = [f"{name} = {text}" for name, text in told.items() if name in known or not known]
    if not parts:
        return f"candidate {candidate}" if params else "the only candidate"
    return ", ".join(parts)


def ties_words(finished: FinishedSearch) -> str:
    """Which of the others cannot be told apart from the best; empty where nothing is known of that.

    The words are those of a study's report.
    """
    others = finished.complete - 1
    tied = int(finished.intervals["is_tied"].sum()) - 1
    if others < 1 or finished.splits.doubt:
        return ""
    scored = "" if finished.complete == len(finished.scores) else " that have all their scores"
    if others == 1 and not scored:
        return f"The other candidate {'cannot be told apart from it' if tied else 'is behind'}."
    if tied == 0:
        return "No other candidate can be the best: it stands alone."
    if tied == others:
        return f"None of the other {others:,} candidates{scored} can be told apart from it."
    return f"{tied:,} of the other {others:,} candidates{scored} cannot be told apart from it."


def tied_promise(finished: FinishedSearch) -> str:
    """What the tied set promises; or that no interval is known to hold."""
    if finished.complete < 2:
        return ""
    if finished.splits.doubt:
        return f"Which others tie with it is not known: {finished.splits.doubt}."
    order = (
        " The splitter did not shuffle. If the table is sorted, or persons repeat, these intervals do not hold: "
        "shuffle=True helps against the first, GroupKFold against the second."
        if finished.splits.caution
        else ""
    )
    return (
        "Tied means: these scores cannot show that it is worse. "
        f"In about {_TOLD} of 100 such searches the truly best candidate is among the tied.{order}"
    )


def curse_words(finished: FinishedSearch, show: Show) -> str:
    """What the chosen candidate's score is worth: chosen by that very score, it is too good on average."""
    interval = finished.chosen_score
    if interval is None:
        return ""
    known = ", not known to hold for such splits" if finished.splits.doubt else ""
    half = (interval.high - interval.low) / 2
    low, high = (_end_words(end, half, finished, show) for end in (interval.low, interval.high))
    expected = (
        f"On new rows from the same source expect {finished.quantity} between {low} and {high} "
        f"({_TOLD}\N{NO-BREAK SPACE}% interval{known})."
    )
    if finished.complete < 2:
        return expected
    return (
        f"{expected} The {show(interval.estimate)} itself is too good on average: the best of {finished.complete:,} "
        "was picked by these very scores (winner’s curse)."
    )


def _end_words(end: float, half: float, finished: FinishedSearch, show: Show) -> str:
    """An end of an interval, no finer than two digits of its half width; where no score can lie, the bound."""
    cut = float(np.clip(end, *finished.bounds))
    if cut != end:
        return significant(cut)
    coarse = decimals(end, max(0, 1 - math.floor(math.log10(half)))) if half > 0 else show(end)
    return min(show(end), coarse, key=len)


def chosen_by_words(finished: FinishedSearch, show: Show) -> str:
    """That the chosen candidate is not the one with the highest mean; empty where it is."""
    means = np.where(is_complete(finished.scores), finished.scores.mean(axis=1), -np.inf)
    highest = float(means.max())
    if not math.isfinite(highest) or means[finished.best] >= highest:
        return ""
    rule = f" by {finished.chooses}" if finished.chooses != "mean" else ""
    return f"It was chosen{rule}, not by its mean: the highest is {show(highest)}."


def failed_words(finished: FinishedSearch, varied: tuple[VariedParameter, ...]) -> str:
    """Which candidates lack a score, and what became of them."""
    lost = np.flatnonzero(~is_complete(finished.scores)).tolist()
    words = ""
    if lost:
        n = len(finished.scores)
        who = f"{len(lost):,} of {n:,} candidates" if n > 1 else "The candidate"
        lacks = "lacks" if len(lost) == 1 else "lack"
        words = f"{who} {lacks} a score in at least one split (the fit failed, or the score is no number)"
        words += ": not compared." if n > 1 else "."
        if n > 1:
            named = [name_candidate(finished.params[each], each, varied) for each in lost[:MOST_FAILED_NAMED]]
            more = f"; and {len(lost) - len(named):,} more" if len(lost) > len(named) else ""
            words += f" Failed: {'; '.join(named)}{more}."
    if finished.error_score is not None:
        words += f" A failed fit counts as {finished.error_score:g} (error_score) and cannot be told from a real score."
    return words.strip()


@dataclass(frozen=True)
class ParameterWords:
    """What is known of one parameter.

    Attributes:
        name: Short name.
        matters: Whether two of its values were found to differ; None where nothing could be compared.
        sentence: What was found.
        compared: The values, as far as they were.
    """

    name: str
    matters: bool | None
    sentence: str
    compared: ComparedValues | None


def parameter_words(
    parameter: VariedParameter, compared: ComparedValues | str, quantity: str, show: Show
) -> ParameterWords:
    """What the values of a parameter do, averaged over the others."""
    if isinstance(compared, str):
        return ParameterWords(parameter.short, None, f"the values cannot be compared, for {compared}", None)
    ranked = compared.ranked
    if not ranked.is_known:
        ends = f"{ranked.names[0]} has the highest {quantity}, {show(ranked.means[0])}, {ranked.names[-1]} the lowest"
        return ParameterWords(parameter.short, None, f"{ends}, {show(ranked.means[-1])}", compared)
    said = ranked.words(show, quantity).removesuffix(".")
    if ranked.is_level and show(ranked.ranking.detectable) != show(0.0):
        size = significant(ranked.ranking.detectable, 2)
        lost = f"; left out for want of scores: {join_words(ranked.left_out)}" if ranked.left_out else ""
        said = f"no difference found; one smaller than about {size} would often be missed{lost}"
    return ParameterWords(parameter.short, not ranked.is_level, said, compared)


def told_lines(told: tuple[ParameterWords, ...]) -> list[tuple[str, str]]:
    """Names and what is known of them; those of which the same is known, together."""
    lost: dict[str, list[str]] = {}
    for each in told:
        if each.compared is None:
            lost.setdefault(each.sentence, []).append(each.name)
    lines = [(each.name, each.sentence) for each in told if each.compared is not None]
    return lines + [(join_words(names), sentence) for sentence, names in lost.items()]


def matter_words(told: tuple[ParameterWords, ...], finished: FinishedSearch) -> str:
    """Which parameters matter, which were not found to, and which nobody can tell, in one line each."""
    if finished.complete < 2:
        # without any score the lead has said so
        return "Only one candidate has a score, so nothing can be compared." if told and finished.complete else ""
    if told and all(each.compared is None for each in told):
        return "Which parameter matters cannot be told."
    matters = [each.name for each in told if each.matters]
    sizes = {
        each.name: each.compared.ranked.ranking.detectable for each in told if each.matters is False and each.compared
    }
    vague = [name for name, size in sizes.items() if size > _spread(finished)]
    alike = [name for name in sizes if name not in vague]
    words = []
    if matters:
        words.append(f"{join_words(matters)} matter{'s' if len(matters) == 1 else ''}.")
    if alike:
        words.append(f"No difference found for {join_words(alike)}.")
    if vague:
        words.append(f"Too few splits to say whether {join_words(vague)} matter{'s' if len(vague) == 1 else ''}.")
    return " ".join(words)


def _spread(finished: FinishedSearch) -> float:
    """How far scores lie apart: means of the candidates, or the best's scores over the splits, whichever is more.

    Who could not see a difference as large as this has seen nothing at all.
    """
    means = finished.intervals["mean_test_score"]
    return max(float(means.max() - means.min()), float(np.std(finished.scores[finished.best], ddof=1)))


def splits_advice(finished: FinishedSearch, show: Show) -> str:
    """Which difference these splits find, and which more of them would; empty where nobody knows."""
    splits, table = finished.splits, finished.intervals
    if splits.doubt or not splits.folds or splits.n_splits >= ENOUGH_SPLITS:
        return ""
    widths = ((table["high"] - table["low"]) / 2).to_numpy(dtype=float)
    rivals = np.flatnonzero(np.isfinite(widths) & (widths > 0))
    if not rivals.size:
        return ""
    spreads = np.std(finished.scores[finished.best] - finished.scores[rivals], axis=1, ddof=1)
    typical, n_more = float(np.median(spreads)), splits.folds * math.ceil(ENOUGH_SPLITS / splits.folds)
    critical = float(widths[rivals[0]] / spreads[0]) / error_factor(splits.n_splits, *splits.sizes)
    # Of more splits the critical value is not known before; Bonferroni's is no smaller.
    level = bonferroni_level(ALPHA, max(1, finished.complete - 1))
    try:
        now = detectable_difference(typical, splits.n_splits, *splits.sizes, level_of(critical, splits.n_splits))
        then = detectable_difference(typical, n_more, *splits.sizes, level)
    except ValueError:  # the level asks too much of so few splits
        return ""
    if show(then) >= show(now):
        return ""
    kind = "RepeatedStratifiedKFold" if "Stratified" in splits.method else "RepeatedKFold"
    ratio = n_more / splits.n_splits
    return (
        f"With {splits.n_splits} splits, only a gap of about {significant(now, 2)} is found reliably; with "
        f"cv={kind}(n_splits={splits.folds}, n_repeats={n_more // splits.folds}, random_state=0), "
        f"{_TIMES.get(ratio, f'{ratio:.2g} times')} the training, about {significant(then, 2)}."
    )


def level_of(critical: float, n_splits: int) -> float:
    """Two-sided level of a critical value of Student's t.

    >>> round(level_of(2.093, 20), 3)
    0.95
    """
    from scipy import special  # late, see `interval.critical_value`

    return float(2 * special.stdtr(n_splits - 1.0, critical) - 1)


def edge_advice(finished: FinishedSearch, pairs: Sequence[tuple[VariedParameter, ComparedValues | str]]) -> list[str]:
    """Numbers of which the best candidate has the smallest or the largest that was tried.

    Not where that number is behind another one on average.
    """
    found = []
    for each, compared in pairs:
        text = each.of_candidate[finished.best]
        if each.numbers is None or len(each.texts) < 3 or text not in (each.texts[0], each.texts[-1]):
            continue
        if not isinstance(compared, str):
            placed = dict(zip(compared.texts, compared.ranked.ranking.is_tied, strict=True))
            if not placed.get(text, True):
                continue
        if text == each.texts[-1]:
            found.append(f"The best has the largest {each.short} that was tried, {text}: try larger ones.")
        elif each.numbers[0] != 0:
            found.append(f"The best has the smallest {each.short} that was tried, {text}: try smaller ones.")
    return found


def epochs_words(finished: FinishedSearch) -> str:
    """How long the best one's trainings took in epochs."""
    course = finished.course
    if course.epochs is None or not np.isfinite(course.epochs[finished.best]).any():
        return ""
    own = course.epochs[finished.best]
    low, high = int(np.nanmin(own)), int(np.nanmax(own))
    who = "The best" if len(finished.scores) > 1 else "It"
    return f"{who} trained for {low}{f' to {high}' if high > low else ''} epochs."


def cut_advice(finished: FinishedSearch) -> str:
    """How many candidates still trained when their epochs were up; empty without any."""
    course = finished.course
    if course.is_cut is None or not course.is_cut.any():
        return ""
    cut = np.asarray(course.is_cut.any(axis=1))
    ends = set() if course.epochs is None else set(course.epochs[course.is_cut].tolist())
    limit = f"max_iter={ends.pop():.0f}" if len(ends) == 1 else "max_iter"
    n, n_cut = len(cut), int(cut.sum())
    best = "" if n_cut == n else f", the best {'' if cut[finished.best] else 'not '}among them"
    if n == 1:
        who = "The training"
    elif n_cut == n:
        who = f"{'Both' if n == 2 else f'All {n:,}'} candidates"
    else:
        who = f"{n_cut:,} of {n:,} candidates"
    return f"{who} hit {limit} on at least one split{best}; raise max_iter."
