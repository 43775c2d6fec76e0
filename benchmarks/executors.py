"""Every executor on the same work: a task that does nothing, a real study, and a worker killed in the middle.

    python benchmarks/executors.py [--rounds 3] [--study experiments/quick.toml] [--set KEY=VALUE]

Two workers each, rounds interleaved; every sweep in a home of its own with the programs compiled before.
"""

import argparse
import importlib
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nnjax.execution.slots import make_executor
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.journal.schema import JOURNAL_SCHEMA, PROVENANCE
from nnjax.sweep.runner import run_sweep
from nnjax.sweep.space import Space, expand
from nnjax.sweep.study.study import load_study

NAMES = ("processes", "threads", "dask")
WORKERS = 2
TASKS = 200
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Nothing:
    """A task that gives a megabyte back."""

    number: int
    program: str = "one"
    cost: float = 1.0


def give_back(task: Nothing) -> bytes:
    """A megabyte."""
    return bytes([task.number % 256]) * MEGABYTE


def overhead(name: str) -> tuple[float, float]:
    """Seconds until the first result, and milliseconds of wall a task afterwards."""
    began = time.perf_counter()
    executor = make_executor(name, WORKERS)
    outcomes = executor.map_unordered(give_back, [Nothing(number) for number in range(TASKS)])
    assert len(next(outcomes).result) == MEGABYTE
    first = time.perf_counter()
    assert all(len(outcome.result) == MEGABYTE for outcome in outcomes)
    ended = time.perf_counter()
    executor.close()
    return first - began, 1000 * (ended - first) / (TASKS - 1)


def processor_seconds() -> float:
    """Of this process and of its children that have ended."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, kinds))


def sweep(space: Space, name: str, home: Path, meanwhile: Callable[[Path], None] | None = None) -> tuple[float, float]:
    """Wall and processor seconds of a sweep."""
    began, used = time.perf_counter(), processor_seconds()
    if meanwhile:
        threading.Thread(target=meanwhile, args=(home,), daemon=True).start()
    summary = run_sweep(space, home, name, WORKERS)
    assert not summary.missing
    return time.perf_counter() - began, processor_seconds() - used


def kill_a_worker(home: Path) -> None:
    """Kill one worker after the second chunk."""
    while len(list(home.glob("journal/[!.]*.parquet"))) < 2:
        time.sleep(0.01)
    mine = subprocess.run(["pgrep", "-P", str(os.getpid())], capture_output=True, text=True, check=False).stdout.split()
    for pid in map(int, mine):
        below = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
        words = Path(f"/proc/{pid}/cmdline").read_text("utf-8").split("\0")
        if "nnjax.execution.worker_process" in words or "spawn_main" in " ".join(words):
            os.kill(int(below[0]) if below else pid, signal.SIGKILL)
            return


def numbers(home: Path) -> str:
    """Everything in a journal but time and place."""
    names = [name for name in JOURNAL_SCHEMA.names if name not in PROVENANCE]
    return repr(Journal(home).read(names).sort_by("run_id").to_pydict())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--study", default="experiments/quick.toml")
    parser.add_argument("--set", action="append", default=[], dest="overrides")
    options = parser.parse_args()
    space = expand(load_study(options.study, options.overrides))
    for name in NAMES:
        rounds = [overhead(name) for _ in range(options.rounds)]
        start, each = (statistics.median(column) for column in zip(*rounds, strict=True))
        print(f"{name:<10} start {start:5.2f} s, a task with 1 MB back {each:6.2f} ms", flush=True)
    seen: dict[str, list[tuple[float, float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        caches = Path(folder) / "cache"
        results = set()
        for turn in range(options.rounds + 1):
            for name in (*NAMES, "processes killed", "dask killed"):
                home = Path(folder) / f"{name}-{turn}".replace(" ", "-")
                home.mkdir()
                caches.mkdir(exist_ok=True)
                os.environ["XDG_CACHE_HOME"] = str(caches)
                killer = kill_a_worker if name.endswith("killed") else None
                spent = sweep(space, name.split()[0], home, killer)
                results.add(numbers(home))
                if turn:  # the first turn compiles
                    seen.setdefault(name, []).append(spent)
        print(f"{len(space.runs):,} runs, {len(results)} different journals among {len(seen) * (options.rounds + 1)}")
    for name, rounds in seen.items():
        wall, used = (statistics.median(column) for column in zip(*rounds, strict=True))
        print(f"{name:<17} {wall:6.1f} s wall, {used:6.1f} s of processors", flush=True)


if __name__ == "__main__":
    here = str(Path(__file__).resolve().parent)
    os.environ["PYTHONPATH"] = here  # a worker imports its task by name, and a script's own has none
    sys.path.insert(0, here)
    importlib.import_module("executors").main()
