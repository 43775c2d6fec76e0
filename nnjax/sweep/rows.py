"""Between a run of the space and a row of the journal: what a worker must know, and what a row says of the run."""

from dataclasses import asdict, fields
from typing import Any

from nnjax.sweep.configuration import Configuration
from nnjax.sweep.identity import canonical_json
from nnjax.sweep.journal.schema import SCHEMA_VERSION
from nnjax.sweep.plan import Chunk
from nnjax.sweep.space import Run, Space
from nnjax.sweep.worker import TrainedTask, TrainingTask
from nnjax.training.bucket import chunk_size
from nnjax.training.optimizers import Hyperparameters
from nnjax.training.trainee import Trainee

ELSEWHERE = ("seed", "split_digest")
"""Of a replicate, what has a column of its own."""


def make_trainee(run_id: str, configuration: Configuration, seed: int, split: int) -> Trainee:
    """What the engine must know of one run."""
    numbers = Hyperparameters(**{name: getattr(configuration, name) for name in Hyperparameters._fields})
    chosen: dict[str, Any] = {each.name: getattr(configuration, each.name, None) for each in fields(Trainee)}
    own = {"run_id": run_id, "hyperparameters": numbers, "seed": seed, "split": split}
    return Trainee(**chosen | own)


def split_key(data_digest: str, run: Run, output: str) -> str:
    """The name of a run's split within a worker, prepared and scaled, its target encoded for an output."""
    chosen = run.cell.configuration
    return f"{data_digest}:{run.replicate.split_digest}:{output}:{chosen.preparation}:{chosen.target_scale}"


def make_task(chunk: Chunk, data_digest: str) -> TrainingTask:
    """A chunk as it travels to a worker."""
    return TrainingTask(
        chunk_id=chunk.chunk_id,
        bucket=chunk.bucket,
        trainees=tuple(
            make_trainee(run.run_id, run.cell.configuration, run.replicate.seed, run.replicate.split)
            for run in chunk.runs
        ),
        split_keys={run.replicate.split: split_key(data_digest, run, chunk.bucket.output) for run in chunk.runs},
        cost=chunk.cost,
    )


def make_rows(space: Space, chunk: Chunk, trained: TrainedTask) -> list[dict[str, Any]]:
    """A trained chunk as rows of the journal, one for each run that has an outcome."""
    provenance = {
        "started": trained.started,
        "ended": trained.ended,
        "train_seconds": trained.chunk.train_seconds / chunk_size(chunk.bucket),
        "host": trained.host,
        "chunk": chunk.chunk_id,
    }
    outcomes = {outcome["run_id"]: outcome for outcome in trained.chunk.outcomes}
    return [
        {**outcomes[run.run_id], **run_columns(space, run), **provenance}
        for run in chunk.runs
        if run.run_id in outcomes
    ]


def _parted(space: Space) -> dict[str, Any]:
    """What the method was told beside the seed: shares, or what it takes to follow a column of the kept table."""
    plan = space.study.split_plan
    if space.table.arrangement is None:
        return {"test_share": plan.test_share}
    return {"n_folds": plan.n_folds, "gap": plan.gap, "folds": plan.folds}


def run_columns(space: Space, run: Run) -> dict[str, Any]:
    """What a row says of the run itself: enough to train it again without the study."""
    study, replicate = space.study, run.replicate
    return {
        "run_id": run.run_id,
        "schema": SCHEMA_VERSION,
        "kernels": run.cell.configuration.kernels,
        "configuration": run.cell.configuration.to_json(),
        "data": space.table.name,
        "data_digest": space.table.digest,
        "split_digest": replicate.split_digest,
        "seed": replicate.seed,
        "replicate": canonical_json(
            {
                **{name: value for name, value in asdict(replicate).items() if name not in ELSEWHERE and value != ()},
                "method": study.replicates.method,
                **_parted(space),
                "validation_share": study.data.validation_share,
                "base_seed": study.replicates.base_seed,
            }
        ),
    }
