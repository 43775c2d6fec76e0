"""The answers in plain words: the study's own claims, or its factors; then speed, gradients and scores."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nnjax.claims.answer import ClaimAnswer
from nnjax.claims.choice import choose_on_validation
from nnjax.claims.target import target_times, trained
from nnjax.metrics import METRICS
from nnjax.report.against_baseline import beats_a_constant
from nnjax.report.alike import Show
from nnjax.report.differences import AT_BEST, AVERAGED
from nnjax.report.formats import confidence, decimals, signed, significant
from nnjax.report.ranked import Ranked, by_split, level_name, rank, shortened
from nnjax.report.setting import PictureSetting
from nnjax.report.speed import ENOUGH
from nnjax.report.stopping import lost_interval
from nnjax.report.study_results import StudyResults
from nnjax.report.views import join_words
from nnjax.statistics.interval import PairedInterval
from nnjax.statistics.verdict import Verdict
from nnjax.sweep.study.study import Claim

VANISHED = -1.0
"""log10(g_1 / g_L) below which the gradient counts as vanished: a tenth of it is left."""

TOO_EASY = 1.0
"""log₂ of the epochs to the target that the slowest level takes: up to it the target tells nothing apart."""


@dataclass(frozen=True)
class HeadlineLine:
    """One line of the headline."""

    sentence: str
    detail: str
    verdict: Verdict | None = None
    """None for what nobody declared."""
    remark: str = ""
    """How the claim stands to the training, where that must be said."""


@dataclass(frozen=True)
class Headline:
    """What a hurried reader takes away."""

    lines: tuple[HeadlineLine, ...]
    warning: str
    """What makes all of them idle; empty where nothing does."""

    @property
    def words(self) -> str:
        """The headline in a line."""
        if self.warning:
            return self.warning
        first = self.lines[0]
        return f"{first.sentence} {first.verdict.word.capitalize()}." if first.verdict else first.sentence

    @property
    def is_declared(self) -> bool:
        """Whether the lines are claims."""
        return any(line.verdict for line in self.lines)


def headline(study_results: StudyResults) -> Headline:
    """The study's claims with their verdicts; where it has none, what its studied factors show."""
    warning = (
        ""
        if beats_a_constant(study_results)
        else "No network here is shown to beat a constant prediction, not even the one that the validation rows chose."
    )
    lines = claim_lines(study_results) or factor_lines(study_results)
    return Headline(lines or (HeadlineLine(_single(study_results), ""),), warning)


def _single(study_results: StudyResults) -> str:
    score = float(study_results.best.scores().mean())
    return f"There is nothing to compare; the network reaches {study_results.terms.test} {decimals(score)}."


def claim_lines(study_results: StudyResults) -> tuple[HeadlineLine, ...]:
    """Every declared claim in its own words, with its verdict and its number."""
    declared = study_results.declared.claims
    return tuple(
        HeadlineLine(
            claim.sentence,
            claim_numbers(answer, claim, study_results),
            answer.judgement.verdict,
            declared[claim.name].standing.label,
        )
        for claim, answer in zip(study_results.space.study.claims, study_results.claims, strict=True)
    )


def claim_numbers(answer: ClaimAnswer, claim: Claim, study_results: StudyResults) -> str:
    """What was measured for a claim, its levels by their own names, and how sure it is."""
    interval, metric = answer.interval, METRICS[claim.metric]
    if interval is None or not answer.is_judged:
        return answer.judgement.note
    names = arm_names(claim, study_results)
    sure = f"{confidence(interval.level)} interval"
    if answer.threshold is not None:
        show = _powers_of_two if metric.counts else decimals
        unit = f" {metric.unit}" if metric.unit else ""
        return f"{claim.metric} {_around(interval, show, sure)}{unit}, against {show(answer.threshold)}."
    if metric.counts:
        more = f"{names[1]} takes {_around(interval, _powers_of_two, sure)} times as many {metric.counts} as {names[0]}"
        return f"{more}."
    order = reversed(names) if metric.better == "lower" else names
    measured = f"{' minus '.join(order)}: {_around(interval, signed, sure)} in {claim.metric}."
    if answer.judgement.verdict is Verdict.UNDECIDED:  # what would decide it stands on its card
        return measured
    named = re.sub(r"\b[AB]\b", lambda arm: names["AB".index(arm.group())], answer.judgement.note)
    return f"{measured} {named}"


