"""What MLflow's file holds of one study, by tables of MLflow's shape."""

import sqlite3
from contextlib import closing

import pytest

from nnjax.tracking.stored import stored_rows

TABLES = """
CREATE TABLE experiments (experiment_id INTEGER, name TEXT, artifact_location TEXT, lifecycle_stage TEXT);
CREATE TABLE experiment_tags (key TEXT, value TEXT, experiment_id INTEGER);
CREATE TABLE runs (run_uuid TEXT, lifecycle_stage TEXT, experiment_id INTEGER);
CREATE TABLE tags (key TEXT, value TEXT, run_uuid TEXT);
CREATE TABLE params (key TEXT, value TEXT, run_uuid TEXT);
CREATE TABLE latest_metrics (key TEXT, value FLOAT, step INTEGER, run_uuid TEXT);
INSERT INTO experiments VALUES (1, 'nnjax/one', 'file:///tmp/of%20one', 'active'), (2, 'nnjax/two', 's3://b', 'active');
INSERT INTO experiment_tags VALUES ('nnjax.study', 'one', 1), ('nnjax.study', 'two', 2);
INSERT INTO runs VALUES ('a', 'active', 1), ('b', 'active', 2);
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "mlflow.db"
    with closing(sqlite3.connect(path)) as store, store:
        store.executescript(TABLES.replace("/tmp/of%20one", f"{tmp_path}/of%20one"))
    for name in ("models/m-1", "b", "a/artifacts"):
        (tmp_path / "of one" / name).mkdir(parents=True)
    return path


def change(file, statement):
    with closing(sqlite3.connect(file)) as store, store:
        store.execute(statement)


def test_another_study_s_rows_and_models_do_not_count(file):
    seen, places = stored_rows(file, "one")
    assert places == [file.with_name("of one") / run for run in "ab"]
    change(file, "UPDATE runs SET lifecycle_stage = 'deleted' WHERE run_uuid = 'b'")
    change(file, "INSERT INTO latest_metrics VALUES ('fit_train', 0.25, 1, 'b')")
    assert stored_rows(file, "one") == (seen, places)
    change(file, "INSERT INTO latest_metrics VALUES ('fit_train', 0.25, 1, 'a')")
    assert stored_rows(file, "one")[0] != seen


def test_artifacts_that_lie_elsewhere_cannot_be_seen(file):
    with pytest.raises(OSError, match="s3://b is not on this machine"):
        stored_rows(file, "two")


def test_a_file_without_mlflow_s_tables_cannot_be_read(tmp_path):
    (tmp_path / "empty.db").touch()
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        stored_rows(tmp_path / "empty.db", "one")
