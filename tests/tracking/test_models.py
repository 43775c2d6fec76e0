"""A fitted model in MLflow: where it hangs, that it is there once, that it predicts what the folder does."""

import json
import shutil
from datetime import datetime

import mlflow
import numpy as np
import pandas as pd
import pytest
from fakes.mixed_study import mixed_study, model_of
from fakes.served_models import mixed_rows
from mlflow.tracking import MlflowClient

from nnjax.model.standalone import Model
from nnjax.tracking import models
from nnjax.tracking.artifact_place import settle_artifacts
from nnjax.tracking.errors import TrackingError
from nnjax.tracking.models import describe_model, find_logged, log_model, register_model
from nnjax.tracking.served import example_rows
from nnjax.tracking.stored import stored_rows
from nnjax.tracking.study_sync import sync_sweep

pytestmark = pytest.mark.filterwarnings("ignore:.*hint is inferred as AnyType:UserWarning")


@pytest.fixture(scope="module")
def told(tmp_path_factory, empty_database):
    """A home whose study MLflow has been told of; every test makes a model of its own there."""
    home = tmp_path_factory.mktemp("told")
    (home / "mlflow.db").write_bytes(empty_database.read_bytes())
    space, uri = mixed_study(home), f"sqlite:///{home / 'mlflow.db'}"
    sync_sweep(space, home, uri)
    return home, space, uri, MlflowClient(uri)


def made(told, folder):
    """A model with an id of its own, and logged as often as wanted."""
    home, space, uri, _ = told
    path = model_of(space, folder, model_id=folder.name)
    return Model.load(path), lambda: log_model(path, space, home, uri)


def everything(client, run_id):
    """All that a run says, but for what it has made."""
    run = client.get_run(run_id)
    return run.info, run.data.params, run.data.metrics, run.data.tags


def frame(rows):
    """Rows as pandas has them: whole numbers with gaps are floats."""
    kinds = {"count": float, "size": float, "sold": "datetime64[us]"}
    return pd.DataFrame({name: pd.Series(cells, dtype=kinds.get(name, object)) for name, cells in rows.items()})


def test_a_model_hangs_on_its_cell_s_run_which_stays_as_it_is(told, tmp_path):
    home, space, uri, client = told
    cell = models.cell_entry(space, home, uri, space.cells[0].cell_id)
    before, stored = everything(client, cell.run_id), stored_rows(home / "mlflow.db", "mixed")
    _, log = made(told, tmp_path)
    logged = log()
    assert (logged.run_id, logged.is_new, logged.tracking_uri) == (cell.run_id, True, uri)
    assert stored_rows(home / "mlflow.db", "mixed") == stored, "to its sweep nothing is left to do"
    after = everything(client, cell.run_id)
    assert after[1:] == before[1:]
    assert (after[0].status, after[0].end_time) == (before[0].status, before[0].end_time) and after[0].end_time
    assert logged.logged_id in [each.model_id for each in client.get_run(cell.run_id).outputs.model_outputs]
    model = client.get_logged_model(logged.logged_id)
    assert (model.name, str(model.status), model.source_run_id) == ("mixed", "READY", cell.run_id)
    assert {each.key: each.value for each in model.metrics}.items() <= before[2].items() and model.metrics
    assert sync_sweep(space, home, uri).tally.updated == 0, "a sync finds nothing to mend"


def test_a_second_fit_logs_nothing_and_another_model_is_another_one(told, tmp_path):
    (_, log), client = made(told, tmp_path / "one"), told[3]
    first, second = log(), log()
    assert first.logged_id == second.logged_id and not second.is_new
    hung = [each.model_id for each in client.get_run(first.run_id).outputs.model_outputs]
    assert hung.count(first.logged_id) == 1
    assert made(told, tmp_path / "two")[1]().logged_id not in hung


