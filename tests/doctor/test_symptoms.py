"""`nnjax doctor`: a healthy home is healthy, and every illness is named with its remedy."""

import os
import sqlite3
import time
from contextlib import closing

import pytest
from fakes.command import ROOT
from fakes.known import KNOWN, THREE_CLAIMS
from fakes.studies import swept

from nnjax.cli import main
from nnjax.doctor.symptoms import (
    compare_with_lock,
    examine_checkout,
    examine_cluster,
    examine_home,
    examine_store,
    examine_variables,
)
from nnjax.sweep.compilation_cache import cache_folder
from nnjax.sweep.runner import run_sweep
from nnjax.sweep.space import expand
from nnjax.sweep.study.study import load_study
from nnjax.tracking.new_database import make_database

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # MLflow's own


@pytest.fixture
def home(tmp_path):
    """A home with a journal."""
    swept(tmp_path)
    return tmp_path


def ill(symptoms):
    return {each.what: each for each in symptoms if not each.is_ok}


def test_a_healthy_home_is_healthy(home):
    assert not ill(examine_home(home))
    assert not ill(examine_home(home / "nowhere"))


def test_one_study_has_its_claims_locked(tmp_path):
    (tmp_path / "three.toml").write_text(THREE_CLAIMS)
    run_sweep(expand(load_study(tmp_path / "three.toml")), tmp_path, "serial", engine=KNOWN)
    seen = {each.what: each.seen for each in examine_home(tmp_path)}
    assert seen["Claims"] == "1 study has its claims locked"


def test_this_checkout_is_as_its_lock_has_it():
    assert not ill(examine_checkout(ROOT))


def test_a_package_of_another_version_is_named():
    symptom = compare_with_lock("numpy==0.1 \\\n    --hash=sha256:00\nnot-there==1.0\n")
    assert symptom.seen.startswith("numpy ") and symptom.seen.endswith("not 0.1")
    assert "make clean" in symptom.remedy


def test_a_damaged_file_of_the_journal_is_named(home):
    path = next(home.glob("journal/*.parquet"))
    path.write_bytes(path.read_bytes()[:-1])
    symptom = ill(examine_home(home))["Journal"]
    assert path.name[:12] in symptom.seen and "trained again" in symptom.remedy
    path.rename(path.with_name(f".corrupt-{path.name}"))
    assert "1 damaged files" in ill(examine_home(home))["Set aside"].seen


def test_half_a_compiled_program_is_named(home, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(home))
    folder = cache_folder(home)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "half-cache").write_bytes(b"")
    assert "remove " in ill(examine_home(home))["Compiled programs"].remedy


def test_a_file_of_tomorrow_is_a_clock_that_is_wrong(home):
    path = next(home.glob("journal/*.parquet"))
    os.utime(path, (time.time() + 3_600, time.time() + 3_600))
    assert "set this machine's clock" in ill(examine_home(home))["Clock"].remedy


def test_a_home_without_room_or_permission(home, monkeypatch):
    monkeypatch.setattr("nnjax.doctor.symptoms.LEAST_FREE_MB", 1e12)
    assert "free some" in ill(examine_home(home))["Room"].remedy

    def refuse(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    assert "another --home" in ill(examine_home(home))["Home"].remedy


def test_variables_that_matter_are_named(monkeypatch):
    monkeypatch.setenv("XLA_FLAGS", "--xla_dump_to=/x")
    assert "XLA_FLAGS=--xla_dump_to=/x" in examine_variables().seen and examine_variables().is_ok


def test_variables_that_would_change_numbers_are_wrong(monkeypatch):
    monkeypatch.setenv("XLA_FLAGS", "--xla_cpu_enable_fast_math=true")
    assert "fast_math" in examine_variables().seen and examine_variables().remedy == "unset XLA_FLAGS"


def test_stores(tmp_path):
    assert not ill(examine_store(f"sqlite:///{tmp_path / 'none.db'}"))
    (tmp_path / "text.db").write_text("no database " * 100)
    assert "move the file away" in ill(examine_store(f"sqlite:///{tmp_path / 'text.db'}"))["MLflow's store"].remedy
    assert "start it" in ill(examine_store("http://127.0.0.1:9"))["MLflow's store"].remedy
    assert "no tracking URI" in ill(examine_store("ftp://x"))["MLflow's store"].seen


def test_a_closed_fast_lane_is_told_and_an_open_one_is_not(tmp_path, monkeypatch):
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    make_database(uri)
    assert [symptom.what for symptom in examine_store(uri)] == ["MLflow's store"]
    monkeypatch.setenv("NNJAX_FAST_LANE", "off")
    *_, lane = examine_store(uri)
    assert lane.what == "Fast lane" and lane.is_ok and lane.seen.startswith("closed, ")


def test_a_store_of_an_older_mlflow_asks_for_the_upgrade(tmp_path):
    file = tmp_path / "old.db"
    with closing(sqlite3.connect(file)) as store:
        store.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        store.execute("INSERT INTO alembic_version VALUES ('451aebb31d03')")
        store.execute("CREATE TABLE experiments (experiment_id INTEGER)")
        store.commit()
    assert ill(examine_store(f"sqlite:///{file}"))["MLflow's store"].remedy


def test_no_cluster_is_named_with_its_remedy(monkeypatch):
    monkeypatch.setattr("nnjax.execution.dask_cluster.SECONDS_TO_CONNECT", 1)
    symptom = ill(examine_cluster("tcp://127.0.0.1:9"))["Cluster"]
    assert "no Dask scheduler answers" in symptom.seen and "dask scheduler" in symptom.remedy


def test_the_command_ends_with_one_if_something_is_wrong(home, capsys, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert main(["doctor", "--home", str(home)]) == 0
    assert capsys.readouterr().out.strip().endswith("Nothing is wrong.")
    path = next(home.glob("journal/*.parquet"))
    path.write_bytes(b"")
    assert main(["doctor", "--home", str(home)]) == 1
    assert "WRONG Journal" in capsys.readouterr().out


def test_a_damaged_lock_of_claims_is_named(home):
    path = next(home.glob("journal/claims/*.json"))
    path.write_bytes(path.read_bytes()[:-9])
    symptom = ill(examine_home(home))["Claims"]
    assert f"{path.name} is damaged" in symptom.seen and "put back a copy" in symptom.remedy


def test_a_machine_without_a_compiler_is_not_ill_and_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)
    (symptom,) = (each for each in examine_home(tmp_path) if each.what == "Kernels")
    assert symptom.is_ok and "no compiler found (cc, gcc, clang)" in symptom.seen and "install gcc" in symptom.seen
