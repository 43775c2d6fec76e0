"""The runner: trains what the journal lacks, and nothing twice. A finished chunk is on the disk before it counts."""

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from nnjax.data.prepared import prepare_and_scale
from nnjax.data.scaling import ScaledSplit
from nnjax.execution.executor import Cluster, Executor, Outcome
from nnjax.execution.slots import make_executor
from nnjax.redaction import masked_command
from nnjax.surroundings import check_name, check_variables
from nnjax.sweep.chosen_kernels import require_kernels
from nnjax.sweep.compilation_cache import cache_folder, remove_broken_entries
from nnjax.sweep.declarations import lock_claims
from nnjax.sweep.durable import keep_from_git
from nnjax.sweep.explosions import exploded_runs
from nnjax.sweep.host import describe_host, git_commit, package_versions, peak_memory_mb
from nnjax.sweep.journal.journal import Journal, refused_rows
from nnjax.sweep.journal.record import SweepRecord, add_seconds, continue_record, load_record, save_record
from nnjax.sweep.journal.tables import keep_table
from nnjax.sweep.kept_programs import KeptPrograms
from nnjax.sweep.plan import Chunk, Plan, default_workers, make_plan, worthwhile_workers
from nnjax.sweep.progress import Progress, SweepState
from nnjax.sweep.rows import make_rows, make_task, split_key
from nnjax.sweep.space import Space, sweep_id
from nnjax.sweep.worker import (
    TrainedTask,
    TrainingTask,
    decisive_versions,
    prepare_elsewhere,
    prepare_on,
    prepare_worker,
    train_task,
)
from nnjax.terminal import Say

SECONDS_BETWEEN_RECORDS = 2.0
"""What a killed sweep's record may lack of the time spent and the runs trained."""


