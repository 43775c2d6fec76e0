"""What is wrong with a checkout, a home, a store or a cluster, a symptom each, and the remedy."""

import os
import re
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import mlflow
from mlflow.tracking import MlflowClient
from packaging.requirements import Requirement

from nnjax.execution.executor import Cluster, ExecutionError
from nnjax.execution.slots import make_executor
from nnjax.kernels.choice import available
from nnjax.kernels.compiler import passed_over
from nnjax.redaction import masked, masked_address, masked_argument
from nnjax.surroundings import READ, SurroundingsError, check_variables
from nnjax.sweep.claim_lock import damaged_locks
from nnjax.sweep.compilation_cache import broken_entries, cache_folder
from nnjax.sweep.host import describe_host, git_commit, package_versions
from nnjax.sweep.journal.journal import CORRUPT_PREFIX, damaged_files, journal_files
from nnjax.sweep.journal.record import records_with_passwords
from nnjax.sweep.worker import check_versions, decisive_versions
from nnjax.tracking.address import database_file
from nnjax.tracking.artifact_place import find_strays, local_path
from nnjax.tracking.errors import TrackingError, explained
from nnjax.tracking.file_rows import refusal
from nnjax.tracking.store import check_reachable

OLDEST_PYTHON = (3, 11)
LOCK = "requirements.lock"
PACKAGES_NAMED = 5
_LINE = re.compile(r"^[A-Za-z0-9._-]+==[^\\\n]+", re.MULTILINE)

LEAST_FREE_MB = 500
"""The default study's journal, store and report take 0.2 GB."""

SECONDS_AHEAD = 60
"""A file may be so much younger than now: clocks of a shared folder differ."""


@dataclass(frozen=True)
class Symptom:
    """One thing that was looked at, and what to do; "" if all is well."""

    what: str
    seen: str
    remedy: str = ""

    @property
    def is_ok(self) -> bool:
        """Whether there is nothing to do."""
        return not self.remedy

    def __str__(self) -> str:
        """A line, the remedy below it; without the passwords of addresses."""
        line = f"{'ok   ' if self.is_ok else 'WRONG'} {self.what}: {self.seen}"
        return masked(line if self.is_ok else f"{line}\n      {self.remedy}")


def examine_checkout(root: Path) -> Iterator[Symptom]:
    """Python, machine, and installed packages beside the lock, if the checkout has one."""
    host = describe_host()
    is_old = sys.version_info[:2] < OLDEST_PYTHON
    yield Symptom("Python", host.python, "install Python 3.11 or newer" if is_old else "")
    yield Symptom("Machine", f"{host.cpu}, {host.cores} usable cores, {host.memory_mb / 1000:.1f} GB, {host.system}")
    yield Symptom("Commit", git_commit(root) or "not a git checkout")
    lock = root / LOCK
    if lock.exists():
        yield compare_with_lock(lock.read_text("utf-8"))


def compare_with_lock(lock: str) -> Symptom:
    """Installed versions beside pinned ones; what is not installed, being for other systems, is passed over.

    >>> compare_with_lock("numpy==0.1").remedy
    'make clean, then make sweep: the environment is made anew from the lock'
    """
    requirements = [Requirement(line) for line in _LINE.findall(lock)]
    pinned = {
        each.name: str(each.specifier).removeprefix("==")
        for each in requirements
        if each.marker is None or each.marker.evaluate()
    }
    here = package_versions(pinned)
    differing = [f"{name} {found}, not {pinned[name]}" for name, found in here.items() if found != pinned[name]]
    if not differing:
        return Symptom("Packages", f"as {LOCK} has them ({len(pinned)} pinned)")
    more = f" and {len(differing) - PACKAGES_NAMED} more" if len(differing) > PACKAGES_NAMED else ""
    remedy = "make clean, then make sweep: the environment is made anew from the lock"
    return Symptom("Packages", "; ".join(differing[:PACKAGES_NAMED]) + more, remedy)


def examine_home(home: Path) -> Iterator[Symptom]:
    """Look at everything under a home folder that a sweep needs."""
    place = home if home.exists() else Path.cwd()
    yield _writable(place)
    free = shutil.disk_usage(place).free / 1e6
    remedy = f"free some: below {LEAST_FREE_MB} MB a sweep may not end" if free < LEAST_FREE_MB else ""
    yield Symptom("Room", f"{free / 1000:.1f} GB free", remedy)
    yield Symptom("Kernels", "; ".join(filter(None, (str(available(cache_folder(home))), passed_over()))))
    journal = home / "journal"
    if not journal.is_dir():
        yield Symptom("Journal", f"{journal}: none yet")
        return
    yield from _journal(home)
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


def _journal(home: Path) -> Iterator[Symptom]:
    journal, paths, broken = home / "journal", journal_files(home), damaged_files(home)
    size = sum(path.stat().st_size for path in paths) / 1e6
    seen = "; ".join([f"{len(paths):,} files, {size:,.0f} MB, every byte read", *broken])
    remedy = "`nnjax sweep STUDY`: damaged files are set aside, their runs trained again" if broken else ""
    yield Symptom("Journal", seen, remedy)
    if told := [path.name for path in records_with_passwords(home)]:
        remedy = "change it, then `nnjax sweep STUDY`: record, report and MLflow's tags are written anew without it"
        yield Symptom("Records", f"a password stands in the command line of {', '.join(told)}", remedy)
    aside = list(journal.glob(f"{CORRUPT_PREFIX}*"))
    if aside:
        remedy = f"`nnjax sweep STUDY` trains their runs again; then remove {journal / CORRUPT_PREFIX}*"
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


def examine_store(uri: str, home: Path = Path()) -> Iterator[Symptom]:
    """Reach a store and ask it for its experiments."""
    file = database_file(uri)
    if file is not None and not file.exists():
        yield Symptom("MLflow's store", f"{file}: none yet")
        return
    try:
        check_reachable(uri)
        with explained(uri):
            studies = len(MlflowClient(tracking_uri=uri).search_experiments())
        seen = f"{masked_address(uri)}, MLflow {mlflow.__version__}, {studies:,} experiments"
        yield Symptom("MLflow's store", seen)
    except TrackingError as error:
        yield Symptom("MLflow's store", error.problem, error.remedy)
        return
    with suppress(sqlite3.Error):  # another program's lock says nothing about where artifacts lie
        yield from _artifacts(uri, home)
    if file is not None and (reason := refusal(uri)):
        yield Symptom("Fast lane", f"closed, {reason}: the sync takes longer, nothing else")


def _artifacts(uri: str, home: Path) -> Iterator[Symptom]:
    if strays := find_strays(uri, home):
        folders = ", ".join(sorted({str(local_path(stray.there)) for stray in strays}))
        seen = f"looked for in {folders}, not beside the store: was this home copied or moved?"
        yield Symptom(
            "MLflow's artifacts", seen, "`nnjax sync STUDY`, or `nnjax ui`: from then on they are looked for here"
        )


def examine_cluster(address: str) -> Iterator[Symptom]:
    """Ask every worker for its versions."""
    try:
        executor = make_executor("dask", 1, partial(check_versions, decisive_versions()), Cluster(address))
    except ExecutionError as error:
        problem, _, remedy = str(error).partition("; ")
        yield Symptom("Cluster", problem, remedy or "start the worker anew with the head's lock")
        return
    workers = executor.workers
    executor.close()
    lacking = f"start some: dask worker {address} --nthreads 1" if not workers else ""
    yield Symptom("Cluster", f"{address}, {workers:,} workers, of the same versions as the head", lacking)
