"""What a whole sync leaves, by the quick client of a file and by MLflow's own: the same rows."""

import math
import pickle
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace

import pytest
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient
from mlflow.utils import validation

from nnjax.tracking import finish, sync
from nnjax.tracking.address import database_file
from nnjax.tracking.client_calls import (
    add_data,
    add_points,
    end_run,
    find_run,
    open_client,
    set_experiment_tags,
    set_tags,
    told_run,
    whole_client,
)
from nnjax.tracking.description import ToldData
from nnjax.tracking.fast_client import LONGEST, LONGEST_DATA, FastClient
from nnjax.tracking.layout import Point
from nnjax.tracking.store import open_store
from nnjax.tracking.sync import sync_tables

OWN_IDS = re.compile(r"\b[0-9a-f]{32}\b")
"""Ids that MLflow draws."""
TIMES = ("creation_time", "last_update_time")


@pytest.fixture
def both(destination, tmp_path_factory, empty_database):
    """Two empty stores, each in its own home."""
    file = tmp_path_factory.mktemp("other") / "mlflow.db"
    file.write_bytes(empty_database.read_bytes())
    return destination, replace(destination, uri=f"sqlite:///{file}", home=file.parent)


def rows(destination):
    """Table -> its rows, without their ids and without the moments of experiments."""
    found = {}
    with closing(sqlite3.connect(database_file(destination.uri))) as connection:
        connection.row_factory = sqlite3.Row
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            told = [dict(row) for row in connection.execute(f"SELECT * FROM {table}")]
            found[table] = sorted(str(blank(row, database_file(destination.uri).parent)) for row in told)
    return found


def blank(row, home):
    kept = {key: None if key in TIMES else value for key, value in row.items()}
    return {
        key: OWN_IDS.sub("id", value.replace(str(home), "home")) if isinstance(value, str) else value
        for key, value in kept.items()
    }


def test_a_whole_sync_leaves_the_rows_of_mlflow_s_client(both, description, tables, monkeypatch):
    for destination, switch in zip(both, ("", "off"), strict=True):
        monkeypatch.setenv("NNJAX_FAST_LANE", switch)
        assert sync_tables(description, tables, destination).written > 0
    ours, theirs = map(rows, both)
    assert ours == theirs
    assert all(ours[table] for table in ("experiments", "experiment_tags", "datasets", "inputs", "input_tags"))


AGAIN = {
    "the same": [Point("r2", 0.5, 7, 0)],
    "a larger number at the same time": [Point("r2", 0.6, 7, 0)],
    "a smaller number at the same time": [Point("r2", 0.4, 7, 0)],
    "of an earlier time": [Point("r2", 0.9, 6, 0)],
    "of a later time": [Point("r2", 0.1, 8, 0)],
    "of a later step, earlier": [Point("r2", 0.1, 2, 1)],
    "none": [Point("r2", math.nan, 7, 0)],
    "none, after a negative": [Point("r2", -0.5, 8, 0), Point("r2", math.nan, 8, 0)],
    "infinite": [Point("r2", math.inf, 7, 0), Point("loss", -math.inf, 7, 0)],
    "twice the same": [Point("r2", 0.7, 9, 0), Point("r2", 0.7, 9, 0)],
}


@pytest.mark.parametrize("points", AGAIN.values(), ids=AGAIN)
def test_what_is_told_after_another_leaves_the_rows_of_mlflow_s_client(both, points, monkeypatch):
    for destination, switch in zip(both, ("", "off"), strict=True):
        monkeypatch.setenv("NNJAX_FAST_LANE", switch)
        store = open_store(destination.uri, destination.home, "made-up", {})
        place = store.experiment.experiment_id
        run_id = whole_client(store.client).create_run(place, 5, run_name="one").info.run_id
        for told, params in (([Point("r2", 0.5, 7, 0)], {"a": "1"}), (points, {"a": "1", "b": "2"})):
            client = open_client(destination.uri)
            add_points(client, run_id, told, params)
            add_data(client, run_id, ToldData("made-up", "ab", "code", "{}", "{}", "{}"))
    ours, theirs = map(rows, both)
    assert ours == theirs
    assert [len(ours[table]) for table in ("params", "inputs", "input_tags", "datasets")] == [2, 1, 1, 1]


