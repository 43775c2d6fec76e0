"""MLflow's server killed in mid-sync, PostgreSQL stopped hard in mid-sync, a server that is not there."""

import os
import shutil
import signal
import socket
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from fakes.drill import CELLS, Damage, entity, finish, start, sweep, tracked, wait_for
from mlflow.tracking import MlflowClient

from nnjax.tracking.server import running_server
from nnjax.tracking.team_server import TeamServer, running_team_server

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("default::sqlalchemy.exc.SADeprecationWarning"),  # MLflow's own
]

HAS_POSTGRES = shutil.which("initdb") or list(Path("/usr/lib/postgresql").glob("*/bin/initdb"))

PATIENCE = 120_000
"""Milliseconds."""

CHALLENGE = "www-authenticate"


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
            return Counter(entity(run.data.tags) for run in runs)


def sync(home: Path, uri: str, **more: str) -> "subprocess.Popen[str]":
    command = ["-m", "nnjax.cli", "sync", home / "drill.toml", "--home", home, "--tracking-uri", uri]
    return start(*command, **more)


def harm(undisturbed: Path, found: Counter[str]) -> Damage:
    """What a server lacks, or has more than once, of what MLflow's file of the undisturbed home has."""
    expected = tracked(undisturbed)
    return Damage((expected - found).total(), (found - expected).total(), 0)


def test_a_server_that_is_not_there_when_the_sweep_ends(home, port, tmp_path, undisturbed, assert_unharmed):
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
    assert_unharmed(home, "no server when the sweep ends", 1, sentence.replace(str(port), "PORT"), is_tracked=False)


def test_a_server_killed_in_the_middle_of_a_sync(trained, port, tmp_path, undisturbed, enter):
    uri, store = f"http://127.0.0.1:{port}", tmp_path / "store"
    store.mkdir()
    address = f"sqlite:///{store / 'mlflow.db'}"
    with ExitStack() as first:
        first.enter_context(running_server(address, store, port=port))
        syncing = sync(trained, uri, MLFLOW_HTTP_REQUEST_MAX_RETRIES="1", MLFLOW_HTTP_REQUEST_TIMEOUT="5")
        wait_for(lambda: told_so_far(uri) > 10, syncing)
        for process in psutil.Process().children(recursive=True):  # the server's wrapper, and what it has started
            if f"port {port}" in " ".join(process.cmdline()):
                process.kill()
    code, said = finish(syncing)
    assert code == 2 and "the results are safe in the journal" in said and "Traceback" not in said, said
    sentence = said.strip().splitlines()[-1]
    with running_server(address, store, port=port):
        code, said = finish(sync(trained, uri))
        assert code == 0, said
        found = told(uri)
    enter("kill -9 of MLflow's server in mid-sync", 1, harm(undisturbed, found), short(sentence, port))


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


@pytest.fixture
def browse(chromium, team) -> Iterator[Callable[..., Any]]:
    """Opens pages of the team's server, with a password or without."""
    with ExitStack() as opened:

        def page(**options: object) -> Any:
            context = opened.enter_context(closing(chromium.new_context(**options)))
            context.set_default_timeout(PATIENCE)
            return context.new_page()

        yield page


def password_of(server: TeamServer) -> str:
    lines = server.client_file.read_text().splitlines()
    return next(line.partition("=")[2] for line in lines if line.startswith("MLFLOW_TRACKING_PASSWORD"))


def test_postgres_stopped_hard_in_the_middle_of_a_sync(team, trained, port, variables, undisturbed, enter):
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
    enter("PostgreSQL crashed in mid-sync", 1, harm(undisturbed, told(team.address)), sentence)


def test_nobody_gets_in_without_a_password(team, variables):
    variables(team.address, "admin", "guess")
    with pytest.raises(Exception, match=r"401|not authenticated"):
        MlflowClient(team.address).search_experiments()
    assert team.client_file.stat().st_mode & 0o077 == 0
    arguments = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert password_of(team) not in arguments


def answers_to(page: Any, link: str) -> set[tuple[Any, ...]]:
    """Status and way to sign in of all that a browser gets to see behind a link."""
    from playwright.sync_api import Error as PlaywrightError

    answers: set[tuple[Any, ...]] = set()
    page.on("response", lambda answer: answers.add((answer.status, *answer.headers.get(CHALLENGE, "").split()[:1])))
    with suppress(PlaywrightError):  # Chromium's own: nobody is there whom it could ask for a password
        page.goto(link)
    return answers


def test_a_browser_sees_the_runs_with_the_password_and_nothing_without(team, trained, variables, browse):
    sign_in = {"username": "admin", "password": password_of(team)}
    code, said = finish(sync(trained, team.address, **variables(team.address, *sign_in.values())))
    assert code == 0, said
    link = next(word for word in said.split() if word.startswith(f"{team.address}/#/experiments/"))
    for wrong in ({}, {"http_credentials": sign_in | {"password": "guess"}}):
        page = browse(**wrong)
        assert answers_to(page, link) == {(401, "Basic")}
        assert page.locator(".ag-row").count() == 0 and "drill" not in page.content()
    page = browse(http_credentials=sign_in, viewport={"width": 1440, "height": 1000})
    assert page.goto(link).status == 200
    page.locator(".ag-center-cols-container .ag-row").nth(CELLS - 1).wait_for(state="attached")
    assert "tanh" in page.locator(".ag-pinned-left-cols-container").first.inner_text()
