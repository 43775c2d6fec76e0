"""What a sync says to MLflow beside whole runs, in a SQLite file by plain SQL: MLflow takes two seconds to import.

The rows are those that MLflow's own client leaves (a test compares all of them), also where another sync has told the
same since the run was read. What is unusual is left to that client: a value that is too long, a param that is there
with another one, a run that was deleted, and all that a sync says rarely.
"""

import sqlite3
import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nnjax.tracking.description import DATA_CONTEXT, ToldData
from nnjax.tracking.file_rows import connected, insert, said_of, transaction, write_params, write_points, write_tags
from nnjax.tracking.layout import Point
from nnjax.tracking.ledger import ToldRun
from nnjax.tracking.names import STUDY

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

LONGEST = {"name": 250, "params": 6000, "tags": 8000, "experiment_tags": 20_000}
"""Characters that MLflow takes at least, of a name and of values."""

LONGEST_DATA = {"name": 500, "digest": 36, "source": 65_535, "schema": 1_048_575, "profile": 16_777_215}
"""The same of what is said of a data set."""

DATA_OF_RUN = "FROM inputs WHERE source_type = 'DATASET' AND destination_type = 'RUN' AND destination_id = ?"
"""The data sets of a run, whose id is to be given."""


@dataclass(frozen=True)
class FileExperiment:
    """An experiment, its fields named as MLflow's."""

    experiment_id: str
    name: str
    artifact_location: str
    lifecycle_stage: str
    creation_time: int | None
    tags: Mapping[str, str]


