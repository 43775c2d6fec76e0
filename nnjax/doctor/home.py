"""The home folder: room, permission, journal, compiled programs, the clock."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from nnjax.doctor.symptom import Symptom
from nnjax.redaction import masked_argument
from nnjax.surroundings import READ, SurroundingsError, check_variables
from nnjax.sweep.claim_lock import damaged_locks
from nnjax.sweep.compilation_cache import broken_entries
from nnjax.sweep.journal.journal import CORRUPT_PREFIX, damaged_files
from nnjax.sweep.journal.record import records_with_passwords
from nnjax.sweep.runner import cache_folder

LEAST_FREE_MB = 500
"""The default study's journal, store and report take 0.2 GB."""

SECONDS_AHEAD = 60
"""A file may be so much younger than now: clocks of a shared folder differ."""


def examine_home(home: Path) -> Iterator[Symptom]:
    """Look at everything under a home folder that a sweep needs.

    Args:
        home: The folder under which all that is generated lies.
    """
    place = home if home.exists() else Path.cwd()
    yield _writable(place)
    free = shutil.disk_usage(place).free / 1e6
    remedy = f"free some: below {LEAST_FREE_MB} MB a sweep may not end" if free < LEAST_FREE_MB else ""
    yield Symptom("Room", f"{free / 1000:.1f} GB free", remedy)
    journal = home / "journal"
    if not journal.is_dir():
        yield Symptom("Journal", f"{journal}: none yet")
        return
    yield from _journal(journal)
    yield _claims(home)
    broken = broken_entries(cache_folder(home))
    remedy = f"remove {', '.join(map(str, broken))}; it is compiled anew when it is needed" if broken else ""
    yield Symptom("Compiled programs", f"{len(broken)} damaged", remedy)


def _writable(home: Path) -> Symptom:
    try:
        with tempfile.TemporaryFile(dir=home):
            return Symptom("Home", f"{home.resolve()}, can be written to")
    except OSError as error:
        return Symptom("Home", f"{home.resolve()}: {error}", "give another --home, or the right to write there")


def _journal(journal: Path) -> Iterator[Symptom]:
    paths = list(journal.glob("[!.]*.parquet"))
    broken = [f"{name} {problem}" for name, problem in damaged_files(journal).items()]
    size = sum(path.stat().st_size for path in paths) / 1e6
    seen = "; ".join([f"{len(paths):,} files, {size:,.0f} MB, every byte read", *broken])
    remedy = "nnjax sweep STUDY: damaged files are set aside, their runs trained again" if broken else ""
    yield Symptom("Journal", seen, remedy)
    if told := [path.name for path in records_with_passwords(journal.parent)]:
        remedy = "change it, then nnjax sweep STUDY: record, report and MLflow's tags are written anew without it"
        yield Symptom("Records", f"a password stands in the command line of {', '.join(told)}", remedy)
    aside = list(journal.glob(f"{CORRUPT_PREFIX}*"))
    if aside:
        remedy = f"nnjax sweep STUDY trains their runs again; then remove {journal / CORRUPT_PREFIX}*"
        yield Symptom("Set aside", f"{len(aside):,} damaged files of earlier days", remedy)
    ahead = max((path.stat().st_mtime for path in paths), default=0.0) - time.time()
    if ahead > SECONDS_AHEAD:
        yield Symptom("Clock", f"the newest file is {ahead / 60:.0f} min in the future", "set this machine's clock")


def _claims(home: Path) -> Symptom:
    """The locks of the studies' claims, each against its checksum."""
    damaged, count = damaged_locks(home), len(list((home / "journal" / "claims").glob("[!.]*.json")))
    seen = f"{count:,} {'study has its' if count == 1 else 'studies have their'} claims locked"
    return Symptom(
        "Claims", "; ".join([seen, *(f"{name} is damaged" for name in damaged)]), "; ".join(damaged.values())
    )


def examine_variables() -> Symptom:
    """Environment variables that we read, so that nobody wonders, and those in which nothing is trained."""
    found = [f"{name}={masked_argument(os.environ[name])}" for name in READ if os.environ.get(name)]
    try:
        check_variables({"cpu"})
    except SurroundingsError as error:
        return Symptom("Variables", error.problem, error.remedy)
    return Symptom("Variables", ", ".join(found) or "none that change anything")
