"""Train one run of the journal again, alone, and compare: is the number on record the number that comes out?"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nnjax.data.prepared import prepare_and_scale
from nnjax.data.splits import SplitPlan, make_splits
from nnjax.data.tables import Table, load_table, parse_source
from nnjax.kernels.names import KernelsError, in_words
from nnjax.metrics import FIT_CURVES, LAYER_CURVES
from nnjax.refusal import RefusedError
from nnjax.surroundings import SurroundingsError
from nnjax.sweep.buckets import largest_sizes, make_bucket
from nnjax.sweep.chosen_kernels import provide_kernels
from nnjax.sweep.compilation_cache import cache_folder, enable_compilation_cache
from nnjax.sweep.configuration import make_configuration
from nnjax.sweep.journal.journal import NOT_MEASURED, Journal
from nnjax.sweep.journal.schema import JOURNAL_FINALS, PREDICTIONS
from nnjax.sweep.journal.tables import kept_table
from nnjax.sweep.rows import make_trainee
from nnjax.training import ENGINE_VERSION
from nnjax.training.chunk import train_chunk
from nnjax.training.device import DeviceError
from nnjax.training.trainee import RunOutcome

if TYPE_CHECKING:
    from nnjax.training.loop import Network

COMPARED = (*JOURNAL_FINALS, *FIT_CURVES, *LAYER_CURVES, *PREDICTIONS)

SHOWN_SCORES = ("validation_r2", "test_r2", "test_rmse", "validation_accuracy", "test_accuracy", "test_log_loss")

RERUN_COLUMNS = ("configuration", "data", "data_digest", "split_digest", "seed", "replicate", "engine")
"""Without these nobody knows what to train."""


class RerunError(RefusedError):
    """The run cannot be trained again; one line with the remedy."""


class ElsewhereError(RerunError):
    """It can be trained again, but not on this machine."""


class OtherKernelsError(ElsewhereError):
    """It needs vectors or a compiler that this machine has not; all but its numbers can be checked here.

    Attributes:
        why: What it needs, and what there is.
    """

    def __init__(self, run_id: str, kernels: str, error: KernelsError) -> None:
        self.why = f"trained by {in_words(kernels)}, which cannot be had here: {error}"
        checked = "its file's checksum, its copies and its pages are what `nnjax audit STUDY` can check here"
        super().__init__(f"run {run_id} was {self.why}; {checked}")


@dataclass(frozen=True)
class Comparison:
    """A run trained again.

    Attributes:
        host: Where the journal's numbers were made.
        compared: Finals, curves and predictions that were compared: those that the run was written down with.
        differences: Column -> largest absolute difference, for columns that are not bitwise equal.
        configuration: Its configuration as JSON.
        best: Its network with the lowest validation loss, by which its scores are.
    """

    run_id: str
    host: str
    outcome: RunOutcome
    compared: int
    differences: dict[str, float]
    configuration: str
    best: "Network"

    @property
    def agrees(self) -> bool:
        """Whether every final, curve and prediction is bitwise the journal's."""
        return not self.differences

    def describe(self) -> str:
        """The answer for a person."""
        shown = [name for name in SHOWN_SCORES if name in self.outcome]
        scores = ", ".join(f"{name} {self.outcome[name]:.6g}" for name in shown)
        head = f"run {self.run_id}\n{self.outcome['status']}, best epoch {self.outcome['best_epoch']}, {scores}"
        if self.agrees:
            return (
                f"{head}\nagrees with the journal: all {self.compared} finals, curves and predictions are bitwise equal"
            )
        worst = max(self.differences, key=lambda name: self.differences[name])
        return (
            f"{head}\ndiffers from the journal (trained on {self.host}) in {len(self.differences)} of {self.compared} "
            f"columns; the largest difference is {self.differences[worst]:.3g}, in {worst}"
        )


def rerun(home: Path | str, prefix: str) -> Comparison:
    """Train the run whose identity begins with `prefix` again, in a padded chunk of its own.

    Raises:
        RerunError: There is no such run, several, it was written down without what it takes, its data are not what
            they were, or its device or its kernels are not here.
    """
    journal = Journal(home)
    row = _find(journal, prefix)
    if row["engine"] != ENGINE_VERSION:
        raise RerunError(
            f"run {row['run_id']} was trained by engine {row['engine']}, this is engine {ENGINE_VERSION}; "
            "use the nnjax version that trained it"
        )
    enable_compilation_cache(cache_folder(Path(home)))
    outcome, best = _train(row, _table(Path(home), row), Path(home))
    kept = journal.columns_of(row["run_id"])  # what nnjax measures only since then has nothing to be compared with
    compared = [name for name in COMPARED if name in kept]
    found = differing_columns(row, outcome, compared)
    host = row["host"] or "an unknown machine"
    return Comparison(row["run_id"], host, outcome, len(compared), found, row["configuration"], best)


