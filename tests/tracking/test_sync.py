import dataclasses
import sqlite3
from contextlib import closing

import pytest

from nnjax.tracking.address import database_file
from nnjax.tracking.client_lane import ClientLane
from nnjax.tracking.errors import TrackingError
from nnjax.tracking.fast_lane import FastLane
from nnjax.tracking.layout import SweepTables
from nnjax.tracking.sync import SyncSummary, Tally, sync_tables

TABLES = ("runs", "params", "tags", "metrics", "latest_metrics", "inputs", "datasets", "experiment_tags")


@pytest.fixture(params=["fast", "client"])
def lane(request, monkeypatch):
    """Either way into the store."""
    if request.param == "client":
        monkeypatch.setenv("NNJAX_FAST_LANE", "off")
    return request.param


RUNS = "tags.`nnjax.kind` = 'run'"


def first_cells(tables):
    """The first four cells: the client's way is slow."""
    ids = set(tables.results["cell_id"].unique()[:4])
    results = tables.results[tables.results["cell_id"].isin(ids)].reset_index(drop=True)
    cells = tables.cells[tables.cells["cell_id"].isin(ids)]
    return SweepTables(results, cells, tables.cell_curves, tables.run_curves)


@pytest.fixture
def small(tables):
    """The first four cells of a regression."""
    return first_cells(tables)


def contents(destination):
    """Every row of every table that a sync may write."""
    with closing(sqlite3.connect(database_file(destination.uri))) as connection:
        return {table: sorted(map(str, connection.execute(f"SELECT * FROM {table}"))) for table in TABLES}


def told(destination):
    """What MLflow says of every run, without the ids that it has chosen itself."""
    from mlflow.tracking import MlflowClient

    return sorted(
        (run.info.run_name, run.info.status, run.info.end_time, str(run.data.params), str(run.data.metrics))
        for run in MlflowClient(destination.uri).search_runs(["1"])
    )


def test_a_second_sync_changes_no_row(lane, description, small, destination):
    first = sync_tables(description, small, destination)
    before = contents(destination)
    second = sync_tables(description, small, destination)
    assert (first.lane, first.written, first.already_there) == (lane, 17, 0)
    assert (second.written, second.already_there) == (0, 17)
    assert contents(destination) == before


def test_both_lanes_tell_the_same(sweep, destination, monkeypatch, tmp_path_factory, empty_database):
    description, small = sweep.description, first_cells(sweep.tables)
    other = dataclasses.replace(destination, uri=f"sqlite:///{tmp_path_factory.mktemp('other') / 'mlflow.db'}")
    database_file(other.uri).write_bytes(empty_database.read_bytes())
    sync_tables(description, small, destination)
    monkeypatch.setenv("NNJAX_FAST_LANE", "off")
    sync_tables(description, small, other)
    assert told(other) == told(destination)


DEATHS = [("fast", 0), ("fast", 1), ("fast", 5), ("fast", 16), ("client", 5)] + [
    pytest.param("client", survived, marks=pytest.mark.slow) for survived in (0, 1, 16)
]


@pytest.mark.parametrize(("lane", "survived"), DEATHS, indirect=["lane"])
def test_a_sync_that_dies_is_completed_by_the_next(lane, survived, description, small, destination, monkeypatch):
    writer, method = (FastLane, "_insert_runs") if lane == "fast" else (ClientLane, "_write_one")
    original, calls = getattr(writer, method), []

    def dies(self, *arguments):
        calls.append(1)
        if len(calls) > survived:
            raise OSError("killed")
        return original(self, *arguments)

    monkeypatch.setattr("nnjax.tracking.fast_lane.RUNS_A_TRANSACTION", 1)
    with monkeypatch.context() as patch:
        patch.setattr(writer, method, dies)
        with pytest.raises(TrackingError, match="killed"):
            sync_tables(description, small, destination)
    again = sync_tables(description, small, destination)
    assert again.written + again.already_there == 17
    assert again.already_there == survived
    assert len(told(destination)) == 17
    assert sync_tables(description, small, destination).written == 0


def test_an_unfinished_sweep_is_running_and_completed_later(lane, description, small, destination):
    results = small.results.copy()
    results.loc[4, "status"] = "missing"
    cells = small.cells.copy()
    cells.loc[cells["cell_id"] == results.loc[4, "cell_id"], "missing"] = 1
    partial = sync_tables(description, dataclasses.replace(small, results=results, cells=cells), destination)
    assert (partial.written, partial.tally.waiting) == (13, 1)
    assert [status for name, status, *_ in told(destination) if name.startswith("sweep")] == ["RUNNING"]
    complete = sync_tables(description, small, destination)
    assert (complete.written, complete.already_there, complete.tally.waiting) == (4, 13, 0)
    assert [status for name, status, *_ in told(destination) if name.startswith("sweep")] == ["FINISHED"]


def test_the_sweep_tells_its_outcome_once_with_data_set_and_note(description, small, destination):
    from mlflow.tracking import MlflowClient

    sync_tables(description, small, destination)
    (sweep,) = MlflowClient(destination.uri).search_runs(["1"], "tags.`nnjax.kind` = 'sweep'")
    assert sweep.data.metrics["runs"] == 12
    assert sweep.data.params["best_cell"] in sweep.data.tags["mlflow.note.content"]
    assert [entry.dataset.name for entry in sweep.inputs.dataset_inputs] == ["diabetes"]


