"""The quick client of a file by itself; that it writes MLflow's rows is tested beside the calls."""

import pytest

from nnjax.tracking.address import database_file
from nnjax.tracking.fast_client import FastClient


@pytest.fixture
def client(destination):
    return FastClient(destination.uri, database_file(destination.uri))


def test_an_experiment_is_found_by_its_tag_and_by_its_name_as_mlflow_has_it(client):
    assert client.experiments_of("made-up") == [] and client.experiment_named("mine") is None
    assert client.put_experiment("mine", "file:///x", {"nnjax.study": "made-up"})
    found, theirs = client.experiment_named("mine"), client.whole.get_experiment_by_name("mine")
    assert client.experiments_of("made-up") == [found]
    assert vars(found) == {name: getattr(theirs, name) for name in vars(found)}
    client.whole.delete_experiment(found.experiment_id)
    assert client.experiment_named("mine").lifecycle_stage == "deleted"


def test_the_first_experiment_of_a_name_stays(client):
    for place in ("file:///x", "file:///y"):
        assert client.put_experiment("mine", place, {})
    assert client.experiment_named("mine").artifact_location == "file:///x"


def test_what_a_deleted_experiment_is_told_is_left_to_mlflow(client):
    client.put_experiment("mine", "file:///x", {})
    found = client.experiment_named("mine")
    assert client.put_experiment_tags(found.experiment_id, {"a": "b"})
    client.whole.delete_experiment(found.experiment_id)
    assert not client.put_experiment_tags(found.experiment_id, {"a": "c"})
    assert client.experiment_named("mine").tags == {"a": "b"}


def test_a_name_that_is_too_long_is_left_to_mlflow(client):
    assert not client.put_experiment("x" * 251, "file:///x", {})


def test_what_it_has_no_method_for_mlflow_does(client):
    assert client.create_run("0").info.experiment_id == "0"
