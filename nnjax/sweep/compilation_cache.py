"""Where compiled programs are kept: compiled once, they serve the next sweep and the neighbour's worker."""

import os
import zlib
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from nnjax.surroundings import has_home
from nnjax.sweep.host import describe_host
from nnjax.sweep.kept_programs import KeptPrograms

ZLIB_FIRST_BYTE = 0x78


def enable_compilation_cache(folder: Path | str) -> None:
    """Keep every program compiled from now on in a folder; a folder named before is left.

    The folder is this machine's and this user's alone: entries are native code. What JAX's own cache gives back cannot
    be kept as a whole, so a process has either that one, where there is an accelerator, or ours.
    """
    import jax  # here, not above: the head of a sweep knows the folder's name long before it needs jax
    from jax.experimental.compilation_cache.compilation_cache import reset_cache

    from nnjax.training.program import keep_programs

    reset_cache()  # jax opens its cache once a process and would stay with the first folder
    is_ours = not has_accelerator()
    keep_programs(KeptPrograms(Path(folder)) if is_ours else None)
    configure: Callable[[str, object], None] = jax.config.update
    configure("jax_compilation_cache_dir", None if is_ours else str(folder))
    configure("jax_persistent_cache_min_compile_time_secs", 0.0)
    configure("jax_persistent_cache_min_entry_size_bytes", -1)


def has_accelerator() -> bool:
    """Whether JAX computes on something else than the processor here, where nobody tells it otherwise."""
    import jax

    with suppress(RuntimeError, AssertionError):  # no such platform: told where a device is looked for
        return jax.default_backend() != "cpu"
    return False


def cache_folder(home: Path) -> Path:
    """Where programs are kept that are compiled here: with the user's caches, so that they serve all homes.

    In the home itself, where that is no place: the user has no home folder, or may not write there.
    """
    shared = cache_of_this_machine()
    with suppress(OSError):
        shared.mkdir(parents=True, exist_ok=True, mode=0o700)
    return shared if os.access(shared, os.W_OK) else home.resolve() / ".cache" / "jax"


def cache_of_this_machine() -> Path:
    """The folder of programs among the user's caches, apart for each machine and processor.

    A home folder may be shared by many machines, native code may not. A user without one keeps none.
    """
    host, user = describe_host(), Path.home() if has_home() else Path(os.devnull)
    caches = os.environ.get("XDG_CACHE_HOME") or user / ".cache"
    return Path(caches) / "nnjax" / f"{host.name}-{sha256(host.cpu.encode()).hexdigest()[:8]}"


def broken_entries(folder: Path | str) -> list[Path]:
    """Entries that a killed worker left half written; the folder may be missing."""
    return [path for path in Path(folder).glob("*-cache") if not _is_whole(path.read_bytes())]


def remove_broken_entries(folder: Path | str) -> list[Path]:
    """Remove, and return, entries that a killed worker left half written; the folder may be missing.

    JAX writes an entry in place and never writes one over again, so a half one would warn and be compiled anew in
    every sweep to come. Entries packed by zlib carry a checksum; others are left alone.
    """
    broken = broken_entries(folder)
    for path in broken:
        path.unlink(missing_ok=True)
    return broken


def _is_whole(entry: bytes) -> bool:
    if entry[:1] != bytes([ZLIB_FIRST_BYTE]):
        return len(entry) > 0
    try:
        zlib.decompress(entry)
    except zlib.error:
        return False
    return True
