import os
import signal
import subprocess
import sys

import pytest
from mlflow.tracking import MlflowClient

from nnjax.tracking.errors import TrackingError
from nnjax.tracking.server import describe_links, is_healthy, running_server, serve, study_links
from nnjax.tracking.sync import Destination, sync_tables

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("mlflow-server")]


def test_a_server_is_told_the_same_and_nothing_twice(server, tmp_path, description, tables):
    destination = Destination(server, tmp_path)
    first = sync_tables(description, tables, destination)
    second = sync_tables(description, tables, destination)
    assert (first.lane, first.written, second.written) == ("client", 65, 0)
    runs = MlflowClient(server).search_runs([first.experiment_id])
    assert len(runs) == 65
    assert sum(run.info.status == "FAILED" for run in runs) == 1
    assert first.deep_link.startswith(f"{server}/#/experiments/{first.experiment_id}/")
    assert study_links(server) == {"made-up": first.deep_link}


def test_a_server_that_stands_elsewhere_is_only_pointed_at(server, tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server)
    said: list[str] = []
    serve(tmp_path, say=said.append)
    assert said == [describe_links(server)]


def test_a_taken_port_is_said_at_once(server, destination, free_port):
    with (
        pytest.raises(TrackingError, match=r"answers at .* already"),
        running_server(destination.uri, destination.home, port=free_port),
    ):
        pass


def test_a_server_that_cannot_start_says_why(destination):
    with (
        pytest.raises(TrackingError, match="ended before it answered"),
        running_server("sqlite:////nowhere/at/all.db", destination.home, port=1),
    ):
        pass


def test_terminating_the_command_ends_the_server(destination):
    serving = f"serve(Path({str(destination.home)!r}), port=5987)"
    program = f"from pathlib import Path; from nnjax.tracking.server import serve; {serving}"
    environ = {key: value for key, value in os.environ.items() if key != "MLFLOW_TRACKING_URI"}
    with subprocess.Popen([sys.executable, "-u", "-c", program], stdout=subprocess.PIPE, text=True, env=environ) as ui:
        lines = iter(ui.stdout.readline, "")
        assert any("Ctrl-C" in line for line in lines)
        ui.send_signal(signal.SIGTERM)
        assert "stopped" in ui.stdout.read()
    assert ui.returncode == 0
    assert not is_healthy("http://127.0.0.1:5987")
