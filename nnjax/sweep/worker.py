"""What a worker does with a task: train one chunk, with the splits that it was given once at its start."""

import os
import platform
import time
from collections.abc import Callable, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from nnjax.data.scaling import ScaledSplit
from nnjax.execution.executor import UnfitError
from nnjax.kernels.choice import load
from nnjax.kernels.names import XLA, KernelsError
from nnjax.surroundings import SurroundingsError, check_variables
from nnjax.sweep.compilation_cache import cache_of_this_machine, enable_compilation_cache
from nnjax.sweep.host import peak_memory_mb
from nnjax.training import ENGINE_VERSION
from nnjax.training.bucket import Bucket
from nnjax.training.device import DeviceError, check_options, find_device
from nnjax.training.trainee import TrainedChunk, Trainee


@dataclass(frozen=True)
class TrainingTask:
    """A chunk as it travels to a worker, without study, cells and labels."""

    chunk_id: str
    bucket: Bucket
    trainees: tuple[Trainee, ...]
    split_keys: Mapping[int, str]
    """Number of each split of the trainees -> its key of `prepare_worker`."""
    cost: float
    """Predicted seconds."""

    @property
    def program(self) -> Bucket:
        """What must be compiled first."""
        return self.bucket.program


@dataclass(frozen=True)
class TrainedTask:
    """A trained chunk, when it was trained in Unix seconds, and the most memory that its process ever held."""

    chunk: TrainedChunk
    started: float
    ended: float
    host: str
    process: int
    peak_memory_mb: float


DECISIVE = ("jax", "jaxlib", "numpy", "optax", "scikit-learn")
"""Packages that the numbers of a run depend on."""

_SPLITS: dict[str, ScaledSplit] = {}
"""Key of data and split -> scaled arrays: what `prepare_worker` brought into this process."""


def prepare_worker(cache_folder: Path, splits: Mapping[str, ScaledSplit]) -> None:
    """Get a process ready for training, once in each: JAX's cache, and scaled splits by the key of data and split."""
    enable_compilation_cache(cache_folder)
    _SPLITS.update(splits)


def prepare_on(
    devices: Set[str], prepare: Callable[[], None], kernels: Set[str] = frozenset(), folder: Path | None = None
) -> None:
    """Get a process ready that must have some devices and kernels, and nothing around it that changes numbers.

    What is compiled lies in that folder, in this machine's own if None.

    Raises:
        UnfitError: One of them is not here, or a variable or an option of JAX would change numbers.
    """
    if devices - {"cpu"}:
        os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")  # two workers share a GPU
    try:
        check_variables(devices)
        check_options()
        for name in sorted(devices):
            find_device(name)
    except (SurroundingsError, DeviceError) as error:
        raise UnfitError(f"{platform.node()}: {error}") from None
    prepare()
    for name in sorted(kernels - {XLA}):
        try:
            load(folder or cache_of_this_machine(), name)
        except KernelsError as error:
            raise UnfitError(f"{platform.node()}: {error}") from None


def decisive_versions() -> dict[str, str]:
    """Versions that must be the same on every machine of a sweep: its numbers depend on them."""
    return {"engine": ENGINE_VERSION} | {name: version(name) for name in DECISIVE}


def prepare_elsewhere(
    prepare: Callable[[Path, Mapping[str, ScaledSplit]], None],
    splits: Mapping[str, ScaledSplit],
    versions: Mapping[str, str],
) -> None:
    """Get a process on any machine ready: its versions must be the head's, its cache is its machine's own.

    Raises:
        UnfitError: If this machine has other ones.
    """
    check_versions(versions)
    folder = cache_of_this_machine()
    with suppress(OSError):  # nowhere to keep programs: each process compiles its own
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    prepare(folder, splits)


def check_versions(versions: Mapping[str, str]) -> None:
    """Fail on a machine whose runs would have other numbers than with the head's `decisive_versions`.

    Raises:
        UnfitError: If this machine has other ones.
    """
    here = decisive_versions()
    differing = [
        f"{name} {here.get(name)}, not {wanted}" for name, wanted in versions.items() if here.get(name) != wanted
    ]
    if differing:
        raise UnfitError(
            f"{platform.node()} has {'; '.join(differing)} as the head: install there what requirements.lock says"
        )


def train_task(task: TrainingTask) -> TrainedTask:
    """Train a chunk whose splits were given to `prepare_worker`."""
    from nnjax.training.chunk import train_chunk  # here: the head, which names this function, needs no jax

    started = time.time()
    scaled = {number: _SPLITS[key] for number, key in task.split_keys.items()}
    chunk = train_chunk(task.bucket, task.trainees, scaled)
    return TrainedTask(chunk, started, time.time(), platform.node(), os.getpid(), peak_memory_mb())
