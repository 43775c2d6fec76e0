"""The rows of MLflow's SQLite file: which tables and columns are known, and how rows are read and put there.

All without MLflow, which takes two seconds to import, and only where it is certain what it would do: a tested version,
a plain `sqlite:///` file of its newest revision, and the known columns.
"""

import math
import os
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from nnjax.tracking.address import database_file
from nnjax.tracking.artifact_place import LOCK_SECONDS
from nnjax.tracking.errors import newest_revision
from nnjax.tracking.layout import Point

FAST_VERSIONS = ("3.17.2",)
"""MLflow versions for which the equality test has passed."""

SWITCH = "NNJAX_FAST_LANE"
"""Environment variable; `off` has MLflow's client do all of the work."""

CACHE_KB = 200_000
"""Of this connection alone. Indices are hit at random; SQLite's own 2 MB make sending 6,049 runs take twice as long."""

COLUMNS: dict[str, tuple[str, ...]] = {
    "runs": (
        "run_uuid",
        "name",
        "source_type",
        "source_name",
        "entry_point_name",
        "user_id",
        "status",
        "start_time",
        "end_time",
        "deleted_time",
        "source_version",
        "lifecycle_stage",
        "artifact_uri",
        "experiment_id",
    ),
    "params": ("key", "value", "run_uuid"),
    "tags": ("key", "value", "run_uuid"),
    "metrics": ("key", "value", "timestamp", "step", "is_nan", "run_uuid"),
    "latest_metrics": ("key", "value", "timestamp", "step", "is_nan", "run_uuid"),
}
"""The five tables a run lives in, and all of their columns."""

OTHER_COLUMNS: dict[str, tuple[str, ...]] = {
    "experiments": (
        "experiment_id",
        "name",
        "artifact_location",
        "lifecycle_stage",
        "creation_time",
        "last_update_time",
        "workspace",
    ),
    "experiment_tags": ("key", "value", "experiment_id"),
    "datasets": (
        "dataset_uuid",
        "experiment_id",
        "name",
        "digest",
        "dataset_source_type",
        "dataset_source",
        "dataset_schema",
        "dataset_profile",
    ),
    "inputs": ("input_uuid", "source_type", "source_id", "destination_type", "destination_id", "step"),
    "input_tags": ("input_uuid", "name", "value"),
}
"""Those of experiments, and of the data set on a run."""

VALUE_COLUMNS = {"tags": "value", "params": "value", "latest_metrics": "CASE WHEN is_nan THEN NULL ELSE value END"}
"""Table -> the value in it that MLflow's client shows."""

IF_LATER = """(key, run_uuid) DO UPDATE
SET value = excluded.value, timestamp = excluded.timestamp, step = excluded.step, is_nan = excluded.is_nan
WHERE (excluded.step, excluded.timestamp, excluded.value)
    > (latest_metrics.step, latest_metrics.timestamp, latest_metrics.value)"""
"""What becomes of a metric's latest point when another is told, as in MLflow's own store."""


def installed_mlflow() -> str:
    """The version of MLflow that is installed."""
    return version("mlflow")


def refusal(uri: str) -> str | None:
    """Why a store whose file MLflow has made is written by MLflow's client alone; None if rows are put there, too."""
    if closed := refusal_unseen(uri):
        return closed
    file = database_file(uri)
    assert file is not None
    with closing(sqlite3.connect(file, timeout=LOCK_SECONDS)) as connection:
        if table := _columns_differ(connection):
            return f"the columns of table {table} are not the known ones"
        found = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    return None if found == [(newest_revision(),)] else "its tables are another MLflow's"


def refusal_unseen(uri: str) -> str | None:
    """The same, as far as it is known without a look into the file, which need not be there yet."""
    if os.environ.get(SWITCH, "").lower() in ("off", "0", "false"):
        return f"switched off by {SWITCH}"
    if database_file(uri) is None:
        return "not a local SQLite file"
    if installed_mlflow() not in FAST_VERSIONS:
        return f"MLflow {installed_mlflow()} is not among the tested versions {', '.join(FAST_VERSIONS)}"
    return None


def _columns_differ(connection: sqlite3.Connection) -> str | None:
    """The first table whose columns are not the known ones."""
    for table, known in (COLUMNS | OTHER_COLUMNS).items():
        if {row[1] for row in connection.execute(f"PRAGMA table_info({table})")} != set(known):
            return table
    return None


