"""Tracking URIs: where MLflow is told, checked and read without importing MLflow itself."""

import os
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from nnjax.redaction import masked_address
from nnjax.tracking.errors import NOT_A_DATABASE, TrackingError, explain_revision, newest_revision

DATABASE = "mlflow.db"

SECONDS_TO_WAIT = 1.0
"""For another program that is writing to the file."""

LOCAL_SERVER = "http://127.0.0.1:5000"
"""Where `nnjax ui` shows a store that is a file."""

SQLITE_PREFIX = "sqlite:///"
SQLITE_ENCODED = "sqlite+pysqlite:///"
"""The same, but where it begins so MLflow does not make the folder that the file lies in, by its encoded name."""
_DATABASES = ("sqlite", "postgresql", "mysql", "mssql")

_PACKAGES = {"MySQLdb": "mysqlclient"}
"""Driver -> the package that has it, where that has another name."""


def default_uri(home: Path) -> str:
    """The tracking URI: the environment's `MLFLOW_TRACKING_URI`, else a SQLite file in the home folder."""
    return os.environ.get("MLFLOW_TRACKING_URI", "").strip() or sqlite_uri((home / DATABASE).resolve())


def sqlite_uri(file: Path) -> str:
    """The tracking URI of a SQLite file; in a URI, ? and % of a folder's name would mean something else.

    >>> sqlite_uri(Path("/tmp/a b/mlflow.db")), sqlite_uri(Path("/tmp/50%/why?/mlflow.db"))
    ('sqlite:////tmp/a b/mlflow.db', 'sqlite+pysqlite:////tmp/50%25/why%3F/mlflow.db')
    """
    encoded = re.sub(r"[%?\x00-\x1f]", lambda sign: quote(sign.group(), safe=""), str(file))
    return (SQLITE_PREFIX if encoded == str(file) else SQLITE_ENCODED) + encoded


def scheme_of(uri: str) -> str:
    """What stands before the first colon; unlike `urlsplit`, it takes any password.

    >>> scheme_of("HTTP://me:[@host"), scheme_of("mlruns")
    ('http', '')
    """
    scheme, colon, _ = uri.partition(":")
    return scheme.lower() if colon else ""


def is_server(uri: str) -> bool:
    """Whether the URI is a server's.

    >>> is_server("http://host:5000"), is_server("sqlite:///x.db")
    (True, False)
    """
    return scheme_of(uri) in ("http", "https")


def is_database(uri: str) -> bool:
    """Whether the URI is a database that this process writes to by itself.

    >>> is_database("sqlite:////tmp/mlflow.db"), is_database("postgresql+psycopg://x"), is_database("http://x")
    (True, True, False)
    """
    return scheme_of(uri).split("+")[0] in _DATABASES


def database_file(uri: str) -> Path | None:
    """The file behind a plain SQLite URI, None for anything else.

    >>> database_file("sqlite:////tmp/mlflow.db"), database_file("sqlite:///x.db?mode=ro"), database_file("http://x")
    (PosixPath('/tmp/mlflow.db'), None, None)
    """
    name = uri.removeprefix(SQLITE_PREFIX).removeprefix(SQLITE_ENCODED)
    if name in ("", uri, ":memory:") or "?" in name:
        return None
    return Path(unquote(name))


def check_store(uri: str) -> None:
    """Fail where no run could be kept, as far as is seen without a connection and without MLflow, which takes seconds.

    Raises:
        TrackingError: If there is no such kind of store, its driver is not installed, its file is no database, or its
            tables are another MLflow's.
    """
    check_kind(uri)
    file = database_file(uri)
    if file is None or not file.is_file() or not file.stat().st_size:
        return
    try:
        found, newest = _revision_of(file), newest_revision()
    except sqlite3.OperationalError:  # locked, or without MLflow's tables: seen when it is opened
        return
    except sqlite3.DatabaseError as error:
        raise TrackingError(f"MLflow at {uri}: {error}", NOT_A_DATABASE) from None
    if found and newest and found != newest:
        problem, remedy = explain_revision(found, uri)
        raise TrackingError(f"MLflow at {uri}: {problem}", remedy)


