"""A new store is whole or not there, whatever stops its making."""

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from fakes.drill import wait_for
from mlflow.tracking import MlflowClient

from nnjax.tracking import new_database
from nnjax.tracking.new_database import make_database, needs_mlflow

MAKE = "import sys; from nnjax.tracking.new_database import make_database; make_database(sys.argv[1])"
TOO_SMALL = 100_000
"""Bytes; the tables take 800,000."""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a store is to be made, by MLflow itself: the caches have no pattern of it yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    (tmp_path / "home").mkdir()
    return tmp_path / "home" / "mlflow.db"


def contents(file: Path) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables, and the sentences that made them; of the times only whether they are there."""
    with closing(sqlite3.connect(file)) as connection:
        made = connection.execute("select name, sql from sqlite_master order by name").fetchall()
        rows = {name: connection.execute(f"select * from {name}").fetchall() for name in sorted(tables(file))}
    default = rows["experiments"][0]
    rows["experiments"] = [tuple("a time" if isinstance(value, int) and value > 10**12 else value for value in default)]
    return {"made": made, **rows}


def test_a_new_file_has_every_table_and_the_next_is_the_same_and_none_of_mlflows_making(
    file, tmp_path, empty_database, monkeypatch
):
    make_database(f"sqlite:///{file}")
    assert is_left_alone_with(file, empty_database)
    made = file.stat()
    make_database(f"sqlite:///{file}")
    assert file.stat() == made, "it is made once"
    first = contents(file)
    file.unlink()
    monkeypatch.setattr(new_database, "_let_mlflow_make", lambda *_: pytest.fail("made by MLflow again"))
    make_database(f"sqlite:///{file}")
    assert contents(file) == first
    other = tmp_path / "other" / "mlflow.db"
    other.parent.mkdir()
    make_database(f"sqlite:///{other}")
    (default,) = MlflowClient(f"sqlite:///{other}").search_experiments()
    assert default.name == "Default"
    assert default.artifact_location == (other.parent / "mlartifacts" / "0").as_uri()


def test_an_empty_file_becomes_a_store_and_a_damaged_pattern_is_not_believed(file, empty_database):
    file.touch()
    new_database._pattern().parent.mkdir(parents=True)
    new_database._pattern().write_bytes(b"half")
    make_database(f"sqlite:///{file}")
    assert is_left_alone_with(file, empty_database)
    assert len(new_database._pattern().read_bytes()) > 1000


def tables(file: Path) -> set[str]:
    with closing(sqlite3.connect(file)) as connection:
        return {name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")}


def is_left_alone_with(file: Path, empty_database: Path) -> bool:
    """Whether the store has all tables, and nothing lies beside it but its lock."""
    beside = {path.name for path in file.parent.iterdir()} - {f".{file.name}.lock"}
    return tables(file) == tables(empty_database) and beside == {file.name}


def test_other_stores_are_none_of_its_business(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for uri in ("http://127.0.0.1:9", "sqlite:///:memory:", "postgresql://nowhere/x"):
        make_database(uri)
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_a_disk_that_fills_up_leaves_no_half_of_it(file, empty_database):
    limit = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({TOO_SMALL}, {TOO_SMALL})); "
    command = [sys.executable, "-c", limit + MAKE, f"sqlite:///{file}"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode != 0
    assert "OperationalError" in ended.stderr
    assert {path.name for path in file.parent.iterdir()} <= {f".{file.name}.lock"}
    make_database(f"sqlite:///{file}")
    assert is_left_alone_with(file, empty_database)


def test_killed_in_the_middle_the_next_one_makes_it(file, empty_database):
    maker = subprocess.Popen([sys.executable, "-c", MAKE, f"sqlite:///{file}"])
    wait_for(lambda: any(path.stat().st_size > TOO_SMALL for path in file.parent.glob(".tmp-*-????????")), maker)
    assert maker.poll() is None, "it was made before it could be killed"
    maker.send_signal(signal.SIGKILL)
    maker.wait()
    assert not file.exists()
    assert list(file.parent.glob(".tmp-*"))
    make_database(f"sqlite:///{file}")
    assert is_left_alone_with(file, empty_database)


def test_somebodys_store_that_came_in_between_stays(file, empty_database, monkeypatch):
    """Where a file system has no locks, two may make it at once."""
    real = MlflowClient.search_experiments

    def meanwhile(client, *arguments, **named):
        file.write_bytes(b"theirs")
        return real(client, *arguments, **named)

    monkeypatch.setattr(MlflowClient, "search_experiments", meanwhile)
    make_database(f"sqlite:///{file}")
    assert file.read_bytes() == b"theirs"
    assert not list(file.parent.glob(".tmp-*"))


def test_the_current_folder_is_no_part_of_the_store(tmp_path, monkeypatch):
    here, file = tmp_path / "it's here", tmp_path / "home" / "mlflow.db"
    for folder in (here, file.parent):
        folder.mkdir()
    monkeypatch.chdir(here)
    make_database(f"sqlite:///{file}")
    with closing(sqlite3.connect(file)) as store:
        [(location,)] = store.execute("SELECT artifact_location FROM experiments").fetchall()
    assert location.startswith((file.parent / "mlartifacts").as_uri())


def test_mlflow_is_needed_where_no_file_can_be_made_or_written_without_it(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    first, second = (f"sqlite:///{tmp_path / name}" for name in ("first.db", "second.db"))
    assert needs_mlflow(first) and needs_mlflow("http://host:5000")
    make_database(first)
    assert not needs_mlflow(first) and not needs_mlflow(second)
    monkeypatch.setenv("NNJAX_FAST_LANE", "off")
    assert needs_mlflow(first)
