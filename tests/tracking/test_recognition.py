"""A sweep is known again: whatever its study's words, whoever wrote it, whatever a person has done to it since."""

import dataclasses
import sqlite3
from contextlib import closing
from math import isnan

import pytest
from mlflow.tracking import MlflowClient

from nnjax.tracking import names
from nnjax.tracking.address import database_file
from nnjax.tracking.client_lane import ClientLane
from nnjax.tracking.layout import lay_out
from nnjax.tracking.ledger import Ledger
from nnjax.tracking.store import open_store
from nnjax.tracking.sync import look_up, sync_tables

ALL = 1 + 2 + 6
OLD, OLDER = "01d0" * 16, "01de" * 16
"""What earlier builds called the sweep, before and after a word of its study was changed."""


@pytest.fixture(params=["fast", pytest.param("client", marks=pytest.mark.slow)])
def lane(request, monkeypatch):
    """Either way into the store."""
    if request.param == "client":
        monkeypatch.setenv("NNJAX_FAST_LANE", "off")
    return request.param


def write_as_before(describe, tables, destination, sweep_id):
    """A whole tree as an earlier build wrote it: known by all that its study said, doubling what was there."""
    tags = {"nnjax.study": "made-up"}
    client = MlflowClient(destination.uri)
    named = client.get_experiment_by_name("nnjax/made-up")
    store = open_store(destination.uri, destination.home, "made-up", tags)
    if named is None and store.experiment.name != "nnjax/made-up":  # a person has renamed it: a new one, all again
        place = client.create_experiment("nnjax/made-up", tags=tags)
        store = dataclasses.replace(store, experiment=client.get_experiment(place))
    layout = lay_out(describe(sweep_id=sweep_id), tables, {})
    tags = {key: text for key, text in layout.sweep.tags.items() if key != names.PLAN}
    ledger = Ledger()
    for runs in ([dataclasses.replace(layout.sweep, tags=tags)], layout.cells, layout.runs):
        ClientLane(store).write(runs, ledger, lambda _: None)


def active(destination):
    """Experiment and identity of every run that nobody has deleted."""
    client = MlflowClient(destination.uri)
    ids = [each.experiment_id for each in client.search_experiments()]
    return sorted((run.info.experiment_id, run.info.run_name) for run in client.search_runs(ids))


def told(destination):
    """What MLflow says of each run, but for when it began and ended; a number that was taken back is none."""
    return sorted(
        (
            run.info.run_name,
            run.info.status,
            sorted(run.data.params.items()),
            sorted((key, value) for key, value in run.data.metrics.items() if not isnan(value)),
        )
        for run in MlflowClient(destination.uri).search_runs(["1"])
    )


def kinds(destination):
    """A run, a cell and the sweep."""
    runs = MlflowClient(destination.uri).search_runs(["1"], order_by=["attributes.run_name"])
    return [next(run for run in runs if run.data.tags["nnjax.kind"] == kind) for kind in ("run", "cell", "sweep")]


@pytest.mark.parametrize("former", [OLD, OLDER])
def test_what_an_earlier_build_wrote_goes_on(lane, former, describe, two, destination):
    """As it was named then, and by what it planned where a word has changed since."""
    write_as_before(describe, two, destination, OLD)
    summary = sync_tables(describe(former_id=former), two, destination)
    assert (summary.written, summary.already_there, summary.tally.doubles) == (0, ALL, 0)
    again = sync_tables(describe(former_id=former), two, destination)
    assert (again.written, again.already_there, again.tally.updated) == (0, ALL, 0)


def test_half_of_a_sweep_that_an_earlier_build_wrote_is_completed(lane, describe, two, destination):
    results, cells = two.results.copy(), two.cells.copy()
    results.loc[4, "status"] = "missing"
    cells.loc[cells["cell_id"] == results.loc[4, "cell_id"], "missing"] = 1
    write_as_before(describe, dataclasses.replace(two, results=results, cells=cells), destination, OLD)
    summary = sync_tables(describe(former_id=OLDER), two, destination)
    assert (summary.written, summary.already_there) == (4, 5)
    assert len(active(destination)) == ALL


