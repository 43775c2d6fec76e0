import inspect

import pytest
from mlflow.exceptions import MlflowException

from nnjax.tracking.client_lane import ClientLane
from nnjax.tracking.fast_lane import FastLane
from nnjax.tracking.layout import lay_out
from nnjax.tracking.ledger import Ledger
from nnjax.tracking.recognition import plan_of, recognise
from nnjax.tracking.store import open_store


@pytest.fixture
def store(destination):
    return open_store(destination.uri, destination.home, "made-up", {})


@pytest.fixture
def runs(description, tables):
    """The sweep, a cell and its three runs."""
    layout = lay_out(description, tables, {})
    return [layout.sweep, layout.cells[0], *layout.runs[:3]]


@pytest.fixture
def ledger_of(description, tables):
    """What a lane finds of the made-up sweep."""
    plan = plan_of(description, tables.results)
    return lambda lane: recognise(lane.read(["1"]), plan, ["1"])


def write(lane, runs, ledger, advance=lambda _: None):
    """Write runs one by one, parents first."""
    for run in runs:
        lane.write([run], ledger, advance)


def points(store):
    """Metric points of all runs, by identity of the run."""
    return {
        run.data.tags.get("nnjax.run") or run.data.tags["nnjax.kind"]: {
            key: len(store.client.get_metric_history(run.info.run_id, key)) for key in run.data.metrics
        }
        for run in store.client.search_runs(["1"])
    }


def test_a_run_cut_off_while_it_was_sent_is_filled_up_and_nothing_doubled(store, runs, ledger_of, monkeypatch):
    lane = ClientLane(store)
    ledger = Ledger()
    write(lane, runs[:1], ledger)
    with monkeypatch.context() as patch:
        patch.setattr(lane.client, "set_terminated", lambda *_: (_ for _ in ()).throw(MlflowException("killed")))
        with pytest.raises(MlflowException):
            write(lane, runs[1:2], ledger)
    ledger = ledger_of(lane)
    assert [run.identity for run in ledger.cut_off(runs[1:])] == [runs[1].identity]
    write(lane, runs[1:], ledger)
    once = points(store)
    write(lane, runs[1:], ledger)
    assert points(store) == once
    assert len(once) == 5
    assert once["cell"]["fit/train_r2"] == 25


def test_of_two_twins_the_finished_one_counts(store, runs, ledger_of):
    lane = ClientLane(store)
    write(lane, runs[:2], Ledger())
    twin = store.client.create_run("1", tags=dict(runs[1].tags))
    ledger = ledger_of(lane)
    assert [double.run_id for double in ledger.doubles] == [twin.info.run_id]
    assert ledger.entries[runs[1].identity].status == "FINISHED"


def test_a_run_that_a_person_deleted_stays_deleted(store, runs, ledger_of):
    lane = ClientLane(store)
    ledger = Ledger()
    write(lane, runs, ledger)
    store.client.delete_run(ledger.entries[runs[2].identity].run_id)
    found = ledger_of(ClientLane(store))
    assert found.absent(runs) == []
    assert found.cut_off(runs[1:]) == []


def test_progress_counts_every_run(store, runs):
    told = []
    write(ClientLane(store), runs, Ledger(), told.append)
    assert sum(told) == len(runs)


@pytest.mark.parametrize("method", ["read", "write", "mend"])
def test_both_ways_of_writing_runs_take_the_same(method):
    client, fast = (inspect.signature(getattr(lane, method)).parameters for lane in (ClientLane, FastLane))
    assert [*client] == [*fast]
    assert (ClientLane.name, FastLane.name) == ("client", "fast")
