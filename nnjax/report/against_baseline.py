"""The chosen network beside what needs no network: the reference baseline, the best one, and a constant."""

from dataclasses import dataclass

import pandas as pd

from nnjax.claims.declared import ALPHA
from nnjax.report.best_cell import BestCell
from nnjax.report.formats import decimals
from nnjax.report.study_results import StudyResults
from nnjax.report.task import REGRESSION, TaskTerms
from nnjax.statistics.interval import PairedInterval, bonferroni_level, paired_interval
from nnjax.statistics.verdict import Verdict, judge


@dataclass(frozen=True)
class AgainstBaseline:
    """The chosen network and the reference baseline: the answer in a sentence, their scores in one, the interval."""

    words: str
    detail: str
    interval: PairedInterval
    margin: float


def compare_with_baseline(study_results: StudyResults) -> AgainstBaseline:
    """Is the best network better than the reference baseline? Nobody declared it: exploratory, as all models are."""
    terms, network, reference = study_results.terms, study_results.best.scores(), study_results.baseline()
    interval = paired_interval((network - reference).to_numpy(dtype=float), *study_results.sizes.pair)
    detail = (
        f"Chosen on validation rows from {candidates_words(study_results.best)}, the network reaches "
        f"{terms.test} {decimals(float(network.mean()))}; {terms.reference}, penalty chosen on the same rows, "
        f"{decimals(float(reference.mean()))}, on {interval.n} splits."
    )
    words = described_words(interval, terms) if study_results.sizes.doubt else baseline_words(interval, terms)
    return AgainstBaseline(words, detail, interval, terms.margin)


@dataclass(frozen=True)
class BestBaseline:
    """The baseline that scores highest on average, and the network minus it."""

    name: str
    score: float
    interval: PairedInterval
    """One of as many as there are baselines, for whichever of them came out highest."""

    @property
    def is_first(self) -> bool:
        """Whether it scores higher than the network, on average."""
        return self.interval.estimate < 0


def baseline_suffices(study_results: StudyResults) -> bool:
    """Whether the network has no advantage over the reference baseline that matters: shown, and not merely unknown."""
    if study_results.sizes.doubt:
        return False
    top = compare_with_baseline(study_results)
    return judge("beats", top.interval, top.margin).verdict in (Verdict.EQUAL, Verdict.REFUTED)


def best_baseline(study_results: StudyResults) -> BestBaseline:
    """The baseline of the highest mean score: exploratory, and chosen on the very test rows that it is shown for."""
    means = _baseline_means(study_results)
    name, score = str(means.idxmax()), float(means.max())
    gain = study_results.best.scores() - study_results.baseline(name)
    level = bonferroni_level(ALPHA, len(means))
    return BestBaseline(name, score, paired_interval(gain.to_numpy(dtype=float), *study_results.sizes.pair, level))


def better_than_a_constant(study_results: StudyResults) -> str:
    """The baseline of the highest mean score, if it is better than the best constant prediction; else empty."""
    means = _baseline_means(study_results).drop(study_results.terms.naive)
    name = str(means.idxmax())
    is_better = _beats_a_constant(study_results, study_results.baseline(name), bonferroni_level(ALPHA, len(means)))
    return name if is_better else ""


def _baseline_means(study_results: StudyResults) -> "pd.Series[float]":
    return study_results.baselines.groupby("model", sort=False)["test_score"].mean()


def beats_a_constant(study_results: StudyResults) -> bool:
    """Whether the chosen network is better than the best constant prediction."""
    return _beats_a_constant(study_results, study_results.best.scores(), 1 - ALPHA)


def _beats_a_constant(study_results: StudyResults, scores: "pd.Series[float]", level: float) -> bool:
    """By more than chance; where no interval is known to hold, by its mean."""
    gain = scores - study_results.baseline(study_results.terms.naive)
    if study_results.sizes.doubt:
        return bool(gain.mean() > 0)
    return paired_interval(gain.to_numpy(dtype=float), *study_results.sizes.pair, level).low > 0


def candidates_words(best: BestCell) -> str:
    """Out of how many cells the network was chosen, and whether these have all of their runs."""
    number = len(best.cell_ids)
    cells = "cell" if number == 1 else "cells"
    if best.is_complete:
        return f"{number:,} complete {cells}"
    return f"{number:,} {cells} with a score in every split, though every cell of the study lacks runs"


def described_words(interval: PairedInterval, terms: TaskTerms = REGRESSION) -> str:
    """The answer where no interval is known to hold: what was seen, and no verdict.

    >>> described_words(paired_interval([-0.1, 0.2, 0.2, 0.1], 331, 111))
    'Over these splits the chosen network is ahead of ridge on average; no verdict.'
    """
    place = "ahead of" if interval.estimate > 0 else "behind"
    return f"Over these splits the chosen network is {place} {terms.reference} on average; no verdict."


def baseline_words(interval: PairedInterval, terms: TaskTerms = REGRESSION) -> str:
    """The answer for an interval of network minus reference baseline.

    >>> baseline_words(paired_interval([-0.001, 0.001, 0.002, 0.0], 331, 111))
    'Ridge is as good: the chosen network is neither better nor worse by an amount that matters.'
    """
    verdict = judge("beats", interval, terms.margin).verdict
    name = terms.reference[0].upper() + terms.reference[1:]
    if verdict is Verdict.SUPPORTED:
        return f"The network chosen on validation rows beats {terms.reference_long}."
    if verdict is Verdict.EQUAL:
        return f"{name} is as good: the chosen network is neither better nor worse by an amount that matters."
    if verdict is Verdict.REFUTED:
        return (
            f"{name} is better."
            if interval.high < 0
            else f"{name} is at least as good: the chosen network has no advantage that matters."
        )
    return f"Network or {terms.reference}: these splits cannot tell."
