import sqlite3

import pytest
from mlflow.exceptions import MlflowException

from nnjax.tracking.errors import TrackingError, explained


@pytest.mark.parametrize(
    ("cause", "remedy"),
    [
        (MlflowException("Detected out-of-date database schema (found version a)"), "mlflow db upgrade sqlite:///x.db"),
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


def test_a_mistake_of_ours_is_not_dressed_up():
    with pytest.raises(KeyError), explained("sqlite:///x.db"):
        raise KeyError("ours")
