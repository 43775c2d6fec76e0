"""`kill -9` at random moments: every run is there exactly once in the end, with the numbers of an undisturbed sweep."""

import random
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes.drill import (
    CELLS,
    RUNS,
    Damage,
    chunks,
    damage,
    finish,
    start,
    sweep,
    tracked,
    wait_for,
    write_study,
)

from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.journal.record import load_record
from nnjax.sweep.space import sweep_id

SMALL_CHUNKS = 12
REAL_KILLS = 20


@pytest.mark.parametrize("kills", [(1,), pytest.param((1, 6), marks=pytest.mark.slow)], ids=["once", "twice"])
def test_killed_at_any_chunk_the_same_command_completes_the_sweep(tmp_path: Path, kills: tuple[int, ...]) -> None:
    from fakes.studies import swept, write_small

    overrides = ("depth=[1, 2, 3]", "replicates.splits=40")
    space = swept(tmp_path / "undisturbed", *overrides)
    home, study = tmp_path / "killed", write_small(tmp_path)
    command = ["-m", "fakes.head", study, home, *overrides]
    for moment in kills:
        head = start(*command)
        wait_for(lambda: chunks(home) >= moment, head)  # noqa: B023
        head.kill()
        finish(head)
    assert moment <= chunks(home) <= SMALL_CHUNKS
    assert finish(start(*command))[0] == 0
    assert chunks(home) == SMALL_CHUNKS == chunks(tmp_path / "undisturbed")
    assert Journal(home).run_ids() == {run.run_id for run in space.runs}
    assert damage(home, tmp_path / "undisturbed", is_tracked=False).is_none
    assert not list(home.glob("journal/.*"))
    record = load_record(home, sweep_id(space))
    assert record is not None
    assert 2 <= record.executions <= len(kills) + 1
    assert 0 < record.trained <= record.runs


def is_killed_after(home: Path, seconds: float) -> bool:
    """Start a sweep and kill it then; False if it was done before."""
    head = sweep(home)
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
    tmp_path: Path, undisturbed: Path, enter: Callable[..., None]
) -> None:
    began = time.monotonic()
    assert finish(sweep(write_study(tmp_path / "timed").parent))[0] == 0
    longest = time.monotonic() - began
    kinds = Counter(name.split()[0] for name in tracked(undisturbed).elements())
    assert kinds == {"sweep": 1, "cell": CELLS, "run": RUNS}
    moments, stages, homes, harm = random.Random(5), Counter[str](), 0, Damage(0, 0, 0)
    while stages.total() < REAL_KILLS:
        homes += 1
        home = write_study(tmp_path / f"killed-{homes}").parent
        while stages.total() < REAL_KILLS and is_killed_after(home, moments.uniform(0.0, longest)):
            stages[stage(home)] += 1
        assert finish(sweep(home))[0] == 0
        assert (home / "reports" / "drill" / "index.html").exists()
        harm += damage(home, undisturbed)
    where = ", ".join(f"{name} {count}" for name, count in stages.items())
    enter(f"kill -9 of the head ({where})", stages.total(), harm, "nothing: it is dead")
    assert {"training", "sync"} <= set(stages)
