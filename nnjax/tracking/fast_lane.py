"""The quick way into a local SQLite store: whole runs as plain inserts, fifteen times cheaper than the client.

It writes exactly the rows that the client would write (a test compares all of them), and only where that is certain:
a tested MLflow version, a plain `sqlite:///` file, and the known columns both in the file and in MLflow's own models.
Any doubt closes it, and the client does the work.
"""

import math
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import mlflow
from mlflow.store.db.base_sql_model import Base

from nnjax.tracking import names
from nnjax.tracking.address import database_file
from nnjax.tracking.artifact_place import LOCK_SECONDS
from nnjax.tracking.layout import Point, TrackedRun
from nnjax.tracking.ledger import Advance, Entry, Ledger, parent_tags
from nnjax.tracking.mending import Change, after
from nnjax.tracking.store import OpenStore

FAST_VERSIONS = ("3.17.2",)
"""MLflow versions for which the equality test has passed."""

SWITCH = "NNJAX_FAST_LANE"
"""Environment variable; `off` closes the lane."""

RUNS_A_TRANSACTION = 320
"""Short enough that another writer waits for a fraction of a second, long enough that commits cost nothing."""

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


def _columns_differ(connection: sqlite3.Connection) -> str | None:
    """The first table whose columns are not the known ones, in the file or in MLflow's models."""
    for table, known in COLUMNS.items():
        in_file = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
        in_models = {column.name for column in Base.metadata.tables[table].columns}
        if in_file != set(known) or in_models != set(known):
            return table
    return None


def refusal(uri: str) -> str | None:
    """Why the fast lane is closed for a store whose file MLflow has migrated, None if it is open."""
    if os.environ.get(SWITCH, "").lower() in ("off", "0", "false"):
        return f"switched off by {SWITCH}"
    file = database_file(uri)
    if file is None:
        return "not a local SQLite file"
    if mlflow.__version__ not in FAST_VERSIONS:
        return f"MLflow {mlflow.__version__} is not among the tested versions {', '.join(FAST_VERSIONS)}"
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


VALUE_COLUMNS = {"tags": "value", "params": "value", "latest_metrics": "CASE WHEN is_nan THEN NULL ELSE value END"}
"""Table -> the value in it that MLflow's client shows."""


def _by_run(rows: Iterable[tuple[str, str, Any]]) -> dict[str, dict[str, Any]]:
    """Run, key and value of each row -> run -> key -> value; a number that is none, which SQL says by NULL, is NaN."""
    found: dict[str, dict[str, Any]] = {}
    for run_id, key, value in rows:
        found.setdefault(run_id, {})[key] = math.nan if value is None else value
    return found


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing; the write lock is taken at once."""
    # A plain BEGIN takes the lock at the first write: after the look, by which another sync may have been first.
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _set_tag(connection: sqlite3.Connection, run_id: str, key: str, text: str) -> None:
    connection.execute(
        "INSERT INTO tags (key, value, run_uuid) VALUES (?, ?, ?) "
        "ON CONFLICT (key, run_uuid) DO UPDATE SET value = excluded.value",
        (key, text, run_id),
    )


def _mend_one(connection: sqlite3.Connection, change: Change) -> None:
    """The rows that the client's log_batch, delete_tag, update_run and set_terminated leave."""
    run_id = change.run_id
    for key, text in change.tags.items():
        _set_tag(connection, run_id, key, text)
    for key in change.lost_tags:
        connection.execute("DELETE FROM tags WHERE key = ? AND run_uuid = ?", (key, run_id))
    _insert(connection, "params", ((key, text, run_id) for key, text in change.params.items()))
    latest = connection.execute("SELECT key, step, timestamp FROM latest_metrics WHERE run_uuid = ?", (run_id,))
    others = after(change.other_points, {key: (step, time) for key, step, time in latest})
    _insert(connection, "metrics", (_point_row(point, run_id) for point in (*change.new_points, *others)))
    told_last = list(latest_points([*change.new_points, *others]))
    for point in told_last:
        connection.execute("DELETE FROM latest_metrics WHERE key = ? AND run_uuid = ?", (point.key, run_id))
    _insert(connection, "latest_metrics", (_point_row(point, run_id) for point in told_last))
    if change.name is not None:
        connection.execute("UPDATE runs SET name = ? WHERE run_uuid = ?", (change.name, run_id))
        _set_tag(connection, run_id, names.RUN_NAME, change.name)
    if change.has_other_status:
        end = change.run.end
        connection.execute(
            "UPDATE runs SET status = ?, end_time = ? WHERE run_uuid = ?", (change.run.status, end, run_id)
        )


