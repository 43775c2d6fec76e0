import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from dataclasses import replace

import pytest
from fakes.rows import fake_row
from mlflow.tracking import MlflowClient

from nnjax.sweep.journal import Journal
from nnjax.sweep.space import expand
from nnjax.sweep.study import load_study
from nnjax.tracking.study_sync import describe_sweep, prepare_sync, sync_sweep, user_name

STUDY = """
question = "Does the depth matter?"
[data]
name = "diabetes"
[replicates]
method = "repeated_k_fold"
splits = 4
[studied]
activation = ["relu", "tanh"]
depth = [1, 2]
batch_size = [32, "full"]
[fixed]
epochs = 3
[grid]
exclude = [{activation = "relu", depth = 1, batch_size = 32}]
[logging]
curves = "reference"
"""
RUNS = 1 + 7 + 7 * 4


@pytest.fixture
def study_path(tmp_path):
    path = tmp_path / "depth.toml"
    path.write_text(STUDY)
    return path


@pytest.fixture
def space(study_path, tmp_path, empty_database):
    """A study whose runs lie in the journal of `tmp_path`, one of them diverged."""
    (tmp_path / "mlflow.db").write_bytes(empty_database.read_bytes())
    space = expand(load_study(study_path))
    rows = [fake_row(run.run_id, run.cell.configuration.depth) for run in space.runs]
    rows[5] = rows[5] | {"status": "diverged", "diverged_epoch": 2}
    Journal(tmp_path).append(rows)
    return space


@pytest.fixture
def uri(tmp_path, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return f"sqlite:///{tmp_path / 'mlflow.db'}"


def test_a_study_is_told_from_its_journal(space, tmp_path, uri):
    summary = sync_sweep(space, tmp_path)
    assert (summary.written, summary.waiting, summary.tracking_uri) == (RUNS, 0, uri)
    runs = MlflowClient(uri).search_runs([summary.experiment_id])
    assert Counter(run.data.tags["nnjax.kind"] for run in runs) == {"sweep": 1, "cell": 7, "run": 28}
    assert {run.data.tags["nnjax.run"] for run in runs if "nnjax.run" in run.data.tags} == {
        run.run_id for run in space.runs
    }


def test_what_is_read_once_can_be_told_twice(space, tmp_path, uri):
    prepared = prepare_sync(space, tmp_path)
    assert prepared.send().written == RUNS
    assert prepared.send(tmp_path / "no-report").written == 0


def test_the_full_batch_is_its_size_and_the_reference_exists(space, tmp_path):
    description = prepare_sync(space, tmp_path, "sqlite:///x.db").description
    excluded = {"activation": "relu", "depth": "1", "batch_size": "32"}
    assert set(description.factors["batch_size"]) == {"32", "265"}
    assert sum(description.setting[factor] != level for factor, level in excluded.items()) == 1
    assert description.data.columns[-1] == space.table.target_name


def test_a_factor_that_follows_another_has_no_reference_of_its_own(space, tmp_path):
    zipped = space.study.grid.model_copy(update={"zip": (("depth", "batch_size"),)})
    study = replace(space.study, grid=zipped)
    results = prepare_sync(space, tmp_path, "sqlite:///x.db").tables.results
    assert set(describe_sweep(replace(space, study=study), results, None).setting) == {"activation", "depth"}


def test_a_user_without_a_name_is_unknown(monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: (_ for _ in ()).throw(KeyError("uid not found")))
    assert user_name() == "unknown"


def count_runs(file):
    with closing(sqlite3.connect(file, timeout=20)) as connection:
        return connection.execute("SELECT count(*) FROM runs").fetchone()[0]


def is_alive(process):
    """Whether a process has not ended within a moment."""
    try:
        process.wait(0.02)
    except subprocess.TimeoutExpired:
        return True
    return False


@pytest.mark.slow
@pytest.mark.parametrize("lane", ["on", "off"])
def test_kill_9_at_any_moment_loses_and_doubles_nothing(lane, space, study_path, tmp_path, uri):
    command = [sys.executable, "-m", "nnjax.cli", "sync", str(study_path), "--home", str(tmp_path)]
    environ = {**os.environ, "NNJAX_FAST_LANE": lane}
    for moment in sorted(random.Random(9).sample(range(RUNS), 3)):
        with subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as victim:
            while is_alive(victim) and count_runs(tmp_path / "mlflow.db") < moment:
                pass
            victim.send_signal(signal.SIGKILL)
    subprocess.run(command, env=environ, check=True, stdout=subprocess.DEVNULL)
    runs = MlflowClient(uri).search_runs(["1"])
    assert len(runs) == len({run.data.tags.get("nnjax.run", run.info.run_name) for run in runs}) == RUNS
    assert Counter(run.info.status for run in runs) == {"FINISHED": RUNS - 1, "FAILED": 1}
    undisturbed = {run.info.run_name: run.data.metrics for run in runs}
    assert all("train_seconds" in metrics for name, metrics in undisturbed.items() if name.startswith("#"))
