"""What every remedy costs: seconds to compile, and training time beside the plain network's.

Each row is the plain network (tanh, Adam, no penalty but L2) with one thing changed, trained as a chunk of the same
number of runs, diagnostics included. CPU time of the process, pinned to one core; the rows take turns, and each row's
ratio is the median over rounds of its time over the plain network's in the same round. L-BFGS, which takes the whole
batch, is compared with the plain network at full batch, also by the time of one evaluation of loss and gradient.

    python benchmarks/remedies.py [--depth 4] [--width 64] [--epochs 10] [--rounds 7] [--runs 10]
"""

# ruff: noqa: E402 (the core is chosen before jax is imported)

import argparse
import dataclasses
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # before jax: its thread pool is sized by it

import jax
import numpy as np

from nnjax.data.scaling import ScaledSplit, scale_split
from nnjax.data.splits import SplitPlan, make_splits
from nnjax.data.tables import load_table
from nnjax.network.activations import ACTIVATIONS
from nnjax.network.architecture import branch_indices, branches_for, layer_activations, structures_for
from nnjax.training import bucket as bucket_module
from nnjax.training.batches import batch_weights
from nnjax.training.bucket import Bucket
from nnjax.training.chunk import make_start, pad_rows
from nnjax.training.clipping import CLIPPINGS
from nnjax.training.optimizers import OPTIMIZERS, Hyperparameters
from nnjax.training.program import compile_program
from nnjax.training.trainee import Trainee

FULL_BATCH = 265
PLAIN, PLAIN_FULL = "plain", "plain, full batch"


@dataclasses.dataclass(frozen=True)
class Row:
    """One line of the table: what is changed, and which row it is compared with."""

    name: str
    changes: dict[str, Any] = dataclasses.field(default_factory=dict)
    activation: str = "tanh"
    baseline: str = PLAIN


ROWS = [
    Row(PLAIN),
    Row("batch norm, training set", {"normalization": "batch"}),
    Row("batch norm, running", {"normalization": "batch", "normalization_statistics": "running"}),
    Row("layer norm", {"normalization": "layer"}),
    Row("residual over 1", {"residual": 1}),
    Row("dropout", {"dropout": True}),
    Row("input noise", {"input_noise": True}),
    *[Row(f"clipping by {name}", {"clipping": name}) for name in CLIPPINGS if name != "none"],
    Row("L1", {"l1": True}),
    Row("weight decay", {"weight_decay": True}),
    *[Row(name, {"optimizer": name}) for name in OPTIMIZERS if name not in ("adam", "adamw", "lbfgs")],
    Row("adamw", {"optimizer": "adamw", "weight_decay": True}),
    Row("relu", {}, "relu"),
    Row("prelu", {}, "prelu"),
    Row("maxout, 2 pieces", {}, "maxout"),
    Row("gelu", {}, "gelu"),
    Row("silu", {}, "silu"),
    Row("test rows scored", {"scored_rows": "validation_and_test"}),
    Row(PLAIN_FULL, {"batch_size": FULL_BATCH}, baseline=PLAIN_FULL),
    Row("lbfgs", {"batch_size": FULL_BATCH, "optimizer": "lbfgs"}, baseline=PLAIN_FULL),
]

NUMBERS = Hyperparameters(0.01, 1e-3, l1=1e-4, weight_decay=0.01, dropout=0.2, input_noise=0.1)


@dataclasses.dataclass
class Measured:
    """A row's program and what was measured of it, CPU seconds."""

    row: Row
    train: Callable[[], Any]
    compile_seconds: float
    train_seconds: list[float] = dataclasses.field(default_factory=list)
    evaluations: float = 0.0


def make_row_bucket(row: Row, options: argparse.Namespace) -> Bucket:
    """The bucket of a row."""
    sizes = (options.width,) * options.depth
    names = layer_activations(row.activation, options.depth)
    plain = Bucket(10, sizes, 1, 32, FULL_BATCH, 67, 111, options.epochs, "adam", "half_mean_squared_error")
    shape: dict[str, Any] = {"structures": structures_for(names, "unit"), "branches": branches_for(names)}
    return dataclasses.replace(plain, **shape, **row.changes)


def prepare(row: Row, options: argparse.Namespace, splits: list[ScaledSplit]) -> Measured:
    """Compile a row's program and draw its runs."""
    bucket = make_row_bucket(row, options)
    began = time.process_time()
    program = compile_program(bucket)
    compiled = time.process_time() - began
    initializer = ACTIVATIONS[row.activation].initializer
    starts = [
        make_start(
            bucket,
            Trainee(str(run), row.activation, initializer, NUMBERS, run, run % len(splits)),
            pad_rows(splits[run % len(splits)], bucket),
        )
        for run in range(options.runs)
    ]
    stacked = jax.tree.map(lambda *leaves: np.stack(leaves), *starts)
    weights = batch_weights(bucket.n_train, bucket.batch_size)
    layers = layer_activations(row.activation, options.depth)
    index = np.asarray(branch_indices(layers, bucket.branches), dtype=np.int32)
    return Measured(row, lambda: program(stacked, weights, index), compiled)


def measure(measured: Measured) -> None:
    """Train once and note the CPU time."""
    began = time.process_time()
    trained = measured.train()
    measured.train_seconds.append(time.process_time() - began)
    if trained.history.evaluations is not None:
        measured.evaluations = float(np.sum(trained.history.evaluations) / len(trained.history.evaluations))


def print_table(table: list[Measured], options: argparse.Namespace) -> None:
    """One line a row: compile seconds, milliseconds a run and epoch, ratio to its baseline."""
    by_name = {measured.row.name: measured for measured in table}
    per_epoch = options.runs * (options.epochs + 1) / 1e3
    print(f"{'':<26}{'compile s':>10}{'ms/run/epoch':>14}{'ratio':>8}{'lowest':>8}{'highest':>9}")
    for measured in table:
        pairs = zip(measured.train_seconds, by_name[measured.row.baseline].train_seconds, strict=True)
        ratios = [own / plain for own, plain in pairs]
        milliseconds = statistics.median(measured.train_seconds) / per_epoch
        print(
            f"{measured.row.name:<26}{measured.compile_seconds:>10.1f}{milliseconds:>14.3f}"
            f"{statistics.median(ratios):>8.2f}{min(ratios):>8.2f}{max(ratios):>9.2f}"
        )
        if measured.evaluations:
            each = measured.evaluations / (options.epochs + 1)
            ratio = statistics.median(ratios) / each
            print(f"{'  each evaluation':<26}{'':>10}{milliseconds / each:>14.3f}{ratio:>8.2f}")


def main() -> None:
    """Compile all rows, train them in turns, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("depth", 4), ("width", 64), ("epochs", 10), ("rounds", 7), ("runs", 10)):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    bucket_module.CHUNK_SIZES["cpu"] = (options.runs,)
    data = load_table("diabetes")
    plan = SplitPlan("repeated_k_fold", 20, 0.25, 0.2, 5)
    splits = [scale_split(data, split) for split in make_splits(len(data.features), plan)]
    table = [prepare(row, options, splits) for row in ROWS]
    for measured in table:
        measured.train()  # the first call allocates
    for _ in range(options.rounds):
        for measured in table:
            measure(measured)
    shape = f"{options.depth} x {options.width}"
    print(f"{options.runs} runs a chunk, {shape}, batch 32, medians of {options.rounds} rounds")
    print_table(table, options)


if __name__ == "__main__":
    main()
