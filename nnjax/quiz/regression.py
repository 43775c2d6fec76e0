"""Question 3: R² of a network on the diabetes data with 25 % test rows, on one split and on twenty."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
from jaxtyping import Float
from sklearn.model_selection import train_test_split

from nnjax.claims.study_answers import correction_sizes
from nnjax.data.scaling import scale_split
from nnjax.data.splits import Split
from nnjax.data.streams import derive_seed
from nnjax.data.tables import Table
from nnjax.report.baselines import baseline_scores
from nnjax.report.task import REGRESSION
from nnjax.results.scores import clipped_scores, with_scores
from nnjax.results.table import results_table
from nnjax.statistics.interval import PairedInterval, paired_interval
from nnjax.sweep.buckets import largest_sizes, make_bucket
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.progress import Progress
from nnjax.sweep.rows import make_trainee
from nnjax.sweep.runner import run_sweep
from nnjax.sweep.space import Space, expand
from nnjax.sweep.study.study import load_study
from nnjax.training.chunk import train_all

QUIZ_STUDY = "diabetes.toml"
"""The study over many splits, beside this file."""


@dataclass(frozen=True)
class DiabetesAnswer:
    """What the network reaches. J splits, S seeds."""

    space: Space
    """The study of the many splits, with its settings."""
    network: Float[np.ndarray, " J"]
    """Score of the network, its R² clipped at -1, on every split of the study [J]."""
    ridge: Float[np.ndarray, " J"]
    """test_r2 of ridge regression on the same splits [J]."""
    interval: PairedInterval
    """The network's mean over the splits, corrected for their sharing one table."""
    ridge_interval: PairedInterval
    difference: PairedInterval
    """The network's minus ridge's, paired by split."""
    one_split: Float[np.ndarray, " S"]
    """Score on the one split that a student would use, from every seed [S]; the first is the answer."""
    one_ridge: float
    """Ridge's on that split."""

    @property
    def one(self) -> float:
        """The number that a student would hand in."""
        return float(self.one_split[0])


def quiz_space(overrides: Sequence[str] = ()) -> Space:
    """The study of the many splits, with changes as `nnjax sweep --set` takes them.

    >>> len(quiz_space().runs)
    20
    """
    with as_file(files("nnjax.quiz") / QUIZ_STUDY) as path:
        return expand(load_study(path, overrides))


def student_split(table: Table, n_train: int) -> Split:
    """The split of `train_test_split(…, test_size=0.25, random_state=0)`, the rest split again for validation rows."""
    rest, test = train_test_split(np.arange(len(table.target)), test_size=0.25, random_state=0)
    train, validation = train_test_split(rest, train_size=n_train, random_state=0)
    rows = [np.sort(part).astype(np.int32) for part in (train, validation, test)]
    return Split(rows[0], rows[1], rows[2], "train_test_split")


def answer_diabetes(space: Space, home: Path, progress: Progress, seeds: int = 20) -> DiabetesAnswer:
    """Train on the study's splits, through the journal, and from many seeds on the student's; fit ridge beside it.

    Raises:
        RuntimeError: If a run of the study ends in an error.
    """
    summary = run_sweep(space, home, "serial", 1, progress)
    if summary.missing:
        raise RuntimeError("\n".join(summary.errors))
    runs = with_scores(results_table(space, Journal(home)), space.study.judged)
    network = runs["test_score"].to_numpy(dtype=np.float64)
    own = student_split(space.table, len(space.splits[0].train))
    with progress.stage("Fitting ridge, and networks on one split") as say:
        linear = baseline_scores(space.table, [*space.splits, own], [REGRESSION.reference], say)["test_r2"]
        one_split = _train_one_split(space, own, seeds)
    ridge, one_ridge = linear.to_numpy()[:-1], float(linear.iloc[-1])
    sizes = correction_sizes(space).pair
    return DiabetesAnswer(
        space=space,
        network=network,
        ridge=ridge,
        interval=paired_interval(network, *sizes),
        ridge_interval=paired_interval(ridge, *sizes),
        difference=paired_interval(network - ridge, *sizes),
        one_split=one_split,
        one_ridge=one_ridge,
    )


def _train_one_split(space: Space, split: Split, seeds: int) -> Float[np.ndarray, " S"]:
    """The study's own network from several seeds on one split, in the study's own program where sizes allow."""
    configuration = space.cells[0].configuration
    bucket = make_bucket(configuration, space.table, largest_sizes([*space.splits, split]))
    base, scaled = space.study.replicates.base_seed, {0: scale_split(space.table, split)}
    derived = [derive_seed(base, "quiz", "one split", number) for number in range(seeds)]
    trainees = [make_trainee(f"one split {i}", configuration, seed, 0) for i, seed in enumerate(derived)]
    outcomes = train_all(bucket, trainees, scaled)
    diverged = [outcome["status"] == "diverged" for outcome in outcomes]
    return clipped_scores([outcome["test_r2"] for outcome in outcomes], diverged, space.study.judged)
