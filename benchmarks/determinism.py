"""Does a run's result depend on anything but its configuration and seed? Bitwise, on the quick study.

Compared: one worker against two, processes against threads, each run inside its chunk against alone, and (expected to
differ in the last bits, which is why the size is a function of the bucket) two chunk sizes.

    python benchmarks/determinism.py [experiments/quick.toml]
"""

import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from nnjax.data.scaling import scale_split
from nnjax.sweep.journal import Journal
from nnjax.sweep.plan import make_plan
from nnjax.sweep.rows import make_task
from nnjax.sweep.runner import run_sweep
from nnjax.sweep.space import Space, expand
from nnjax.sweep.study import load_study
from nnjax.training import bucket as bucket_module
from nnjax.training import chunk as chunk_module
from nnjax.training.chunk import RunOutcome, train_chunk

COLUMNS = (
    "fit_train_loss",
    "fit_validation_loss",
    "grad_norm",
    "preactivation_grad_norm",
    "test_prediction",
    "test_r2",
)


def journalled(space: Space, executor: str, workers: int) -> Mapping[str, Mapping[str, Any]]:
    """Train the study in a home of its own and read its runs back."""
    with tempfile.TemporaryDirectory() as home:
        run_sweep(space, Path(home), executor, workers)
        rows = Journal(Path(home)).read(["run_id", *COLUMNS]).to_pylist()
    return {row["run_id"]: row for row in rows}


def largest_difference(a: Mapping[str, Any], b: Mapping[str, Any]) -> float:
    """Largest absolute difference over the compared columns of one run."""
    return max(float(np.max(np.abs(np.asarray(a[name]) - np.asarray(b[name])))) for name in COLUMNS)


def compare(name: str, a: Mapping[str, Mapping[str, Any]], b: Mapping[str, Mapping[str, Any]]) -> None:
    """Print how many runs are bitwise equal and how far the others lie apart."""
    assert a.keys() == b.keys()
    differences = [largest_difference(a[key], b[key]) for key in a]
    equal = sum(difference == 0 for difference in differences)
    print(f"{name:<34} {equal:>4} of {len(a)} runs bitwise equal, largest difference {max(differences):.2g}")


def in_process(space: Space, alone: bool) -> dict[str, RunOutcome]:
    """Train every chunk of the study here, whole or run by run."""
    scaled = {number: scale_split(space.table, split) for number, split in enumerate(space.splits)}
    outcomes: dict[str, RunOutcome] = {}
    for chunk in make_plan(space, set()).chunks:
        task = make_task(chunk, space.table.digest)
        splits = {t.split: scaled[run.replicate.split] for t, run in zip(task.trainees, chunk.runs, strict=True)}
        groups = [[t] for t in task.trainees] if alone else [list(task.trainees)]
        for group in groups:
            outcomes |= {outcome["run_id"]: outcome for outcome in train_chunk(chunk.bucket, group, splits).outcomes}
    return outcomes


def main() -> None:
    """Run all comparisons."""
    space = expand(load_study(Path(sys.argv[1] if len(sys.argv) > 1 else "experiments/quick.toml")))
    reference = journalled(space, "processes", 2)
    compare("two workers / one worker", reference, journalled(space, "processes", 1))
    compare("processes / threads", reference, journalled(space, "threads", 2))
    together = in_process(space, alone=False)
    compare("inside a chunk / alone", together, in_process(space, alone=True))
    for size in (4, 5, 10):
        chunk_module.compile_program.cache_clear()
        bucket_module.CHUNK_SIZES = (size,)
        compare(f"chunks by the rule / of {size}", together, in_process(space, alone=False))


if __name__ == "__main__":
    main()