LOOKS = [(sync, "open_store"), (sync, "recognise_sweep"), (sync, "differences"), (finish, "find_run")]


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize(("module", "look"), LOOKS, ids=[look for _, look in LOOKS])
def test_an_overtaken_sync_leaves_the_rows_of_one(both, description, two, monkeypatch, is_first, module, look):
    overtaken, alone = both
    if not is_first:
        for destination in both:
            sync_tables(description, two, destination)
        two = replace(two, results=two.results.assign(test_r2=two.results["test_r2"] / 2))
    sync_tables(description, two, alone)
    found = getattr(module, look)

    def look_and_be_overtaken(*given):
        seen = found(*given)
        monkeypatch.setattr(module, look, found)
        assert sync_tables(description, two, overtaken).is_whole
        return seen

    monkeypatch.setattr(module, look, look_and_be_overtaken)
    assert sync_tables(description, two, overtaken).is_whole
    assert getattr(module, look) is found
    assert rows(overtaken) == rows(alone)


@pytest.fixture
def opened(destination):
    """A store with a run, by the quick client, and that client."""
    store = open_store(destination.uri, destination.home, "made-up", {})
    assert isinstance(store.client, FastClient)
    return store.client, MlflowClient(destination.uri).create_run(store.experiment.experiment_id).info.run_id


def test_a_run_is_read_as_mlflow_reads_it(opened):
    client, run_id = opened
    assert find_run(client, run_id) == told_run(client.whole.get_run(run_id))
    data = ToldData("made-up", "ab", "code", "{}", "{}", "{}")
    points = [Point("r2", 0.5, 7, 0), Point("r2", 0.6, 8, 1), Point("loss", float("inf"), 8, 0)]
    set_tags(client, find_run(client, run_id), {"a": "b"})
    add_points(client, run_id, points, {"depth": "2"})
    add_data(client, run_id, data)
    end_run(client, run_id, "FINISHED", 9)
    found = find_run(client, run_id)
    assert found == told_run(client.whole.get_run(run_id))
    metrics = {"r2": 0.6, "loss": sys.float_info.max}
    assert (found.status, found.end, found.has_data, found.metrics) == ("FINISHED", 9, True, metrics)


def test_data_of_two_runs_are_one_row(opened):
    client, run_id = opened
    other = client.whole.create_run(find_run(client, run_id).experiment_id).info.run_id
    for each in (run_id, other):
        add_data(client, each, ToldData("made-up", "ab", "code", "{}", "{}", "{}"))
    told = [client.whole.get_run(each).inputs.dataset_inputs for each in (run_id, other)]
    assert told[0] == told[1] and len(told[0]) == 1


@pytest.mark.parametrize("table", ["tags", "params", "experiment_tags"])
def test_what_is_too_long_for_mlflow_is_refused_by_mlflow(opened, table):
    client, run_id = opened
    run, text = find_run(client, run_id), "x" * (LONGEST[table] + 1)
    experiment = client.experiment_named("nnjax/made-up")
    say = {
        "tags": lambda: set_tags(client, run, {"a": text}),
        "params": lambda: add_points(client, run_id, [], {"a": text}),
        "experiment_tags": lambda: set_experiment_tags(client, experiment, {"a": text}),
    }
    with pytest.raises(MlflowException, match="maximum length"):
        say[table]()
    assert find_run(client, run_id) == run and client.experiment_named("nnjax/made-up") == experiment


