"""The last epoch: still improving there, or long past the best."""

from collections.abc import Iterator

import pandas as pd

from nnjax.report.best_cell import best_runs
from nnjax.report.findings.finding import Finding, compared, favourite_levels, next_study
from nnjax.report.formats import decimals, percent
from nnjax.report.study_results import StudyResults
from nnjax.statistics.interval import paired_interval
from nnjax.sweep.study.factors import FACTORS

LATE = 0.95
"""A best epoch after this share of the epochs counts as the end of the training."""

MOST_IMPROVING = 0.5
"""Share of the chosen runs that must still improve."""

STRONGER = (0.01, 0.1)
"""Penalties that are tried against over-fitting, beside the study's own."""


def find_unfinished(study_results: StudyResults) -> Iterator[Finding]:
    """The runs of the chosen cells are best at their very end: they were stopped, not finished."""
    runs = _finished(study_results)
    late = float((runs["best_epoch"] >= LATE * runs["epochs"]).mean()) if len(runs) else 0.0
    longest = int(runs["epochs"].max()) if len(runs) else 0
    if late < MOST_IMPROVING or "epochs" in study_results.space.study.factors:
        return
    key, more = "more-epochs", FACTORS["epochs"].check(2 * longest)
    claims = [compared("beats", study_results.terms.test, "epochs", more, longest)]
    question = f"Do {more} epochs do better than {longest}?"
    yield Finding(
        key,
        f"In {percent(late)} of the runs of the chosen cells the best epoch is among the last twentieth of {longest}: "
        f"they were still improving when they were stopped.",
        next_study(study_results, key, question, favourite_levels(study_results), {"epochs": [longest, more]}, claims),
    )


def find_over_fitting(study_results: StudyResults) -> Iterator[Finding]:
    """Going on to the last epoch costs the chosen cells more than the margin, for sure."""
    runs = _finished(study_results)
    lost = (runs["test_score"] - runs["last_test_score"]).groupby(runs["split"]).mean()
    if len(lost) < 2:
        return
    interval = paired_interval(lost.to_numpy(dtype=float), *study_results.sizes.pair)
    if interval.low <= 0.0 or interval.estimate < study_results.terms.margin:
        return
    key, pinned = "over-fitting", favourite_levels(study_results)
    own = float(str({**study_results.space.study.fixed, **pinned}["l2"]))
    stronger = [level for level in STRONGER if level > own]
    if not stronger:
        return
    question = "Does a stronger penalty keep what is lost by training on?"
    claims = [compared("beats", study_results.terms.last_test, "l2", level, own) for level in stronger]
    yield Finding(
        key,
        f"From the best epoch on validation rows to the last one the chosen cells lose {decimals(interval.estimate)} "
        f"[{decimals(interval.low)}, {decimals(interval.high)}] in {study_results.terms.test}: they over-fit.",
        next_study(study_results, key, question, pinned, {"l2": [own, *stronger]}, claims),
    )


def _finished(study_results: StudyResults) -> pd.DataFrame:
    runs = best_runs(study_results.results, study_results.best)
    return runs[runs["status"] == "finished"]
