"""Whether a sweep is up to date, as make would ask: all that it reads and leaves is looked at again.

A note says what was found there after the last sweep, as hashes. Nothing is believed that cannot be seen again: a file
or a row that differs, in what a sweep reads or in what it leaves, is reason to do everything anew.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from nnjax.audit.stamp import stamp_path
from nnjax.sweep.durable import write_durably
from nnjax.sweep.identity import content_hash, file_hash, folder_hash, package_hash
from nnjax.sweep.journal.journal import journal_files
from nnjax.sweep.journal.parquet import BrokenFileError, open_checksummed_parquet, read_columns
from nnjax.sweep.journal.record import record_path
from nnjax.sweep.space import Space, sweep_id
from nnjax.tracking.address import database_file
from nnjax.tracking.stored import stored_rows

NOTES = Path(".cache") / "swept"
UNSEEN = (OSError, ValueError, TypeError, KeyError, sqlite3.Error, BrokenFileError)
"""Whatever can be in the way of looking: then everything is done anew."""


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


def find_swept(space: Space, home: Path, uri: str) -> LastSweep | None:
    """What the last sweep came to, if all that it read is as it was and all that it left is there; else None."""
    with suppress(*UNSEEN):
        note = json.loads(_note(space, home).read_text("utf-8"))
        if note["read"] == read_hashes(space, home) and note["left"] == _left_hashes(space, home, uri):
            return LastSweep(**note["swept"])
    return None


def note_swept(space: Space, home: Path, uri: str, read: dict[str, str], swept: LastSweep) -> None:
    """Note what lies there now that a sweep is done.

    Nothing is noted of a store that is no file here, nor where what `read_hashes` said before the report was made, here
    `read`, is no longer so.
    """
    with suppress(*UNSEEN):
        note = {"read": read, "left": _left_hashes(space, home, uri), "swept": asdict(swept)}
        if read == read_hashes(space, home):
            write_durably(_note(space, home), json.dumps(note, indent=1).encode())


def read_hashes(space: Space, home: Path) -> dict[str, str]:
    """Hashes of what report and MLflow are made from, but for what a sweep itself writes on its way there.

    Raises:
        OSError: If a file cannot be read.
        BrokenFileError: If a file of the journal is damaged.
    """
    study, journal = space.study, home / "journal"
    return {
        "package": package_hash(),
        "study": content_hash([str(Path(study.path).resolve()), study.text, study.overrides, sweep_id(space)]),
        "runs": content_hash(list(_hashes_of_runs(space, home))),
        "claims": content_hash([folder_hash(journal / name) for name in ("claims", "decisions")]),
        "audit": file_hash(stamp_path(home, sweep_id(space))),
        "calibration": file_hash(home / "reports" / "calibration.json"),
    }


def _note(space: Space, home: Path) -> Path:
    return home / NOTES / f"{sweep_id(space)}.json"


def _left_hashes(space: Space, home: Path, uri: str) -> dict[str, str]:
    """Hashes of what a sweep leaves; they hold for this home and this store alone."""
    file = database_file(uri)
    if file is None:
        raise OSError(f"{uri} is no file")
    rows, places = stored_rows(file, space.study.name)
    return {
        "record": file_hash(record_path(home, sweep_id(space))),
        "baselines": folder_hash(home / "journal" / "baselines"),
        "report": folder_hash(home / "reports" / space.study.name),
        "index": str((home / "reports" / "index.html").exists()),  # what it says is of other studies, too
        "MLflow": content_hash([str(home.resolve()), str(file.resolve()), rows, *map(folder_hash, places)]),
    }


def _hashes_of_runs(space: Space, home: Path) -> Iterator[str]:
    """Of the files of the journal that hold some of the study's runs."""
    wanted = {run.run_id for run in space.runs}
    for path in journal_files(home):
        content = path.read_bytes()
        if not wanted.isdisjoint(read_columns(open_checksummed_parquet(content), ["run_id"])["run_id"].to_pylist()):
            yield hashlib.sha256(content).hexdigest()
