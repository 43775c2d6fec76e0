"""Training throughput against scikit-learn's MLPRegressor and stacked NumPy: same cells, one core, interleaved.

All three train the same network (ReLU, width 64) with Adam at the same batch size for the same epochs on the same 265
rows, the last partial batch included. Ours also validates every epoch and records every layer's diagnostics; the peers
do not. Ours and scikit-learn draw the order of the examples inside their time, NumPy has it ready. CPU time of the
process, pinned to one core; the peers take turns, and medians over rounds are compared.

    python benchmarks/peers.py [--depth 4] [--epochs 200] [--rounds 5]
"""

import argparse
import os

os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # before jax: its thread pool is sized by it

import statistics
import time
import warnings
from collections.abc import Callable
from itertools import pairwise

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPRegressor
from stacked_numpy import train_stacked

from nnjax.data.scaling import ScaledSplit, scale_split
from nnjax.data.splits import SplitPlan, make_splits
from nnjax.data.streams import stream
from nnjax.data.tables import load_table
from nnjax.network.mlp import init
from nnjax.training import chunk as chunk_module
from nnjax.training.batches import batch_weights, draw_order
from nnjax.training.bucket import Bucket, chunk_size
from nnjax.training.chunk import train_chunk
from nnjax.training.optimizers import Hyperparameters
from nnjax.training.trainee import Trainee

WIDTH = 64
L2 = 0.01
PEAK_GFLOPS = 117.0
"""float32 peak of one core, measured on the reference processor: AMD EPYC with AVX-512 (Zen 4)."""

ADAM_NS = 0.305
"""Nanoseconds of one core a parameter and step, measured there with a fused loop in C."""


def bound_seconds(bucket: Bucket) -> float:
    """Seconds a run cannot beat on one core of the reference processor: products at peak, then Adam, no overlap."""
    weights = [a * b for a, b in pairwise(bucket.architecture.layer_sizes)]
    flops = bucket.n_train * (6 * sum(weights) - 2 * weights[0])
    adam = bucket.steps * bucket.architecture.parameter_count * ADAM_NS * 1e-9
    return bucket.epochs * (flops / (PEAK_GFLOPS * 1e9) + adam)


def ours(bucket: Bucket, splits: list[ScaledSplit]) -> Callable[[], int]:
    """Our engine on one full chunk."""
    size = chunk_size(bucket)
    numbers = Hyperparameters(1e-3, L2)
    trainees = [Trainee(str(run), "relu", "he", numbers, run, run % len(splits)) for run in range(size)]
    scaled = dict(enumerate(splits))

    def train() -> int:
        chunk_module._order.cache_clear()  # scikit-learn draws its order inside its time, so do we
        return len(train_chunk(bucket, trainees, scaled).outcomes)

    return train


def scikit_learn(bucket: Bucket, splits: list[ScaledSplit]) -> Callable[[], int]:
    """One MLPRegressor; its penalty is divided by the number of rows, ours is not."""
    split = splits[0]

    def train() -> int:
        network = MLPRegressor(
            hidden_layer_sizes=bucket.hidden_layer_sizes,
            alpha=L2 * bucket.batch_size,
            batch_size=bucket.batch_size,
            max_iter=bucket.epochs,
            n_iter_no_change=bucket.epochs + 1,
            random_state=0,
        )
        network.fit(split.x_train, split.y_train.ravel())
        assert network.n_iter_ == bucket.epochs
        return 1

    return train


def numpy_stack(bucket: Bucket, splits: list[ScaledSplit]) -> Callable[[], int]:
    """As many runs as our chunk has, stacked."""
    size = chunk_size(bucket)
    starts = [init(stream(run, "initialisation"), bucket.architecture, "he") for run in range(size)]
    layers = [
        (np.stack([start[i].weights for start in starts]), np.stack([start[i].bias for start in starts])[:, None])
        for i in range(len(starts[0]))
    ]
    x = np.stack([splits[run % len(splits)].x_train for run in range(size)])
    y = np.stack([splits[run % len(splits)].y_train for run in range(size)])
    sizes = (bucket.n_train, bucket.batch_size)
    examples = np.stack([draw_order(stream(run, "order"), *sizes, bucket.epochs).examples for run in range(size)])

    def train() -> int:
        train_stacked([(w.copy(), b.copy()) for w, b in layers], x, y, examples, batch_weights(*sizes), L2)
        return size

    return train


def measure(train: Callable[[], int]) -> float:
    """CPU seconds a run."""
    began = time.process_time()
    runs = train()
    return (time.process_time() - began) / runs


def main() -> None:
    """Print medians of CPU time a run (scaled to 200 epochs) and the ratios to ours."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--depth", type=int, default=4)
    parser.add_argument("--epochs", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    warnings.simplefilter("ignore", ConvergenceWarning)
    table = load_table("diabetes")
    plan = SplitPlan("repeated_k_fold", 20, 0.25, 0.2, 5)
    splits = [scale_split(table, split) for split in make_splits(len(table.features), plan)]
    print(f"depth {options.depth} x {WIDTH}, CPU ms a run of 200 epochs, median of {options.rounds} rounds")
    print(f"{'batch':>6} {'ours':>8} {'sklearn':>9} {'numpy':>8} {'sklearn/ours':>13} {'numpy/ours':>11} {'bound':>7}")
    for batch_size in (8, 32, 265):
        sizes = (WIDTH,) * options.depth
        bucket = Bucket(
            10,
            sizes,
            1,
            batch_size,
            265,
            67,
            111,
            options.epochs,
            "adam",
            "half_mean_squared_error",
            branches=("relu",),
        )
        peers = [build(bucket, splits) for build in (ours, scikit_learn, numpy_stack)]
        peers[0]()  # compiles
        rounds = [[measure(peer) for peer in peers] for _ in range(options.rounds)]
        own, sklearn_, stacked = (
            statistics.median(column) * 200 / options.epochs * 1e3 for column in zip(*rounds, strict=True)
        )
        share = bound_seconds(bucket) * 200 / options.epochs * 1e3 / own
        print(
            f"{batch_size:>6} {own:8.1f} {sklearn_:9.1f} {stacked:8.1f} {sklearn_ / own:13.1f} "
            f"{stacked / own:11.2f} {share:7.0%}"
        )


if __name__ == "__main__":
    main()
