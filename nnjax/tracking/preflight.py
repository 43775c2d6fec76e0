"""What is seen of a store before anything is trained: without a connection, and without MLflow, which takes seconds."""

import sqlite3
from contextlib import closing
from pathlib import Path

from nnjax.tracking.address import check_kind, database_file
from nnjax.tracking.errors import NOT_A_DATABASE, TrackingError
from nnjax.tracking.revisions import describe_revision, newest_revision, revision_remedy

SECONDS_TO_WAIT = 1.0
"""For another program that is writing to the file."""


def check_store(uri: str) -> None:
    """Fail where no run could be kept.

    Raises:
        TrackingError: If there is no such kind of store, its driver is not installed, its file is no database, or its
            tables are another MLflow's.
    """
    check_kind(uri)
    file = database_file(uri)
    if file is None or not file.is_file() or not file.stat().st_size:
        return
    try:
        found, newest = _revision_of(file), newest_revision()
    except sqlite3.OperationalError:  # locked, or without MLflow's tables: seen when it is opened
        return
    except sqlite3.DatabaseError as error:
        raise TrackingError(f"MLflow at {uri}: {error}", NOT_A_DATABASE) from None
    if found and newest and found != newest:
        raise TrackingError(f"MLflow at {uri}: {describe_revision(found)}", revision_remedy(found, uri))


def _revision_of(file: Path) -> str:
    with closing(
        sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=SECONDS_TO_WAIT)
    ) as connection:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else ""
