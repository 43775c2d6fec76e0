"""The training itself: still improving at its last epoch, long past its best, or diverged."""

from collections.abc import Iterator

import pandas as pd

from nnjax.report.alike import name_highest
from nnjax.report.best_cell import best_runs
from nnjax.report.findings.finding import Finding, compared, favourite_levels, levels_of, next_study
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

MOST_DIVERGED = 0.02
"""Share of diverged runs above which it is worth a study."""

SMALLER_STEPS = (1 / 3, 1 / 10)
"""Steps that are tried, as parts of the one that diverged."""


def find_unfinished(study_results: StudyResults) -> Iterator[Finding]:
    """The runs of the chosen cells are best at their very end: they were stopped, not finished."""
    runs = _finished(study_results)
    late = float((runs["best_epoch"] >= LATE * runs["epochs"]).mean()) if len(runs) else 0.0
    longest = int(runs["epochs"].max()) if len(runs) else 0
    if late < MOST_IMPROVING or "epochs" in study_results.space.study.factors:
        return
    key, more = "more-epochs", FACTORS["epochs"].check(2 * longest)
    claims = [compared("beats", study_results.terms.judged, "epochs", more, longest)]
    question = f"Do {more} epochs do better than {longest}?"
    yield Finding(
        key,
        f"Train longer: {percent(late)} of the runs of the chosen cells are best in the last twentieth of their "
        f"{longest} epochs. They were still improving when they were stopped.",
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
    claims = [compared("beats", study_results.terms.judged, "l2", level, own, "last_test") for level in stronger]
    yield Finding(
        key,
        f"Try a stronger penalty: the chosen cells over-fit and lose {decimals(interval.estimate)} "
        f"[{decimals(interval.low)}, {decimals(interval.high)}] in {study_results.terms.test} from the best epoch on "
        "validation rows to the last one.",
        next_study(study_results, key, question, pinned, {"l2": [own, *stronger]}, claims),
    )


def _finished(study_results: StudyResults) -> pd.DataFrame:
    runs = best_runs(study_results.results, study_results.best)
    return runs[runs["status"] == "finished"]


def find_diverged(study_results: StudyResults) -> Iterator[Finding]:
    """More than a few runs turned infinite."""
    results = study_results.results
    is_diverged = results["status"] == "diverged"
    share = float(is_diverged.mean())
    if share <= MOST_DIVERGED:
        return
    by_cell = is_diverged.groupby(results["cell_id"], sort=False).mean()
    worst = str(by_cell.idxmax())
    pinned = levels_of(study_results, worst)
    rate = float(str({**study_results.space.study.fixed, **pinned}["learning_rate"]))
    key, smaller = "diverged", [float(f"{rate * part:.3g}") for part in SMALLER_STEPS]
    names = results.drop_duplicates("cell_id").set_index("cell_id")["cell"]
    cells = name_highest(names.loc[by_cell.index].tolist(), by_cell.tolist(), percent)
    claims = [compared("beats", study_results.terms.judged, "learning_rate", level, rate) for level in smaller]
    yield Finding(
        key,
        f"Try a smaller learning rate where runs diverged: {percent(float(by_cell.max()))} of those of {cells}, "
        f"{percent(share)} of all. "
        f"Such a run counts with the lowest score, so its settings are judged by their failures.",
        next_study(
            study_results, key, "Does a smaller learning rate keep the runs that diverged?", pinned,
            {"learning_rate": [rate, *smaller]}, claims,
        ),
    )  # fmt: skip
