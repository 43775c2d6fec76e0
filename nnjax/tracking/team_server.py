"""MLflow for a team: PostgreSQL and `mlflow server` with sign-in, both on this machine's loopback.

Everything lies in one folder that only its owner may read: database, artifacts, passwords. PostgreSQL is Debian's.
"""

import json
import os
import pwd
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from nnjax.sweep.durable import write_durably
from nnjax.sweep.progress import Progress
from nnjax.terminal import Say, home_words
from nnjax.tracking.address import sqlite_uri
from nnjax.tracking.environment import server_environment
from nnjax.tracking.errors import TrackingError
from nnjax.tracking.server import check_free, last_line, stop, wait_until_healthy

SERVER_FOLDER = "server"
SERVER_USER = "mlflow"
POSTGRES_USER = "postgres"
"""Whom PostgreSQL runs as where we are root: it refuses root."""

SERVER_START_SECONDS = 60
SIGN_IN_CACHE_SECONDS = 60
"""How long a worker remembers a password that was right; without it sign-in costs a second of processor time a run."""


@dataclass(frozen=True)
class TeamServer:
    """Where a running server is, and how to sign in."""

    address: str
    client_file: Path
    """Shell file with the three variables that a client needs; only its owner may read it."""
    postgres_data: Path


def serve_team(home: Path, port: int, workers: int, say: Say = print, progress: Progress | None = None) -> None:
    """Serve until interrupted.

    Raises:
        TrackingError: PostgreSQL is not installed, or something does not start.
    """
    say("starting PostgreSQL and MLflow …")
    sync = shlex.join(["nnjax", "sync", "STUDY", *home_words(home)])
    try:
        with ExitStack() as running:
            with (progress or Progress()).stage("Waiting for their first answers"):
                server = running.enter_context(running_team_server(home, port, workers))
            say(f"MLflow at {server.address}, user admin; the password is in {server.client_file}. To send a study:")
            say(f"  set -a; . {shlex.quote(str(server.client_file))}; set +a; {sync}")
            say("Ctrl-C ends both.")
            threading.Event().wait()
    except KeyboardInterrupt:
        say("stopped")


@contextmanager
def running_team_server(home: Path, port: int = 5000, workers: int = 2) -> Iterator[TeamServer]:
    """PostgreSQL and MLflow, from their first answers until the block ends.

    Raises:
        TrackingError: See `serve_team`.
    """
    check_free("127.0.0.1", port)
    folder = (home / SERVER_FOLDER).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)  # for root, PostgreSQL's own user passes through
    passwords = _passwords(folder)
    with _running_postgres(folder, passwords["postgres"]) as postgres_port:
        variables = _variables(folder, passwords, postgres_port)
        address = f"http://127.0.0.1:{port}"
        with TemporaryFile() as log:
            process = subprocess.Popen(
                _mlflow(folder, port, workers), env=variables, cwd=folder, stdout=log, stderr=log,
                start_new_session=True, umask=0o077,
            )  # fmt: skip
            try:
                wait_until_healthy(process, address, log)
                client_file = _write_client_file(folder, address, passwords["admin"])
                yield TeamServer(address, client_file, folder / "postgres")
            finally:
                stop(process)
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)  # what a wrapper that had to be killed has left


def _passwords(folder: Path) -> dict[str, str]:
    """Drawn once and kept."""
    file = folder / "passwords.json"
    if not file.exists():
        _write_secret(file, json.dumps({name: secrets.token_urlsafe(24) for name in ("postgres", "admin", "flask")}))
    kept: dict[str, str] = json.loads(file.read_text("utf-8"))
    return kept


def _write_secret(file: Path, text: str) -> None:
    before = os.umask(0o077)
    try:
        write_durably(file, text.encode())
    finally:
        os.umask(before)


def _write_client_file(folder: Path, address: str, password: str) -> Path:
    file = folder / "client.env"
    variables = {"URI": address, "USERNAME": "admin", "PASSWORD": password}
    _write_secret(file, "".join(f"MLFLOW_TRACKING_{name}={value}\n" for name, value in variables.items()))
    return file


def _variables(folder: Path, passwords: dict[str, str], postgres_port: int) -> dict[str, str]:
    """The server's environment; passwords stand here and not in arguments, which every user sees."""
    config = folder / "auth.ini"
    sign_in = {
        "default_permission": "READ",
        "database_uri": sqlite_uri(folder / "users.db").replace("%", "%%"),  # as the reader of this file wants it
        "admin_username": "admin",
        "authorization_function": "mlflow.server.auth:authenticate_request_basic_auth",
        "auth_cache_ttl_seconds": SIGN_IN_CACHE_SECONDS,
    }
    _write_secret(config, "[mlflow]\n" + "".join(f"{name} = {value}\n" for name, value in sign_in.items()))
    store = f"postgresql+psycopg://{SERVER_USER}:{passwords['postgres']}@127.0.0.1:{postgres_port}/{SERVER_USER}?require_auth=scram-sha-256"
    return server_environment() | {
        "MLFLOW_BACKEND_STORE_URI": store,
        "MLFLOW_AUTH_CONFIG_PATH": str(config),
        "MLFLOW_AUTH_ADMIN_PASSWORD": passwords["admin"],
        "MLFLOW_FLASK_SERVER_SECRET_KEY": passwords["flask"],
    }


