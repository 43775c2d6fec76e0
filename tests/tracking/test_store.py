import socket
import subprocess
import sys

import pytest
from mlflow.tracking import MlflowClient

from nnjax.tracking.errors import TrackingError
from nnjax.tracking.fast_client import FastClient
from nnjax.tracking.store import check_reachable, open_store


def test_a_server_that_does_not_answer_is_named_at_once():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        uri = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(TrackingError, match=f"no MLflow server answers at {uri}.*nnjax sync STUDY"):
            check_reachable(uri)


def test_a_host_that_does_not_exist_is_named_too():
    with pytest.raises(TrackingError, match="no MLflow server answers"):
        check_reachable("http://nowhere.invalid:5000")


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
    with pytest.raises(TrackingError, match="`nnjax sync STUDY --restore` brings it back"):
        open_store(destination.uri, destination.home, "made-up", {})
    again = open_store(destination.uri, destination.home, "made-up", {}, is_restored=True)
    assert again.experiment_ids == store.experiment_ids and again.experiment.lifecycle_stage == "active"


def test_an_experiment_is_known_by_its_tag_and_not_by_its_name(destination):
    store = open_store(destination.uri, destination.home, "made-up", {})
    store.client.rename_experiment(store.experiment.experiment_id, "my own name")
    assert open_store(destination.uri, destination.home, "made-up", {}).experiment_ids == store.experiment_ids


def test_an_experiment_whose_tag_was_lost_is_known_by_its_name(destination):
    store = open_store(destination.uri, destination.home, "made-up", {})
    store.client.delete_experiment_tag(store.experiment.experiment_id, "nnjax.study")
    again = open_store(destination.uri, destination.home, "made-up", {})
    assert again.experiment_ids == store.experiment_ids
    assert again.client.get_experiment(again.experiment_ids[0]).tags["nnjax.study"] == "made-up"


def test_another_study_s_experiment_is_not_taken_for_its_name(destination):
    store = open_store(destination.uri, destination.home, "made-up", {})
    store.client.rename_experiment(store.experiment.experiment_id, "nnjax/other")
    with pytest.raises(TrackingError, match="experiment 'nnjax/other' holds study 'made-up'"):
        open_store(destination.uri, destination.home, "other", {})


@pytest.mark.parametrize("kind", [FastClient, MlflowClient])
def test_two_first_syncs_at_once_share_the_experiment(destination, monkeypatch, kind):
    method = "put_experiment" if kind is FastClient else "create_experiment"
    real = getattr(kind, method)

    def the_other_is_first(client, *arguments, **named):
        real(client, *arguments, **named)
        return real(client, *arguments, **named)

    monkeypatch.setattr(kind, method, the_other_is_first)
    monkeypatch.setenv("NNJAX_FAST_LANE", "off" if kind is MlflowClient else "")
    store = open_store(destination.uri, destination.home, "made-up", {})
    assert store.experiment.name == "nnjax/made-up"


@pytest.mark.parametrize("uri", ["nonsense", "ftp://x", "sqlite:///", "./mlruns", "file:///tmp/mlruns"])
def test_what_is_no_store_is_refused_with_examples(uri):
    with pytest.raises(TrackingError, match=r"write sqlite:///FILE\.db, http://SERVER:PORT"):
        check_reachable(uri)


@pytest.mark.slow
def test_three_processes_may_make_one_file_at_once(tmp_path):
    code = (
        "import sys; from pathlib import Path; from nnjax.tracking.store import open_store; "
        "open_store(f'sqlite:///{sys.argv[1]}/mlflow.db', Path(sys.argv[1]), sys.argv[2], {})"
    )
    command = [sys.executable, "-W", "ignore", "-c", code, tmp_path]
    three = [subprocess.Popen([*command, name], stderr=subprocess.PIPE, text=True) for name in "abc"]
    assert [process.communicate()[1].count("Error") for process in three] == [0, 0, 0]
    assert {process.returncode for process in three} == {0}
