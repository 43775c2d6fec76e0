"""The library of operations: built once a machine into the user's cache, believed when tested, loaded once a process.

A library is named by all that its code depends on, so no process meets another's. Beside it lies the verdict of its
self-test, with the library's digest: what is not as it was tested is not loaded.
"""

import atexit
import ctypes
import errno
import fcntl
import functools
import hashlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from nnjax.kernels.compiler import FLAGS, Compiler, native_flag, own_words
from nnjax.kernels.names import KernelsError
from nnjax.native_code import is_private, processor

SOURCE = Path(__file__).with_name("c")
"""The C files, which the package brings along."""

TARGETS = (
    "nnjax_stack_forward",
    "nnjax_stack_backward",
    "nnjax_stack_evaluate",
    "nnjax_stack_predict",
    "nnjax_adam_step",
    "nnjax_adam_update",
)
"""What the library defines, and XLA calls by these names."""

LIBRARY_PREFIX, LIBRARY_SUFFIX, VERDICT_SUFFIX = "kernels-", ".so", ".json"
"""Of a library's file, and of the verdict beside it."""

LOCK_NAME = ".kernels.lock"

BUILD_SECONDS = 600
"""What building may take, on a machine with other work: alone it takes 2 s."""

SECONDS_LEFT_BEHIND = 86_400
"""Age at which what a build has begun counts as left behind."""

SECONDS_UNUSED = 90 * 86_400
"""Since it was last loaded: then a library makes room, it was built by an earlier version of something."""

LONGEST_WORDS = 200
"""Letters of what a compiler says that are passed on."""


@dataclass(frozen=True)
class Trial:
    """A library's self-test.

    Attributes:
        digest: Of the library that was tested.
        failure: What was wrong, in words; "" if nothing.
    """

    digest: str
    failure: str = ""


def library_path(folder: Path, compiler: Compiler) -> Path:
    """Where the library lies, or would lie, named by all that its code depends on."""
    return folder / f"{LIBRARY_PREFIX}{_key(compiler, SOURCE)}{LIBRARY_SUFFIX}"


@functools.lru_cache(maxsize=8)
def _key(compiler: Compiler, source: Path) -> str:
    """Of all that stands in this room: the operations and their self-test belong to the C that they call."""
    told = hashlib.sha256()
    room = Path(__file__).parent
    files = (source.glob("*.c"), source.glob("*.h"), room.glob("*.py"), room.glob("*.json"))
    for path in (path for found in files for path in sorted(found)):
        told.update(b"%s\0%s\0" % (path.name.encode(), path.read_bytes()))
    flags = (native_flag(), *FLAGS, f"jaxlib {_header_version()}")
    told.update("\n".join((compiler.family, compiler.build, compiler.vectors, *flags, *processor())).encode())
    return told.hexdigest()[:32]


