"""Whether a sweep is up to date, as make would ask: all that it reads and leaves is looked at again.

A note says what was found there after the last sweep, as hashes. Nothing is believed that cannot be seen again: a file
or a row that differs, in what a sweep reads or in what it leaves, is reason to do everything anew.
"""

import hashlib
import json
import sqlite3
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from nnjax.sweep.durable import write_durably
from nnjax.sweep.identity import content_hash
from nnjax.sweep.space import Space, sweep_id
from nnjax.tracking.address import database_file
from nnjax.tracking.stored import stored_rows

NOTES = Path(".cache") / "swept"


@dataclass(frozen=True)
class LastSweep:
    """What a sweep came to, of which nothing is left to do.

    Attributes:
        diverged: Runs of the study that diverged.
        tracked: Runs that MLflow has, those of cells and sweep among them.
        tracking_uri: Where, without a password.
        deep_link: Address of the leaderboard once a server runs.
    """

    diverged: int
    tracked: int
    tracking_uri: str
    deep_link: str


def note_swept(space: Space, home: Path, uri: str, swept: LastSweep) -> None:
    """Note what lies there now that a sweep is done; a store that is no file on this machine is never noted."""
    with suppress(sqlite3.Error, OSError):
        note = {"seen": _see(space, home, uri), "swept": asdict(swept)}
        write_durably(_note(space, home), json.dumps(note, indent=1).encode())


def find_swept(space: Space, home: Path, uri: str) -> LastSweep | None:
    """What the last sweep came to, if all lies there as it left it and all that it read is as it was; else None."""
    try:
        note = json.loads(_note(space, home).read_text("utf-8"))
        return LastSweep(**note["swept"]) if note["seen"] == _see(space, home, uri) else None
    except (OSError, ValueError, TypeError, KeyError, sqlite3.Error):
        return None


def _note(space: Space, home: Path) -> Path:
    return home / NOTES / f"{sweep_id(space)}.json"


def _see(space: Space, home: Path, uri: str) -> dict[str, str]:
    """Hashes of what a sweep reads, and of what it leaves."""
    file = database_file(uri)
    if file is None:
        raise OSError(f"{uri} is no file")
    rows, places = stored_rows(file, space.study.name)
    study = space.study
    return {
        "study": content_hash([str(Path(study.path).resolve()), study.text, study.overrides, sweep_id(space)]),
        "package": content_hash([sys.version, _packages(), folder_hash(Path(__file__).parent)]),
        "journal": folder_hash(home / "journal"),
        "calibration": content_hash([path.read_text("utf-8") for path in sorted((home / "reports").glob("*.json"))]),
        "index": str((home / "reports" / "index.html").exists()),  # other studies' reports change what it says
        "report": folder_hash(home / "reports" / study.name),
        "MLflow": content_hash([uri, rows, [folder_hash(place) for place in places]]),
    }


def _packages() -> list[str]:
    """Name and version of everything that is installed."""
    return sorted(path.name for folder in sys.path if folder for path in Path(folder).glob("*.dist-info"))


def folder_hash(folder: Path) -> str:
    """sha256 of the names and contents of all files below a folder, hidden ones and bytecode aside.

    Raises:
        OSError: If one of them cannot be read.
    """
    found = hashlib.sha256()
    for path in sorted(folder.rglob("[!.]*")):
        if path.is_file() and path.suffix != ".pyc":
            with path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
            found.update(f"{path.relative_to(folder)}\0{content}\0".encode())
    return found.hexdigest()
