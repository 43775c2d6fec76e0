import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from mlflow.tracking import MlflowClient

from nnjax.tracking.address import database_file
from nnjax.tracking.client_lane import ClientLane
from nnjax.tracking.fast_lane import FastLane
from nnjax.tracking.file_rows import COLUMNS
from nnjax.tracking.layout import lay_out
from nnjax.tracking.ledger import Ledger
from nnjax.tracking.names import identity
from nnjax.tracking.store import open_store


def quiet(more):
    """Nobody watches the progress."""


def write(lane, runs, ledger):
    """Write runs, parents first as the lanes expect."""
    for kind in ("sweep", "cell", "run"):
        lane.write([run for run in runs if run.tags["nnjax.kind"] == kind], ledger, quiet)


@pytest.fixture
def layout(sweep):
    """Sweep, two cells and their runs, one of them diverged, of either task."""
    whole = lay_out(sweep.description, sweep.tables, {"logistic": "#d55e00"})
    return [whole.sweep, *whole.cells[:2], *whole.runs[:6]]


@pytest.fixture
def stores(tmp_path, empty_database):
    """Two fresh stores of the same experiment and artifact root."""
    opened = []
    for name in ("fast", "client"):
        (tmp_path / f"{name}.db").write_bytes(empty_database.read_bytes())
        opened.append(open_store(f"sqlite:///{tmp_path / name}.db", tmp_path, "made-up", {}))
    return opened


def write_both(stores, layout):
    """The same runs by either lane; the client's run ids replaced by those that the fast lane chooses."""
    fast, client = stores
    ledgers = Ledger(), Ledger()
    write(FastLane(fast, database_file(fast.uri)), layout, ledgers[0])
    write(ClientLane(client), layout, ledgers[1])
    return {ledgers[1].entries[run.identity].run_id: ledgers[0].entries[run.identity].run_id for run in layout}


def translated(value, chosen):
    """A value with run ids translated wherever they occur."""
    for theirs, ours in chosen.items():
        value = value.replace(theirs, ours) if isinstance(value, str) else value
    return value


def rows(store, table, chosen):
    """All rows of a table, translated, without an order."""
    with closing(sqlite3.connect(database_file(store.uri))) as connection:
        found = connection.execute(f"SELECT {', '.join(COLUMNS[table])} FROM {table}").fetchall()
    return sorted(tuple((type(value).__name__, translated(value, chosen)) for value in row) for row in found)


def test_every_row_is_the_one_that_the_client_writes(stores, layout):
    chosen = write_both(stores, layout)
    fast, client = stores
    for table in COLUMNS:
        assert rows(fast, table, {}) == rows(client, table, chosen), table
    assert len(rows(fast, "metrics", {})) > 1000


def test_mlflow_reads_the_same_from_both(stores, layout):
    chosen = write_both(stores, layout)
    fast, client = (store.client for store in stores)
    found = {run.info.run_id: run for run in fast.search_runs(["1"])}
    for run in client.search_runs(["1"]):
        twin = found[chosen[run.info.run_id]]
        tags = {key: translated(value, chosen) for key, value in run.data.tags.items()}
        assert (twin.data.metrics, twin.data.params, twin.data.tags) == (run.data.metrics, run.data.params, tags)
        for key in run.data.metrics:
            ours = fast.get_metric_history(twin.info.run_id, key)
            theirs = client.get_metric_history(run.info.run_id, key)
            assert [vars(point) | {"_run_id": ""} for point in ours] == [
                vars(point) | {"_run_id": ""} for point in theirs
            ]


def test_no_other_table_is_touched_by_the_client_alone(stores, layout):
    write_both(stores, layout)
    counts = []
    for store in stores:
        with closing(sqlite3.connect(database_file(store.uri))) as connection:
            names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            counts.append({name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names})
    assert counts[0] == counts[1]


def test_a_portion_is_written_wholly_or_not_at_all(stores, layout):
    store = stores[0]
    lane, ledger = FastLane(store, database_file(store.uri)), Ledger()
    write(lane, layout[:3], ledger)
    before = {table: rows(store, table, {}) for table in COLUMNS}
    with pytest.raises(sqlite3.IntegrityError):
        write(lane, [*layout[3:5], replace(layout[5], params={"depth": None})], ledger)
    assert {table: rows(store, table, {}) for table in COLUMNS} == before
    assert len(ledger.entries) == 3


def test_a_second_sync_that_has_not_seen_the_first_writes_nothing_twice(stores, layout):
    store = stores[0]
    for _ in range(2):
        write(FastLane(store, database_file(store.uri)), layout, Ledger())
    assert len(rows(store, "runs", {})) == len(layout)


def test_either_lane_finds_what_the_other_has_written(stores, layout):
    for place, store in enumerate(stores):
        fast, client = FastLane(store, database_file(store.uri)), ClientLane(store)
        write((fast, client)[place], layout, Ledger())
        found = [sorted(lane.read(["1"]), key=lambda entry: entry.run_id) for lane in (fast, client)]
        assert found[0] == found[1]
        assert {identity(entry.tags) for entry in found[0]} == {run.identity for run in layout}


def test_the_run_ids_are_mlflow_s_kind(stores, layout):
    write_both(stores, layout)
    run = MlflowClient(stores[0].uri).search_runs(["1"], max_results=1)[0]
    assert len(run.info.run_id) == 32
