import os
import signal
import socket
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from mlflow.tracking import MlflowClient

from nnjax.tracking import server as server_module
from nnjax.tracking.errors import TrackingError
from nnjax.tracking.server import describe_links, is_healthy, running_server, serve, study_links
from nnjax.tracking.sync import Destination, sync_tables


def start(destination, port):
    """Start a server and end it at once."""
    with running_server(destination.uri, destination.home, port=port):
        pass


def test_a_taken_port_is_said_at_once(destination):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(TrackingError, match=f"cannot listen at 127.0.0.1:{port}.*choose another --port"):
            start(destination, port)


def test_a_port_that_does_not_exist_is_an_error_too(destination):
    with pytest.raises(TrackingError, match="there is no port 70000"):
        start(destination, 70_000)


def test_a_server_that_cannot_start_says_why(destination, free_port, monkeypatch):
    program = [sys.executable, "-c", "raise SystemExit('no such database')"]
    monkeypatch.setattr(server_module, "_command", lambda *_: program)
    with pytest.raises(TrackingError, match="ended before it answered: no such database"):
        start(destination, free_port)


LOOKING = """
import http.server, pathlib, sqlite3
tables = sqlite3.connect("HOME/mlflow.db").execute("select count(*) from sqlite_master where type = 'table'")
pathlib.Path("HOME/seen").write_text(str(tables.fetchone()[0]))

class Healthy(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

http.server.HTTPServer(("127.0.0.1", PORT), Healthy).serve_forever()
"""
"""In a server's place: notes how many tables the store's file has while it starts."""


def test_a_server_finds_its_store_made(tmp_path, free_port, monkeypatch, empty_database):
    """It never makes the tables itself: killed meanwhile, it would leave a half of them."""
    program = LOOKING.replace("HOME", str(tmp_path)).replace("PORT", str(free_port))
    monkeypatch.setattr(server_module, "_command", lambda *_: [sys.executable, "-c", program])
    with running_server(f"sqlite:///{tmp_path / 'mlflow.db'}", tmp_path, port=free_port):
        seen = (tmp_path / "seen").read_text()
    with closing(sqlite3.connect(empty_database)) as whole:
        (wanted,) = whole.execute("select count(*) from sqlite_master where type = 'table'").fetchone()
    assert int(seen) == wanted > 0


@pytest.mark.slow
def test_two_servers_may_make_one_file_at_once(tmp_path):
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"

    def names_at(port):
        with running_server(uri, tmp_path, port=port) as server:
            return [each.name for each in MlflowClient(server).search_experiments()]

    with ThreadPoolExecutor() as both:
        assert list(both.map(names_at, (5985, 5986))) == [["Default"], ["Default"]]


@pytest.mark.slow
def test_a_server_is_told_the_same_and_nothing_twice(server, tmp_path, description, tables):
    destination = Destination(server, tmp_path)
    first = sync_tables(description, tables, destination)
    second = sync_tables(description, tables, destination)
    assert (first.lane, first.written, second.written) == ("client", 65, 0)
    runs = MlflowClient(server).search_runs([first.experiment_id])
    assert len(runs) == 65
    assert sum(run.info.status == "FAILED" for run in runs) == 1
    assert first.deep_link.startswith(f"{server}/#/experiments/{first.experiment_id}/")
    assert study_links(server)["made-up"] == first.deep_link


@pytest.mark.slow
def test_a_server_that_stands_elsewhere_is_only_pointed_at(server, tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server)
    said: list[str] = []
    serve(tmp_path, say=said.append)
    assert said == [describe_links(server)]


@pytest.mark.slow
def test_terminating_the_command_ends_the_server(destination):
    command = [sys.executable, "-u", "-m", "nnjax.cli", "ui", "--home", str(destination.home), "--port", "5987"]
    environ = {key: value for key, value in os.environ.items() if key != "MLFLOW_TRACKING_URI"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as ui:
        lines = iter(ui.stdout.readline, "")
        assert any("Ctrl-C" in line for line in lines)
        ui.send_signal(signal.SIGTERM)
        assert "stopped" in ui.stdout.read()
    assert ui.returncode == 0
    assert not is_healthy("http://127.0.0.1:5987")