@pytest.mark.parametrize("field", LONGEST_DATA)
def test_data_of_which_too_much_is_said_are_refused_by_mlflow(opened, field):
    client, run_id = opened
    longest = getattr(validation, f"MAX_DATASET_{field.upper()}_SIZE")
    data = ToldData("made-up", "ab", "code", "{}", "{}", "{}")._replace(**{field: "x" * (longest + 1)})
    with pytest.raises(MlflowException, match="maximum length"):
        add_data(client, run_id, data)
    assert not find_run(client, run_id).has_data


def test_a_param_with_another_value_is_refused_by_mlflow(opened):
    client, run_id = opened
    add_points(client, run_id, [], {"a": "1"})
    with pytest.raises(MlflowException, match="Changing param values is not allowed"):
        add_points(client, run_id, [Point("r2", 0.5, 7, 0)], {"a": "2", "b": "3"})
    found = find_run(client, run_id)
    assert (found.params, found.metrics) == ({"a": "1"}, {})


def test_what_is_as_long_as_mlflow_takes_is_taken(opened):
    client, run_id = opened
    set_tags(client, find_run(client, run_id), {"a": "x" * LONGEST["tags"]})
    client.whole.set_tag(run_id, "b", "x" * LONGEST["tags"])
    tags = find_run(client, run_id).tags
    assert tags["a"] == tags["b"]


@pytest.mark.parametrize("call", [set_tags, add_points, add_data, end_run])
def test_a_deleted_run_is_told_nothing(opened, call):
    client, run_id = opened
    client.whole.delete_run(run_id)
    run = find_run(client, run_id)
    given = {
        set_tags: (run, {"a": "b"}),
        add_points: (run_id, [Point("r2", 0.5, 7, 0)], {}),
        add_data: (run_id, ToldData("made-up", "ab", "code", "{}", "{}", "{}")),
        end_run: (run_id, "FINISHED", 9),
    }
    with pytest.raises(MlflowException, match="deleted"):
        call(client, *given[call])


def test_a_run_that_is_not_there_is_mlflow_s_error(opened):
    with pytest.raises(MlflowException, match="not found"):
        find_run(opened[0], "0" * 32)


def test_another_store_is_mlflow_s_own(destination, monkeypatch):
    monkeypatch.setenv("NNJAX_FAST_LANE", "off")
    assert isinstance(open_client(destination.uri), MlflowClient)


SYNC = """
import pickle, sys
from nnjax.tracking.sync import sync_tables
description, tables, destination = pickle.load(open(sys.argv[1], "rb"))
for _ in range(2):
    print(sync_tables(description, tables, destination).written)
print([name for name in sys.modules if name.split(".")[0] in ("mlflow", "sqlalchemy")])
"""


def test_a_sync_into_a_file_imports_no_mlflow(destination, description, tables, tmp_path):
    given = tmp_path / "given"
    given.write_bytes(pickle.dumps((description, tables, destination)))
    told = subprocess.run(
        [sys.executable, "-c", SYNC, given], capture_output=True, text=True, check=True
    ).stdout.split()
    assert int(told[0]) > 0 and told[1:] == ["0", "[]"]


SYNC_WHEN_TOLD = """
import pickle, sys
from nnjax.tracking.sync import sync_tables
given = pickle.load(open(sys.argv[1], "rb"))
print("ready", flush=True)
sys.stdin.readline()
print(sync_tables(*given).is_whole)
"""


@pytest.mark.slow
def test_two_processes_may_sync_one_sweep_at_once(both, description, tables, tmp_path):
    shared, alone = both
    sync_tables(description, tables, alone)
    given = tmp_path / "given"
    given.write_bytes(pickle.dumps((description, tables, shared)))
    command = [sys.executable, "-c", SYNC_WHEN_TOLD, given]
    two = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [process.stdout.readline() for process in two] == ["ready\n"] * 2
    for process in two:
        process.stdin.write("\n")
        process.stdin.flush()
    assert [process.communicate()[0] for process in two] == ["True\n"] * 2
    assert rows(shared) == rows(alone)