@dataclass(frozen=True)
class SweepSummary:
    """What a sweep came to.

    Attributes:
        planned: Distinct runs of the study.
        reused: Runs that were in the journal before.
        diverged: Runs of the study that turned NaN or infinite, whenever trained.
        failed: Runs that ended in an error now, alone or with their chunk; they are among the missing ones.
        errors: What went wrong, one text a failed run or chunk.
        seconds: Stage -> seconds of this execution: setup, compile, train (both summed over workers), wall.
        exploded: Run id -> score of the runs that finished now with one beyond reason.
    """

    sweep_id: str
    planned: int
    trained: int
    reused: int
    diverged: int
    missing: int
    failed: int
    errors: tuple[str, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    exploded: Mapping[str, float] = field(default_factory=dict)

    @property
    def is_all_diverged(self) -> bool:
        """Whether every run of the study that was ever trained diverged."""
        return 0 < self.diverged == self.planned - self.missing


@dataclass(frozen=True)
class Engine:
    """What trains; tests put another in its place: `prepare` is called once in each worker, `train` with each task."""

    prepare: Callable[[Path, Mapping[str, ScaledSplit]], None] = prepare_worker
    train: Callable[[TrainingTask], TrainedTask] = train_task


def run_sweep(
    space: Space,
    home: Path | str = ".",
    executor_name: str = "processes",
    workers: int | None = None,
    progress: Progress | None = None,
    engine: Engine | None = None,
    cluster: Cluster | None = None,
) -> SweepSummary:
    """Train every run of a space that the journal lacks; nobody is told how it goes where there is no `progress`.

    To be called again after a kill, or with a larger study: what is in the journal stays and is not trained again.
    Executor and workers have no influence on any number. A run or a chunk that fails does not stop the others; its runs
    are missing.

    Raises:
        RefusedError: This machine lacks the kernels that are to train; nothing has been written.
        SurroundingsError: A variable would change the runs' numbers; nothing has been written.
        NoTextError: The home's name is no UTF-8.
        ExecutionError: If no worker can be started, or the cluster is not there.
        ClaimLockError: If nobody can tell what the study's claims were when its training began; nothing is trained.
        ValueError: If there is no such executor.
    """
    check_name(Path(home).resolve())
    workplace = _Workplace(Path(home), executor_name, workers, cluster, engine or Engine())
    return _Sweep(space, workplace, progress or Progress()).run()


@dataclass(frozen=True)
class _Workplace:
    """Where a sweep runs."""

    home: Path
    executor_name: str
    wanted: int | None
    """Workers that were asked for; None if nobody said how many."""
    cluster: Cluster | None
    engine: Engine

    def workers(self, space: Space, plan: Plan) -> int:
        """Those that were asked for; else one a core, and no more processes than are worth their start."""
        most = default_workers(space) if self.wanted is None else self.wanted
        if self.wanted is not None or self.executor_name != "processes":
            return most
        return worthwhile_workers(plan, most, KeptPrograms(cache_folder(self.home)).has)


class _Sweep:
    """One execution; lives for one call of `run_sweep`."""

    def __init__(self, space: Space, workplace: _Workplace, progress: Progress) -> None:
        self._began = time.perf_counter()
        self._space, self._workplace, self._progress = space, workplace, progress
        self._host = describe_host()
        self._journal = Journal(workplace.home)
        self._statuses = self._journal.column("status")
        self._plan = make_plan(space, self._statuses.keys())
        self._workers = workplace.workers(space, self._plan)
        self._chunks = {chunk.chunk_id: chunk for chunk in self._plan.chunks}
        self._devices = frozenset(chunk.bucket.device for chunk in self._plan.chunks)
        self._kernels = frozenset(chunk.bucket.kernels for chunk in self._plan.chunks)
        self._work = sum(chunk.cost for chunk in self._plan.chunks)
        self._state = SweepState(runs_to_train=self._plan.missing)
        self._setup_seconds = 0.0
        self._earlier = load_record(workplace.home, sweep_id(space))
        self._base = continue_record(self._record(), self._earlier)
        self._recorded_at = 0.0
        self._errors: list[str] = []
        self._exploded: dict[str, float] = {}
        self._memory: dict[tuple[str, int], float] = {}

    def run(self) -> SweepSummary:
        """Train what is missing and say what came of it."""
        if self._plan.chunks and self._workplace.cluster is None:  # workers started here inherit what is around us
            check_variables(self._devices)
            require_kernels(self._kernels, self._workplace.home, self._space.study.path)
        lock_claims(self._workplace.home, self._space)
        keep_from_git(self._workplace.home)
        if self._space.study.data.file is not None:
            keep_table(self._workplace.home, self._space.table)
        if self._plan.chunks:
            with self._recorded(), closing(self._executor()) as executor:
                self._train(executor)
        elif self._earlier is None:
            save_record(self._workplace.home, replace(self._base, ended=self._base.started))
        elif not self._earlier.ended:  # killed after its last chunk, before it could say so
            save_record(self._workplace.home, replace(self._earlier, ended=time.time()))
        return self._summary()

    def _executor(self) -> Executor:
        folder = cache_folder(self._workplace.home)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        remove_broken_entries(folder)
        place = self._workplace
        with self._progress.stage("Preparing the splits") as say:
            splits = _scaled_splits(self._space, self._plan, say)
        prepare = partial(place.engine.prepare, folder, splits)
        if place.cluster is not None:
            prepare = partial(prepare_elsewhere, place.engine.prepare, splits, decisive_versions())
        built = folder if place.cluster is None else None
        ready = partial(prepare_on, self._devices, prepare, self._kernels, built)
        return make_executor(place.executor_name, self._workers, ready, place.cluster)

    def _train(self, executor: Executor) -> None:
        digest = self._space.table.digest
        tasks = [make_task(chunk, digest) for chunk in self._plan.chunks]
        self._setup_seconds = time.perf_counter() - self._began
        self._progress.update(self._state)
        with closing(executor.map_unordered(self._workplace.engine.train, tasks)) as outcomes:
            for outcome in outcomes:
                self._take(self._chunks[outcome.task.chunk_id], outcome)
                if time.perf_counter() - self._recorded_at >= SECONDS_BETWEEN_RECORDS:
                    self._save()
                self._progress.update(self._state)

    def _take(self, chunk: Chunk, outcome: Outcome[TrainingTask]) -> None:
        """Journal a chunk, then count it."""
        trained: TrainedTask | None = outcome.result
        changes: dict[str, Any] = {"failed": self._state.failed + len(chunk.runs)}
        if trained is None:
            self._errors.append(outcome.error or "no result and no error")
        else:
            changes = self._count(trained, self._keep(chunk, trained))
        self._state = replace(
            self._state,
            work_done=self._state.work_done + chunk.cost / self._work,
            elapsed=time.perf_counter() - self._began - self._setup_seconds,
            **changes,
        )

    def _keep(self, chunk: Chunk, trained: TrainedTask) -> set[str]:
        """Put all runs of a chunk on the disk that can be; return the identities of the others, and note why."""
        rows, reasons = make_rows(self._space, chunk, trained), dict(trained.chunk.failures)
        try:
            self._append(rows)
        # A full disk is nobody's run: to try one by one would only fill it further.
        except OSError:
            raise
        except Exception:
            refused = refused_rows(rows)
            self._append([row for row in rows if row["run_id"] not in refused])
            reasons |= refused
        self._errors += [
            f"run {run.run_id[:12]} failed ({run.cell.label}, split {run.replicate.split}): {reasons[run.run_id]}; "
            f"its chunk's other {len(chunk.runs) - len(reasons):,} runs are kept, the same command tries it again"
            for run in chunk.runs
            if run.run_id in reasons
        ]
        return set(reasons)

    def _append(self, rows: list[dict[str, Any]]) -> None:
        if rows:
            self._journal.append(rows)

    def _count(self, trained: TrainedTask, failed: set[str]) -> dict[str, Any]:
        outcomes = [outcome for outcome in trained.chunk.outcomes if outcome["run_id"] not in failed]
        statuses = {outcome["run_id"]: outcome["status"] for outcome in outcomes}
        self._statuses |= statuses
        self._exploded |= exploded_runs(self._space.table.task, outcomes)
        process = (trained.host, trained.process)
        self._memory[process] = max(trained.peak_memory_mb, self._memory.get(process, 0.0))
        return {
            "trained": self._state.trained + len(statuses),
            "diverged": self._state.diverged + list(statuses.values()).count("diverged"),
            "failed": self._state.failed + len(failed),
            "compile_seconds": self._state.compile_seconds + trained.chunk.compile_seconds,
            "train_seconds": self._state.train_seconds + trained.chunk.train_seconds,
        }

    @contextmanager
    def _recorded(self) -> Iterator[None]:
        """Write the record before and after, also after an interrupt; end the progress display."""
        self._save()
        try:
            yield
        finally:
            self._progress.close()
            self._save(ended=time.time())

    def _record(self) -> SweepRecord:
        study = self._space.study
        return SweepRecord(
            sweep_id=sweep_id(self._space),
            study=study.name,
            study_path=study.path,
            study_text=study.text,
            overrides=study.overrides,
            runs=self._plan.runs,
            command_line=masked_command([Path(sys.argv[0]).name, *sys.argv[1:]]),
            host=asdict(self._host),
            versions=package_versions(),
            git_commit=git_commit(),
            executor=self._workplace.executor_name,
            workers=self._workers,
            started=time.time(),
            kernels=self._space.kernels,
        )

    def _save(self, ended: float = 0.0) -> None:
        """Put on the disk what earlier executions and this one have come to."""
        base = self._base
        # Threads train in this very process, whose peak is counted already.
        workers = sum(memory for process, memory in self._memory.items() if process != (self._host.name, os.getpid()))
        record = replace(
            add_seconds(base, **self._seconds()),
            trained=base.trained + self._state.trained,
            executions=base.executions + 1,
            ended=ended,
            peak_memory_mb=max(base.peak_memory_mb, peak_memory_mb() + workers),
        )
        save_record(self._workplace.home, record)
        self._recorded_at = time.perf_counter()

    def _seconds(self) -> dict[str, float]:
        return {
            "setup": self._setup_seconds,
            "compile": self._state.compile_seconds,
            "train": self._state.train_seconds,
            "wall": time.perf_counter() - self._began,
        }

    def _summary(self) -> SweepSummary:
        run_ids = {run.run_id for run in self._space.runs}
        known = [self._statuses[run_id] for run_id in run_ids if run_id in self._statuses]
        return SweepSummary(
            sweep_id=sweep_id(self._space),
            planned=len(run_ids),
            trained=self._state.trained,
            reused=len(run_ids) - self._plan.missing,
            diverged=known.count("diverged"),
            missing=len(run_ids) - len(known),
            failed=self._state.failed,
            errors=tuple(self._errors),
            seconds=self._seconds(),
            exploded=self._exploded,
        )


def _scaled_splits(space: Space, plan: Plan, say: Say) -> dict[str, ScaledSplit]:
    """The splits that the missing runs need: prepared, scaled, their targets encoded for the outputs."""
    outputs = [(run, chunk.bucket.output) for chunk in plan.chunks for run in chunk.runs]
    needed = {split_key(space.table.digest, run, output): (run, output) for run, output in outputs}
    scaled: dict[str, ScaledSplit] = {}
    for key, (run, output) in needed.items():
        say(f"{len(scaled) + 1} of {len(needed)}")
        split, chosen = space.splits[run.replicate.split], run.cell.configuration
        prepared = chosen.preparation, run.replicate.rounded, chosen.target_scale
        scaled[key] = prepare_and_scale(space.table, split, output, *prepared)
    return scaled