def _around(interval: PairedInterval, show: Show, sure: str) -> str:
    return f"{show(interval.estimate)} ({sure} {show(interval.low)} to {show(interval.high)})"


def _powers_of_two(exponent: float) -> str:
    return decimals(2.0**exponent, 1 if exponent > 0 else 2)


def arm_names(claim: Claim, study_results: StudyResults) -> list[str]:
    """Short names of a claim's arms: the levels in which they differ.

    What only one of them names is named for it.
    """
    arms = list(claim.arms.values())
    own = [
        {factor: level for factor, level in arm.items() if any(other.get(factor) != level for other in arms)} or arm
        for arm in arms
    ]
    return [" ".join(level_name(study_results.layout, *each) for each in levels.items()) for levels in own]


Views = Mapping[str, Ranked]
"""Averaged over the other factors, and each level at its best: the levels of a factor, as far as they compare."""


def factor_lines(study_results: StudyResults) -> tuple[HeadlineLine, ...]:
    """Every studied factor: which of its levels tie at the top, averaged over the others, and at their best."""
    test, lines = study_results.terms.test, []
    for factor in study_results.layout.studied:
        views = factor_rankings(study_results, factor)
        if AVERAGED not in views:
            continue
        averaged, at_best = views[AVERAGED], views.get(AT_BEST)
        detail = f"{confidence(averaged.ranking.level)} intervals, all levels compared with all."
        if at_best is not None:
            detail += f" Averaged over the other factors; each level at its best: {at_best.words(decimals, test)}"
        lines.append(HeadlineLine(f"{factor}: {averaged.words(decimals, test)}", detail))
    return tuple(lines)


def factor_rankings(study_results: StudyResults, factor: str) -> Views:
    """Levels of a studied factor from the best down: averaged over the other studied factors, and each at its best.

    The second one is left out where no other factor is studied, either where levels cannot be compared.
    """
    layout, sizes = study_results.layout, study_results.sizes.pair
    others = [other for other in layout.studied if other != factor]
    views = {AVERAGED: by_split(study_results.chosen, factor, others)}
    if others:
        views[AT_BEST] = by_split(choose_on_validation(study_results.results, [factor]), factor, [])
    ranked = {view: rank(table, factor, layout, sizes) for view, table in views.items()}
    return {view: each for view, each in ranked.items() if each is not None}


def score_words(study_results: StudyResults, setting: PictureSetting) -> str:
    """Which levels score best on test rows at a setting, and which only name one class."""
    runs = setting.runs(study_results.chosen)
    ranked = rank(by_split(runs, setting.factor, []), setting.factor, study_results.layout, study_results.sizes.pair)
    if ranked is None:
        return "There is nothing to compare."
    return f"{ranked.words(decimals, study_results.terms.test)}{constant_words(study_results, runs, setting.factor)}"


def constant_words(study_results: StudyResults, runs: pd.DataFrame, factor: str) -> str:
    """Which levels are constant classifiers: in every run each class but one is never right; empty where none is."""
    classes = len(study_results.space.table.class_names)
    if not classes:
        return ""
    recall = runs["test_balanced_accuracy"]
    is_constant = np.isclose(recall, 1 / classes).astype(bool)
    levels = pd.Series(is_constant, index=runs.index).groupby(runs[factor], sort=False).all()
    names = [level_name(study_results.layout, factor, level) for level in levels.index[levels]]
    if not names:
        return ""
    verb = "is a constant classifier: it gives" if len(names) == 1 else "are constant classifiers: they give"
    return f" {join_words(names)} {verb} every row the same class."