@pytest.mark.parametrize("sweep", ["classification"], indirect=True)
def test_a_classification_tells_accuracies_classes_and_no_r2(sweep, destination):
    from mlflow.tracking import MlflowClient

    sync_tables(sweep.description, first_cells(sweep.tables), destination)
    runs = MlflowClient(destination.uri).search_runs(["1"])
    (whole,) = [run for run in runs if run.data.tags["nnjax.kind"] == "sweep"]
    assert {"validation_accuracy", "test_accuracy", "test_accuracy_sd"} <= set(whole.data.metrics)
    assert whole.data.params["target_accuracy"] == "0.4"
    assert "test accuracy 0." in whole.data.tags["mlflow.note.content"]
    (data,) = [entry.dataset for entry in whole.inputs.dataset_inputs]
    assert data.name == "moons(noise=0.2)"
    assert '"long", "name": "moon"' in data.schema
    assert not [key for run in runs for key in (*run.data.metrics, *run.data.params) if "r2" in key]


def test_another_extent_of_a_study_shares_the_runs(lane, description, describe, small, destination):
    """Fewer replicates have means of their own, but no run is told a second time: it hangs where it was told last."""
    from mlflow.tracking import MlflowClient

    sync_tables(description, small, destination)
    ids = {
        run.data.tags["nnjax.run"]: run.info.run_id for run in MlflowClient(destination.uri).search_runs(["1"], RUNS)
    }
    smaller = dataclasses.replace(small, results=small.results[small.results["split"] < 2])
    other = sync_tables(describe(sweep_id="07e4" * 16), smaller, destination)
    assert (other.written, other.already_there, other.tally.updated) == (5, 8, 8)
    runs = MlflowClient(destination.uri).search_runs(["1"], RUNS)
    assert {run.data.tags["nnjax.run"]: run.info.run_id for run in runs} == ids
    assert sorted(run.data.tags["nnjax.sweep"][:4] for run in runs) == ["07e4"] * 8 + ["5eed"] * 4
    assert sync_tables(description, small, destination).written == 0


def test_a_deleted_sweep_says_how_to_have_it_back(description, small, destination):
    from mlflow.tracking import MlflowClient

    sync_tables(description, small, destination)
    client = MlflowClient(destination.uri)
    (sweep,) = client.search_runs(["1"], "tags.`nnjax.kind` = 'sweep'")
    client.delete_run(sweep.info.run_id)
    with pytest.raises(TrackingError, match="`nnjax sync STUDY --restore` brings it back"):
        sync_tables(description, small, destination)
    again = sync_tables(description, small, dataclasses.replace(destination, is_restored=True))
    assert (again.written, again.already_there, again.tally.restored) == (0, 17, 1)


def test_views_that_fail_cost_a_warning_only(description, small, destination, monkeypatch, caplog):
    monkeypatch.setattr("nnjax.tracking.views.TAG_LIMIT", 10)
    assert sync_tables(description, small, destination).written == 17
    assert "no prepared views" in caplog.text


def test_the_link_opens_the_leaderboard(description, small, destination):
    summary = sync_tables(description, small, destination)
    assert summary.deep_link.startswith("http://127.0.0.1:5000/#/experiments/1/runs?workflowType=machine_learning")
    assert summary.deep_link.endswith("viewStateShareKey=nnjax-leaderboard&compareRunsMode=CHART")


def test_progress_ends_at_the_total(description, small, destination):
    seen = []
    sync_tables(description, small, destination, seen.append)
    assert seen[-1] == "17 of 17 runs"
    counts = [int(words.split()[0]) for words in seen]
    assert counts == sorted(counts)


def test_a_twin_left_by_a_dying_server_is_deleted(lane, description, small, destination):
    from mlflow.tracking import MlflowClient

    sync_tables(description, small, destination)
    client = MlflowClient(destination.uri)
    original = client.search_runs(["1"], "tags.`nnjax.kind` = 'run'", max_results=1)[0]
    twin = client.create_run("1", tags=original.data.tags)
    assert sync_tables(description, small, destination).written == 0
    assert client.get_run(twin.info.run_id).info.lifecycle_stage == "deleted"
    assert client.get_run(original.info.run_id).info.lifecycle_stage == "active"


def test_an_untested_version_gets_all_but_the_views(description, small, destination, monkeypatch, caplog):
    monkeypatch.setattr("nnjax.tracking.file_rows.version", lambda _: "3.99.0")
    assert sync_tables(description, small, destination).lane == "client"
    assert "not among the tested versions" in caplog.text
    assert not any("sharedViewState" in row for row in contents(destination)["experiment_tags"])


def test_nothing_mended_says_no_more_than_how_many():
    summary = SyncSummary(1200, 3, 0.5, "sqlite:///x", "1", "http://x", "fast", Tally())
    assert summary.words == "1,200 runs written, 3 were there"


def test_what_was_left_undone_comes_with_its_remedy():
    words = Tally(restored=2, waiting=1, deleted=4).words
    assert words.startswith(", 2 brought back, 4 deleted in MLflow") and "--restore" in words
    assert words.endswith("1 cells waiting for runs that the journal lacks: `nnjax sweep STUDY` trains them")
