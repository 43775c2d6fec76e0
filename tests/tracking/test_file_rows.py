import sqlite3
from contextlib import closing

import mlflow
import pytest

from nnjax.tracking import file_rows
from nnjax.tracking.address import database_file
from nnjax.tracking.errors import known_revisions, newest_revision
from nnjax.tracking.file_rows import COLUMNS, OTHER_COLUMNS, installed_mlflow, refusal, refusal_unseen


def change(destination, sentence):
    with closing(sqlite3.connect(database_file(destination.uri))) as connection, connection:
        connection.execute(sentence)


def test_a_tested_plain_file_is_open_and_the_switch_closes_it(destination, monkeypatch):
    assert refusal(destination.uri) is None
    monkeypatch.setenv("NNJAX_FAST_LANE", "off")
    assert "switched off" in str(refusal(destination.uri))


@pytest.mark.parametrize("uri", ["http://x:1", "postgresql+psycopg://u@h/d", "sqlite:///:memory:", "sqlite:///a?x=1"])
def test_other_stores_are_left_to_the_client(uri):
    assert refusal(uri) == refusal_unseen(uri) == "not a local SQLite file"


def test_an_untested_version_closes_the_file(destination, monkeypatch):
    monkeypatch.setattr(file_rows, "version", lambda _: "3.99.0")
    assert "3.99.0" in str(refusal(destination.uri))


def test_the_version_that_is_told_is_the_one_that_would_be_imported():
    assert installed_mlflow() == mlflow.__version__


@pytest.mark.parametrize("table", COLUMNS | OTHER_COLUMNS)
def test_an_unknown_column_closes_the_file(destination, table):
    change(destination, f"ALTER TABLE {table} ADD COLUMN new_in_some_version TEXT")
    assert refusal(destination.uri) == f"the columns of table {table} are not the known ones"


def test_a_lost_column_closes_the_file(destination):
    change(destination, "ALTER TABLE input_tags RENAME COLUMN value TO words")
    assert "table input_tags" in str(refusal(destination.uri))


def test_another_revision_closes_the_file(destination):
    assert refusal(destination.uri) is None
    older = known_revisions()[newest_revision()]
    change(destination, f"UPDATE alembic_version SET version_num = '{older}'")
    assert refusal(destination.uri) == "its tables are another MLflow's"


@pytest.mark.parametrize("table", COLUMNS | OTHER_COLUMNS)
def test_mlflow_s_models_have_the_known_columns(table):
    from mlflow.store.db.base_sql_model import Base
    from mlflow.store.tracking import dbmodels  # noqa: F401  (declares them)

    known = (COLUMNS | OTHER_COLUMNS)[table]
    assert sorted(column.name for column in Base.metadata.tables[table].columns) == sorted(known)
