"""A new SQLite file for MLflow: made under another name and published whole, or not there.

MLflow makes sixty tables at its first look, in as many transactions. A kill or a full disk in the middle leaves some of
them, and then no MLflow opens the file again ("table … already exists").
"""

import os
import sqlite3
import time
import zlib
from collections.abc import Callable
from contextlib import closing, suppress
from importlib.metadata import version
from pathlib import Path

from nnjax.sweep.compilation_cache import cache_of_this_machine
from nnjax.sweep.durable import one_at_a_time, remove_stale_temporaries, sync_folder, temporary_path, write_durably
from nnjax.tracking.address import database_file, sqlite_uri
from nnjax.tracking.artifact_place import artifacts_root
from nnjax.tracking.file_rows import refusal_unseen


def make_database(uri: str) -> None:
    """Make the file behind a SQLite URI, tables and all, if it is not there yet; nothing for any other store.

    Raises:
        OSError: If the folder cannot be written to.
        MlflowException: If MLflow cannot make its tables, on a full disk for example; no file is left then.
    """
    file = database_file(uri)
    if file is None or _is_made(file):
        return
    with one_at_a_time(file):
        remove_stale_temporaries(file.parent)
        if not _is_made(file):
            _make(file)


def _is_made(file: Path) -> bool:
    return file.exists() and file.stat().st_size > 0


def needs_mlflow(uri: str) -> bool:
    """Whether MLflow itself will be imported to tell this store, as far as is known without a look into it."""
    file = database_file(uri)
    return bool(refusal_unseen(uri)) or file is None or not (_is_made(file) or _pattern().is_file())


def _publish(temporary: Path, file: Path) -> None:
    """Give it its name; where there is one by now, of somebody who took no lock, that one stays."""
    try:
        # A link fails where the name is taken; a rename would replace what another has just made.
        os.link(temporary, file)
    except OSError:  # there is one, or the file system has no links
        if not _is_made(file):
            os.replace(temporary, file)


def _make(file: Path) -> None:
    temporary = temporary_path(file.parent)
    # Its first experiment, "Default", would lie in the current folder, whose name MLflow puts into an SQL sentence.
    artifacts = artifacts_root(sqlite_uri(file), file.parent).as_uri()
    try:
        if not _copy_pattern(temporary, artifacts):
            _let_mlflow_make(temporary, artifacts)
        with temporary.open("rb+") as whole:
            os.fsync(whole.fileno())
        _publish(temporary, file)
    finally:
        for left in file.parent.glob(f"{temporary.name}*"):  # SQLite's own journal, too
            left.unlink(missing_ok=True)
    sync_folder(file.parent)


def _let_mlflow_make(temporary: Path, artifacts: str) -> None:
    """Make the tables, and keep them as the pattern of the next new file."""
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore  # here: it takes seconds, a copy none
    from mlflow.tracking import MlflowClient

    open_with: Callable[[str, str], object] = SqlAlchemyStore
    open_with(sqlite_uri(temporary), artifacts)
    MlflowClient(sqlite_uri(temporary)).search_experiments(max_results=1)
    with suppress(OSError):  # nowhere to keep it: MLflow makes the next one, too
        write_durably(_pattern(), zlib.compress(temporary.read_bytes()))


def _copy_pattern(temporary: Path, artifacts: str) -> bool:
    """Make the tables as this MLflow has made them before: two seconds less; whether that could be done."""
    try:
        content = zlib.decompress(_pattern().read_bytes())
    except (OSError, zlib.error):  # none, or half of one
        return False
    temporary.write_bytes(content)
    now = time.time_ns() // 1_000_000
    with closing(sqlite3.connect(temporary)) as database, database:
        database.execute(
            "UPDATE experiments SET artifact_location = ? || '/' || experiment_id, "
            "creation_time = ?, last_update_time = ?",
            (artifacts, now, now),
        )
    return True


def _pattern() -> Path:
    return cache_of_this_machine() / f"mlflow-{version('mlflow')}.tables"