def convergence_words(study_results: StudyResults, setting: PictureSetting) -> str:
    """Which levels reach the target first at a setting, which take longer, and which never get there.

    Compared by ratios, as claims on epochs_to_target are; a run that never gets there counts with all its epochs.
    """
    factor, layout = setting.factor, study_results.layout
    runs = trained(setting.runs(study_results.chosen))
    target = f"{study_results.terms.validation} ≥ {float(study_results.results[study_results.terms.target].iloc[0]):g}"
    times, epochs = target_times(runs), runs["epochs"].to_numpy(dtype=float)
    runs = runs.assign(speed=-np.log2(np.clip(times, 1.0, epochs)), is_there=times <= epochs)
    shares = runs.groupby(factor, sort=False)["is_there"].mean()
    if not (shares >= ENOUGH).any():
        return f"With none of them half of the runs reach {target} within {int(epochs.max())} epochs."
    ranked = rank(by_split(runs, factor, [], "speed"), factor, layout, study_results.sizes.pair)
    if ranked is None or -ranked.means[-1] <= TOO_EASY:
        return f"{target} is reached in the first epoch or two: a target this easy tells nothing apart."
    never = [level_name(layout, factor, level) for level in shares.index[shares == 0]]
    return _first_there(ranked, target, never)


def _first_there(ranked: Ranked, target: str, never: list[str]) -> str:
    first, last = (f"{2 ** -ranked.means[place]:.0f}" for place in (0, -1))
    if ranked.is_level:
        return f"No difference in speed was found: {target} typically takes {first} to {last} epochs."
    words = f"{ranked.names[0]} is first at {target}, typically after {first} epochs; {ranked.rivals}"
    if never:
        return f"{words}{shortened(never)} never {'get' if len(never) > 1 else 'gets'} there."
    gap = ranked.ranking.advantages[-1]
    times, low, high = (_powers_of_two(each) for each in (gap.estimate, gap.low, gap.high))
    return f"{words}{ranked.names[-1]} takes {times} times as many [{low}, {high}]."


def gradient_words(study_results: StudyResults, setting: PictureSetting) -> str:
    """With which levels the gradient vanishes, or explodes, before the first step."""
    runs = setting.runs(study_results.chosen)
    deep = runs[runs["depth"] > 1].dropna(subset=["grad_ratio_0"])
    if deep.empty:
        return "No network here has two hidden layers, so there is nothing for a gradient to vanish across."
    groups = deep.groupby(setting.factor, sort=False)["grad_ratio_0"]
    means = groups.mean()
    names = [level_name(study_results.layout, setting.factor, level) for level in means.index.tolist()]
    left = dict(zip(names, means.tolist(), strict=True))
    lost, grown = (
        [name for name, share in zip(names, groups.agg(share_of).tolist(), strict=True) if share > ENOUGH]
        for share_of in (lambda ratio: (ratio < VANISHED).mean(), lambda ratio: (ratio > -VANISHED).mean())
    )
    words = _vanishing(sorted(lost, key=lambda name: left[name]), left)
    return f"{words} With {shortened(grown)} it grows more than tenfold on its way." if grown else words


def _vanishing(lost: list[str], left: Mapping[str, float]) -> str:
    if not lost:
        which = "with any of them" if len(left) > 1 else "here"
        return f"Before the first step no gradient vanishes {which}: a tenth or more reaches the first layer."
    named = [f"{name} (1 part in {significant(10 ** -left[name], 2)} reaches the first layer)" for name in lost[:1]]
    named += [f"{name} (1 in {significant(10 ** -left[name], 2)})" for name in lost[1:]]
    rest = len(left) - len(lost)
    others = f"; not with the other{'s' if rest > 1 else ''}" if rest else ""
    return f"Before the first step the gradient vanishes with {shortened(named)}{others}."


def last_epoch_words(study_results: StudyResults) -> str:
    """What training on to the last epoch costs; empty where nothing can be said."""
    interval = lost_interval(study_results)
    if interval is None:
        return ""
    finished = study_results.results[study_results.results["status"] == "finished"]
    return (
        f"Training on to epoch {int(study_results.results['epochs'].max())} instead of stopping at the best epoch on "
        f"validation rows (median {finished['best_epoch'].median():.0f}) costs {decimals(interval.estimate)} in "
        f"{study_results.terms.test} [{decimals(interval.low)}, {decimals(interval.high)}], averaged over all cells."
    )
