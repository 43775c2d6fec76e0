"""The quick way into a local SQLite store: whole runs as plain inserts, fifteen times cheaper than the client.

It writes exactly the rows that the client would write (a test compares all of them), and only where that is certain:
a tested MLflow version, a plain `sqlite:///` file, and the known columns both in the file and in MLflow's own models.
Any doubt closes it, and the client does the work.
"""

import os
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import mlflow
from mlflow.store.db.base_sql_model import Base

from nnjax.tracking import names
from nnjax.tracking.address import database_file
from nnjax.tracking.layout import Point, TrackedRun
from nnjax.tracking.ledger import Advance, Entry, Ledger, parent_tags
from nnjax.tracking.store import OpenStore

TESTED_VERSIONS = ("3.17.2",)
"""MLflow versions for which the equality test has passed."""

SWITCH = "NNJAX_FAST_LANE"
"""Environment variable; `off` closes the lane."""

RUNS_A_TRANSACTION = 320
"""Short enough that another writer waits for a fraction of a second, long enough that commits cost nothing."""

CACHE_KB = 200_000
"""Of this connection alone. Indices are hit at random; SQLite's own 2 MB make sending 6,049 runs take twice as long."""

LOCK_SECONDS = 20.0
"""How long to wait for another writer, as MLflow itself does."""

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


def _columns_differ(connection: sqlite3.Connection) -> str | None:
    """The first table whose columns are not the known ones, in the file or in MLflow's models."""
    for table, known in COLUMNS.items():
        in_file = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
        in_models = {column.name for column in Base.metadata.tables[table].columns}
        if in_file != set(known) or in_models != set(known):
            return table
    return None


def refusal(uri: str) -> str | None:
    """Why the fast lane is closed for a store, None if it is open.

    Args:
        uri: The tracking URI; its file exists and has been migrated by MLflow.
    """
    if os.environ.get(SWITCH, "").lower() in ("off", "0", "false"):
        return f"switched off by {SWITCH}"
    file = database_file(uri)
    if file is None:
        return "not a local SQLite file"
    if mlflow.__version__ not in TESTED_VERSIONS:
        return f"MLflow {mlflow.__version__} is not among the tested versions {', '.join(TESTED_VERSIONS)}"
    with closing(sqlite3.connect(file, timeout=LOCK_SECONDS)) as connection:
        table = _columns_differ(connection)
    return f"the columns of table {table} are not the known ones" if table else None


