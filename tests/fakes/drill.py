"""What every drill needs: a small real sweep, an undisturbed one beside it, and what is lost, doubled or wrong."""

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.journal.schema import JOURNAL_SCHEMA, PROVENANCE
from nnjax.tracking.names import SWEEP, identity

STUDY = """
question = "Does anything get lost?"
[data]
name = "diabetes"
[replicates]
splits = 8
[studied]
activation = ["tanh", "relu"]
depth = [1, 2]
batch_size = [32, "full"]
[fixed]
width = 8
epochs = 60
l2 = 0.01
"""
"""64 runs in 8 cells and 4 programs."""

RUNS, CELLS, CHUNKS = 64, 8, 8

NUMBERS = [name for name in JOURNAL_SCHEMA.names if name not in PROVENANCE]
SECONDS_TO_WAIT = 300


@dataclass(frozen=True)
class Damage:
    """What a drill has done to a home, compared with one that nobody disturbed."""

    lost: int
    doubled: int
    wrong: int

    @property
    def is_none(self) -> bool:
        """Whether all is as if nothing had happened."""
        return self.lost == self.doubled == self.wrong == 0

    def __add__(self, other: "Damage") -> "Damage":
        return Damage(self.lost + other.lost, self.doubled + other.doubled, self.wrong + other.wrong)


def write_study(folder: Path, name: str = "drill", text: str = STUDY) -> Path:
    """The study's file in a folder, made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.toml"
    path.write_text(text)
    return path


def environment(**more: str) -> dict[str, str]:
    """A person's environment, deaf to the tests' own tracking store."""
    mine = {name: value for name, value in os.environ.items() if name != "MLFLOW_TRACKING_URI"}
    return mine | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)} | more


def start(*arguments: object, prefix: Sequence[str] = (), **more: str) -> "subprocess.Popen[str]":
    """`python ARGUMENTS` as a process that can be hurt; its output is piped."""
    command = [*prefix, sys.executable, *map(str, arguments)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environment(**more), stdout=pipe, stderr=pipe, text=True)


def sweep(home: Path, *more: object, study: Path | None = None) -> "subprocess.Popen[str]":
    """`nnjax sweep`, begun."""
    return start("-m", "nnjax.cli", "sweep", study or home / "drill.toml", "--home", home, *more)


def finish(process: "subprocess.Popen[str]") -> tuple[int, str]:
    """Exit code, and everything that was said."""
    said, complaints = process.communicate(timeout=SECONDS_TO_WAIT)
    return process.returncode, said + complaints


def wait_for(condition: Callable[[], bool], process: "subprocess.Popen[str] | None" = None) -> None:
    """Poll until something is so, or the process that should bring it about has ended."""
    pause = threading.Event()
    for _ in range(SECONDS_TO_WAIT * 100):
        if condition() or (process is not None and process.poll() is not None):
            return
        pause.wait(0.01)
    raise AssertionError(f"waited for {SECONDS_TO_WAIT} s in vain")


def wait_for_moment(home: Path, head: "subprocess.Popen[str]", moments: random.Random) -> None:
    """Let a sweep go on to a random moment of its training, its sync or its report, or to its end."""
    signs = [*range(1, CHUNKS + 1), "mlflow.db", "reports/drill/tables"]
    sign = moments.choice(signs)
    wait_for(lambda: chunks(home) >= sign if isinstance(sign, int) else (home / sign).exists(), head)
    with suppress(subprocess.TimeoutExpired):
        head.wait(timeout=moments.uniform(0.0, 0.5))


def sweep_to_a_moment(home: Path, moments: random.Random) -> "subprocess.Popen[str]":
    """A sweep from its beginning to a random moment before its end."""
    while True:
        head = sweep(home)
        wait_for_moment(home, head, moments)
        if head.poll() is None:
            return head
        finish(head)
        shutil.rmtree(home)
        write_study(home)


def chunks(home: Path) -> int:
    """Files of the journal."""
    return len(list(home.glob("journal/[!.]*.parquet")))


def numbers(home: Path) -> pa.Table:
    """Everything in the journal but time and place, in one order."""
    return Journal(home).read(NUMBERS).sort_by("run_id")


def rows(home: Path) -> Counter[str]:
    """How often each run is in the journal's files."""
    files = home.glob("journal/[!.]*.parquet")
    return Counter(run for path in files for run in pq.read_table(path, columns=["run_id"])["run_id"].to_pylist())


def entity(tags: Mapping[str, str]) -> str:
    """What a run of MLflow is, and of which sweep: two of one study share cells and runs."""
    return f"{identity(tags)} of {tags[SWEEP]}"


def tracked(home: Path) -> Counter[str]:
    """How often MLflow's file has the sweep, each cell and each run, by what they are."""
    query = (
        "select run_uuid, key, tags.value from tags join runs using (run_uuid) "
        "where key like 'nnjax.%' and lifecycle_stage = 'active'"
    )
    tags: dict[str, dict[str, str]] = {}
    with closing(sqlite3.connect(home / "mlflow.db")) as database:
        for run, key, value in database.execute(query):
            tags.setdefault(run, {})[key] = value
    return Counter(map(entity, tags.values()))


def damage(home: Path, undisturbed: Path, is_tracked: bool = True, beside: int = 0) -> Damage:
    """Compare a home with an undisturbed one: journal bit by bit, MLflow's runs by identity.

    Args:
        home: The one that was hurt.
        undisturbed: The other one.
        is_tracked: Whether MLflow's file is compared as well.
        beside: Runs of another study or engine that the journal must have beside those.
    """
    ours, theirs = ({row["run_id"]: repr(row) for row in numbers(each).to_pylist()} for each in (home, undisturbed))
    lost, doubled = len(theirs.keys() - ours.keys()), sum(count - 1 for count in rows(home).values())
    wrong = sum(ours[run] != text for run, text in theirs.items() if run in ours)
    wrong += abs(len(ours.keys() - theirs.keys()) - beside)
    if is_tracked:
        told, expected = tracked(home), tracked(undisturbed)
        lost += (expected - told).total()
        doubled += sum(count - 1 for count in told.values())
        wrong += 0 if beside else len(told.keys() - expected.keys())
    return Damage(lost, doubled, wrong)