class FastClient:
    """Stands for MLflow's client of a store in a file: what has no method here, that client does.

    Methods that write say whether they could.
    """

    def __init__(self, uri: str, file: Path) -> None:
        self._uri = uri
        self._file = file

    def __getattr__(self, name: str) -> Any:
        return getattr(self.whole, name)

    @cached_property
    def whole(self) -> "MlflowClient":
        """MLflow's own."""
        from mlflow.tracking import MlflowClient

        return MlflowClient(tracking_uri=self._uri)

    def experiments_of(self, study: str) -> list[FileExperiment]:
        """Those that bear a study's tag, deleted ones among them."""
        return self._experiments(
            "experiment_id IN (SELECT experiment_id FROM experiment_tags WHERE key = ? AND value = ?)", STUDY, study
        )

    def experiment_named(self, name: str) -> FileExperiment | None:
        """The experiment of that name, a deleted one, too."""
        return next(iter(self._experiments("name = ?", name)), None)

    def _experiments(self, condition: str, *given: object) -> list[FileExperiment]:
        columns = "CAST(experiment_id AS TEXT), name, artifact_location, lifecycle_stage, creation_time"
        asked = "SELECT key, value FROM experiment_tags WHERE experiment_id = ?"
        with connected(self._file) as connection:
            found = connection.execute(f"SELECT {columns} FROM experiments WHERE {condition}", given).fetchall()
            return [FileExperiment(*[*row, dict(connection.execute(asked, row[:1]).fetchall())]) for row in found]

    def put_experiment(self, name: str, location: str, tags: Mapping[str, str]) -> bool:
        """Create an experiment, unless there is one of that name."""
        if _is_long("name", [name, location]) or _is_long("experiment_tags", tags.values()):
            return False
        now = time.time_ns() // 1_000_000
        with connected(self._file) as connection, transaction(connection):
            if connection.execute("SELECT 1 FROM experiments WHERE name = ?", (name,)).fetchone() is None:
                made = connection.execute(
                    "INSERT INTO experiments "
                    "(name, artifact_location, lifecycle_stage, creation_time, last_update_time) "
                    "VALUES (?, ?, 'active', ?, ?)",
                    (name, location, now, now),
                )
                insert(connection, "experiment_tags", ((key, text, made.lastrowid) for key, text in tags.items()))
        return True

    def put_experiment_tags(self, experiment_id: str, tags: Mapping[str, str]) -> bool:
        """Set tags of an experiment, all at once."""
        with connected(self._file) as connection, transaction(connection):
            is_active = _stage(connection, "experiments", "experiment_id", experiment_id) == "active"
            if _is_long("experiment_tags", tags.values()) or not is_active:
                return False
            connection.executemany(
                "INSERT INTO experiment_tags (key, value, experiment_id) VALUES (?, ?, ?) "
                "ON CONFLICT (key, experiment_id) DO UPDATE SET value = excluded.value",
                ((key, text, experiment_id) for key, text in tags.items()),
            )
        return True

    def find_run(self, run_id: str) -> ToldRun | None:
        """A run, with what was said of it; None if there is none."""
        with connected(self._file) as connection:
            found = connection.execute(
                "SELECT CAST(experiment_id AS TEXT), status, end_time, artifact_uri, "
                f"EXISTS (SELECT 1 {DATA_OF_RUN}) FROM runs WHERE run_uuid = ?",
                (run_id, run_id),
            ).fetchone()
            said = [each.get(run_id, {}) for each in said_of(connection, "?", (run_id,))]
        return ToldRun(run_id, *found, *said) if found else None

    def put_tags(self, run_id: str, tags: Mapping[str, str]) -> bool:
        """Set tags of a run, all at once."""
        with connected(self._file) as connection, transaction(connection):
            if _is_long("tags", tags.values()) or not _is_active(connection, run_id):
                return False
            write_tags(connection, run_id, tags)
        return True

    def put_end(self, run_id: str, status: str, end: int) -> bool:
        """End a run."""
        with connected(self._file) as connection, transaction(connection):
            if not _is_active(connection, run_id):
                return False
            change = "UPDATE runs SET status = ?, end_time = ? WHERE run_uuid = ?"
            connection.execute(change, (status, end, run_id))
        return True

    def put_points(self, run_id: str, points: Sequence[Point], params: Mapping[str, str]) -> bool:
        """Add those points and params that the run has not."""
        with connected(self._file) as connection, transaction(connection):
            if _is_long("params", params.values()) or not _is_active(connection, run_id):
                return False
            known = dict(connection.execute("SELECT key, value FROM params WHERE run_uuid = ?", (run_id,)).fetchall())
            if any(known.get(key, text) != text for key, text in params.items()):
                return False
            write_params(connection, run_id, params)
            write_points(connection, run_id, points)
        return True

    def put_data(self, run_id: str, data: ToldData) -> bool:
        """Say what data a run is about, unless that is said."""
        if any(len(getattr(data, field)) > longest for field, longest in LONGEST_DATA.items()):
            return False
        with connected(self._file) as connection, transaction(connection):
            if not _is_active(connection, run_id):
                return False
            (place,) = connection.execute("SELECT experiment_id FROM runs WHERE run_uuid = ?", (run_id,)).fetchone()
            known = connection.execute(
                "SELECT dataset_uuid FROM datasets WHERE experiment_id = ? AND name = ? AND digest = ?",
                (place, data.name, data.digest),
            ).fetchone()
            dataset, told = known[0] if known else uuid.uuid4().hex, uuid.uuid4().hex
            insert(connection, "datasets", [] if known else [(dataset, place, *data)])
            if connection.execute(f"SELECT 1 {DATA_OF_RUN} AND source_id = ?", (run_id, dataset)).fetchone() is None:
                insert(connection, "inputs", [(told, "DATASET", dataset, "RUN", run_id, 0)])
                insert(connection, "input_tags", [(told, *DATA_CONTEXT)])
        return True


def _is_long(what: str, texts: Iterable[str]) -> bool:
    return any(len(text) > LONGEST[what] for text in texts)


def _is_active(connection: sqlite3.Connection, run_id: str) -> bool:
    return _stage(connection, "runs", "run_uuid", run_id) == "active"


def _stage(connection: sqlite3.Connection, table: str, key: str, identity: str) -> object:
    found = connection.execute(f"SELECT lifecycle_stage FROM {table} WHERE {key} = ?", (identity,)).fetchone()
    return found and found[0]