def _revision_of(file: Path) -> str:
    with closing(
        sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=SECONDS_TO_WAIT)
    ) as connection:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else ""


def check_kind(uri: str) -> None:
    """Fail where no MLflow can keep runs: known at once, before anything is trained.

    Raises:
        TrackingError: If MLflow has no such kind of store, or the database's driver is not installed.
    """
    is_known = is_database(uri) or is_server(uri) or uri.startswith("databricks")
    if not is_known or uri == "sqlite:///":
        raise TrackingError(
            f"{masked_address(uri)!r} is no tracking URI that MLflow can keep runs in",
            "write sqlite:///FILE.db, http://SERVER:PORT or a database's URI; folders of files are no longer kept",
        )
    if is_database(uri) and database_file(uri) is None:
        _check_driver(uri)
    if is_server(uri):
        _check_server(uri)


def _check_server(uri: str) -> None:
    """Fail where a server's address has no host, or its port is no number."""
    try:
        parts = urlsplit(uri)
        is_whole = bool(parts.hostname) and parts.port != 0
    except ValueError:  # its text would quote a piece of a password that has a slash in it
        is_whole = False
    if not is_whole:
        raise TrackingError(
            f"{masked_address(uri)}: no address of a server",
            "write http://SERVER:PORT, or http://USER:PASSWORD@SERVER:PORT with %40 for an @ and %2F for a /",
        )


def _check_driver(uri: str) -> None:
    """Fail where SQLAlchemy cannot read the URI, or lacks the package that speaks with such a database."""
    from sqlalchemy.engine import make_url  # here: files and servers do not need it
    from sqlalchemy.exc import ArgumentError

    try:
        make_url(uri).get_dialect().import_dbapi()
    except ImportError as error:
        remedy = f"pip install {_PACKAGES.get(str(error.name), error.name)}"
        if uri.startswith("postgresql"):
            remedy = "pip install 'nnjax[server]', and write postgresql+psycopg://…"
        raise TrackingError(f"{masked_address(uri)}: its driver {error.name} is not installed here", remedy) from None
    except (ArgumentError, ValueError):  # no such driver, no number as the port: its text may quote a password
        raise TrackingError(
            f"{masked_address(uri)}: no address of a database",
            "write DATABASE+DRIVER://USER:PASSWORD@HOST:PORT/NAME, with %40 for an @ and %2F for a /",
        ) from None


def server_of(uri: str) -> str:
    """The address at which a browser finds what was sent to this URI; it asks for user and password by itself.

    >>> server_of("http://tracking.example:5000/"), server_of("sqlite:////tmp/mlflow.db")
    ('http://tracking.example:5000', 'http://127.0.0.1:5000')
    >>> server_of("http://me:secret@tracking.example:5000")
    'http://tracking.example:5000'
    """
    if not is_server(uri):
        return LOCAL_SERVER
    scheme, _, rest = uri.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2].partition('?')[0].rstrip('/')}"


WORKFLOW = "workflowType=machine_learning"
"""Without it MLflow shows its pages for language models: of an experiment, an overview of traces, which is empty."""


def deep_link(server: str, experiment_id: str, view: str) -> str:
    """The address that opens the charts of a prepared view.

    >>> deep_link("http://127.0.0.1:5000", "1", "nnjax-leaderboard")[:40]
    'http://127.0.0.1:5000/#/experiments/1/ru'
    """
    return f"{server}/{view_link(experiment_id, view)}"


def view_link(experiment_id: str, view: str) -> str:
    """The same as a link within MLflow's pages, wherever they are served."""
    return f"#/experiments/{experiment_id}/runs?{WORKFLOW}&viewStateShareKey={view}&compareRunsMode=CHART"


def run_link(experiment_id: str, run_id: str, artifact: str = "") -> str:
    """A link within MLflow's pages to a run, or to a file of it.

    >>> run_link("1", "ab", "report/index.html")
    '#/experiments/1/runs/ab/artifacts/report/index.html?workflowType=machine_learning'
    """
    place = f"/artifacts/{artifact}" if artifact else ""
    return f"#/experiments/{experiment_id}/runs/{run_id}{place}?{WORKFLOW}"