def _point_row(point: Point, run_id: str) -> tuple[Any, ...]:
    """A point in the order of `COLUMNS`; a number that is none is a marked zero."""
    is_nan = math.isnan(point.value)
    return (point.key, 0.0 if is_nan else point.value, point.timestamp, point.step, int(is_nan), run_id)


class FastLane:
    """Writes whole runs by plain inserts, a transaction for a few hundred: a run is there wholly or not at all."""

    name = "fast"

    def __init__(self, store: OpenStore, file: Path) -> None:
        self.file = file
        self.experiment_id = store.experiment.experiment_id
        self.artifacts = store.experiment.artifact_location

    def read(self, experiment_ids: Sequence[str]) -> list[Entry]:
        """All runs of some experiments, deleted ones included, whichever lane wrote them."""
        ids = [int(experiment_id) for experiment_id in experiment_ids]
        chosen = f"SELECT run_uuid FROM runs WHERE experiment_id IN ({', '.join('?' * len(ids))})"
        with closing(self._connect()) as connection:
            said = {
                table: _by_run(
                    connection.execute(f"SELECT run_uuid, key, {value} FROM {table} WHERE run_uuid IN ({chosen})", ids)
                )
                for table, value in VALUE_COLUMNS.items()
            }
            runs = connection.execute(
                f"SELECT run_uuid, status, lifecycle_stage, experiment_id FROM runs WHERE run_uuid IN ({chosen})", ids
            ).fetchall()
        return [
            Entry(run_id, status, stage == "deleted", str(place), *(each.get(run_id, {}) for each in said.values()))
            for run_id, status, stage, place in runs
        ]

    def write(self, runs: Sequence[TrackedRun], ledger: Ledger, advance: Advance) -> None:
        """Write runs whose parents the ledger has, and enter them; runs that are there already are left alone."""
        with closing(self._connect()) as connection:
            for start in range(0, len(runs), RUNS_A_TRANSACTION):
                portion = runs[start : start + RUNS_A_TRANSACTION]
                self._write_portion(connection, portion, ledger)
                advance(len(portion))

    def mend(self, changes: Sequence[Change]) -> None:
        """Make runs that are there say what they should, a transaction for a few hundred."""
        with closing(self._connect()) as connection:
            for start in range(0, len(changes), RUNS_A_TRANSACTION):
                with _transaction(connection):
                    for change in changes[start : start + RUNS_A_TRANSACTION]:
                        _mend_one(connection, change)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.file, timeout=LOCK_SECONDS, isolation_level=None)
        # Off unless asked for, in every connection; MLflow asks too.
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KB}")
        return connection

    def _uuid(self, run: TrackedRun) -> str:
        owner = run.tags[names.STUDY if names.RUN in run.tags else names.SWEEP]
        return names.run_uuid(self.experiment_id, owner, run.identity)

    def _write_portion(self, connection: sqlite3.Connection, runs: Sequence[TrackedRun], ledger: Ledger) -> None:
        """One transaction. The write lock is taken before looking, so two syncs at once do not write a run twice."""
        chosen = {self._uuid(run): run for run in runs}
        with _transaction(connection):
            marks = ", ".join("?" * len(chosen))
            present = connection.execute(f"SELECT run_uuid FROM runs WHERE run_uuid IN ({marks})", tuple(chosen))
            there = {row[0] for row in present}
            self._insert_runs(connection, {uuid: run for uuid, run in chosen.items() if uuid not in there}, ledger)
        for uuid, run in chosen.items():
            ledger.entries[run.identity] = Entry(uuid, run.status, is_deleted=False)

    def _insert_runs(self, connection: sqlite3.Connection, runs: dict[str, TrackedRun], ledger: Ledger) -> None:
        _insert(connection, "runs", (self._run_row(uuid, run) for uuid, run in runs.items()))
        _insert(connection, "tags", (row for uuid, run in runs.items() for row in self._tag_rows(uuid, run, ledger)))
        params = ((key, text, uuid) for uuid, run in runs.items() for key, text in run.params.items())
        _insert(connection, "params", params)
        for table, selected in (("metrics", lambda points: points), ("latest_metrics", latest_points)):
            rows = (_point_row(point, uuid) for uuid, run in runs.items() for point in selected(run.points))
            _insert(connection, table, rows)

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
        tags = {**run.tags, **parent_tags(run, ledger), names.RUN_NAME: run.name}
        return ((key, value, uuid) for key, value in tags.items())
