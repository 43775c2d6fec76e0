"""Where the artifacts of a store in a file lie: beside that file, wherever it is copied or moved.

MLflow keeps the folder of every experiment and run as an absolute address, made once. In a copied home they would lead
into the home it was copied from, and in a moved one they would bring the old folder back.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from nnjax.tracking import names
from nnjax.tracking.address import database_file

ARTIFACTS_FOLDER = "mlartifacts"

LOCK_SECONDS = 20.0
"""How long to wait for another writer, as MLflow itself does."""

_EXPERIMENTS = (
    "SELECT e.experiment_id, e.artifact_location, t.value FROM experiments e "
    "JOIN experiment_tags t ON t.experiment_id = e.experiment_id WHERE t.key = ?"
)

_OF_EXPERIMENT = "experiment_id = :experiment AND "
_ADDRESSES = (
    ("runs", "artifact_uri", _OF_EXPERIMENT),
    ("logged_models", "artifact_location", _OF_EXPERIMENT),
    ("model_versions", "source", ""),
    ("model_versions", "storage_location", ""),
)
"""What lies in an experiment's folder, and has its own address. Named versions of models know no experiment: their
address tells whose they are."""


@dataclass(frozen=True)
class Stray:
    """An experiment whose artifacts are looked for elsewhere than beside the store."""

    experiment_id: int
    there: str
    """The address that MLflow has."""
    here: str
    """The one beside the store."""


def artifacts_root(uri: str, home: Path) -> Path:
    """The folder for artifacts of a store: beside its file, else in the home folder.

    >>> artifacts_root("sqlite:////somewhere/mlflow.db", Path("/home")).as_posix()
    '/somewhere/mlartifacts'
    """
    file = database_file(uri)
    return ((file.parent if file else home) / ARTIFACTS_FOLDER).resolve()


def local_path(address: str) -> Path | None:
    """The folder behind an address, None if it is none of this machine.

    >>> local_path("file:///a%20b/c"), local_path("/a/b"), local_path("mlflow-artifacts:/1")
    (PosixPath('/a b/c'), PosixPath('/a/b'), None)
    """
    parts = urlsplit(address)
    if parts.scheme == "file" and parts.netloc in ("", "localhost"):
        return Path(url2pathname(parts.path))
    return Path(address) if not parts.scheme and address.startswith("/") else None


def find_strays(uri: str, home: Path) -> list[Stray]:
    """Experiments of ours whose artifacts are looked for in another home; only a file can be copied or moved.

    A store that lies outside of the home may have its artifacts in it, or in another home.
    """
    file = database_file(uri)
    if file is None or not file.is_file():
        return []
    with closing(sqlite3.connect(file, timeout=LOCK_SECONDS)) as connection:
        rows = connection.execute(_EXPERIMENTS, (names.STUDY,)).fetchall()
    beside, in_home = artifacts_root(uri, home), (home / ARTIFACTS_FOLDER).resolve()
    return list(_strays(rows, beside, in_home, file.name))


def _strays(rows: list[tuple[int, str, str]], beside: Path, in_home: Path, file_name: str) -> Iterator[Stray]:
    for experiment_id, address, study in rows:
        there = local_path(address or "")
        if there is None or there.parent.name != ARTIFACTS_FOLDER:
            continue  # a place that a person has chosen
        here = beside / there.name
        # an earlier build kept the artifacts of a store outside in the home that told it first: no store lies there
        is_nobody_else_s = there.parent == in_home or not (there.parents[1] / file_name).is_file()
        is_in_place = there == here or (there.is_dir() and not here.is_dir() and is_nobody_else_s)
        is_ours = there.name == study or here.is_dir()
        if is_ours and not is_in_place and not (there.exists() and here.exists() and there.samefile(here)):
            yield Stray(experiment_id, address, here.as_uri())


def settle_artifacts(uri: str, home: Path) -> list[Stray]:
    """Let the artifacts of a copied or moved store be looked for where it lies now; returns what was set right.

    Raises:
        sqlite3.Error: If the store cannot be read or written.
    """
    strays, file = find_strays(uri, home), database_file(uri)
    if not strays or file is None:
        return []
    with closing(sqlite3.connect(file, timeout=LOCK_SECONDS)) as connection, connection:
        for stray in strays:
            _settle(connection, stray)
    return strays


def _settle(connection: sqlite3.Connection, stray: Stray) -> None:
    there, here = f"{stray.there}/", f"{stray.here}/"
    values = {"there": there, "here": here, "length": len(there), "experiment": stray.experiment_id}
    connection.execute(
        "UPDATE experiments SET artifact_location = ? WHERE experiment_id = ?", (stray.here, stray.experiment_id)
    )
    for table, column, condition in _ADDRESSES:
        connection.execute(
            f"UPDATE {table} SET {column} = :here || substr({column}, :length + 1) "
            f"WHERE {condition}substr({column}, 1, :length) = :there",
            values,
        )