def test_a_sweep_of_other_runs_is_not_taken_for_this_one(describe, two, destination):
    other = dataclasses.replace(two, results=two.results.assign(run_id=[f"{n + 99:064x}" for n in range(6)]))
    write_as_before(describe, other, destination, OLD)
    assert sync_tables(describe(), two, destination).written == ALL
    assert len(active(destination)) == 2 * ALL


def test_what_an_earlier_build_wrote_twice_is_there_once(lane, describe, two, destination):
    for sweep_id in (OLDER, OLD):
        write_as_before(describe, two, destination, sweep_id)
    assert len(look_up(describe(former_id=OLD), two, destination.uri)[1].doubles) == ALL
    summary = sync_tables(describe(former_id=OLD), two, destination)
    assert (summary.written, summary.already_there, summary.tally.doubles) == (0, ALL, ALL)
    assert "9 that were there twice deleted" in summary.words
    assert len(active(destination)) == ALL
    assert not look_up(describe(former_id=OLD), two, destination.uri)[1].doubles


@pytest.mark.slow
def test_what_an_earlier_build_wrote_again_beside_a_renamed_experiment_is_there_once(lane, describe, two, destination):
    write_as_before(describe, two, destination, OLD)
    MlflowClient(destination.uri).rename_experiment("1", "my own name")
    write_as_before(describe, two, destination, OLD)
    assert len(active(destination)) == 2 * ALL
    summary = sync_tables(describe(former_id=OLD), two, destination)
    assert (summary.written, summary.already_there, summary.experiment_id) == (0, ALL, "1")
    assert {place for place, _ in active(destination)} == {"1"} and len(active(destination)) == ALL
    assert MlflowClient(destination.uri).get_experiment("1").name == "my own name"


KEYS = ("kind", "study", "sweep", "plan", "cell", "run", "status", "replicates")


@pytest.mark.parametrize("text", ["x", pytest.param(None, marks=pytest.mark.slow)])
def test_tags_that_a_person_has_changed_or_deleted_are_set_again(text, description, two, destination):
    client = MlflowClient(destination.uri)
    sync_tables(description, two, destination)
    before = {run.info.run_id: run.data.tags for run in client.search_runs(["1"])}
    for key in (*(f"nnjax.{name}" for name in KEYS), names.PARENT):
        for run in (run for run in kinds(destination) if key in run.data.tags):
            client.set_tag(run.info.run_id, key, "x") if text else client.delete_tag(run.info.run_id, key)
        assert not look_up(description, two, destination.uri)[1].doubles
        assert sync_tables(description, two, destination).written == 0, key
        assert {run.info.run_id: run.data.tags for run in client.search_runs(["1"])} == before, key


def test_a_kind_that_a_person_has_changed_is_set_again_by_the_client_too(description, two, destination, monkeypatch):
    monkeypatch.setenv("NNJAX_FAST_LANE", "off")
    client = MlflowClient(destination.uri)
    sync_tables(description, two, destination)
    before = kinds(destination)
    for run in before:
        client.set_tag(run.info.run_id, "nnjax.kind", "x")
    assert sync_tables(description, two, destination).tally.updated == 3
    assert [run.data.tags for run in kinds(destination)] == [run.data.tags for run in before]


def test_a_state_is_set_again_and_a_name_stays(lane, description, two, destination):
    client = MlflowClient(destination.uri)
    sync_tables(description, two, destination)
    run, cell, _ = kinds(destination)
    client.set_terminated(run.info.run_id, "KILLED")
    client.update_run(cell.info.run_id, name="my favourite")
    assert sync_tables(description, two, destination).tally.updated == 1
    assert client.get_run(run.info.run_id).info.status == run.info.status
    assert client.get_run(cell.info.run_id).info.run_name == "my favourite"


