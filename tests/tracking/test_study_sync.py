import math
import os
import random
import shlex
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

from nnjax.judged import USUAL
from nnjax.metrics import CURVES, METRICS
from nnjax.results.scores import with_scores
from nnjax.results.table import cells_table, results_table
from nnjax.statistics.interval import paired_interval
from nnjax.sweep.declarations import lock_claims
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.space import expand
from nnjax.sweep.study.study import load_study
from nnjax.tracking.errors import TrackingError
from nnjax.tracking.names import identity
from nnjax.tracking.study_sync import describe_sweep, prepare_sync, sync_sweep, user_name, with_cell_intervals

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

FLOWERS = """
question = "Which flower?"
lecture = "Mixed activations help."
refutes = "They do not."
[data]
name = "iris"
[replicates]
splits = 4
[studied]
activation = ["relu", ["tanh", "relu"]]
[nuisance]
dropout = [0.0, 0.5]
[fixed]
depth = 2
schedule = "cosine"
[logging]
target_accuracy = 0.8
"""


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
    assert (summary.written, summary.tally.waiting, summary.tracking_uri) == (RUNS, 0, uri)
    runs = MlflowClient(uri).search_runs([summary.experiment_id])
    assert Counter(run.data.tags["nnjax.kind"] for run in runs) == {"sweep": 1, "cell": 7, "run": 28}
    assert {run.data.tags["nnjax.run"] for run in runs if "nnjax.run" in run.data.tags} == {
        run.run_id for run in space.runs
    }


@pytest.mark.parametrize("seeds", [1, 2])
def test_a_cell_s_mean_has_the_interval_that_a_claim_about_it_would_have(seeds, study_path, tmp_path):
    space = expand(load_study(study_path, [f"replicates.seeds_per_split={seeds}"]))
    rows = [fake_row(run.run_id, run.cell.configuration.depth) for run in space.runs]
    rows = [row | {"test_r2": math.tanh(row["test_r2"])} for row in rows]
    rows[0] = rows[0] | {"status": "diverged", "diverged_epoch": 2}
    Journal(tmp_path).append(rows)
    tables = prepare_sync(space, tmp_path, "sqlite:///x.db", is_whole=False).tables
    results = with_scores(tables.results, USUAL["regression"])
    for cell in tables.cells.to_dict("records"):
        scores = results.loc[results["cell_id"] == cell["cell_id"], "test_score"].to_numpy()
        claimed = paired_interval(scores.reshape(4, seeds).mean(axis=1), *space.correction_rows)
        assert (cell["test_score_low"], cell["test_score_high"]) == (max(claimed.low, -1), min(claimed.high, 1))
        assert cell["test_score_low"] <= cell["test_score"] <= cell["test_score_high"]


def test_a_cell_that_lacks_a_split_or_has_one_alone_has_no_interval(space, tmp_path):
    results = results_table(space, Journal(tmp_path))
    one = results[(results["split"] == 0) | (results["cell_id"] == results["cell_id"].iloc[-1])].copy()
    one.loc[one.index[-1], "status"] = "missing"
    assert with_cell_intervals(cells_table(one, USUAL["regression"]), one, space)["test_score_low"].isna().all()


def test_a_cell_leads_to_its_sweep_and_report_and_a_person_s_note_stays(space, tmp_path, uri):
    sync_sweep(space, tmp_path)
    client = MlflowClient(uri)
    (sweep,) = client.search_runs(["1"], "tags.`nnjax.kind` = 'sweep'")
    one, *others = client.search_runs(["1"], "tags.`nnjax.kind` = 'cell'")
    assert {cell.data.tags["nnjax.parent"] for cell in (one, *others)} == {sweep.info.run_name}
    link = f"(#/experiments/1/runs/{sweep.info.run_id}/artifacts/report/index.html?workflowType=machine_learning)"
    assert all(link in run.data.tags["mlflow.note.content"] for run in (sweep, one, *others))
    client.set_tag(one.info.run_id, "mlflow.note.content", "Look here.")
    assert sync_sweep(space, tmp_path).tally.updated == 0
    assert client.get_run(one.info.run_id).data.tags["mlflow.note.content"] == "Look here."


CLAIM = """
[[claims]]
name = "relu-beats-tanh"
sentence = "relu beats tanh."
kind = "beats"
margin = 0.02
a = {activation = "relu"}
b = {activation = "tanh"}
at = {depth = 2, batch_size = 32}
"""


def test_mlflow_is_told_of_claims_that_came_after_the_training(space, study_path, tmp_path, uri):
    claimed = STUDY.replace("epochs = 3", 'epochs = 3\noptimizer = "adam"\ninitializer = "auto"\nl2 = 0.0') + CLAIM
    study_path.write_text(claimed)
    declared = expand(load_study(study_path))
    assert prepare_sync(declared, tmp_path).description.declared == (
        "Not recorded whether declared before training: 1 of 1 claims."
    )
    lock_claims(tmp_path, declared)
    study_path.write_text(claimed.replace("0.02", "0.03"))
    summary = sync_sweep(expand(load_study(study_path)), tmp_path)
    (sweep,) = MlflowClient(uri).search_runs([summary.experiment_id], "tags.`nnjax.claims` LIKE '%after training%'")
    assert "Declared after training: 1 of 1 claims (relu-beats-tanh)" in sweep.data.tags["mlflow.note.content"]
    assert "Withdrawn after training" in sweep.data.tags["nnjax.claims"]


