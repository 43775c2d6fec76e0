"""What build 022d4b3 wrote, kept: a later build reads the journal to the last bit and goes on in the store.

`kept/journal` is its journal of `kept/kept.toml`, four runs; `kept/store.json.gz` has the rows that it wrote into
MLflow's tables, for a home that lay elsewhere. `kept/moved.toml` and `moved.json.gz` are a study of that build whose
reference setting was another one, the middle of the levels. Identities name the engine: here they are given by that of
the build, 3, as they are wherever a run of it is looked up.
"""

import gzip
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from mlflow.tracking import MlflowClient

from nnjax.audit.tracking import examine_tracking
from nnjax.metrics import FINALS, names
from nnjax.results.table import results_table
from nnjax.sweep import space as space_module
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.rerun import RerunError, rerun
from nnjax.sweep.space import expand
from nnjax.sweep.study.study import load_study
from nnjax.tracking import names as tracking_names
from nnjax.tracking.artifact_place import find_strays
from nnjax.tracking.study_sync import prepare_sync, sync_sweep

KEPT = Path(__file__).parent / "kept"

TEST_R2 = {
    "403514b488cc3884c59aa79aa8ba5448b5faf9d3269c43a5bd84044affcae264": -0.664502878055039,
    "87c06bebbfb0144b79bc7090d71ed12349c8a15404798b67194b0e92cd1119c4": -0.9887928829661312,
    "89ba5f0afafe81d53099ce584b714bb2f80a3b79b4ed20f04100328d404422dc": -0.9696428050630506,
    "6f9ca2904b27e77d94988f58302670adc5cdb626e7435610f6c7689f980c905f": -0.04223555943154622,
}
"""As that build's `nnjax results` said it."""


@pytest.fixture
def home(tmp_path, empty_database, monkeypatch):
    """A home with that build's journal, studies and a store without a run, under the identities of its engine."""
    monkeypatch.setattr(space_module, "ENGINE_VERSION", "3")
    shutil.copytree(KEPT, tmp_path, dirs_exist_ok=True)
    shutil.copyfile(empty_database, tmp_path / "mlflow.db")
    return tmp_path


def fill_store(home, rows):
    """Put the kept rows into the store; returns its URI."""
    tables = json.loads(gzip.decompress((home / rows).read_bytes()))
    with closing(sqlite3.connect(home / "mlflow.db")) as store, store:
        for table, content in tables.items():
            columns = content["columns"]
            marks = ", ".join("?" * len(columns))
            store.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", content["rows"])
    return f"sqlite:///{home / 'mlflow.db'}"


def space_of(home, **words):
    """The study, some of its words changed."""
    text = (home / "kept.toml").read_text()
    for old, new in words.items():
        assert old in text
        text = text.replace(old, new)
    (home / "kept.toml").write_text(text)
    return expand(load_study(home / "kept.toml"))


def test_the_journal_is_read_to_the_last_bit_under_the_same_identities(home):
    results = results_table(space_of(home), Journal(home))
    assert dict(zip(results["run_id"], results["test_r2"], strict=True)) == TEST_R2
    assert (results["status"] == "finished").all() and results["best_epoch"].tolist() == [2.0] * 4
    assert set(names(FINALS)) <= set(results.columns)


def test_a_run_of_that_engine_is_not_trained_again_by_another(home):
    with pytest.raises(RerunError, match=r"was trained by engine 3, this is engine"):
        rerun(home, next(iter(TEST_R2)))


@pytest.mark.parametrize("words", [{}, {"earlier build": "former build"}])
def test_the_store_goes_on_and_nothing_is_written_twice(words, home):
    space, uri = space_of(home, **words), fill_store(home, "store.json.gz")
    assert [stray.there for stray in find_strays(uri, home)] == ["file:///home/somebody/mlartifacts/kept"]
    MlflowClient(uri).rename_experiment("1", "my own name")
    summary = sync_sweep(space, home, uri)
    assert (summary.written, summary.already_there, summary.tally.doubles) == (0, 6, 0)
    assert find_strays(uri, home) == []
    (cell,) = MlflowClient(uri).search_runs(["1"], "tags.`nnjax.kind` = 'cell'")
    assert cell.data.metrics["test_r2_low"] < cell.data.metrics["test_r2"] < cell.data.metrics["test_r2_high"]
    assert cell.data.tags["nnjax.parent"].startswith("sweep ") and "report" in cell.data.tags["mlflow.note.content"]
    again = sync_sweep(space, home, uri)
    assert (again.written, again.tally.updated) == (0, 0)
    there = prepare_sync(space, home, uri).tables.results
    line = examine_tracking([prepare_sync(space, home, uri)], there, ["test_r2", "train_seconds"])
    assert line.is_ok, line.seen
    MlflowClient(uri).log_metric(cell.info.run_id, "test_r2_low", -0.99)
    assert "test_r2_low of cell" in examine_tracking([prepare_sync(space, home, uri)], there, ["test_r2"]).seen


def tagged(client):
    """The kept experiment's runs that carry a tag of the reference setting, and which of them are cells."""
    runs = [run for run in client.search_runs(["1"]) if tracking_names.REFERENCE in run.data.tags]
    cells = {run.info.run_name: run.data.tags for run in runs if run.data.tags[tracking_names.KIND] == "cell"}
    return runs, {name: tags[tracking_names.REFERENCE] for name, tags in cells.items()}


def test_a_store_with_an_earlier_reference_setting_is_brought_up_to_date(home):
    space, uri = expand(load_study(home / "moved.toml")), fill_store(home, "moved.json.gz")
    client = MlflowClient(uri)
    middle = {"d1 l2=0.1": ":depth:l2:", "d1 l2=0": ":l2:", "d1 l2=1": ":l2:", "d2 l2=0.1": ":depth:"}
    assert tagged(client)[1] == middle
    summary = sync_sweep(space, home, uri)
    assert (summary.written, summary.already_there, summary.tally.doubles) == (0, 19, 0)
    runs, cells = tagged(client)
    assert cells == {"d2 l2=0": ":depth:l2:", "d2 l2=0.1": ":l2:", "d2 l2=1": ":l2:", "d1 l2=0": ":depth:"}
    assert len(runs) == 4 + 4 * 2 and all("fit/validation_r2" in run.data.metrics for run in runs)
    assert sync_sweep(space, home, uri).tally.updated == 0
    line = examine_tracking([prepare_sync(space, home, uri)], results_table(space, Journal(home)), ["test_r2"])
    assert line.is_ok, line.seen
