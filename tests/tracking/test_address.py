import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from nnjax.redaction import masked_address
from nnjax.tracking.address import check_kind, check_store, database_file, default_uri, server_of
from nnjax.tracking.errors import TrackingError, known_revisions


def test_the_environment_s_uri_wins(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://tracking.example:5000")
    assert default_uri(Path("/somewhere")) == "http://tracking.example:5000"


@pytest.mark.parametrize("value", ["", "  "])
def test_without_one_the_store_is_a_file_in_the_home_folder(monkeypatch, tmp_path, value):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", value)
    assert default_uri(tmp_path) == f"sqlite:///{tmp_path / 'mlflow.db'}"


@pytest.mark.parametrize("uri", ["htp://server:5000", "mlruns", "file:///tmp/mlruns", "sqlite:///", ""])
def test_a_mistyped_address_says_what_to_write(uri):
    with pytest.raises(TrackingError, match=r"no tracking URI.*write sqlite:///FILE\.db"):
        check_kind(uri)


@pytest.mark.parametrize(
    "name", ["a b", "why?", "#1", "50%", "a%20b", "me@home", "it's", 'a "b"', "a\nb", ":memory:", "中"]
)
def test_a_home_of_any_name_has_its_store_inside(name, tmp_path, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    uri = default_uri(tmp_path / name)
    assert database_file(uri) == tmp_path / name / "mlflow.db"
    assert make_url(uri).database == str(tmp_path / name / "mlflow.db")
    assert masked_address(uri) == uri


def test_the_browser_s_address_is_the_server_or_the_local_one():
    assert server_of("http://tracking.example:5000/") == "http://tracking.example:5000"
    assert server_of("sqlite:////tmp/mlflow.db") == "http://127.0.0.1:5000"


def test_an_address_is_checked_without_mlflow():
    """Its import takes seconds, and an address is checked before anything is trained."""
    program = "import sys, nnjax.tracking.address; sys.exit('mlflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


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
    program = "import sys; from nnjax.tracking.address import check_store; check_store('sqlite:///x.db'); "
    program += "sys.exit('mlflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
