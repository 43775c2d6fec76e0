"""Does a run's result depend on anything but its configuration and seed? Bitwise, on the quick study.

Compared: two compilations, one worker against two, processes against threads, each run inside its chunk against alone,
and (expected to differ in the last bits, which is why the size is a function of the bucket) other chunk sizes.

    python benchmarks/determinism.py [experiments/quick.toml] [--set KEY=VALUE] [--only-compiled-twice]
"""

import argparse
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from nnjax.data.scaling import scale_split
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.journal.schema import JOURNAL_SCHEMA
from nnjax.sweep.plan import make_plan
from nnjax.sweep.rows import make_task
from nnjax.sweep.runner import run_sweep
from nnjax.sweep.space import Space, expand
from nnjax.sweep.study.study import load_study
from nnjax.training import bucket as bucket_module
from nnjax.training import program as program_module
from nnjax.training.chunk import train_chunk
from nnjax.training.trainee import RunOutcome

PROVENANCE = {"started", "ended", "train_seconds", "host", "chunk"}
"""Where and when a run was trained: the columns that may differ. All others are compared."""


def journalled(space: Space, executor: str, workers: int) -> Mapping[str, Mapping[str, Any]]:
    """Train the study in a home of its own, where nothing is compiled yet, and read its runs back."""
    with tempfile.TemporaryDirectory() as home:
        run_sweep(space, Path(home), executor, workers)
        rows = Journal(Path(home)).read([name for name in JOURNAL_SCHEMA.names if name not in PROVENANCE]).to_pylist()
    return {row["run_id"]: row for row in rows}


def is_same(a: Any, b: Any) -> bool:
    """Whether two cells agree to the last bit; NaN agrees with NaN."""
    one, other = np.asarray(a), np.asarray(b)
    return np.array_equal(one, other, equal_nan=one.dtype.kind == "f" and other.dtype.kind == "f")


def largest_difference(a: Mapping[str, Any], b: Mapping[str, Any]) -> float:
    """Largest absolute difference over the numbers of one run; infinite where one has a number and the other none."""
    largest = 0.0
    for name in a:
        one, other = np.asarray(a[name]), np.asarray(b[name])
        if is_same(one, other):
            continue
        if one.dtype.kind != "f" or one.shape != other.shape or np.any(np.isnan(one) != np.isnan(other)):
            return float("inf")
        largest = max(largest, float(np.nanmax(np.abs(one - other))))
    return largest


def compare(name: str, a: Mapping[str, Mapping[str, Any]], b: Mapping[str, Mapping[str, Any]]) -> None:
    """Print how many runs are bitwise equal and how far the others lie apart."""
    assert a.keys() == b.keys()
    differences = [largest_difference(a[key], b[key]) for key in a]
    equal = sum(a[key].keys() == b[key].keys() and all(is_same(a[key][n], b[key][n]) for n in a[key]) for key in a)
    print(f"{name:<34} {equal:>4} of {len(a)} runs bitwise equal, largest difference {max(differences):.2g}")


def in_process(space: Space, alone: bool) -> dict[str, RunOutcome]:
    """Train every chunk of the study here, whole or run by run."""
    outcomes: dict[str, RunOutcome] = {}
    for chunk in make_plan(space, set()).chunks:
        task = make_task(chunk, space.table.digest)
        numbers = {trainee.split for trainee in task.trainees}
        splits = {n: scale_split(space.table, space.splits[n], chunk.bucket.output) for n in numbers}
        groups = [[t] for t in task.trainees] if alone else [list(task.trainees)]
        for group in groups:
            outcomes |= {outcome["run_id"]: outcome for outcome in train_chunk(chunk.bucket, group, splits).outcomes}
    return outcomes


def main() -> None:
    """Run all comparisons."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("study", nargs="?", type=Path, default=Path("experiments/quick.toml"))
    parser.add_argument("--set", action="append", default=[], dest="overrides", metavar="KEY=VALUE")
    parser.add_argument("--only-compiled-twice", action="store_true", help="leave the other comparisons out")
    options = parser.parse_args()
    space = expand(load_study(options.study, options.overrides))
    reference = journalled(space, "processes", 2)
    compare("compiled / compiled again", reference, journalled(space, "processes", 2))
    if options.only_compiled_twice:
        return
    compare("two workers / one worker", reference, journalled(space, "processes", 1))
    compare("processes / threads", reference, journalled(space, "threads", 2))
    together = in_process(space, alone=False)
    compare("inside a chunk / alone", together, in_process(space, alone=True))
    for size in (4, 5, 10):
        program_module._compile.cache_clear()
        bucket_module.CHUNK_SIZES = dict.fromkeys(bucket_module.CHUNK_SIZES, (size,))
        compare(f"chunks by the rule / of {size}", together, in_process(space, alone=False))


if __name__ == "__main__":
    main()
