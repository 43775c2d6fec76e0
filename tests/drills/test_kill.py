"""`kill -9` at random moments: every run is there exactly once in the end, with the numbers of an undisturbed sweep."""

import random
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from fakes.drill import chunks, damage, finish, numbers, start, tracked, wait_for

from nnjax.sweep.journal import Journal
from nnjax.sweep.record import load_record
from nnjax.sweep.space import sweep_id

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


def test_killed_at_any_chunk_the_same_command_completes_the_sweep(tmp_path: Path) -> None:
    from fakes.studies import swept, write_small

    overrides = ("depth=[1, 2, 3]", "replicates.splits=40")
    space = swept(tmp_path / "undisturbed", *overrides)
    home, study = tmp_path / "killed", write_small(tmp_path)
    command = ["-m", "fakes.head", study, home, *overrides]
    for moment in (1, 6):
        head = start(*command)
        wait_for(lambda: chunks(home) >= moment, head)  # noqa: B023
        head.kill()
        finish(head)
    assert moment <= chunks(home) <= CHUNKS
    assert finish(start(*command))[0] == 0
    assert chunks(home) == CHUNKS == chunks(tmp_path / "undisturbed")
    assert Journal(home).run_ids() == {run.run_id for run in space.runs}
    assert damage(home, tmp_path / "undisturbed", is_tracked=False).is_none
    assert not list(home.glob("journal/.*"))
    record = load_record(home, sweep_id(space))
    assert record is not None
    assert 2 <= record.executions <= 3
    assert 0 < record.trained <= record.runs


def is_killed_after(command: Sequence[object], seconds: float) -> bool:
    """Start a head and kill it then; False if it was done before."""
    head = start(*command)
    try:
        head.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        head.kill()
    return finish(head)[0] < 0


def stage(home: Path) -> str:
    """How far a killed sweep had come."""
    if (home / "reports" / "drill" / "index.html").exists():
        return "report"
    return "sync" if (home / "mlflow.db").exists() else "training" if chunks(home) else "start"


@pytest.mark.slow
def test_killed_twenty_times_in_training_sync_and_report(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    study = tmp_path / "drill.toml"
    study.write_text(REAL_STUDY)

    def command(home: Path) -> list[object]:
        return ["-m", "nnjax.cli", "sweep", study, "--home", home]

    began = time.monotonic()
    assert finish(start(*command(tmp_path / "undisturbed")))[0] == 0
    longest = time.monotonic() - began
    kinds = Counter(name.split()[0] for name in tracked(tmp_path / "undisturbed").elements())
    assert kinds == {"sweep": 1, "cell": REAL_CELLS, "run": len(numbers(tmp_path / "undisturbed"))}
    moments, stages, homes = random.Random(5), Counter[str](), 0
    while stages.total() < REAL_KILLS:
        homes += 1
        home = tmp_path / f"killed-{homes}"
        while stages.total() < REAL_KILLS and is_killed_after(command(home), moments.uniform(0.0, longest)):
            stages[stage(home)] += 1
        assert finish(start(*command(home)))[0] == 0
        assert damage(home, tmp_path / "undisturbed").is_none
        assert (home / "reports" / "drill" / "index.html").exists()
    where = ", ".join(f"{name} {count}" for name, count in stages.items())
    record_property("drill", f"| kill -9 of the head ({where}) | {stages.total()} | 0 | 0 | 0 | nothing: it is dead |")
    assert {"training", "sync"} <= set(stages)
