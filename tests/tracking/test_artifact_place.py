"""A store's artifacts lie where the store lies: a copied home leaves the first one alone, a moved one its old place."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from mlflow.tracking import MlflowClient

from nnjax.doctor.symptoms import examine_store
from nnjax.tracking.artifact_place import find_strays, settle_artifacts
from nnjax.tracking.artifacts import lost_files
from nnjax.tracking.client_calls import told_run
from nnjax.tracking.store import open_store
from nnjax.tracking.sync import Destination, sync_tables

SWEEP = "tags.`nnjax.kind` = 'sweep'"


@pytest.fixture
def home(tmp_path, empty_database):
    """A home folder, its name not a plain one, with an empty store."""
    folder = tmp_path / "a home, 100 % mine"
    folder.mkdir()
    shutil.copyfile(empty_database, folder / "mlflow.db")
    return folder


def at(home):
    """A home as a destination, its report with it."""
    (home / "reports").mkdir(exist_ok=True)
    (home / "reports" / "index.html").write_text(f"<h1>{home.name}</h1>")
    return Destination(f"sqlite:///{home / 'mlflow.db'}", home, home / "reports")


def contents(home):
    """Every file below a folder but SQLite's own."""
    return {path: path.read_bytes() for path in home.rglob("*") if path.is_file() and path.suffix != ".lock"}


def told_of(destination):
    return told_run(sweep_of(destination))


def sweep_of(destination):
    (run,) = MlflowClient(destination.uri).search_runs(["1"], SWEEP)
    return run


def symptoms(destination):
    return [symptom.what for symptom in examine_store(destination.uri, destination.home) if not symptom.is_ok]


def test_a_copied_home_leaves_the_first_one_alone(home, tmp_path, description, two):
    sync_tables(description, two, at(home))
    copy = Path(shutil.copytree(home, tmp_path / "copy"))
    before = contents(home)
    assert symptoms(at(copy)) == ["MLflow's artifacts"] and symptoms(at(home)) == []
    assert sync_tables(description, two, at(copy)).written == 0
    assert contents(home) == before
    page = copy / "mlartifacts" / "made-up" / sweep_of(at(copy)).info.run_id / "artifacts" / "report" / "index.html"
    assert page.read_text() == "<h1>copy</h1>"
    assert symptoms(at(copy)) == [] and not lost_files(told_of(at(copy)))


def test_a_moved_home_does_not_bring_the_old_folder_back(home, tmp_path, description, two):
    sync_tables(description, two, at(home))
    moved = home.rename(tmp_path / "moved")
    assert sync_tables(description, two, at(moved)).written == 0
    assert not home.exists()
    assert not lost_files(told_of(at(moved)))
    assert all((moved / "mlartifacts").as_uri() in run.info.artifact_uri
               for run in MlflowClient(at(moved).uri).search_runs(["1"]))  # fmt: skip


def test_a_store_copied_without_its_artifacts_has_them_sent_again(home, tmp_path, description, two):
    sync_tables(description, two, at(home))
    before = contents(home)
    other = tmp_path / "other"
    other.mkdir()
    shutil.copyfile(home / "mlflow.db", other / "mlflow.db")
    sync_tables(description, two, at(other))
    assert contents(home) == before and not lost_files(told_of(at(other)))
    assert (other / "mlartifacts" / "made-up").is_dir()


def test_a_file_that_was_lost_or_changed_is_sent_again(home, description, two):
    sync_tables(description, two, at(home))
    folder = home / "mlartifacts" / "made-up" / sweep_of(at(home)).info.run_id / "artifacts"
    (folder / "study.toml").unlink()
    (folder / "report" / "index.html").write_text("something else")
    assert sorted(lost_files(told_of(at(home)))) == ["report/index.html", "study.toml"]
    sync_tables(description, two, at(home))
    assert lost_files(told_of(at(home))) == []


def test_a_store_outside_the_home_has_its_artifacts_beside_it(home, tmp_path):
    store = open_store(f"sqlite:///{home / 'mlflow.db'}", tmp_path, "made-up", {})
    assert store.experiment.artifact_location == (home / "mlartifacts" / "made-up").as_uri()


def test_the_same_home_by_another_path_is_in_its_place(home, tmp_path, description, two):
    sync_tables(description, two, at(home))
    (tmp_path / "link").symlink_to(home)
    assert find_strays(f"sqlite:///{tmp_path / 'link' / 'mlflow.db'}", tmp_path / "link") == []


@pytest.mark.parametrize("place", ["s3://bucket/mlartifacts/made-up", "/data/chosen/made-up", "mlflow-artifacts:/1"])
def test_a_place_that_a_person_has_chosen_stays(place, home):
    destination = at(home)
    MlflowClient(destination.uri).create_experiment("nnjax/made-up", place, {"nnjax.study": "made-up"})
    with closing(sqlite3.connect(home / "mlflow.db")) as store, store:
        store.execute("UPDATE experiments SET artifact_location = ? WHERE experiment_id = 1", (place,))
    assert settle_artifacts(destination.uri, home) == []
    assert open_store(destination.uri, home, "made-up", {}).experiment.artifact_location == place


def test_a_home_to_which_an_outside_store_once_sent_is_left_alone(home, tmp_path):
    """An earlier build kept the artifacts of such a store in the home folder."""
    destination = replace(at(home), home=tmp_path / "elsewhere")
    there = (destination.home / "mlartifacts" / "made-up").resolve()
    there.mkdir(parents=True)
    MlflowClient(destination.uri).create_experiment("nnjax/made-up", there.as_uri(), {"nnjax.study": "made-up"})
    assert find_strays(destination.uri, destination.home) == []
    assert find_strays(destination.uri, tmp_path / "a second home") == []
    shutil.copyfile(home / "mlflow.db", destination.home / "mlflow.db")
    assert [stray.there for stray in find_strays(destination.uri, home)] == [there.as_uri()]