@contextmanager
def connected(file: Path) -> Iterator[sqlite3.Connection]:
    """A connection that is closed in the end; nothing is committed by itself."""
    with closing(sqlite3.connect(file, timeout=LOCK_SECONDS, isolation_level=None)) as connection:
        # Off unless asked for, in every connection; MLflow asks too.
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KB}")
        yield connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing; the write lock is taken at once."""
    # A plain BEGIN takes the lock at the first write: after the look, by which another sync may have been first.
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def insert(
    connection: sqlite3.Connection, table: str, rows: Iterable[tuple[Any, ...]], if_there: str | None = None
) -> None:
    """Insert rows given in the order of `COLUMNS`; `if_there`: what SQL does where one's key is taken."""
    columns = COLUMNS.get(table) or OTHER_COLUMNS[table]
    marks = ", ".join("?" * len(columns))
    clause = f" ON CONFLICT {if_there}" if if_there else ""
    connection.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks}){clause}", rows)


def write_tags(connection: sqlite3.Connection, run_id: str, tags: Mapping[str, str]) -> None:
    """Set tags of a run, over those that are there."""
    connection.executemany(
        "INSERT INTO tags (key, value, run_uuid) VALUES (?, ?, ?) "
        "ON CONFLICT (key, run_uuid) DO UPDATE SET value = excluded.value",
        ((key, text, run_id) for key, text in tags.items()),
    )


def write_params(connection: sqlite3.Connection, run_id: str, params: Mapping[str, str]) -> None:
    """Add those params that a run has not."""
    insert(connection, "params", ((key, text, run_id) for key, text in params.items()), "DO NOTHING")


def write_points(connection: sqlite3.Connection, run_id: str, points: Sequence[Point]) -> None:
    """Add those points that a run has not; only a later one becomes a metric's latest."""
    insert(connection, "metrics", (point_row(point, run_id) for point in points), "DO NOTHING")
    insert(connection, "latest_metrics", (point_row(point, run_id) for point in latest_points(points)), IF_LATER)


def latest_points(points: Sequence[Point]) -> Iterable[Point]:
    """The last point of each metric, by step, then time, then value, as MLflow's client keeps it.

    >>> [point.value for point in latest_points([Point("a", 1.0, 5, 0), Point("a", 0.5, 9, 3), Point("b", 2.0, 5, 0)])]
    [0.5, 2.0]
    """
    latest: dict[str, Point] = {}
    for point in points:
        known = latest.get(point.key)
        if known is None or _is_later(point, known):
            latest[point.key] = point
    return latest.values()


def _is_later(point: Point, known: Point) -> bool:
    when, then = (point.step, point.timestamp), (known.step, known.timestamp)
    return when > then or (when == then and _stored(point.value) > _stored(known.value))


def point_row(point: Point, run_id: str) -> tuple[Any, ...]:
    """A point in the order of `COLUMNS`."""
    return (point.key, _stored(point.value), point.timestamp, point.step, int(math.isnan(point.value)), run_id)


def _stored(value: float) -> float:
    """A number as MLflow's tables have it: one that is none is a zero (and marked), infinity the largest there is."""
    if math.isfinite(value):
        return value
    return 0.0 if math.isnan(value) else math.copysign(sys.float_info.max, value)


def said_of(connection: sqlite3.Connection, chosen: str, given: Sequence[object]) -> list[dict[str, dict[str, Any]]]:
    """Tags, params and metrics of the runs that a condition of SQL names, each run -> key -> value."""
    return [
        _by_run(connection.execute(f"SELECT run_uuid, key, {value} FROM {table} WHERE run_uuid IN ({chosen})", given))
        for table, value in VALUE_COLUMNS.items()
    ]


def _by_run(rows: Iterable[tuple[str, str, Any]]) -> dict[str, dict[str, Any]]:
    """Run, key and value of each row -> run -> key -> value; a number that is none, which SQL says by NULL, is NaN."""
    found: dict[str, dict[str, Any]] = {}
    for run_id, key, value in rows:
        found.setdefault(run_id, {})[key] = math.nan if value is None else value
    return found
