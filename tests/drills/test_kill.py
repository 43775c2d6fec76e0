"""`kill -9` at random moments: every run is there exactly once in the end, with the numbers of an undisturbed sweep."""

import os
import random
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pytest

from nnjax.sweep.journal import Journal
from nnjax.sweep.record import load_record
from nnjax.sweep.schema import JOURNAL_SCHEMA, PROVENANCE
from nnjax.sweep.space import sweep_id
from nnjax.tracking.names import identity

NUMBERS = [name for name in JOURNAL_SCHEMA.names if name not in PROVENANCE]
CHUNKS = 12
REAL_KILLS = 20
REAL_CELLS = 24

REAL_STUDY = """
question = "Does anything get lost?"
[data]
name = "diabetes"
[replicates]
splits = 8
[studied]
activation = ["tanh", "relu"]
depth = [1, 2, 3]
batch_size = [32, "full"]
[nuisance]
l2 = [0.0, 0.1]
[fixed]
width = 8
epochs = 40
"""


def start(command: Sequence[object]) -> "subprocess.Popen[bytes]":
    """Start a head as a user does, deaf to the tests' own tracking store."""
    environment = {name: value for name, value in os.environ.items() if name != "MLFLOW_TRACKING_URI"}
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    pipe = subprocess.DEVNULL
    return subprocess.Popen([sys.executable, *map(str, command)], env=environment, stdout=pipe, stderr=pipe)


def numbers(home: Path) -> pa.Table:
    """Everything in the journal but time and place, in one order."""
    return Journal(home).read(NUMBERS).sort_by("run_id")


def same(one: pa.Table, other: pa.Table) -> bool:
    """Bit for bit; NaN equals NaN, which `Table.equals` denies."""
    return repr(one.to_pydict()) == repr(other.to_pydict())


def chunks(home: Path) -> int:
    return len(list(home.glob("journal/[!.]*.parquet")))


def test_killed_at_any_chunk_the_same_command_completes_the_sweep(tmp_path: Path) -> None:
    from fakes.studies import swept, write_small

    overrides = ("depth=[1, 2, 3]", "replicates.splits=40")
    space = swept(tmp_path / "undisturbed", *overrides)
    home, study = tmp_path / "killed", write_small(tmp_path)
    command = ["-m", "fakes.head", study, home, *overrides]
    for moment in (1, 6):
        head = start(command)
        while chunks(home) < moment and head.poll() is None:
            time.sleep(0.001)
        head.kill()
        head.wait()
    assert moment <= chunks(home) <= CHUNKS
    assert start(command).wait() == 0
    assert chunks(home) == CHUNKS == chunks(tmp_path / "undisturbed")
    assert Journal(home).run_ids() == {run.run_id for run in space.runs}
    assert same(numbers(home), numbers(tmp_path / "undisturbed"))
    assert not list(home.glob("journal/.*"))
    record = load_record(home, sweep_id(space))
    assert record is not None
    assert 2 <= record.executions <= 3
    assert 0 < record.trained <= record.runs


def tracked(home: Path) -> Counter[str]:
    """How often MLflow has the sweep, each cell and each run, by what they are."""
    query = (
        "select run_uuid, key, tags.value from tags join runs using (run_uuid) "
        "where key like 'nnjax.%' and lifecycle_stage = 'active'"
    )
    tags: dict[str, dict[str, str]] = {}
    with closing(sqlite3.connect(home / "mlflow.db")) as database:
        for run, key, value in database.execute(query):
            tags.setdefault(run, {})[key] = value
    return Counter(map(identity, tags.values()))


def is_killed_after(command: Sequence[object], seconds: float) -> bool:
    """Start a head and kill it then; False if it was done before."""
    head = start(command)
    try:
        head.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        head.kill()
    return head.wait() < 0


def stage(home: Path) -> str:
    """How far a killed sweep had come."""
    if (home / "reports" / "drill" / "index.html").exists():
        return "report"
    return "sync" if (home / "mlflow.db").exists() else "training" if chunks(home) else "start"


@pytest.mark.slow
def test_killed_twenty_times_in_training_sync_and_report(tmp_path: Path) -> None:
    study = tmp_path / "drill.toml"
    study.write_text(REAL_STUDY)

    def command(home: Path) -> list[object]:
        return ["-m", "nnjax.cli", "sweep", study, "--home", home]

    began = time.monotonic()
    assert start(command(tmp_path / "undisturbed")).wait() == 0
    longest = time.monotonic() - began
    expected, told = numbers(tmp_path / "undisturbed"), tracked(tmp_path / "undisturbed")
    assert Counter(name.split()[0] for name in told.elements()) == {
        "sweep": 1,
        "cell": REAL_CELLS,
        "run": len(expected),
    }
    moments, stages, homes = random.Random(5), Counter[str](), 0
    while stages.total() < REAL_KILLS:
        homes += 1
        home = tmp_path / f"killed-{homes}"
        while stages.total() < REAL_KILLS and is_killed_after(command(home), moments.uniform(0.0, longest)):
            stages[stage(home)] += 1
        assert start(command(home)).wait() == 0
        assert same(numbers(home), expected)
        assert tracked(home) == told
        assert (home / "reports" / "drill" / "index.html").exists()
    print(f"{homes} sweeps, undisturbed {longest:.0f} s, killed at {dict(stages)}")
    assert {"training", "sync"} <= set(stages)
