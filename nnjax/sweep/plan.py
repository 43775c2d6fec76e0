"""The plan of a sweep: which runs are missing, in which chunks they will be trained, and what that will cost.

What earlier engines have trained is missing, too.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from nnjax.data.preparation import Preparation
from nnjax.execution.cores import usable_cores
from nnjax.sweep.buckets import largest_sizes, make_buckets
from nnjax.sweep.configuration import Configuration
from nnjax.sweep.cost import (
    SECONDS_A_WORKER,
    SECONDS_TO_START,
    baseline_seconds,
    journal_bytes,
    mlflow_bytes,
    program_seconds,
    report_seconds,
    run_seconds,
    tracking_seconds,
)
from nnjax.sweep.journal.journal import chunk_name
from nnjax.sweep.space import Run, Space
from nnjax.training.bucket import Bucket, chunk_size

_BYTES_A_MB = 1e6

WORKERS_A_GPU = 2


@dataclass(frozen=True)
class Chunk:
    """Runs that train together: one bucket, one activation; at most `chunk_size(bucket)`; the call is padded."""

    bucket: Bucket
    activation: str | tuple[str, ...]
    runs: tuple[Run, ...]
    chunk_id: str

    @property
    def cost(self) -> float:
        """Predicted seconds of one core; a chunk costs the same however few runs are in it."""
        return chunk_size(self.bucket) * run_seconds(self.bucket)


@dataclass(frozen=True)
class BucketPlan:
    """What is left to do in one bucket: runs, calls of its program, predicted seconds of one core."""

    bucket: Bucket
    runs: int
    chunks: int
    seconds: float


@dataclass(frozen=True)
class Plan:
    """A sweep before it starts: the study's distinct runs, the missing ones grouped, their buckets, the dearest first.

    Megabytes are predicted: those by which the journal will grow, those of the whole study in MLflow's database.
    Baselines that an earlier report kept are not fitted again.
    """

    cells: int
    replicates: int
    runs: int
    missing: int
    chunks: tuple[Chunk, ...]
    buckets: tuple[BucketPlan, ...]
    journal_mb: float
    mlflow_mb: float
    has_baselines: bool = False

    @property
    def programs(self) -> int:
        """Programs to compile, or to fetch from the cache."""
        return len(self._programs)

    @property
    def _programs(self) -> set[Bucket]:
        return {part.bucket.program for part in self.buckets}

    def minutes(self, workers: int) -> float:
        """Predicted minutes from start to end of the training, nothing cached, each worker with a core to itself."""
        if not self.chunks:
            return 0.0
        training = sum(bucket.seconds for bucket in self.buckets)
        shared = (training + sum(map(program_seconds, self._programs))) / workers
        return (SECONDS_TO_START + shared) / 60


@dataclass(frozen=True)
class Minutes:
    """Predicted minutes of each stage of a sweep, no program cached, nothing else on the machine; 0 if none is missing.

    Attributes:
        train: Compiling and training, all workers at once.
        baselines: Fitting the baselines; 0 if they are kept.
    """

    train: float = 0.0
    baselines: float = 0.0
    track: float = 0.0
    report: float = 0.0

    @property
    def wall(self) -> float:
        """All of it, one after the other."""
        return self.train + self.baselines + self.track + self.report


def sweep_minutes(space: Space, plan: Plan, workers: int) -> Minutes:
    """Predicted minutes of a whole sweep."""
    if not plan.missing:
        return Minutes()
    splits = {run.replicate.split for run in space.runs}
    rows = max(len(space.splits[each].train) + len(space.splits[each].validation) for each in splits)
    return Minutes(
        train=plan.minutes(workers),
        baselines=0.0 if plan.has_baselines else baseline_seconds(rows, len(splits), space.table.outputs) / 60,
        track=tracking_seconds(plan.runs + plan.cells) / 60,
        report=report_seconds(plan.cells) / 60,
    )


def default_workers(space: Space) -> int:
    """Workers at once where nobody says how many: one a core; two where a GPU trains all: one compiles."""
    only_gpu = all(cell.configuration.device == "gpu" for cell in space.cells)
    return WORKERS_A_GPU if only_gpu else len(usable_cores())


def worthwhile_workers(plan: Plan, most: int, is_kept: Callable[[Bucket], bool]) -> int:
    """Worker processes, at most so many, of which each has as much to do as its start costs; on a GPU all of them.

    A program that is kept is compiled already.
    """
    if any(part.bucket.device != "cpu" for part in plan.buckets):
        return most
    to_compile = {part.bucket.program for part in plan.buckets if not is_kept(part.bucket)}
    seconds = sum(part.seconds for part in plan.buckets) + sum(map(program_seconds, to_compile))
    return max(1, min(most, int(seconds / SECONDS_A_WORKER)))


def make_plan(space: Space, finished: Set[str], has_baselines: bool = False) -> Plan:
    """Group the runs that are missing into chunks; the baselines of these splits may be there already.

    How runs are grouped has no influence on their numbers: every chunk is trained at its bucket's own size.
    """
    distinct = {run.run_id: run for run in space.runs}
    missing = [run for run_id, run in distinct.items() if run_id not in finished]
    buckets = make_buckets((cell.configuration for cell in space.cells), space.table, largest_sizes(space.splits))
    chunks = tuple(_make_chunks(missing, buckets))
    replicates, curves = len(space.replicates), space.study.logging.curves
    return Plan(
        cells=len(space.cells),
        replicates=replicates,
        runs=len(distinct),
        missing=len(missing),
        chunks=chunks,
        buckets=_plan_buckets(chunks),
        journal_mb=sum(len(chunk.runs) * journal_bytes(chunk.bucket) for chunk in chunks) / _BYTES_A_MB,
        mlflow_mb=sum(mlflow_bytes(buckets[cell.configuration], replicates, curves) for cell in space.cells)
        / _BYTES_A_MB,
        has_baselines=has_baselines,
    )


def _make_chunks(runs: Sequence[Run], buckets: Mapping[Configuration, Bucket]) -> Iterator[Chunk]:
    groups: dict[tuple[Bucket, str | tuple[str, ...], Preparation, str], list[Run]] = defaultdict(list)
    for run in runs:
        configuration = run.cell.configuration
        prepared = configuration.preparation, configuration.target_scale
        groups[buckets[configuration], configuration.activation, *prepared].append(run)
    for (bucket, activation, *_), members in groups.items():
        size = chunk_size(bucket)
        for start in range(0, len(members), size):
            part = tuple(members[start : start + size])
            yield Chunk(bucket, activation, part, chunk_name([run.run_id for run in part]))


def _plan_buckets(chunks: Sequence[Chunk]) -> tuple[BucketPlan, ...]:
    groups: dict[Bucket, list[Chunk]] = defaultdict(list)
    for chunk in chunks:
        groups[chunk.bucket].append(chunk)
    plans = [
        BucketPlan(
            bucket=bucket,
            runs=sum(len(chunk.runs) for chunk in members),
            chunks=len(members),
            seconds=sum(chunk.cost for chunk in members),
        )
        for bucket, members in groups.items()
    ]
    return tuple(sorted(plans, key=lambda plan: -plan.seconds))
