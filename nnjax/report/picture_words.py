"""The words of the first pictures: who is first at the target, whose gradient vanishes, who scores best."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import numpy as np
import pandas as pd

from nnjax.claims.declared import ALPHA
from nnjax.claims.target import target_times, trained
from nnjax.report.against_baseline import beats_a_constant
from nnjax.report.formats import confidence, decimals, power_of_two, significant, with_interval
from nnjax.report.layout import COLOR_FACTOR, PANEL_FACTOR, Layout
from nnjax.report.once import once
from nnjax.report.ranked import Ranked, by_split, level_name, rank, shortened
from nnjax.report.setting import PictureSetting, deep_runs
from nnjax.report.speed import ENOUGH
from nnjax.report.study_results import StudyResults
from nnjax.report.views import join_words
from nnjax.statistics.interval import bonferroni_level, paired_interval

VANISHED = -1.0
"""log10(g_1 / g_L) below which the gradient counts as vanished: a tenth of it is left."""

MOST_IN_TITLE = 3
"""Levels that a title names."""

TOO_EASY = 1.0
"""log₂ of the epochs to the target that the slowest level takes: up to it the target tells nothing apart."""


@dataclass(frozen=True)
class Told:
    """What a picture shows: in a few words for its title, and in sentences."""

    takeaway: str
    sentence: str


NOTHING_TO_COMPARE = Told("nothing to compare", "There is nothing to compare.")


def score_words(study_results: StudyResults, setting: PictureSetting) -> Told:
    """Which levels score best on test rows at a setting, and which only name one class."""
    runs = setting.runs(study_results.chosen)
    ranked = rank(by_split(runs, setting.factor, []), setting.factor, study_results.layout, study_results.sizes)
    if ranked is None:
        return NOTHING_TO_COMPARE
    words = ranked.words(decimals, study_results.terms.test)
    return Told(_scores_takeaway(ranked), f"{words}{constant_words(study_results, runs, setting.factor)}")


def _scores_takeaway(ranked: Ranked) -> str:
    return ranked.takeaway("best", "behind")


def highest_words(study_results: StudyResults, setting: PictureSetting) -> Told:
    """Which level scores highest at a setting, and how high, where its order among the others is told already.

    The interval is one of as many as there are levels, for whichever of them came out highest.
    """
    runs = setting.runs(study_results.chosen)
    table = by_split(runs, setting.factor, [])
    ranked = rank(table, setting.factor, study_results.layout, study_results.sizes)
    if ranked is None:
        return NOTHING_TO_COMPARE
    scores, terms = table.to_numpy(dtype=float), study_results.terms
    leader, level = int(scores.mean(axis=1).argmax()), bonferroni_level(ALPHA, len(table))
    interval = paired_interval(scores[leader], *study_results.sizes.pair, level)
    name = level_name(study_results.layout, setting.factor, table.index.tolist()[leader])
    sure = f"{confidence(level)} interval"
    return Told(
        _scores_takeaway(ranked),
        f"Highest on average: {name}, {terms.test} {with_interval(interval, decimals, sure)}; "
        f"{terms.reference} has {decimals(float(study_results.baseline().mean()))}."
        f"{constant_words(study_results, runs, setting.factor)}",
    )


def constant_words(study_results: StudyResults, runs: pd.DataFrame, factor: str) -> str:
    """Which levels score in every run as a constant classifier does; empty where none does."""
    classes = len(study_results.space.table.class_names)
    if not classes:
        return ""
    is_constant = np.isclose(runs["test_balanced_accuracy"], 1 / classes).astype(bool)
    levels = pd.Series(is_constant, index=runs.index).groupby(runs[factor], sort=False).all()
    names = [level_name(study_results.layout, factor, level) for level in levels.index[levels].tolist()]
    if not names:
        return ""
    if not study_results.terms.judged.is_usual:  # a measure of the order says nothing of the cut
        verb = "gives" if len(names) == 1 else "give"
        return f" Cut at a probability of ½, {join_words(names)} {verb} every row the same class."
    verb = "is" if len(names) == 1 else "are"
    return f" {join_words(names)} {verb} no better than a constant classifier, which gives every row the same class."


@once
def convergence_words(study_results: StudyResults, setting: PictureSetting) -> Told:
    """Which levels reach the target first at a setting, which take longer, and which never get there.

    Compared by ratios, as claims on epochs_to_target are, up to the epoch that all runs have; those that do not get
    there count with that epoch, so that numbers of theirs are "at least".
    """
    factor, layout = setting.factor, study_results.layout
    runs = trained(setting.runs(study_results.chosen))
    if len(scales := _target_scales(study_results, runs)) > 1:
        return Told(
            "not compared",
            f"No race is told of: R² of an epoch is that of the target as it is trained, here on several scales "
            f"({join_words(scales)}), and each is another aim.",
        )
    key, aim = study_results.terms.target, float(study_results.results[study_results.terms.target].iloc[0])
    target = f"the target {study_results.terms.targeted} ≥ {aim:g}"
    times, horizon = target_times(runs), int(runs["epochs"].min()) if len(runs) else 0
    runs = runs.assign(speed=-np.log2(np.clip(times, 1.0, horizon)), is_there=times <= horizon)
    shares = runs.groupby(factor, sort=False)["is_there"].mean()
    arrived = shares.index[shares >= ENOUGH]
    if not shares.any() and (typical_best := _typical_best(study_results, runs, horizon)) < aim:
        words = f"No run reaches {target} within {horizon} epochs; the median run’s best is {decimals(typical_best)}"
        if beats_a_constant(study_results):
            words += f": a {key} of about that, under [logging], would tell who is faster"
        return Told("target not reached", f"{words}.")
    if not len(arrived):
        words = f"With none of them half of the runs reach {target} within {horizon} epochs."
        return Told("target seldom reached", words)
    there = runs[runs[factor].isin(arrived)]
    ranked = rank(by_split(there, factor, [], "speed"), factor, layout, study_results.sizes)
    rest = _not_there(layout, factor, shares[shares < ENOUGH])
    at_least = {
        level_name(layout, factor, level): "at least " if shares[level] < 1 else "" for level in arrived.tolist()
    }
    if ranked is None:
        typical = 2 ** -float(there["speed"].mean())
        alone, bound = join_words(list(at_least)), max(at_least.values())
        return Told(
            f"only {alone} gets there", f"{alone} reaches {target}, typically after {bound}{_epochs(typical)}{rest}."
        )
    if not rest and -ranked.means[-1] <= TOO_EASY:
        easy = f"T{target[1:]} is reached in the first epoch or two: a target this easy tells nothing apart."
        return Told("target too easy", easy)
    late = [level_name(layout, factor, level) for level in shares.index[shares < ENOUGH].tolist()]
    how = "often late" if shares[shares < ENOUGH].any() else "too slow"
    takeaway = ranked.takeaway("first", "slower")
    if late and not ranked.is_alone:
        takeaway = f"{shortened(late, 2)} {how}"
    return Told(takeaway, f"{_race(ranked, target, at_least)}{rest}.")


def _target_scales(study_results: StudyResults, runs: pd.DataFrame) -> list[str]:
    """On which scales the targets of some runs are trained."""
    shown = set(runs["cell_id"])
    scales = (cell.configuration.target_scale for cell in study_results.space.cells if cell.cell_id in shown)
    return list(dict.fromkeys(scales))


def _typical_best(study_results: StudyResults, runs: pd.DataFrame, horizon: int) -> float:
    """How high the curve that the target is about gets in half of the runs, up to an epoch; NaN without curves."""
    terms = study_results.terms
    curves = study_results.histories.rows(terms.fit_validation, 0, runs["run_id"].tolist(), range(1, horizon + 1))
    return float(pd.DataFrame(curves).max(axis=1).clip(lower=terms.curve_floor).median())


def _not_there(layout: Layout, factor: str, shares: "pd.Series[float]") -> str:
    """Clauses on the levels that seldom reach the target, and on those that never do."""
    never, seldom = (
        [level_name(layout, factor, level) for level in shares.index[which].tolist()]
        for which in (shares == 0, shares > 0)
    )
    few = f"{'get' if len(seldom) > 1 else 'gets'} there in under half of runs"
    words = f"; {shortened(seldom)} {few}" if seldom else ""
    return words + (f"; {shortened(never)} never {'get' if len(never) > 1 else 'gets'} there" if never else "")


def _race(ranked: Ranked, target: str, at_least: Mapping[str, str]) -> str:
    """Who is first at the target; an interval only where all runs of the first and the last get there."""
    leader, slowest = ranked.names[0], ranked.names[-1]
    first, last = (2 ** -ranked.means[place] for place in (0, -1))
    if ranked.is_level:
        words = f"T{target[1:]} typically takes {at_least[leader]}{_epochs(first)} with "
        if f"{first:.0f}" == f"{last:.0f}":
            return f"{words}{ranked.all_names}"
        to = "and" if len(ranked.names) == 2 else "up to"
        return f"{words}{leader} {to} {at_least[slowest]}{last:.0f} with {slowest}, which may be chance"
    words = f"{leader} is first at {target}, typically after {at_least[leader]}{_epochs(first)}; {ranked.rivals}"
    if ranked.ranking.is_tied[-1]:
        return words.removesuffix("; ")
    if at_least[leader]:  # with bounds on both sides nothing is known of their ratio
        return f"{words}{slowest} takes longer"
    gap = ranked.ranking.advantages[-1]
    times, low, high = (power_of_two(each) for each in (gap.estimate, gap.low, gap.high))
    sure = "" if at_least[slowest] else f" [{low}, {high}]"
    return f"{words}{slowest} takes {at_least[slowest]}{times} times as many{sure}"


def _epochs(number: float) -> str:
    return f"{number:.0f} epoch{'' if round(number) == 1 else 's'}"


@once
def gradient_words(study_results: StudyResults, setting: PictureSetting) -> Told:
    """With which levels the gradient vanishes, or explodes, before the first step, in most runs or in some."""
    deep = deep_runs(study_results, setting).dropna(subset=["grad_ratio_0"])
    if deep.empty:
        words = "No network here has two hidden layers, so there is nothing for a gradient to vanish across."
        return Told("none, one layer", words)
    name = partial(level_name, study_results.layout, setting.factor)
    ratios = {
        name(level): deep.loc[deep[setting.factor] == level, "grad_ratio_0"].to_numpy(dtype=float)
        for level in deep[setting.factor].unique().tolist()
    }
    shares = {name: float((ratio < VANISHED).mean()) for name, ratio in ratios.items()}
    left = {name: float(np.median(ratio)) for name, ratio in ratios.items() if shares[name] > ENOUGH}
    lost = dict(sorted(left.items(), key=itemgetter(1)))
    some = {
        name: f"{(ratios[name] < VANISHED).sum()} of {len(ratios[name])}"
        for name, share in shares.items()
        if 0 < share <= ENOUGH
    }
    words = _vanishing(lost, some, list(ratios))
    activation = {**study_results.space.study.fixed, **setting.held}.get(COLOR_FACTOR)
    whose = f" ({activation})" if activation else ""
    depth, drawn = setting.held.get(PANEL_FACTOR), setting.held.get("initializer")
    where = f"With initializer {drawn}, " if drawn else ""
    if depth is not None and depth != deep[PANEL_FACTOR].iloc[0]:  # one hidden layer has nothing to lose it across
        where = f"At depth {deep[PANEL_FACTOR].iloc[0]}{f' and initializer {drawn}' if drawn else ''}: "
    if where:
        words = f"{where}{words[0].lower()}{words[1:]}"
    grown = [name for name, ratio in ratios.items() if (ratio > -VANISHED).mean() > ENOUGH]
    if grown:
        words += f" With {shortened(grown)} it grows more than tenfold on its way."
    return Told(f"{_listed(list(lost)) if lost else 'in some runs' if some else 'none'}{whose}", words)


def _listed(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= MOST_IN_TITLE else f"{len(names)} levels"


def _vanishing(lost: Mapping[str, float], some: Mapping[str, str], levels: list[str]) -> str:
    """With which levels it vanishes, with which in how many of their runs, and with which it never does."""
    if not lost and not some:
        which = "with any of them" if len(levels) > 1 else f"with {levels[0]}"
        return (
            f"Before the first step no gradient vanishes {which}: in every run a tenth or more reaches the first layer."
        )
    if len(some) == 1:
        few = "".join(f"with {name} in {counted} runs" for name, counted in some.items())
    else:
        few = f"in some runs with {shortened([f'{name} ({counted})' for name, counted in some.items()])}"
    if not lost:
        return f"Before the first step the gradient vanishes (less than a tenth reaches the first layer) {few} only."
    named = [f"{name} ({_left(size)})" for name, size in lost.items()]
    rest = [name for name in levels if name not in lost and name not in some]
    never = f"with {shortened(rest, 2)} it does not" if rest else ""
    others = ", ".join(filter(None, (never, f"{few}{'' if rest else ' it does, too'}" if some else "")))
    return (
        "Before the first step less than a tenth of the gradient reaches the first layer with "
        f"{shortened(named)}: it vanishes.{f' {others[0].upper()}{others[1:]}.' if others else ''}"
    )


def _left(size: float) -> str:
    """What is left of a gradient, from log10(g_1 / g_L)."""
    return f"1 part in {significant(10**-size, 2)}" if np.isfinite(size) else "nothing"