@pytest.mark.parametrize("killed_in", ["pack_model", "_hang_on"])
def test_a_logging_that_was_killed_is_completed(killed_in, told, tmp_path, monkeypatch):
    (_, log), client = made(told, tmp_path / killed_in), told[3]

    def kill(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(models, killed_in, kill)
        with pytest.raises(KeyboardInterrupt):
            log()
    begun = find_logged(client, "1", killed_in)
    assert str(begun.status) == "PENDING"
    logged = log()
    assert (logged.logged_id, logged.is_new) == (begun.model_id, True)
    assert str(client.get_logged_model(logged.logged_id).status) == "READY"
    assert {"MLmodel", "data"} <= {each.path for each in client.list_logged_model_artifacts(logged.logged_id)}


def test_a_loaded_model_predicts_what_its_folder_does(told, tmp_path, monkeypatch):
    own, log = made(told, tmp_path)
    monkeypatch.setattr(mlflow.tracking._tracking_service.utils, "_tracking_uri", told[2])
    loaded, rows = mlflow.pyfunc.load_model(log().address), frame(mixed_rows(50))
    for name, values in loaded.predict(rows).items():
        np.testing.assert_array_equal(values, own.predict(rows)[name])
    narrow = loaded.predict(rows, params={"level": 0.5})
    np.testing.assert_array_equal(narrow["upper"], own.predict(rows, "0.5")["upper"])
    example = loaded.input_example
    np.testing.assert_array_equal(loaded.predict(example)["prediction"], own.predict(example)["prediction"])
    assert example.isna().any(axis=None) and not example.isna().all(axis=None)


def test_a_registered_name_has_one_version_a_model(told, tmp_path):
    logged, uri = made(told, tmp_path / "one")[1](), told[2]
    assert [register_model(logged, "size of things", uri) for _ in range(2)] == ["1", "1"]
    version = MlflowClient(uri, uri).get_model_version("size of things", "1")
    assert (version.run_id, version.tags["nnjax.model"]) == (logged.run_id, logged.logged_id)
    assert register_model(made(told, tmp_path / "two")[1](), "size of things", uri) == "2"
    with pytest.raises(TrackingError, match=r"MLflow at .*name"):
        register_model(logged, "a/b", uri)


def test_a_registered_model_is_found_by_its_name(told, tmp_path, monkeypatch):
    own, log = made(told, tmp_path)
    register_model(log(), "by name", told[2])
    monkeypatch.setattr(mlflow.tracking._tracking_service.utils, "_tracking_uri", told[2])
    loaded, rows = mlflow.pyfunc.load_model("models:/by name/1"), frame(mixed_rows(5))
    np.testing.assert_array_equal(loaded.predict(rows)["prediction"], own.predict(rows)["prediction"])


def test_models_and_their_names_move_with_the_home(told, tmp_path, monkeypatch):
    home, _, uri, _ = told
    own, log = made(told, tmp_path / "made")
    logged = log()
    number = register_model(logged, "moved", uri)
    moved, there = tmp_path / "moved", f"sqlite:///{tmp_path / 'moved' / 'mlflow.db'}"
    shutil.copytree(home, moved)
    assert settle_artifacts(there, moved)
    hidden = (home / "mlartifacts").rename(home / "hidden")
    try:
        monkeypatch.setattr(mlflow.tracking._tracking_service.utils, "_tracking_uri", there)
        for address in (logged.address, f"models:/moved/{number}"):
            loaded, rows = mlflow.pyfunc.load_model(address), frame(mixed_rows(5))
            np.testing.assert_array_equal(loaded.predict(rows)["prediction"], own.predict(rows)["prediction"])
    finally:
        hidden.rename(home / "mlartifacts")


def test_a_cell_that_mlflow_cannot_have_is_refused_with_the_way_there(told):
    home, space, uri, client = told
    deleted = models.cell_entry(space, home, uri, space.cells[1].cell_id)
    client.delete_run(deleted.run_id)
    with pytest.raises(TrackingError, match=r"deleted in MLflow; `nnjax sync STUDY --restore`"):
        models.cell_entry(space, home, uri, space.cells[1].cell_id)
    with pytest.raises(TrackingError, match=r"no run of cell abab.*; run `nnjax sweep STUDY` first"):
        models.cell_entry(space, home, uri, "ab" * 32)


def test_a_cell_that_mlflow_does_not_have_is_told_first(destination, tmp_path):
    space = mixed_study(tmp_path)
    assert models.cell_entry(space, tmp_path, destination.uri, space.cells[1].cell_id).status == "FINISHED"


def test_an_example_is_json_that_any_program_reads(told, tmp_path):
    own, packed = made(told, tmp_path)[0], tmp_path / "packed"
    models.pack_model(tmp_path / "models" / "mixed", own.document, example_rows(own.document, told[1].table), packed)

    def refuse(constant):
        raise AssertionError(constant)

    for name in ("input_example.json", "serving_input_example.json"):
        document = json.loads((packed / name).read_text(), parse_constant=refuse)
        cells = [cell for row in document.get("dataframe_split", document)["data"] for cell in row]
        assert None in cells and "NaT" not in cells and any(str(cell).startswith("20") for cell in cells)
    wanted = (packed / "requirements.txt").read_text().splitlines()
    assert [each.partition("==")[0] for each in wanted] == ["mlflow", "numpy", "pandas"] and "==" in wanted[2]
    assert not [path for path in packed.rglob("*") if path.suffix in (".pkl", ".pyc", ".lock")]


def test_cells_of_an_example_are_those_of_the_table(told, tmp_path):
    example, rows = example_rows(made(told, tmp_path)[0].document, told[1].table), mixed_rows(40)
    shown = [None if cell is None else datetime.fromisoformat(cell) for cell in example["sold"]]
    assert shown[:3] == rows["sold"][:3]
    for name in ("colour", "sure", "size", "count"):
        assert example[name].tolist()[:3] == rows[name][:3]


@pytest.mark.slow
def test_a_server_has_it_too(tmp_path, server):
    space = mixed_study(tmp_path)
    folder = model_of(space, tmp_path)
    first, second = log_model(folder, space, tmp_path, server), log_model(folder, space, tmp_path, server)
    assert (first.logged_id, first.is_new, second.is_new) == (second.logged_id, True, False)
    assert register_model(first, "mixed", server) == register_model(first, "mixed", server) == "1"
    files = MlflowClient(server).list_logged_model_artifacts(first.logged_id)
    assert {"MLmodel", "code", "data"} <= {file.path for file in files}


def test_the_page_says_what_a_model_is_worth_and_whose_metrics_stand_there():
    promise = {"estimate": 0.45, "low": 0.3, "high": 0.6}
    told = {"ensemble": [{}, {}], "scores": {"measure": "r2", "promise": promise}}
    assert "2 networks, averaged" in describe_model(told)
    assert "scores 0.450 (interval 0.300 to 0.600) in r2" in describe_model(told)
    assert "scores 0.450 in r2" in describe_model(
        {**told, "scores": {"measure": "r2", "promise": {**promise, "low": None}}}
    )
    assert "not those of this model" in describe_model({**told, "scores": {}})
