import socket
from pathlib import Path

import pytest
from mlflow.tracking import MlflowClient

from nnjax.tracking.errors import TrackingError
from nnjax.tracking.store import check_reachable, default_uri, open_store, server_of


def test_the_environment_s_uri_wins(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://tracking.example:5000")
    assert default_uri(Path("/somewhere")) == "http://tracking.example:5000"


@pytest.mark.parametrize("value", ["", "  "])
def test_without_one_the_store_is_a_file_in_the_home_folder(monkeypatch, tmp_path, value):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", value)
    assert default_uri(tmp_path) == f"sqlite:///{tmp_path / 'mlflow.db'}"


def test_a_server_that_does_not_answer_is_named_at_once():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        uri = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(TrackingError, match=f"no MLflow server answers at {uri}.*nnjax sync STUDY"):
            check_reachable(uri)


def test_a_host_that_does_not_exist_is_named_too():
    with pytest.raises(TrackingError, match="no MLflow server answers"):
        check_reachable("http://nowhere.invalid:5000")


def test_the_browser_s_address_is_the_server_or_the_local_one():
    assert server_of("http://tracking.example:5000/") == "http://tracking.example:5000"
    assert server_of("sqlite:////tmp/mlflow.db") == "http://127.0.0.1:5000"


def test_artifacts_lie_in_the_home_folder(destination):
    store = open_store(destination.uri, destination.home, "made-up", {})
    assert store.experiment.artifact_location == (destination.home / "mlartifacts" / "made-up").as_uri()


def test_an_experiment_is_created_once_and_its_tags_follow(destination):
    first = open_store(destination.uri, destination.home, "made-up", {"mlflow.note.content": "old"})
    open_store(destination.uri, destination.home, "made-up", {"mlflow.note.content": "new"})
    (experiment,) = first.client.search_experiments(filter_string="name = 'nnjax/made-up'")
    assert experiment.tags["mlflow.note.content"] == "new"


def test_a_deleted_experiment_is_an_error_that_says_how_to_restore_it(destination):
    store = open_store(destination.uri, destination.home, "made-up", {})
    MlflowClient(destination.uri).delete_experiment(store.experiment.experiment_id)
    with pytest.raises(TrackingError, match="mlflow experiments restore --experiment-id 1"):
        open_store(destination.uri, destination.home, "made-up", {})


def test_two_first_syncs_at_once_share_the_experiment(destination, monkeypatch):
    real = MlflowClient.create_experiment

    def the_other_is_first(client, name, **arguments):
        real(client, name, **arguments)
        return real(client, name, **arguments)

    monkeypatch.setattr(MlflowClient, "create_experiment", the_other_is_first)
    store = open_store(destination.uri, destination.home, "made-up", {})
    assert store.experiment.name == "nnjax/made-up"


@pytest.mark.parametrize("uri", ["nonsense", "ftp://x", "sqlite:///", "./mlruns", "file:///tmp/mlruns"])
def test_what_is_no_store_is_refused_with_examples(uri):
    with pytest.raises(TrackingError, match=r"write sqlite:///FILE\.db, http://SERVER:PORT"):
        check_reachable(uri)
