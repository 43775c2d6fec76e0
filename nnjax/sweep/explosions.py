"""Trainings that exploded: all of a study's, or some that stayed finite with a score beyond reason; cause and remedy.

Told by `sweep` after the training, and on the page of the report.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.space import Space

SEEN_IN = {"regression": "test_r2", "classification": "test_log_loss"}
"""Task -> the final by which a finished run is seen to have exploded."""

LOWEST_R2 = -1e6
"""Predictions a thousand standard deviations from the truth."""

LARGEST_LOG_LOSS = 10.0
"""Nats: the true classes are given a probability of 1 in 22,000; chance among 100 classes gives 4.6."""

RATE_DIVISORS = (10, 100)
"""What the smallest learning rate is divided by in a remedy."""


@dataclass(frozen=True)
class AllDiverged:
    """A study without a finished run."""

    epochs: Mapping[str, int]
    """Run id -> the first epoch whose loss was not finite, 0 for the network as initialised."""
    missing: int
    """Runs of the study that the journal lacks."""
    cause: str
    """What they exploded by, a sentence without its full stop."""
    remedy: str
    """What to write instead, without a full stop, too."""

    @property
    def headline(self) -> str:
        """How many there were."""
        lacking = f", {self.missing:,} are not trained yet" if self.missing else ""
        return f"All {len(self.epochs):,} trained runs diverged{lacking}: there is no score to compare."

    @property
    def sentence(self) -> str:
        """All of it in two sentences."""
        return f"{self.headline} {self.cause[0].upper()}{self.cause[1:]}: {self.remedy}."


def all_diverged(space: Space, journal: Journal) -> AllDiverged | None:
    """Whether every run of a study that was trained diverged; None if one finished, or none was trained."""
    planned = {run.run_id for run in space.runs}
    rows = journal.read(["status", "diverged_epoch"], planned).to_pylist()
    if not rows or any(row["status"] != "diverged" for row in rows):
        return None
    epochs = {row["run_id"]: row["diverged_epoch"] for row in rows}
    cause, remedy = _explain(space, median(epochs.values()))
    return AllDiverged(epochs, len(planned) - len(epochs), cause, remedy)


def _explain(space: Space, epoch: float) -> tuple[str, str]:
    """Cause and remedy of explosions that show at an epoch."""
    gain = min(cell.configuration.initializer_gain for cell in space.cells)
    rate = min(cell.configuration.learning_rate for cell in space.cells)
    if gain > 1:
        return (
            f"with initializer_gain = {gain:g} or more, signals and gradients grow by about as much in every layer",
            "write initializer_gain = 1.0",
        )
    if epoch == 0:
        return (
            "the networks as initialised have no finite loss: some input is enormous beside the training rows",
            "see the columns that nnjax plan names, or write normalization = 'layer'",
        )
    smaller = " or ".join(f"learning_rate = {rate / part:g}" for part in RATE_DIVISORS)
    return f"with learning_rate = {rate:g} or more, the steps are too large", f"write {smaller}"


def is_beyond_reason(task: str, score: float) -> bool:
    """Whether no network that learnt, or did not, has such a score, but one whose numbers exploded; NaN is none.

    >>> is_beyond_reason("regression", -4e25), is_beyond_reason("regression", -30.0)
    (True, False)
    """
    return score < LOWEST_R2 if task == "regression" else score > LARGEST_LOG_LOSS


def exploded_runs(task: str, runs: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """Run id -> score, as `SEEN_IN` names it, of the finished ones whose score is beyond reason."""
    scores = {run["run_id"]: run[SEEN_IN[task]] for run in runs if run["status"] == "finished"}
    return {run_id: score for run_id, score in scores.items() if is_beyond_reason(task, score)}


def exploded_notice(space: Space, lost: Mapping[str, float]) -> str | None:
    """What is to be said of finished runs whose scores are beyond reason; None if there are none."""
    if not lost:
        return None
    task, cells = space.table.task, {run.run_id: run.cell for run in space.runs}
    (worst, count), *_ = Counter(cells[run_id].label for run_id in lost).most_common()
    judged, limit = SEEN_IN[task], LOWEST_R2 if task == "regression" else LARGEST_LOG_LOSS
    extreme = (min if task == "regression" else max)(lost.values())
    counted = "counts with the lowest score" if task == "regression" else "says nothing about its settings"
    return (
        f"{len(lost):,} finished runs have scores beyond reason, most of all {worst} ({count:,}); {judged} up to "
        f"{extreme:.3g}, reason ends at {limit:,.0f}. Such a run exploded without becoming infinite and {counted}: "
        f"{_explain(space, 1)[1]}, or see the columns that nnjax plan names."
    )
