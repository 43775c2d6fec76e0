"""MLflow's user interface on this machine, opened at what matters."""

import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO
from urllib.error import URLError
from urllib.request import urlopen

from mlflow.tracking import MlflowClient

from nnjax.redaction import masked, masked_address
from nnjax.sweep.progress import Progress
from nnjax.terminal import Say
from nnjax.tracking import names, views
from nnjax.tracking.address import check_store, deep_link, default_uri, is_database, server_of
from nnjax.tracking.artifact_place import artifacts_root, settle_artifacts
from nnjax.tracking.environment import server_environment
from nnjax.tracking.errors import LONGEST_QUOTE, TrackingError, explained
from nnjax.tracking.first_page import page_options
from nnjax.tracking.new_database import make_database
from nnjax.tracking.store import check_reachable

START_SECONDS = 120.0
"""How long a server may take to answer; 14 s on two quiet cores."""

STORE_VARIABLE = "MLFLOW_BACKEND_STORE_URI"
"""By which MLflow's server learns of its store."""

LINKS_SHOWN = 100

LAST_PORT = 65_535

STOP_SECONDS = 15.0
"""How long it may take to end before it is killed."""


def is_healthy(server: str) -> bool:
    """Whether an MLflow server answers at an address."""
    try:
        with urlopen(f"{server}/health", timeout=2.0) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError, ValueError):
        return False


def study_links(uri: str) -> dict[str, str]:
    """Study -> link to its leaderboard, the latest study first, asked from a running server.

    Raises:
        TrackingError: If it does not answer, or to others only.
    """
    check_reachable(uri)
    with explained(uri):
        experiments = MlflowClient(tracking_uri=uri).search_experiments(
            filter_string=f"tags.`{names.STUDY}` LIKE '%'",  # whatever a person has called the experiment
            order_by=["last_update_time DESC"],
            max_results=LINKS_SHOWN,
        )
    return {
        each.tags[names.STUDY]: deep_link(server_of(uri), each.experiment_id, views.LEADERBOARD) for each in experiments
    }


def _command(uri: str, home: Path, host: str, port: int) -> list[str]:
    """The server's command line, which every user of the machine sees: the store stands in its environment."""
    store = ["--default-artifact-root", artifacts_root(uri, home).as_uri()]
    address = ["--host", host, "--port", str(port)]
    quiet = ["--workers", "1", "--uvicorn-opts", "--log-level warning"]
    return [sys.executable, "-m", "mlflow", "ui", *store, *address, *quiet, *page_options()]


@contextmanager
def running_server(uri: str, home: Path, host: str = "127.0.0.1", port: int = 5000) -> Iterator[str]:
    """A server over a database, from its first answer until the block ends; yields its address.

    Raises:
        TrackingError: If the port is taken, or the server ends or does not answer.
    """
    server = f"http://{host}:{port}"
    check_free(host, port)
    check_store(uri)
    with explained(uri):
        make_database(uri)
        settle_artifacts(uri, home)
    with TemporaryFile() as log:
        process = subprocess.Popen(
            _command(uri, home, host, port),
            env=server_environment() | {STORE_VARIABLE: uri},
            cwd=home,
            stdout=log,
            stderr=log,
        )
        try:
            wait_until_healthy(process, server, log)
            yield server
        finally:
            stop(process)


def check_free(host: str, port: int) -> None:
    """Fail at once on a taken port; MLflow would find out after many seconds."""
    if not 0 < port <= LAST_PORT:
        raise TrackingError(f"there is no port {port}", f"choose a --port from 1 to {LAST_PORT}")
    try:
        socket.create_server((host, port)).close()
    except OSError as error:
        remedy = f"open http://{host}:{port} if that is MLflow, or choose another --port"
        raise TrackingError(f"cannot listen at {host}:{port} ({error})", remedy) from error


def stop(process: "subprocess.Popen[bytes]") -> None:
    """End a server, by force if it does not go."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def last_line(log: IO[bytes]) -> str:
    """What a process said last."""
    log.seek(0)
    lines = log.read().decode(errors="replace").strip().splitlines()
    return textwrap.shorten(masked(lines[-1]), LONGEST_QUOTE, placeholder=" …") if lines else "it said nothing"


def wait_until_healthy(process: "subprocess.Popen[bytes]", server: str, log: IO[bytes]) -> None:
    """Return at the server's first answer.

    Raises:
        TrackingError: It ended, or did not answer in time.
    """
    deadline = time.monotonic() + START_SECONDS
    while not is_healthy(server):
        if process.poll() is not None:
            raise TrackingError(f"MLflow's server ended before it answered: {last_line(log)}", "try another --port")
        if time.monotonic() > deadline:
            raise TrackingError(f"MLflow's server did not answer within {START_SECONDS:.0f} s", "try again")
        time.sleep(0.2)


def describe_links(uri: str) -> str:
    """What to open at a running server, as lines to print."""
    links = study_links(uri)
    if not links:
        return f"MLflow at {server_of(uri)}; no study is in it yet: run `nnjax sweep STUDY` first"
    return "\n".join(f"{study}: {link}" for study, link in links.items())


def serve(
    home: Path, host: str = "127.0.0.1", port: int = 5000, say: Say = print, progress: Progress | None = None
) -> None:
    """Serve MLflow's user interface until interrupted; with a server elsewhere, only say what to open.

    Anyone who reaches the host's interface can read and change the store. The command takes SIGTERM for an interrupt.

    Raises:
        TrackingError: If the server can't be started.
    """
    uri = default_uri(home)
    if not is_database(uri):
        say(describe_links(uri))
        return
    say(f"starting MLflow over {masked_address(uri)} …")
    try:
        with ExitStack() as running:
            with (progress or Progress()).stage("Waiting for its first answer"):
                server = running.enter_context(running_server(uri, home, host, port))
            say(describe_links(server))
            say("Ctrl-C ends it.")
            threading.Event().wait()
    except KeyboardInterrupt:
        say("stopped")
