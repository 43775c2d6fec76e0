"""The networks of a model: those of the chosen cell's runs, trained again, and an ensemble refitted on all rows."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nnjax.data.prepared import prepare_and_scale
from nnjax.data.rounding import rounded_columns
from nnjax.data.scaling import ScaledSplit
from nnjax.data.splits import Split, all_rows
from nnjax.data.streams import derive_seed
from nnjax.execution.cores import usable_cores
from nnjax.refusal import RefusedError
from nnjax.surroundings import SurroundingsError
from nnjax.sweep.buckets import largest_sizes, make_bucket
from nnjax.sweep.configuration import Configuration, make_configuration
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.rerun import COMPARED, differing_columns
from nnjax.sweep.rows import make_trainee
from nnjax.sweep.space import Cell, Run, Space
from nnjax.sweep.study.grid import resolve
from nnjax.terminal import Say
from nnjax.training.bucket import Bucket, chunk_size
from nnjax.training.chunk import train_chunk
from nnjax.training.device import DeviceError
from nnjax.training.trainee import RunOutcome, TrainedChunk, Trainee

if TYPE_CHECKING:
    from nnjax.training.loop import Network


@dataclass(frozen=True)
class RetrainedRun:
    """A run of the sweep, trained again.

    Attributes:
        run: Which one.
        network: Its network at the best epoch.
        best_epoch: That epoch.
        difference: The largest difference of all that the journal has of it; 0 where all is bitwise the same.
        prediction: Of its split's test rows, as the journal keeps it [T, outputs].
    """

    run: Run
    network: "Network"
    best_epoch: int
    difference: float
    prediction: NDArray[np.float32]


@dataclass(frozen=True)
class Member:
    """A network of the ensemble: refitted on all rows from a seed of its own."""

    seed: int
    network: "Network"


@dataclass(frozen=True)
class Refit:
    """How the ensemble is trained.

    Attributes:
        configuration: The cell's, "full" batches being of all rows.
        split: All rows train.
        rounded: Columns that are constant but for rounding.
        epochs: Epochs that are trained: fewer than the configuration's, for which the schedule is made.
    """

    configuration: Configuration
    split: Split
    rounded: tuple[int, ...]
    epochs: int


def plan_refit(space: Space, cell: Cell, epochs: int) -> Refit:
    """The training of a cell on all rows of the table for so many epochs."""
    table = space.table
    split = all_rows(len(table.target))
    settings = resolve(cell.levels, space.study.fixed, len(split.train), table.task)
    chosen = replace(make_configuration(settings), kernels=cell.configuration.kernels)
    return Refit(chosen, split, rounded_columns(table, split), epochs)


def retrain_runs(space: Space, cell: Cell, journal: Journal, say: Say) -> list[RetrainedRun]:
    """The finished runs of a cell, trained again and compared with the journal; those that diverged are left out.

    Raises:
        RefusedError: None finished, one of them fails, or comes to another end than in the sweep.
    """
    runs = {run.run_id: run for run in space.runs if run.cell.cell_id == cell.cell_id}
    kept = {row["run_id"]: row for row in journal.read(["status", *COMPARED], set(runs)).to_pylist()}
    finished = [run for run in runs.values() if kept[run.run_id]["status"] == "finished"]
    if not finished:
        raise RefusedError(
            f"{space.study.path}: all {len(runs)} runs of cell {cell.label} diverged, so nothing can be made of it; "
            "choose another one: --cell"
        )
    bucket = make_bucket(cell.configuration, space.table, largest_sizes(space.splits))
    trainees = [
        make_trainee(run.run_id, cell.configuration, run.replicate.seed, run.replicate.split) for run in finished
    ]
    replicates = {run.replicate.split: run.replicate for run in finished}
    scaled = {
        number: _scaled(space, cell.configuration, space.splits[number], replicate.rounded)
        for number, replicate in replicates.items()
    }
    found = _train(bucket, trainees, scaled, say)
    retrained = []
    for run in finished:
        outcome, (best, _) = found[run.run_id]
        if outcome["status"] != "finished":
            raise RefusedError(
                f"{space.study.path}: run {run.run_id[:12]} finished in the sweep and diverges on this machine; fit "
                "where the sweep was trained, or choose another cell: --cell"
            )
        stored = kept[run.run_id]
        told = [name for name in COMPARED if stored[name] is not None and stored[name] == stored[name]]
        differences = differing_columns(stored, outcome, told)
        prediction = outcome["test_prediction"].reshape(len(space.splits[run.replicate.split].test), -1)
        difference = max(differences.values(), default=0.0)
        retrained.append(RetrainedRun(run, best, int(outcome["best_epoch"]), difference, prediction))
    return retrained


def refit(space: Space, plan: Refit, members: int, say: Say) -> list[Member]:
    """An ensemble of networks that have seen all rows: each draws its start and the order of the rows anew.

    No row is left to choose an epoch: all train for as many as planned, and the last network counts.

    Raises:
        RefusedError: One of them fails or diverges.
    """
    bucket = make_bucket(plan.configuration, space.table, largest_sizes([plan.split]))
    bucket = replace(bucket, epochs=plan.epochs, scored_rows="validation")
    seeds = [derive_seed(space.study.replicates.base_seed, "ensemble", number) for number in range(members)]
    trainees = [
        replace(
            make_trainee(f"ensemble_{number}", plan.configuration, seed, 0), schedule_epochs=plan.configuration.epochs
        )
        for number, seed in enumerate(seeds)
    ]
    found = _train(bucket, trainees, {0: _scaled(space, plan.configuration, plan.split, plan.rounded)}, say)
    lost = [name for name, (outcome, _) in found.items() if outcome["status"] != "finished"]
    if lost:
        raise RefusedError(
            f"{space.study.path}: {len(lost)} of {members} networks diverged when trained on all rows; choose another "
            "cell: --cell"
        )
    return [Member(seed, found[f"ensemble_{number}"][1][1]) for number, seed in enumerate(seeds)]


def _scaled(space: Space, chosen: Configuration, split: Split, rounded: tuple[int, ...]) -> ScaledSplit:
    return prepare_and_scale(space.table, split, chosen.output, chosen.preparation, rounded, chosen.target_scale)


def _train(
    bucket: Bucket, trainees: Sequence[Trainee], scaled: Mapping[int, ScaledSplit], say: Say
) -> dict[str, "tuple[RunOutcome, tuple[Network, Network]]"]:
    """Each run's outcome and networks, best and last; chunks train side by side, on as many threads as cores."""
    size = chunk_size(bucket)
    chunks = [trainees[start : start + size] for start in range(0, len(trainees), size)]
    found: dict[str, Any] = {}
    with ThreadPoolExecutor(min(len(chunks), len(usable_cores())) or 1) as threads:
        for chunk in threads.map(lambda part: _train_chunk(bucket, part, scaled), chunks):
            if chunk.failures:
                run_id, reason = next(iter(chunk.failures.items()))
                raise RefusedError(f"training {run_id[:12]} failed: {reason}; choose another cell: --cell")
            found |= {each["run_id"]: (each, chunk.networks[each["run_id"]]) for each in chunk.outcomes}
            say(f"{len(found):,} of {len(trainees):,} networks")
    return found


def _train_chunk(bucket: Bucket, part: Sequence[Trainee], scaled: Mapping[int, ScaledSplit]) -> TrainedChunk:
    try:
        return train_chunk(bucket, part, scaled, with_networks=True)
    except (DeviceError, SurroundingsError) as error:
        raise RefusedError(f"networks of that cell cannot be trained on this machine: {error}") from None


def median_epoch(runs: Sequence[RetrainedRun]) -> int:
    """The median of the runs' best epochs, the later of the middle two."""
    return int(np.sort([run.best_epoch for run in runs])[len(runs) // 2])
