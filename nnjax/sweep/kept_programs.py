"""Compiled programs that outlive their process: read back whole, they are neither traced nor compiled again.

JAX's own cache spares the compiling alone: tracing and lowering the quick study's four programs takes 5 s, reading them
back 0.7 s. That cache still serves accelerators, on which nobody has tried this one.
"""

import functools
import hashlib
import pickle
import sys
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from nnjax.kernels.choice import library_digest, load
from nnjax.kernels.names import is_fused
from nnjax.native_code import is_private, processor
from nnjax.sweep.durable import write_durably
from nnjax.training.bucket import Bucket
from nnjax.training.device import compiler_options, find_device

if TYPE_CHECKING:
    import jax

SUFFIX = ".program"
FAST = 1
"""Level of zlib: a fifth of the size."""

TRACED = (
    "network/*.py",
    "kernels/*.py",
    "training/*.py",
    "estimators/epoch.py",
    "estimators/slot_state.py",
    "estimators/solvers.py",
)
"""Files whose source decides what is compiled."""

COMPILING = ("jax", "jaxlib", "numpy", "optax")


MOST_KEPT_BYTES = 10**9
"""Of all programs together, about 1,500 of them: those that were not used for the longest time make room."""


class Compilable(Protocol):
    """What decides a program beside our source and what the compiler is told; its text names all of it."""

    @property
    def program(self) -> object:
        """What is compiled, for the text."""

    @property
    def device(self) -> str:
        """One of `DEVICES`."""

    @property
    def kernels(self) -> str:
        """As `Bucket.kernels`."""


class KeptPrograms:
    """The programs in a folder, which is this machine's and this user's alone: they are native code.

    Nothing is read from, or written to, a folder that somebody else may write to.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def has(self, bucket: Bucket) -> bool:
        """Whether a bucket's program is there; it is not looked into."""
        options = compiler_options(bucket.device, bucket.widest, bucket.trains_by_stack)
        return self._path(bucket, options).exists()

    def find(self, bucket: Compilable, options: Mapping[str, Any]) -> "tuple[jax.stages.Compiled, ...] | None":
        """A bucket's functions as an earlier process compiled them; None if nobody did, or they cannot be read.

        Raises:
            KernelsError: It calls fused operations that are not here.
        """
        from jax.experimental.serialize_executable import deserialize_and_load  # here: the head asks `has` without jax

        load(self._folder, bucket.kernels)  # a program that calls operations is read where those are known
        path = self._path(bucket, options)
        if not is_private(self._folder):
            return None
        try:
            devices = [find_device(bucket.device)]
            kept = pickle.loads(zlib.decompress(path.read_bytes()))
            path.touch()
            return tuple(
                deserialize_and_load(code, takes, gives, execution_devices=devices) for code, takes, gives in kept
            )
        except FileNotFoundError:
            return None
        except Exception:  # half a file, or one that this jax does not understand
            with suppress(OSError):
                path.unlink(missing_ok=True)
            return None

    def keep(self, bucket: Compilable, options: Mapping[str, Any], functions: "Sequence[jax.stages.Compiled]") -> None:
        """Keep a bucket's functions, if there is room for them and JAX can write them down."""
        from jax.experimental.serialize_executable import serialize

        with suppress(OSError, ValueError, NotImplementedError):
            content = pickle.dumps([serialize(each) for each in functions], protocol=pickle.HIGHEST_PROTOCOL)
            path = self._path(bucket, options)
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if is_private(self._folder):
                write_durably(path, zlib.compress(content, FAST))
                _make_room(self._folder)

    def _path(self, bucket: Compilable, options: Mapping[str, Any]) -> Path:
        """Named by all that the native code depends on, our own source and this processor among it."""
        told = sorted((name, repr(value)) for name, value in options.items())
        operations = library_digest(self._folder, bucket.kernels) if is_fused(bucket.kernels) else ""
        parts = [repr(bucket.program), repr(told), operations, *makers()]
        return self._folder / f"{hashlib.sha256(chr(10).join(parts).encode()).hexdigest()}{SUFFIX}"


def _make_room(folder: Path) -> None:
    """Remove the programs that were used last before all others that fit."""
    found = [(path.stat(), path) for path in folder.glob(f"*{SUFFIX}")]
    held = 0
    for status, path in sorted(found, key=lambda each: -each[0].st_mtime_ns):
        held += status.st_size
        if held > MOST_KEPT_BYTES:
            path.unlink(missing_ok=True)


@functools.cache
def makers() -> tuple[str, ...]:
    """Versions, source and processor: what decides the numbers that our programs make."""
    source, room = hashlib.sha256(), Path(__file__).parents[1]
    for path in sorted(path for pattern in TRACED for path in room.glob(pattern)):
        source.update(b"%s\0%s\0" % (path.name.encode(), path.read_bytes()))
    versions = [f"{name} {version(name)}" for name in COMPILING]
    return (sys.version, *versions, source.hexdigest(), *processor())