def test_what_is_read_once_can_be_told_twice(space, tmp_path, uri):
    prepared = prepare_sync(space, tmp_path)
    assert prepared.send().written == RUNS
    assert prepared.send(tmp_path / "no-report").written == 0


def test_the_full_batch_is_its_size_and_the_reference_exists(space, tmp_path):
    description = prepare_sync(space, tmp_path, "sqlite:///x.db").description
    excluded = {"activation": "relu", "depth": "1", "batch_size": "32"}
    assert set(description.factors["batch_size"]) == {"32", "265"}
    assert sum(description.setting[factor] != level for factor, level in excluded.items()) == 1
    assert description.data.targets == (space.table.target_name,)


def test_a_factor_that_follows_another_has_no_reference_of_its_own(space, tmp_path):
    zipped = space.study.grid.model_copy(update={"zip": (("depth", "batch_size"),)})
    study = replace(space.study, grid=zipped)
    results = prepare_sync(space, tmp_path, "sqlite:///x.db").tables.results
    assert set(describe_sweep(replace(space, study=study), results, None).setting) == {"activation", "depth"}


def test_without_a_trained_run_nothing_is_told(study_path, tmp_path):
    space = expand(load_study(study_path, ["epochs=7"]))
    with pytest.raises(
        TrackingError, match=r"no run of study depth is in the journal; run `nnjax sweep .* --set epochs=7`"
    ):
        sync_sweep(space, tmp_path, f"sqlite:///{tmp_path / 'new.db'}")
    assert not (tmp_path / "new.db").exists()


@pytest.fixture
def classification(tmp_path, empty_database):
    """A study of flowers in a folder inside the experiments, its runs in the journal of `tmp_path`."""
    (tmp_path / "mlflow.db").write_bytes(empty_database.read_bytes())
    path = tmp_path / "experiments" / "lecture" / "flowers.toml"
    path.parent.mkdir(parents=True)
    path.write_text(FLOWERS)
    space = expand(load_study(path, ["epochs=3"]))
    of_the_other = {each.name for each in (*METRICS.values(), *CURVES) if each.task == "regression"}
    unknown = of_the_other | {"fit_test_accuracy", "fit_test_loss"}
    rows = [fake_row(run.run_id, run.cell.configuration.depth) for run in space.runs]
    Journal(tmp_path).append([{key: row[key] for key in row if key not in unknown} for row in rows])
    return space


def test_a_classification_is_told_from_its_journal(classification, tmp_path, uri):
    assert sync_sweep(classification, tmp_path).written == 1 + 4 + 4 * 4
    runs = MlflowClient(uri).search_runs([MlflowClient(uri).get_experiment_by_name("nnjax/flowers").experiment_id])
    params = {run.data.params["activation"] for run in runs if "activation" in run.data.params}
    assert params == {"relu", "tanh-relu"}
    assert all(run.data.params["schedule"] == "cosine" for run in runs if "depth" in run.data.params)
    (sweep,) = [run for run in runs if run.data.tags["nnjax.kind"] == "sweep"]
    note = MlflowClient(uri).get_experiment_by_name("nnjax/flowers").tags["mlflow.note.content"]
    assert note.startswith("#### Which flower? [Scores and charts](#/experiments/1/runs?workflowType=machine_learning&")
    assert note.endswith("\n\nThe lecture says: Mixed activations help.\n\nRefuted by: They do not.")
    assert (sweep.data.params["target_accuracy"], sweep.data.params["overrides"]) == ("0.8", "epochs=3")
    assert all("fit/validation_accuracy" in run.data.metrics for run in runs if run.data.tags["nnjax.kind"] == "cell")
    assert not [key for run in runs for key in run.data.metrics if "r2" in key or key.startswith("fit/test")]


def test_the_command_is_told_with_its_changes(classification, tmp_path):
    command = prepare_sync(classification, tmp_path, "sqlite:///x.db").description.command
    assert shlex.split(command) == ["nnjax", "sweep", classification.study.path, "--set", "epochs=3"]


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


def told(uri):
    """Everything that MLflow says of each run, by the run's identity."""
    runs = MlflowClient(uri).search_runs(["1"])
    by_identity = {
        identity(run.data.tags): (run.info.status, run.info.run_name, run.data.params, run.data.metrics) for run in runs
    }
    assert len(by_identity) == len(runs)
    return by_identity


@pytest.mark.slow
@pytest.mark.parametrize("lane", ["on", "off"])
def test_kill_9_at_any_moment_loses_and_doubles_nothing(lane, space, study_path, tmp_path, uri, empty_database):
    (tmp_path / "undisturbed.db").write_bytes(empty_database.read_bytes())
    undisturbed = f"sqlite:///{tmp_path / 'undisturbed.db'}"
    assert sync_sweep(space, tmp_path, undisturbed).written == RUNS
    command = [sys.executable, "-m", "nnjax.cli", "sync", str(study_path), "--home", str(tmp_path)]
    environ = {**os.environ, "NNJAX_FAST_LANE": lane}
    for moment in sorted(random.Random(9).sample(range(RUNS), 3)):
        with subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as victim:
            while is_alive(victim) and count_runs(tmp_path / "mlflow.db") < moment:
                pass
            victim.send_signal(signal.SIGKILL)
    subprocess.run(command, env=environ, check=True, stdout=subprocess.DEVNULL)
    assert told(uri) == told(undisturbed)
    assert len(told(uri)) == RUNS
    assert Counter(status for status, *_ in told(uri).values()) == {"FINISHED": RUNS - 1, "FAILED": 1}
    assert all("train_seconds" in metrics for _, name, _, metrics in told(uri).values() if name.startswith("#"))
