"""Files, and folders of them, that are whole or not there: made under a temporary name, synced to the disk, renamed."""

import fcntl
import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

TEMPORARY_PREFIX = ".tmp-"
SECONDS_UNTIL_ABANDONED = 86_400
"""Age at which a temporary of another machine counts as left behind: nobody writes one file for a day."""

NOT_FOR_GIT = f"""# What nnjax makes again by itself. Journal and reports are yours to commit: they are the evidence.
/.cache/
/mlflow.db*
/mlartifacts/
/models/
.*.lock
{TEMPORARY_PREFIX}*
"""


def write_durably(path: Path, content: bytes) -> None:
    """Publish a file so that, once this returns, it survives a killed process and a cut of the power.

    Readers see the old file or the whole new one, never a part. The folder is made if it is not there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with durable_file(path) as file:
        file.write(content)


@contextmanager
def durable_file(path: Path) -> Iterator[BinaryIO]:
    """The same of a file that is written piece by piece, in a folder that is there, once the block has ended."""
    temporary = temporary_path(path.parent)
    try:
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    # An interrupt too: it may come between write and rename.
    except BaseException as problem:
        temporary.unlink(missing_ok=True)
        if isinstance(problem, OSError) and problem.errno is not None and problem.filename in (None, str(temporary)):
            problem.filename = str(path)  # a full disk does not say which file it was
        raise
    sync_folder(path.parent)


def publish_folder(path: Path, files: Mapping[str, bytes], replaces: bool = False) -> None:
    """Publish a folder of files at once: readers see all of them, each whole, or no such folder.

    One that is there is replaced if that is wanted: for a moment there is none; it is back if the new one cannot come.

    Raises:
        FileExistsError: There is one.
        OSError: The disk is full, or nobody may write there.
    """
    if path.exists() and not replaces:
        raise FileExistsError(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary, former = temporary_path(path.parent), temporary_path(path.parent)
    try:
        for name, content in files.items():
            write_durably(temporary / name, content)
        if path.exists():
            os.rename(path, former)
        os.rename(temporary, path)
    except BaseException:
        if former.exists() and not path.exists():
            os.rename(former, path)
        raise
    finally:
        for left in (temporary, former):
            shutil.rmtree(left, ignore_errors=True)
    sync_folder(path.parent)


def temporary_path(folder: Path) -> Path:
    """A name for a file that is being made; `remove_stale_temporaries` knows whether its maker is still alive."""
    return folder / f"{TEMPORARY_PREFIX}{_machine()}-{os.getpid()}-{secrets.token_hex(4)}"


@contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """Let nobody else, who asks the same, be at a path meanwhile; its folder, which must exist, gets a hidden lock."""
    with ExitStack() as held:
        with suppress(OSError):  # another person's lock, or a network's folder that has none: as before
            lock = held.enter_context(path.with_name(f".{path.name}.lock").open("a"))
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def keep_from_git(home: Path) -> None:
    """Let git pass over locks and all else of a home that is no evidence, if nobody has told it about this folder."""
    with suppress(OSError), (home / ".gitignore").open("x") as file:  # not if it was told, or nobody may write here
        file.write(NOT_FOR_GIT)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable; a renamed file is not before this."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_stale_temporaries(folder: Path) -> list[Path]:
    """Remove, and return, what killed writers left behind, and nothing that a living one may still be writing."""
    stale = [path for path in folder.glob(f"{TEMPORARY_PREFIX}*") if _is_stale(path)]
    for path in stale:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return stale


def _is_stale(path: Path) -> bool:
    """Whether a temporary's writer is gone, as far as can be told from here."""
    try:
        machine, process, *_ = path.name.removeprefix(TEMPORARY_PREFIX).split("-")  # more: SQLite's journal beside it
        if machine == _machine():
            return not _is_alive(int(process))
        return time.time() - path.stat().st_mtime > SECONDS_UNTIL_ABANDONED
    except (ValueError, FileNotFoundError):
        return False


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    return True


def _machine() -> str:
    """This machine's name, hashed: short, and free of the dashes that separate the parts of a temporary's name."""
    return hashlib.sha256(os.uname().nodename.encode()).hexdigest()[:8]