def _mlflow(folder: Path, port: int, workers: int) -> list[str]:
    place = ["--host", "127.0.0.1", "--port", str(port), "--artifacts-destination", str(folder / "artifacts")]
    quiet = ["--workers", str(workers), "--uvicorn-opts", "--log-level warning"]
    return [sys.executable, "-m", "mlflow", "server", "--app-name", "basic-auth", *place, *quiet]


@contextmanager
def _running_postgres(folder: Path, password: str) -> Iterator[int]:
    """PostgreSQL with our database in it; yields its port."""
    data = folder / "postgres"
    programs = _postgres_programs(data)
    owner = POSTGRES_USER if os.geteuid() == 0 else None
    if not (data / "PG_VERSION").exists():
        _make_cluster(programs, data, owner, password)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = int(listener.getsockname()[1])
    with TemporaryFile() as log:
        command = [str(programs / "postgres"), "-D", str(data), "-p", str(port), "-h", "127.0.0.1", "-k", ""]
        process = subprocess.Popen(  # in a session of its own: after Ctrl-C MLflow ends first
            command, **_as(owner), cwd=data, stdout=log, stderr=log, start_new_session=True
        )
        try:
            _wait_for_postgres(programs, port, process, log)
            _create_database(programs, port, password)
            yield port
        finally:
            process.send_signal(signal.SIGINT)  # "fast": open transactions are rolled back
            stop(process)


def _as(owner: str | None) -> dict[str, Any]:
    """How a process becomes another user's; nothing where we are not root."""
    return {"user": owner, "group": owner, "extra_groups": []} if owner else {}


def _ask(command: list[str], **how: Any) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False, **how)


def _postgres_programs(data: Path) -> Path:
    """Folder of PostgreSQL's programs: of the version that made the data, else of the newest."""
    on_path, made_by = shutil.which("initdb"), data / "PG_VERSION"
    wanted = made_by.read_text("utf-8").strip() if made_by.exists() else "*"
    found = Path("/usr/lib/postgresql").glob(f"{wanted}/bin/initdb")
    folders = sorted(found, key=lambda path: float(path.parts[-3]))
    if not on_path and not folders:
        raise TrackingError("PostgreSQL is not installed here", "install it (Debian: apt-get install postgresql)")
    return folders[-1].parent if folders else Path(on_path or "").resolve().parent


def _make_cluster(programs: Path, data: Path, owner: str | None, password: str) -> None:
    """Make the data folder, whole or not at all."""
    half, secret = data.with_name("postgres.half"), data.with_name("password.tmp")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(mode=0o700)
    _write_secret(secret, password)
    try:
        if owner is not None:
            person = pwd.getpwnam(owner)
            for path in (half, secret):
                os.chown(path, person.pw_uid, person.pw_gid)
        command = [str(programs / "initdb"), "-D", str(half), "-U", SERVER_USER, "--auth=scram-sha-256"]
        # The encoding left out, it takes the terminal's: in some, SQL_ASCII.
        command += [f"--pwfile={secret}", "--encoding=UTF8", "--no-locale"]
        done = _ask(command, **_as(owner), cwd=half)
    finally:
        secret.unlink()
    if done.returncode != 0:
        shutil.rmtree(half)
        raise TrackingError(f"initdb failed: {done.stderr.strip().splitlines()[-1]}", "mend that, then start again")
    half.rename(data)


def _wait_for_postgres(programs: Path, port: int, process: "subprocess.Popen[bytes]", log: IO[bytes]) -> None:
    ready = [str(programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port), "-t", "1"]
    pause = threading.Event()
    for _ in range(SERVER_START_SECONDS * 5):
        if process.poll() is not None:
            break
        if subprocess.run(ready, check=False).returncode == 0:
            return
        pause.wait(0.2)
    raise TrackingError(f"PostgreSQL did not start: {last_line(log)}", "mend that, then start again")


def _create_database(programs: Path, port: int, password: str) -> None:
    variables = os.environ | {"PGPASSWORD": password}
    command = [str(programs / "createdb"), "-h", "127.0.0.1", "-p", str(port), "-U", SERVER_USER, SERVER_USER]
    done = _ask(command, env=variables)
    if done.returncode != 0 and "already exists" not in done.stderr:
        raise TrackingError(f"createdb failed: {done.stderr.strip()}", "look at PostgreSQL's log")
