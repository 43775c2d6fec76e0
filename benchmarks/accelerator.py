"""Is a GPU worth it for many small networks? The same chunks on the processor and on the accelerator, size by size.

Adam and ReLU on diabetes, every layer's diagnostics on, as `make sweep` trains them. Wall seconds of the compiled
program with its arrays going in and its histories coming out; runs differ in split and seed. The difference is the
largest between the devices' last predictions of a test row, in standard deviations of the target, over a chunk of the
size that the bucket's own rule gives.

    python benchmarks/accelerator.py [--epochs 50] [--rounds 3] [--runs 20 80 160 320 2000]
"""

import argparse
import statistics
import time
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import jax
import numpy as np

from nnjax.data.scaling import ScaledSplit, scale_split
from nnjax.data.splits import SplitPlan, make_splits
from nnjax.data.tables import load_table
from nnjax.training import bucket as bucket_module
from nnjax.training import program as program_module
from nnjax.training.batches import batch_weights
from nnjax.training.bucket import Bucket, chunk_size
from nnjax.training.chunk import make_start, pad_rows
from nnjax.training.device import find_device
from nnjax.training.optimizers import Hyperparameters
from nnjax.training.trainee import Trainee

CELLS = [((64,) * 4, 8), ((64,) * 4, 32), ((64,) * 4, 265), ((64,) * 8, 8), ((256,) * 4, 32)]


def chunk_inputs(bucket: Bucket, splits: list[ScaledSplit], runs: int) -> tuple[Any, Any, Any]:
    """Starts of `runs` runs, the batches' weights, the activation."""
    rows = [pad_rows(split, bucket) for split in splits]
    numbers = Hyperparameters(1e-3, 0.01)
    trainees = [Trainee(str(run), "relu", "he", numbers, run, run % len(splits)) for run in range(runs)]
    starts = [make_start(bucket, trainee, rows[trainee.split]) for trainee in trainees]
    relu = bucket.branches.index("relu")
    activation = np.full(len(bucket.hidden_layer_sizes), relu, dtype=np.int32)
    stacked = jax.tree.map(lambda *leaves: np.stack(leaves), *starts)
    return stacked, batch_weights(bucket.n_train, bucket.batch_size), activation


def measure(bucket: Bucket, inputs: tuple[Any, Any, Any], rounds: int) -> tuple[float, float, Any]:
    """Seconds to compile, median seconds of a chunk, and what it returned."""
    program_module._compile.cache_clear()
    with jax.default_device(find_device(bucket.device)):
        began = time.perf_counter()
        program = program_module.compile_program(bucket)
        compiled = time.perf_counter() - began
        seconds = []
        for _ in range(rounds + 1):  # the first one warms up
            began = time.perf_counter()
            trained = jax.device_get(program(*inputs))
            seconds.append(time.perf_counter() - began)
    return compiled, statistics.median(seconds[1:]), trained


def main() -> None:
    """Print one line a cell, device and chunk size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--runs", type=int, nargs="+", default=[20, 80, 160, 320, 2000])
    options = parser.parse_args()
    table = load_table("diabetes")
    plan = SplitPlan("repeated_k_fold", 20, 0.25, 0.2, 5)
    splits = [scale_split(table, split) for split in make_splits(len(table.features), plan)]
    print(f"jax {jax.__version__}, {find_device('gpu').device_kind}; ms a run of 200 epochs", flush=True)
    print(f"{'layers':>8} {'batch':>6} {'runs':>6} {'device':>12} {'compile s':>10} {'ms a run':>9} {'difference':>11}")
    for sizes, batch_size in CELLS:
        shape = (10, sizes, 1, batch_size, 265, 67, 111, options.epochs)
        bucket = Bucket(*shape, "adam", "half_mean_squared_error", branches=("relu",))
        by_rule, reference = chunk_size(bucket), None
        for device, runs in [("cpu", by_rule), ("gpu", by_rule), *[("gpu", runs) for runs in options.runs]]:
            with patch.dict(bucket_module.CHUNK_SIZES, {device: (runs,)}):
                inputs = chunk_inputs(bucket, splits, runs)
                compiled, seconds, trained = measure(replace(bucket, device=device), inputs, options.rounds)
            predictions = np.asarray(trained.last_prediction)
            reference = predictions if reference is None else reference
            difference = np.max(np.abs(predictions - reference)) if runs == by_rule else float("nan")
            print(
                f"{len(sizes)}x{sizes[0]:<6} {batch_size:>6} {runs:>6} {device:>12} {compiled:>10.1f} "
                f"{seconds / runs / options.epochs * 200 * 1e3:>9.2f} {difference:>11.1e}",
                flush=True,
            )


if __name__ == "__main__":
    main()
