"""The answers in words: a headline, then one sentence a theme. Exploratory unless a claim declared it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from nnjax.claims.declared import ALPHA
from nnjax.report.alike import are_alike, name_highest, name_lowest
from nnjax.report.best_cell import BestCell
from nnjax.report.formats import confidence, decimals, signed
from nnjax.report.speed import measure_speed
from nnjax.report.stopping import lost_interval
from nnjax.report.study_results import StudyResults
from nnjax.report.task import REGRESSION, TaskTerms
from nnjax.report.views import join_words
from nnjax.statistics.interval import PairedInterval, paired_interval
from nnjax.statistics.verdict import Verdict, judge


@dataclass(frozen=True)
class Headline:
    """What a hurried reader takes away: the answer in a sentence, the numbers behind it, network minus reference."""

    words: str
    detail: str
    interval: PairedInterval
    margin: float


def headline(study_results: StudyResults) -> Headline:
    """Is the best network better than the reference baseline? By the same interval, at the level of the claims."""
    terms, network, reference = study_results.terms, study_results.best.scores(), study_results.baseline()
    level = study_results.claim_level
    interval = paired_interval((network - reference).to_numpy(dtype=float), *study_results.sizes.pair, level=level)
    detail = (
        f"Chosen on validation rows from {candidates_words(study_results.best)}, the network reaches "
        f"{terms.test} {decimals(float(network.mean()))}; {terms.reference}, penalty chosen on the same rows, "
        f"{decimals(float(reference.mean()))}. Difference over {interval.n} splits: {signed(interval.estimate)}, "
        f"{confidence(level)} interval {signed(interval.low)} … {signed(interval.high)}."
    )
    return Headline(headline_words(interval, terms), detail, interval, terms.margin)


def candidates_words(best: BestCell) -> str:
    """Out of how many cells the network was chosen, and whether these have all of their runs."""
    number = len(best.cell_ids)
    cells = "cell" if number == 1 else "cells"
    if best.is_complete:
        return f"{number:,} complete {cells}"
    return f"{number:,} {cells} with a score in every split, though every cell of the study lacks runs"


def headline_words(interval: PairedInterval, terms: TaskTerms = REGRESSION) -> str:
    """The headline for an interval of network minus reference baseline.

    >>> headline_words(paired_interval([-0.001, 0.001, 0.002, 0.0], 331, 111))
    'Ridge is as good: no network here is better or worse by an amount that matters.'
    """
    verdict = judge("beats", interval, terms.margin).verdict
    name = terms.reference[0].upper() + terms.reference[1:]
    if verdict is Verdict.SUPPORTED:
        return f"The network beats {terms.reference_long}."
    if verdict is Verdict.EQUAL:
        return f"{name} is as good: no network here is better or worse by an amount that matters."
    if verdict is Verdict.REFUTED:
        return (
            f"{name} is better."
            if interval.high < 0
            else f"{name} is as good: the network has no advantage that matters."
        )
    return f"Network or {terms.reference}: these splits cannot tell which is better."


def answers(study_results: StudyResults) -> dict[str, str]:
    """One sentence a theme: each studied factor, then speed, gradients and over-fitting."""
    found = {factor: _factor_sentence(study_results, factor) for factor in study_results.layout.studied}
    found |= {"speed": _speed(study_results), "gradients": _gradients(study_results)}
    found |= {"last epoch": _last_epoch(study_results)}
    return {theme: sentence for theme, sentence in found.items() if sentence}


def _factor_sentence(study_results: StudyResults, factor: str) -> str:
    """What the exploratory differences of a factor say, at its best and averaged."""
    table = study_results.differences
    if not len(table):
        return ""
    table = table[table["factor"] == factor]
    parts = [
        f"{words}, {_differing(study_results, factor, table[table['view'] == view])}"
        for view, words in (("at its best", "each level at its best"), ("averaged", "averaged over the others"))
        if (table["view"] == view).any()
    ]
    reference = study_results.layout.text(factor, study_results.layout.reference[factor])
    return f"Against {reference}: {'; '.join(parts)}." if parts else ""


def _differing(study_results: StudyResults, factor: str, table: pd.DataFrame) -> str:
    found = table[table["q"] <= ALPHA].sort_values("estimate")
    if len(found):
        return join_words([_difference(study_results, factor, row) for _, row in found.iterrows()])
    sizes = table["estimate"].abs()
    if len(table) > 1 and are_alike(sizes.tolist(), decimals):
        return f"none stands out (all alike: ±{decimals(float(sizes.max()))})"
    largest = table[sizes.map(decimals) == decimals(float(sizes.max()))]
    words = join_words([_difference(study_results, factor, row) for _, row in largest.iterrows()])
    return f"none stands out (most: {words})"


def _difference(study_results: StudyResults, factor: str, row: "pd.Series[Any]") -> str:
    numbers = [signed(float(row[name])) for name in ("estimate", "low", "high")]
    return f"{study_results.layout.text(factor, row['level'])} {numbers[0]} [{numbers[1]}, {numbers[2]}]"


def _speed(study_results: StudyResults) -> str:
    speed = measure_speed(study_results)
    if not speed.fastest:
        return f"No combination reaches {speed.target} in half of its runs."
    rest = f"; {speed.never} of {speed.combinations} combinations never do" if speed.never else ""
    return f"{speed.target} comes first with {speed.fastest}: after {speed.epochs} epochs on average{rest}."


def _gradients(study_results: StudyResults) -> str:
    layout, runs = study_results.layout, study_results.reference_runs
    slopes = runs.groupby(layout.color, sort=False)["grad_slope_0"].mean().dropna()
    if slopes.empty:
        return ""
    levels, sizes = [layout.text(layout.color, level) for level in slopes.index], slopes.abs().tolist()
    steepest, flattest = float(slopes.max()), float(slopes.iloc[int(np.argmin(sizes))])
    change = f"{'loses' if steepest > 0 else 'gains'} a factor of {10 ** abs(steepest):.2g} a layer towards the input"
    if are_alike(slopes.tolist(), _decades):
        whichever = f", the same with every {layout.color}" if len(levels) > 1 else ""
        return f"At initialisation the gradient {change} ({_decades(steepest)} decades){whichever}."
    return (
        f"At initialisation the gradient {change} with "
        f"{layout.color} = {name_highest(levels, slopes.tolist(), _decades)} ({_decades(steepest)} decades); it passes "
        f"most evenly with {name_lowest(levels, sizes, _decades)} ({_decades(flattest)})."
    )


def _decades(slope: float) -> str:
    return signed(slope, 2)


def _last_epoch(study_results: StudyResults) -> str:
    interval = lost_interval(study_results)
    if interval is None:
        return ""
    finished = study_results.results[study_results.results["status"] == "finished"]
    return (
        f"Training on to epoch {int(study_results.results['epochs'].max())} instead of stopping at the best epoch on "
        f"validation rows (median {finished['best_epoch'].median():.0f}) costs {decimals(interval.estimate)} in "
        f"{study_results.terms.test} [{decimals(interval.low)}, {decimals(interval.high)}], averaged over all cells."
    )