def build(path: Path, compiler: Compiler) -> None:
    """Build the library, in the place of one that may be there.

    It appears under its name whole, or not at all; who builds at once builds the same one, and the last one stays.

    Raises:
        KernelsError: The compiler fails, or there is no place to keep it.
    """
    with _explained(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        check_private(path.parent)
        _tidy(path.parent)
        with tempfile.TemporaryDirectory(
            prefix=f".{LIBRARY_PREFIX}", dir=path.parent, ignore_cleanup_errors=True
        ) as temporary:
            made = Path(temporary) / path.name
            _compile(made, compiler)
            with made.open("rb") as file:
                os.fsync(file.fileno())
            os.replace(made, path)


def check_private(folder: Path) -> None:
    """Fail where others may write to a folder, if it is there.

    Raises:
        KernelsError: Somebody else could put code there that we would run.
    """
    if folder.exists() and not is_private(folder):
        raise KernelsError(f"{folder} belongs to others, or others may write there", f"chmod go-w {folder}")


def _compile(made: Path, compiler: Compiler) -> None:
    """Compile all files at once, each by a process of its own, and link them."""
    command = [compiler.command, *FLAGS, native_flag(), "-I", str(_headers())]
    sources = sorted(SOURCE.glob("*.c"))
    parts = [str(made.with_name(f"{source.stem}.o")) for source in sources]
    _call_all([[*command, "-c", "-o", part, str(each)] for each, part in zip(sources, parts, strict=True)], made.parent)
    _call_all([[*command, "-shared", "-o", str(made), *parts, "-lm"]], made.parent)
    if not made.exists():
        raise KernelsError(f"{compiler.command} fails: it makes nothing")


def _call_all(commands: Sequence[Sequence[str]], folder: Path) -> None:
    """Call a compiler at once for all that it is to do, its temporary files in a folder.

    Raises:
        KernelsError: It fails, or cannot be called.
        OSError: There is no room for what it makes.
    """
    surroundings = {**own_words(), "TMPDIR": str(folder)}
    with ExitStack() as begun:
        try:
            calls = []
            for command in commands:
                with _CALLING:
                    call = subprocess.Popen(
                        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, encoding="utf-8", errors="replace",
                        env=surroundings, process_group=0,
                    )  # fmt: skip
                    _COMPILING.add(call)
                calls.append(begun.enter_context(call))
                begun.callback(_end, call)  # where another one fails, or somebody ends us
            for command, call in zip(commands, calls, strict=True):
                _, said = call.communicate(timeout=BUILD_SECONDS)
                if call.returncode:
                    _check_room(said)
                    raise KernelsError(f"{command[0]} fails: {_first_error(said)}", "let it compile C with libc")
        except (OSError, subprocess.TimeoutExpired) as error:
            if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                raise
            raise KernelsError(f"{commands[0][0]} cannot be used ({error})") from None


_COMPILING: set[subprocess.Popen[str]] = set()
"""Calls of a compiler that nobody has waited for; each heads a group of processes, for it calls others."""

_CALLING = threading.Lock()


def _end(call: subprocess.Popen[str]) -> None:
    _COMPILING.discard(call)
    if call.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(call.pid, signal.SIGKILL)


@atexit.register
def _end_all() -> None:
    """What is built beside a command ends with it: it may have been refused."""
    _CALLING.acquire()  # for ever: a thread that builds must not call it again
    for call in tuple(_COMPILING):
        _end(call)


def _check_room(said: str) -> None:
    """Fail, as by a file of our own, where a compiler fails since the disk is full."""
    full = os.strerror(errno.ENOSPC)
    if full in said:
        raise OSError(errno.ENOSPC, full)


def _first_error(said: str) -> str:
    r"""The line of a compiler's words that says most.

    >>> _first_error("In file a.c:\na.c:1:1: error: no such thing\n")
    'a.c:1:1: error: no such thing'
    """
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    told = next((line for line in lines if "error" in line.lower()), lines[-1] if lines else "it says nothing")
    return told[:LONGEST_WORDS]


def _headers() -> Path:
    """Where jaxlib keeps XLA's `c_api.h`; found without importing it."""
    found = find_spec("jaxlib")
    if found is None or not found.submodule_search_locations:
        raise KernelsError("jaxlib is not installed")
    return Path(found.submodule_search_locations[0]) / "include"


def _header_version() -> str:
    with suppress(PackageNotFoundError):
        return version("jaxlib")
    return ""


@contextmanager
def one_builder(folder: Path) -> Iterator[None]:
    """Let nobody else, who asks the same, build in a folder meanwhile: many workers may start at once.

    Only to spare work: where there are no locks, everybody builds.
    """
    with ExitStack() as held:
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = held.enter_context((folder / LOCK_NAME).open("a"))
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _tidy(folder: Path) -> None:
    """Remove what killed builds left behind, and libraries that nobody loads any more."""
    for pattern, seconds in ((f".{LIBRARY_PREFIX}*", SECONDS_LEFT_BEHIND), (f"{LIBRARY_PREFIX}*", SECONDS_UNUSED)):
        for path in folder.glob(pattern):
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > seconds:
                    shutil.rmtree(path) if path.is_dir() else path.unlink()


def digest_of(path: Path) -> str:
    """What a library's file holds, hashed.

    Raises:
        OSError: It is not there.
    """
    return hashlib.sha256(path.read_bytes()).hexdigest()


def kept_trial(path: Path) -> Trial | None:
    """The verdict on the library as it lies there; None if it is not there, or has not been tested as it is."""
    with suppress(OSError, ValueError, TypeError):
        trial = Trial(**json.loads(path.with_suffix(VERDICT_SUFFIX).read_text("utf-8")))
        if is_private(path.parent) and trial.digest == digest_of(path):
            return trial
    return None


def keep_trial(path: Path, trial: Trial) -> None:
    """Keep a verdict beside its library.

    Raises:
        KernelsError: The disk is full, or nobody may write there.
    """
    with _explained(path.parent):
        handle, temporary = tempfile.mkstemp(prefix=f".{LIBRARY_PREFIX}", dir=path.parent)
        try:
            with open(handle, "w", encoding="utf-8") as file:
                json.dump(asdict(trial), file)
            os.replace(temporary, path.with_suffix(VERDICT_SUFFIX))
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise KernelsError(
            f"nothing can be kept in {folder} ({error.strerror or error})",
            "free some room, or let XDG_CACHE_HOME name another folder",
        ) from None


_LOADED: dict[str, ctypes.CDLL] = {}
"""Digest -> what is loaded: one library, or none."""

_LOADING = threading.Lock()


def load_library(path: Path, digest: str, targets: Sequence[str] = TARGETS) -> None:
    """Make the operations of a library callable by JAX in this process, once whatever the threads.

    Raises:
        KernelsError: It is another one than was tested, cannot be loaded, or this process has loaded another.
    """
    with _LOADING:
        if digest in _LOADED:
            return
        if _LOADED:
            raise KernelsError("this process has loaded another library of operations", "start Python anew")
        _LOADED[digest] = _register(path, digest, targets)


def _register(path: Path, digest: str, targets: Sequence[str]) -> ctypes.CDLL:
    import jax.ffi  # here: whoever only asks what there is needs no jax

    try:
        if digest_of(path) != digest:
            raise KernelsError(f"{path} is not as it was tested", f"remove {path}")
        library = ctypes.CDLL(str(path))
        functions = [getattr(library, target) for target in targets]
        for used in (path, path.with_suffix(VERDICT_SUFFIX)):
            with suppress(FileNotFoundError):
                os.utime(used)
    except (OSError, AttributeError) as error:
        raise KernelsError(f"{path} cannot be loaded ({error})", f"remove {path}") from None
    for target, function in zip(targets, functions, strict=True):
        jax.ffi.register_ffi_target(target, jax.ffi.pycapsule(function), platform="cpu")
    return library
