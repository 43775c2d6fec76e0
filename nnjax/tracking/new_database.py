"""A new SQLite file for MLflow: made under another name and published whole, or not there.

MLflow makes sixty tables at its first look, in as many transactions. A kill or a full disk in the middle leaves some of
them, and then no MLflow opens the file again ("table … already exists").
"""

import os
from collections.abc import Callable
from pathlib import Path

from mlflow.tracking import MlflowClient

from nnjax.sweep.durable import one_at_a_time, remove_stale_temporaries, sync_folder, temporary_path
from nnjax.tracking.address import database_file, sqlite_uri
from nnjax.tracking.artifact_place import artifacts_root


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


def _publish(temporary: Path, file: Path) -> None:
    """Give it its name; where there is one by now, of somebody who took no lock, that one stays."""
    try:
        # A link fails where the name is taken; a rename would replace what another has just made.
        os.link(temporary, file)
    except OSError:  # there is one, or the file system has no links
        if not _is_made(file):
            os.replace(temporary, file)


def _make(file: Path) -> None:
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore  # here: MLflow's client, too, asks for it late

    temporary = temporary_path(file.parent)
    try:
        # Its first experiment, "Default", would lie in the current folder, whose name MLflow puts into an SQL sentence.
        open_with: Callable[[str, str], object] = SqlAlchemyStore
        open_with(sqlite_uri(temporary), artifacts_root(sqlite_uri(file), file.parent).as_uri())
        MlflowClient(sqlite_uri(temporary)).search_experiments(max_results=1)
        with temporary.open("rb+") as whole:
            os.fsync(whole.fileno())
        _publish(temporary, file)
    finally:
        for left in file.parent.glob(f"{temporary.name}*"):  # SQLite's own journal, too
            left.unlink(missing_ok=True)
    sync_folder(file.parent)
