"""What is seen of a store before anything is trained."""

import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from nnjax.tracking.errors import TrackingError
from nnjax.tracking.preflight import check_store
from nnjax.tracking.revisions import known_revisions

OLDER = next(before for before in known_revisions().values() if before)


@pytest.mark.parametrize(
    ("uri", "remedy"),
    [
        ("mysql://me:s3cret@nowhere/db", "pip install mysqlclient"),
        ("mysql+pymysql://me:s3cret@nowhere/db", "pip install pymysql"),
        ("mssql+pyodbc://me:s3cret@nowhere/db", "pip install pyodbc"),
        (
            "postgresql+psycopg2://me:s3cret@nowhere/db",
            r"pip install 'nnjax\[server\]', and write postgresql\+psycopg:",
        ),
        ("postgresql+nonsense://me:s3cret@nowhere/db", "write DATABASE"),
        ("postgresql+psycopg://me:s3cret@nowhere:port/db", "write DATABASE"),
        ("postgresql+psycopg://me:s3cret/db", "write DATABASE"),
        ("http://me:s3cret", "write http://SERVER:PORT"),
        ("http://me:s3cret/pw@host:5000", "write http://SERVER:PORT"),
        ("http://me:s3cret@host:port", "write http://SERVER:PORT"),
        ("http:///me:s3cret", "write http://SERVER:PORT"),
        ("http://me:s3cret[@host", "write http://SERVER:PORT"),
        ("postgresql+psycopg2://me:[s3cret@host/db", r"pip install 'nnjax\[server\]'"),
    ],
)
def test_a_store_that_cannot_be_spoken_to_is_refused_without_its_password(uri, remedy):
    with pytest.raises(TrackingError, match=remedy) as refused:
        check_store(uri)
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("uri", ["http://nowhere.invalid", "sqlite:////nowhere/x.db", "sqlite:///file:x.db?uri=true"])
def test_what_only_a_connection_can_tell_is_not_asked(uri):
    check_store(uri)


@pytest.mark.parametrize(
    ("revision", "message"),
    [
        ("fedcba987654", r"a newer MLflow's.*pip install --upgrade mlflow.*--tracking-uri"),
        (OLDER, r"an older MLflow's.*mlflow db upgrade sqlite:////.*mlflow\.db`, a backup of the store first"),
    ],
)
def test_another_mlflow_s_tables_are_told_with_advice_that_can_be_followed(revision, message, destination):
    with closing(sqlite3.connect(destination.home / "mlflow.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
        connection.commit()
    with pytest.raises(TrackingError, match=message):
        check_store(destination.uri)


def test_a_file_that_is_no_database_is_told_at_once(tmp_path):
    (tmp_path / "mlflow.db").write_text("question = 'Which of two?'\n" * 100)
    with pytest.raises(TrackingError, match="not a database; move the file away"):
        check_store(f"sqlite:///{tmp_path / 'mlflow.db'}")


def test_a_database_without_mlflow_s_tables_is_mlflow_s_business(tmp_path):
    with closing(sqlite3.connect(tmp_path / "mlflow.db")) as connection:
        connection.execute("CREATE TABLE mine (number INTEGER)")
        connection.commit()
    check_store(f"sqlite:///{tmp_path / 'mlflow.db'}")


def test_mlflow_is_not_imported_for_it():
    program = "import sys; from nnjax.tracking.preflight import check_store; check_store('sqlite:///x.db'); "
    program += "sys.exit('mlflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