def differing_columns(row: Mapping[str, Any], outcome: RunOutcome, columns: Iterable[str]) -> dict[str, float]:
    """Columns of a run in the journal that a training came to differently -> the largest difference; none if bitwise.

    Infinite where one has a number and the other has none.
    """
    differences = {name: _difference(row[name], outcome.get(name, NOT_MEASURED.get(name))) for name in columns}
    return {name: difference for name, difference in differences.items() if difference != 0}


def _find(journal: Journal, prefix: str) -> dict[str, Any]:
    matching = sorted(run_id for run_id in journal.run_ids() if run_id.startswith(prefix))
    if len(matching) != 1:
        count = "no run" if not matching else f"{len(matching)} runs"
        remedy = "see `nnjax results STUDY` for the ids" if not matching else "give more digits"
        raise RerunError(f"{prefix}: {count} in the journal with an id that begins so; {remedy}")
    found: dict[str, Any] = journal.read([*RERUN_COLUMNS, "host", *COMPARED], set(matching)).to_pylist()[0]
    lacking = [name for name in RERUN_COLUMNS if found[name] is None]
    if lacking:
        raise RerunError(
            f"run {found['run_id']} was written down without {', '.join(lacking)}: it cannot be trained again; "
            "use the nnjax version that trained it"
        )
    return found


def _table(home: Path, row: dict[str, Any]) -> Table:
    """The data that the run was trained on: a table of one's own as it was kept, all others made again."""
    try:
        if (kept := kept_table(home, row["data_digest"])) is not None:
            return kept
    except RefusedError as error:
        raise RerunError(str(error)) from None
    try:
        table = load_table(parse_source(row["data"]))
    except ValueError:
        raise RerunError(f"table {row['data']} of run {row['run_id']} is not in journal/tables; restore it") from None
    if table.digest != row["data_digest"]:
        raise RerunError(f"data set {row['data']} has changed since run {row['run_id']} was trained; restore it")
    return table


def _train(row: dict[str, Any], table: Table, home: Path) -> "tuple[RunOutcome, Network]":
    replicate = json.loads(row["replicate"])
    chosen = json.loads(row["configuration"])
    configuration = make_configuration(chosen)
    splits = make_splits(len(table.target), _split_plan(replicate), table.labels, table.arrangement)
    split = splits[replicate["split"]]
    if split.digest != row["split_digest"]:
        raise RerunError(
            f"the split of run {row['run_id']} comes out differently here; use the versions that trained it"
        )
    bucket = make_bucket(configuration, table, largest_sizes(splits))
    trainee = make_trainee(row["run_id"], configuration, row["seed"], replicate["split"])
    rounded = tuple(replicate.get("rounded", ()))  # as it was decided then, whatever the kept table's types
    prepared = configuration.preparation, rounded, configuration.target_scale
    scaled = {replicate["split"]: prepare_and_scale(table, split, configuration.output, *prepared)}
    try:
        provide_kernels(bucket.kernels, home)
        chunk = train_chunk(bucket, [trainee], scaled, with_networks=True)
    except (DeviceError, SurroundingsError) as error:
        raise ElsewhereError(f"run {row['run_id']} cannot be trained again on this machine: {error}") from None
    except KernelsError as error:
        raise OtherKernelsError(row["run_id"], bucket.kernels, error) from None
    if chunk.failures:
        raise RerunError(f"run {row['run_id']} failed: {chunk.failures[row['run_id']]}; the journal keeps what it has")
    return chunk.outcomes[0], chunk.networks[row["run_id"]][0]


def _split_plan(replicate: dict[str, Any]) -> SplitPlan:
    """As many splits as it takes to come to the run's own: whole repeats of all folds."""
    method, needed = replicate["method"], replicate["split"] + 1
    shares = (replicate.get("test_share", 0.0), replicate["validation_share"])
    told = (replicate["base_seed"], replicate.get("n_folds", 0), replicate.get("gap", 0))
    folds = replicate.get("folds") or SplitPlan(method, needed, *shares, *told).folds
    return SplitPlan(method, -(-needed // folds) * folds, *shares, *told)


def _difference(stored: Any, fresh: Any) -> float:
    """Largest absolute difference; 0 only if bitwise equal, infinite if one is NaN where the other is not."""
    if isinstance(fresh, str) or stored is None or fresh is None:
        return 0.0 if stored == fresh else float("inf")
    a, b = np.asarray(stored, dtype=np.float64), np.asarray(fresh, dtype=np.float64)
    if a.size == b.size == 0:  # no layer to watch: the journal's empty list knows no epochs
        return 0.0
    if a.shape != b.shape or not np.array_equal(np.isnan(a), np.isnan(b)):
        return float("inf")
    if np.array_equal(a, b, equal_nan=True):
        return 0.0
    with np.errstate(invalid="ignore"):
        return float(np.nanmax(np.abs(np.where(a == b, 0.0, a - b))))