@pytest.mark.parametrize("change", [-0.05, pytest.param(0.05, marks=pytest.mark.slow)])
def test_runs_trained_again_are_told_anew(lane, change, description, two, destination, tmp_path, empty_database):
    """A time of training is never the same twice; every cell's mean of it follows."""
    sync_tables(description, two, destination)
    results = two.results.assign(train_seconds=two.results["train_seconds"] + change)
    again = dataclasses.replace(two, results=results, cells=two.cells.assign(train_seconds=0.07 + change))
    assert sync_tables(description, again, destination).tally.updated == 2 + 5
    fresh = dataclasses.replace(destination, uri=f"sqlite:///{tmp_path / 'fresh.db'}")
    (tmp_path / "fresh.db").write_bytes(empty_database.read_bytes())
    sync_tables(description, again, fresh)
    assert told(destination) == told(fresh)
    assert sync_tables(description, again, destination).tally.updated == 0


def test_a_number_that_the_journal_has_not_is_taken_back(lane, description, two, destination):
    sync_tables(description, two, destination)
    fewer = dataclasses.replace(two, results=two.results.assign(epochs_to_target=float("nan")))
    had = int(two.results["epochs_to_target"].notna().sum())
    assert sync_tables(description, fewer, destination).tally.updated == had > 0
    runs = MlflowClient(destination.uri).search_runs(["1"], "tags.`nnjax.kind` = 'run'")
    values = [run.data.metrics[name] for run in runs for name in run.data.metrics if name == "epochs_to_target"]
    assert len(values) == had and all(map(isnan, values))
    assert sync_tables(description, fewer, destination).tally.updated == 0
    assert sync_tables(description, two, destination).tally.updated == had


def test_a_number_changed_in_the_store_s_file_is_set_right(description, two, destination):
    sync_tables(description, two, destination)
    before = told(destination)
    with closing(sqlite3.connect(database_file(destination.uri))) as store, store:
        store.execute("UPDATE latest_metrics SET value = value + 0.5 WHERE key IN ('test_r2', 'runs_diverged')")
    assert sync_tables(description, two, destination).tally.updated > 0
    assert told(destination) == before


def test_what_a_person_has_deleted_is_told_and_can_be_had_back(lane, description, two, destination):
    client = MlflowClient(destination.uri)
    sync_tables(description, two, destination)
    run, cell, _ = kinds(destination)
    for deleted in (run, cell):
        client.delete_run(deleted.info.run_id)
    summary = sync_tables(description, two, destination)
    assert (summary.written, summary.already_there, summary.tally.deleted) == (0, ALL - 2, 2)
    assert "2 deleted in MLflow by a person and left so: `nnjax sync STUDY --restore`" in summary.words
    back = sync_tables(description, two, dataclasses.replace(destination, is_restored=True))
    assert (back.already_there, back.tally.restored, back.tally.deleted) == (ALL, 2, 0)
    assert len(active(destination)) == ALL


def test_a_sweep_that_the_journal_has_lost_runs_of_is_no_longer_complete(description, two, destination):
    sync_tables(description, two, destination)
    results, cells = two.results.copy(), two.cells.copy()
    results.loc[4, "status"] = "missing"
    cells.loc[cells["cell_id"] == results.loc[4, "cell_id"], "missing"] = 1
    summary = sync_tables(description, dataclasses.replace(two, results=results, cells=cells), destination)
    assert (summary.written, summary.tally.waiting) == (0, 1) and "`nnjax sweep STUDY` trains them" in summary.words
    assert kinds(destination)[2].info.status == "RUNNING"
    sync_tables(description, two, destination)
    assert kinds(destination)[2].info.status == "FINISHED"


def test_other_levels_of_a_factor_name_a_run_anew(description, describe, two, destination):
    """A label says what differs; in a study of another extent that may be something else."""
    sync_tables(description, two, destination)
    other = dataclasses.replace(two, results=two.results.assign(cell="anew"), cells=two.cells.assign(cell="anew"))
    sync_tables(describe(sweep_id="07e4" * 16), other, destination)
    runs = MlflowClient(destination.uri).search_runs(["1"], "tags.`nnjax.kind` = 'run'")
    assert {run.info.run_name for run in runs} == {"#0 anew", "#1 anew", "#2 anew"}
