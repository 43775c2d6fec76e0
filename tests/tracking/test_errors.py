import sqlite3
from contextlib import closing

import pytest
from mlflow.exceptions import MlflowException

from nnjax.tracking.address import check_store
from nnjax.tracking.errors import LONGEST_QUOTE, TrackingError, explained, known_revisions, newest_revision

OLDER = next(before for before in known_revisions().values() if before)
OTHER_TABLES = (
    "Detected out-of-date database schema (found version {}, but expected 0). Take a backup of your database, then run "
    "'mlflow db upgrade <database_uri>' to migrate your database to the latest schema. NOTE: schema migration may "
    "result in database downtime - please consult your database's documentation for more detail."
)
"""MLflow's own words, whose advice fails where the tables are a newer MLflow's."""


@pytest.mark.parametrize(
    ("cause", "remedy"),
    [
        (MlflowException(OTHER_TABLES.format(OLDER)), "mlflow db upgrade sqlite:///x.db"),
        (MlflowException(OTHER_TABLES.format("fedcba987654")), "pip install --upgrade mlflow"),
        (ModuleNotFoundError("No module named 'boto3'", name="boto3"), "install the package of boto3"),
        (sqlite3.OperationalError("database is locked"), "another program is writing"),
        (sqlite3.DatabaseError("file is not a database"), "move the file away"),
        (MlflowException("(sqlite3.OperationalError) table mcp_servers already exists"), "move it away"),
        (MlflowException("boom\nand a second line"), "the results are safe in the journal"),
        (PermissionError("no permission"), "nnjax sync STUDY"),
    ],
)
def test_a_failure_of_the_store_becomes_one_line_with_a_remedy(cause, remedy):
    with pytest.raises(TrackingError) as caught, explained("sqlite:///x.db"):
        raise cause
    assert remedy in caught.value.remedy
    assert "\n" not in str(caught.value)


def test_no_word_is_cut_in_two():
    words = "every word of this sentence is whole " * 20
    with pytest.raises(TrackingError) as caught, explained("sqlite:///x.db"):
        raise MlflowException(words)
    quote = caught.value.problem.removeprefix("MLflow at sqlite:///x.db: ")
    assert len(quote) <= LONGEST_QUOTE
    assert set(quote.split()) <= {*words.split(), "…"} and quote.endswith(" …")


def test_an_error_that_quotes_the_address_does_not_quote_its_password():
    uri = "http://me:my s3cret/pw@host:5000"
    with pytest.raises(TrackingError) as caught, explained(uri):
        raise MlflowException(f"API request to {uri}/api/2.0/mlflow/experiments/search failed")
    assert "s3cret" not in str(caught.value)
    assert "http://…@host:5000/api/2.0" in str(caught.value)


def test_a_mistake_of_ours_is_not_dressed_up():
    with pytest.raises(KeyError), explained("sqlite:///x.db"):
        raise KeyError("ours")


def test_the_installed_mlflow_s_own_tables_are_fine(destination):
    check_store(destination.uri)
    with closing(sqlite3.connect(destination.home / "mlflow.db")) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (newest_revision(),)