def _insert(connection: sqlite3.Connection, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Insert rows given in the order of `COLUMNS`."""
    columns = COLUMNS[table]
    marks = ", ".join("?" * len(columns))
    connection.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)


def latest_points(points: Sequence[Point]) -> Iterable[Point]:
    """The last point of each metric, by step, then time, then value, as MLflow's client keeps it.

    >>> [point.value for point in latest_points([Point("a", 1.0, 5, 0), Point("a", 0.5, 9, 3), Point("b", 2.0, 5, 0)])]
    [0.5, 2.0]
    """
    latest: dict[str, Point] = {}
    for point in points:
        known = latest.get(point.key)
        if known is None or (point.step, point.timestamp, point.value) > (known.step, known.timestamp, known.value):
            latest[point.key] = point
    return latest.values()


class FastLane:
    """Writes whole runs by plain inserts, a transaction for a few hundred: a run is there wholly or not at all."""

    name = "fast"

    def __init__(self, store: OpenStore, file: Path) -> None:
        """Write into this store's experiment.

        Args:
            store: The store, opened by MLflow's client.
            file: Its SQLite file.
        """
        self.file = file
        self.experiment_id = store.experiment.experiment_id
        self.artifacts = store.experiment.artifact_location

    def read_ledger(self, sweep_id: str) -> Ledger:
        """What the store has of this sweep, deleted runs included, whichever lane wrote it."""
        with closing(sqlite3.connect(self.file, timeout=LOCK_SECONDS)) as connection:
            rows = connection.execute(
                "SELECT r.run_uuid, r.status, r.lifecycle_stage, t.key, t.value FROM tags s "
                "JOIN runs r ON r.run_uuid = s.run_uuid JOIN tags t ON t.run_uuid = s.run_uuid "
                "WHERE s.key = ? AND s.value = ? AND r.experiment_id = ? AND t.key IN (?, ?, ?, ?) ORDER BY r.rowid",
                (names.SWEEP, sweep_id, int(self.experiment_id), names.KIND, names.RUN, names.CELL, names.SWEEP),
            ).fetchall()
        tags: dict[str, dict[str, str]] = {}
        entries: dict[str, Entry] = {}
        for run_id, status, stage, key, value in rows:
            tags.setdefault(run_id, {})[key] = value
            entries[run_id] = Entry(run_id, status, stage == "deleted")
        ledger = Ledger()
        for run_id, entry in entries.items():
            if names.KIND in tags[run_id]:
                ledger.add(names.identity(tags[run_id]), entry)
        return ledger

    def write(self, runs: Sequence[TrackedRun], ledger: Ledger, advance: Advance) -> None:
        """Write runs whose parents the ledger has, and enter them; runs that are there already are left alone."""
        with closing(sqlite3.connect(self.file, timeout=LOCK_SECONDS, isolation_level=None)) as connection:
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute(f"PRAGMA cache_size = -{CACHE_KB}")
            for start in range(0, len(runs), RUNS_A_TRANSACTION):
                portion = runs[start : start + RUNS_A_TRANSACTION]
                self._write_portion(connection, portion, ledger)
                advance(len(portion))

    def _uuid(self, run: TrackedRun) -> str:
        return names.run_uuid(self.experiment_id, run.tags[names.SWEEP], run.identity)

    def _write_portion(self, connection: sqlite3.Connection, runs: Sequence[TrackedRun], ledger: Ledger) -> None:
        """One transaction. The write lock is taken before looking, so two syncs at once do not write a run twice."""
        chosen = {self._uuid(run): run for run in runs}
        connection.execute("BEGIN IMMEDIATE")
        try:
            marks = ", ".join("?" * len(chosen))
            present = connection.execute(f"SELECT run_uuid FROM runs WHERE run_uuid IN ({marks})", tuple(chosen))
            there = {row[0] for row in present}
            self._insert_runs(connection, {uuid: run for uuid, run in chosen.items() if uuid not in there}, ledger)
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        for uuid, run in chosen.items():
            ledger.entries[run.identity] = Entry(uuid, run.status, is_deleted=False)

    def _insert_runs(self, connection: sqlite3.Connection, runs: dict[str, TrackedRun], ledger: Ledger) -> None:
        _insert(connection, "runs", (self._run_row(uuid, run) for uuid, run in runs.items()))
        _insert(connection, "tags", (row for uuid, run in runs.items() for row in self._tag_rows(uuid, run, ledger)))
        _insert(
            connection,
            "params",
            ((key, text, uuid) for uuid, run in runs.items() for key, text in run.params.items()),
        )
        for table, selected in (("metrics", lambda points: points), ("latest_metrics", latest_points)):
            _insert(
                connection,
                table,
                (
                    (point.key, point.value, point.timestamp, point.step, 0, uuid)
                    for uuid, run in runs.items()
                    for point in selected(run.points)
                ),
            )

    def _run_row(self, uuid: str, run: TrackedRun) -> tuple[Any, ...]:
        """The row that the client's create_run and set_terminated leave."""
        return (
            uuid,
            run.name,
            "UNKNOWN",
            "",
            "",
            run.tags.get(names.USER, "unknown"),
            run.status,
            run.start,
            None if run.status == "RUNNING" else run.end,
            None,
            "",
            "active",
            f"{self.artifacts}/{uuid}/artifacts",
            int(self.experiment_id),
        )

    def _tag_rows(self, uuid: str, run: TrackedRun, ledger: Ledger) -> Iterable[tuple[str, str, str]]:
        tags = {**run.tags, **parent_tags(run, ledger, names.PARENT), names.RUN_NAME: run.name}
        return ((key, value, uuid) for key, value in tags.items())
