"""The quick way into a local SQLite store: whole runs as plain inserts, fifteen times cheaper than the client.

It writes exactly the rows that the client would write (a test compares all of them), and only where that is certain:
`file_rows.py` knows. Any doubt closes it, and the client does the work.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from nnjax.tracking import names
from nnjax.tracking.file_rows import (
    VALUE_COLUMNS,
    connected,
    insert,
    latest_points,
    point_row,
    said_of,
    transaction,
    write_params,
    write_points,
    write_tags,
)
from nnjax.tracking.layout import Point, TrackedRun
from nnjax.tracking.ledger import Advance, Entry, Ledger, parent_tags
from nnjax.tracking.mending import Change, after, is_told
from nnjax.tracking.store import OpenStore

RUNS_A_TRANSACTION = 320
"""Short enough that another writer waits for a fraction of a second, long enough that commits cost nothing."""


def _mend_one(connection: sqlite3.Connection, change: Change) -> None:
    """The rows that the client's log_batch, delete_tag, update_run and set_terminated leave."""
    run_id = change.run_id
    write_tags(connection, run_id, change.tags)
    for key in change.lost_tags:
        connection.execute("DELETE FROM tags WHERE key = ? AND run_uuid = ?", (key, run_id))
    write_params(connection, run_id, change.params)
    write_points(connection, run_id, [*change.new_points, *_later_points(connection, change)])
    if change.name is not None:
        connection.execute("UPDATE runs SET name = ? WHERE run_uuid = ?", (change.name, run_id))
        write_tags(connection, run_id, {names.RUN_NAME: change.name})
    if change.has_other_status:
        end = change.run.end
        connection.execute(
            "UPDATE runs SET status = ?, end_time = ? WHERE run_uuid = ?", (change.run.status, end, run_id)
        )


def _later_points(connection: sqlite3.Connection, change: Change) -> list[Point]:
    """Points that are to become the latest, without those that another sync has told since the store was read."""
    asked = f"SELECT key, step, timestamp, {VALUE_COLUMNS['latest_metrics']} FROM latest_metrics WHERE run_uuid = ?"
    latest = {key: (step, time, value) for key, step, time, value in connection.execute(asked, (change.run_id,))}
    wanted = {point.key: point.value for point in change.other_points}
    others = [point for point in change.other_points if not is_told(wanted[point.key], latest[point.key][2])]
    return after(others, {key: (step, time) for key, (step, time, _) in latest.items()})


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
        with connected(self.file) as connection:
            said = said_of(connection, chosen, ids)
            runs = connection.execute(
                f"SELECT run_uuid, status, lifecycle_stage, experiment_id FROM runs WHERE run_uuid IN ({chosen})", ids
            ).fetchall()
        return [
            Entry(run_id, status, stage == "deleted", str(place), *(each.get(run_id, {}) for each in said))
            for run_id, status, stage, place in runs
        ]

    def write(self, runs: Sequence[TrackedRun], ledger: Ledger, advance: Advance) -> None:
        """Write runs whose parents the ledger has, and enter them; runs that are there already are left alone."""
        with connected(self.file) as connection:
            for start in range(0, len(runs), RUNS_A_TRANSACTION):
                portion = runs[start : start + RUNS_A_TRANSACTION]
                self._write_portion(connection, portion, ledger)
                advance(len(portion))

    def mend(self, changes: Sequence[Change]) -> None:
        """Make runs that are there say what they should, a transaction for a few hundred."""
        with connected(self.file) as connection:
            for start in range(0, len(changes), RUNS_A_TRANSACTION):
                with transaction(connection):
                    for change in changes[start : start + RUNS_A_TRANSACTION]:
                        _mend_one(connection, change)

    def _uuid(self, run: TrackedRun) -> str:
        owner = run.tags[names.STUDY if names.RUN in run.tags else names.SWEEP]
        return names.run_uuid(self.experiment_id, owner, run.identity)

    def _write_portion(self, connection: sqlite3.Connection, runs: Sequence[TrackedRun], ledger: Ledger) -> None:
        """One transaction. The write lock is taken before looking, so two syncs at once do not write a run twice."""
        chosen = {self._uuid(run): run for run in runs}
        with transaction(connection):
            marks = ", ".join("?" * len(chosen))
            present = connection.execute(f"SELECT run_uuid FROM runs WHERE run_uuid IN ({marks})", tuple(chosen))
            there = {row[0] for row in present}
            self._insert_runs(connection, {uuid: run for uuid, run in chosen.items() if uuid not in there}, ledger)
        for uuid, run in chosen.items():
            ledger.entries[run.identity] = Entry(uuid, run.status, is_deleted=False)

    def _insert_runs(self, connection: sqlite3.Connection, runs: dict[str, TrackedRun], ledger: Ledger) -> None:
        insert(connection, "runs", (self._run_row(uuid, run) for uuid, run in runs.items()))
        insert(connection, "tags", (row for uuid, run in runs.items() for row in self._tag_rows(uuid, run, ledger)))
        params = ((key, text, uuid) for uuid, run in runs.items() for key, text in run.params.items())
        insert(connection, "params", params)
        for table, selected in (("metrics", lambda points: points), ("latest_metrics", latest_points)):
            rows = (point_row(point, uuid) for uuid, run in runs.items() for point in selected(run.points))
            insert(connection, table, rows)

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
