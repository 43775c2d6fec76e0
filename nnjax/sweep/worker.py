"""What a worker does with a task: train one chunk, with the splits that it was given once at its start."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nnjax.data.scaling import ScaledSplit
from nnjax.sweep.compilation_cache import enable_compilation_cache
from nnjax.sweep.host import peak_memory_mb
from nnjax.training.bucket import Bucket
from nnjax.training.chunk import TrainedChunk, Trainee, train_chunk


@dataclass(frozen=True)
class TrainingTask:
    """A chunk as it travels to a worker: without study, cells and labels.

    Attributes:
        chunk_id: Hash of its runs.
        bucket: What shapes the program.
        trainees: The runs.
        split_keys: Split number -> key of `prepare_worker`, for the splits of the trainees.
        cost: Predicted seconds.
    """

    chunk_id: str
    bucket: Bucket
    trainees: tuple[Trainee, ...]
    split_keys: Mapping[int, str]
    cost: float

    @property
    def program(self) -> Bucket:
        """What must be compiled first."""
        return self.bucket


@dataclass(frozen=True)
class TrainedTask:
    """A trained chunk and what it cost.

    Attributes:
        chunk: Outcomes and seconds.
        started: Unix seconds.
        ended: Unix seconds.
        process: Number of the process that trained it.
        peak_memory_mb: The most memory that this process ever held.
    """

    chunk: TrainedChunk
    started: float
    ended: float
    process: int
    peak_memory_mb: float


_SPLITS: dict[str, ScaledSplit] = {}
"""Key of data and split -> scaled arrays: what `prepare_worker` brought into this process."""


def prepare_worker(cache_folder: Path, splits: Mapping[str, ScaledSplit]) -> None:
    """Get a process ready for training; called once in each.

    Args:
        cache_folder: JAX's persistent compilation cache.
        splits: Key of data and split -> scaled arrays, for all splits of the sweep.
    """
    enable_compilation_cache(cache_folder)
    _SPLITS.update(splits)


def train_task(task: TrainingTask) -> TrainedTask:
    """Train a chunk.

    Args:
        task: The chunk; its splits were given to `prepare_worker`.
    """
    started = time.time()
    scaled = {number: _SPLITS[key] for number, key in task.split_keys.items()}
    chunk = train_chunk(task.bucket, task.trainees, scaled)
    return TrainedTask(chunk, started, time.time(), os.getpid(), peak_memory_mb())
