"""MLflow's server killed in mid-sync, PostgreSQL stopped hard in mid-sync, a server that is not there."""

import os
import shutil
import signal
import socket
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from fakes.drill import environment, finish, start, sweep, tracked, wait_for
from mlflow.tracking import MlflowClient

from nnjax.tracking.names import identity
from nnjax.tracking.server import running_server
from nnjax.tracking.team_server import TeamServer, running_team_server

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("drills")]

HAS_POSTGRES = shutil.which("initdb") or list(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture
def trained(undisturbed: Path, tmp_path: Path) -> Path:
    """A home with a trained sweep that MLflow has not been told of."""
    home = Path(shutil.copytree(undisturbed, tmp_path / "trained"))
    (home / "mlflow.db").unlink()
    return home


@pytest.fixture
def variables(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str, str], dict[str, str]]:
    """How a client signs in, here and in other processes."""

    def sign_in(uri: str, user: str, password: str) -> dict[str, str]:
        found = {"URI": uri, "USERNAME": user, "PASSWORD": password}
        found = {f"MLFLOW_TRACKING_{name}": value for name, value in found.items()}
        for name, value in found.items():
            monkeypatch.setenv(name, value)
        return found

    return sign_in


def told(uri: str) -> Counter[str]:
    """How often a server has the sweep, each cell and each run."""
    client = MlflowClient(uri)
    [experiment] = [each for each in client.search_experiments() if each.name.startswith("nnjax")]
    runs, token = [], None
    while True:
        page = client.search_runs([experiment.experiment_id], max_results=1000, page_token=token)
        runs += page
        token = page.token
        if not token:
            return Counter(identity(run.data.tags) for run in runs)


def sync(home: Path, uri: str, **more: str) -> "subprocess.Popen[str]":
    command = ["-m", "nnjax.cli", "sync", home / "drill.toml", "--home", home, "--tracking-uri", uri]
    return start(*command, **more)


def enter(record_property, drill: str, undisturbed: Path, found: Counter[str], sentence: str) -> None:
    expected = tracked(undisturbed)
    lost, doubled = (expected - found).total(), (found - expected).total()
    record_property("drill", f"| {drill} | 1 | {lost} | {doubled} | 0 | {sentence} |")
    assert (lost, doubled) == (0, 0)


def test_a_server_that_is_not_there_when_the_sweep_ends(home, port, tmp_path, undisturbed, unharmed):
    uri = f"http://127.0.0.1:{port}"
    code, said = finish(sweep(home, "--tracking-uri", uri))
    assert code == 1 and "no MLflow server answers" in said and "Report" in said, said
    sentence = next(line for line in said.splitlines() if "no MLflow server" in line)
    store = tmp_path / "store"
    store.mkdir()
    with running_server(f"sqlite:///{store / 'mlflow.db'}", store, port=port):
        code, said = finish(sync(home, uri))
        assert code == 0, said
        assert told(uri) == tracked(undisturbed)
    unharmed(home, "no server when the sweep ends", 1, sentence.replace(str(port), "PORT"), is_tracked=False)


def test_a_server_killed_in_the_middle_of_a_sync(trained, port, tmp_path, undisturbed, record_property):
    uri, store = f"http://127.0.0.1:{port}", tmp_path / "store"
    store.mkdir()
    address = f"sqlite:///{store / 'mlflow.db'}"
    with ExitStack() as first:
        first.enter_context(running_server(address, store, port=port))
        syncing = sync(trained, uri, MLFLOW_HTTP_REQUEST_MAX_RETRIES="1", MLFLOW_HTTP_REQUEST_TIMEOUT="5")
        wait_for(lambda: told_so_far(uri) > 10, syncing)
        subprocess.run(["pkill", "-KILL", "-f", f"port {port}"], check=False)
    code, said = finish(syncing)
    assert code == 2 and "the results are safe in the journal" in said and "Traceback" not in said, said
    sentence = said.strip().splitlines()[-1]
    with running_server(address, store, port=port):
        code, said = finish(sync(trained, uri))
        assert code == 0, said
        found = told(uri)
    enter(record_property, "kill -9 of MLflow's server in mid-sync", undisturbed, found, short(sentence, port))


def told_so_far(uri: str) -> int:
    try:
        return told(uri).total()
    except Exception:  # no experiment yet, or no answer
        return 0


def short(sentence: str, port: int) -> str:
    return sentence.replace(str(port), "PORT")[:160]


@pytest.fixture
def team(tmp_path: Path, port: int) -> Iterator[TeamServer]:
    if not HAS_POSTGRES:
        pytest.skip("needs PostgreSQL")
    tmp_path.chmod(0o711)
    for folder in tmp_path.parents[:2]:
        folder.chmod(0o711)  # PostgreSQL's own user passes through
    with running_team_server(tmp_path, port) as server:
        yield server


def password_of(server: TeamServer) -> str:
    lines = server.client_file.read_text().splitlines()
    return next(line.partition("=")[2] for line in lines if line.startswith("MLFLOW_TRACKING_PASSWORD"))


def test_postgres_stopped_hard_in_the_middle_of_a_sync(team, trained, port, variables, undisturbed, record_property):
    sign_in = variables(team.address, "admin", password_of(team))
    syncing = sync(trained, team.address, **sign_in)
    wait_for(lambda: told_so_far(team.address) > 10, syncing)
    head = int((team.postgres_data / "postmaster.pid").read_text().splitlines()[0])
    victims = subprocess.run(["pgrep", "-P", str(head)], capture_output=True, text=True, check=True).stdout.split()
    os.kill(int(victims[-1]), signal.SIGKILL)  # PostgreSQL throws all sessions out and recovers from its log
    code, said = finish(syncing)
    if code != 0:
        assert "the results are safe in the journal" in said and "Traceback" not in said, said
        code, again = finish(sync(trained, team.address, **sign_in))
        assert code == 0, again
    sentence = short(said.strip().splitlines()[-1], port) if "safe" in said else "nothing: tried again"
    enter(record_property, "PostgreSQL crashed in mid-sync", undisturbed, told(team.address), sentence)


def test_nobody_gets_in_without_a_password(team, variables):
    variables(team.address, "admin", "guess")
    with pytest.raises(Exception, match=r"401|not authenticated"):
        MlflowClient(team.address).search_experiments()
    assert team.client_file.stat().st_mode & 0o077 == 0
    arguments = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert password_of(team) not in arguments
    assert environment()
