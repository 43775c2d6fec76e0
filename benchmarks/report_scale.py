"""A sweep of 100 to 100,000 runs: seconds and peak memory of each stage.

    python benchmarks/report_scale.py [--runs 1000 10000 100000] [--train] [--set KEY=VALUE]

The default study with as many learning rates as it takes; planner, journal, results, statistics and report are the real
ones, the outcomes are drawn: curves of the usual length and shape, a diverged run here and there. Each size runs in a
process of its own, so that its peak memory is its own.

With --train nothing is drawn: one hidden layer of 64 units, 40 epochs, two activations, twenty splits, as many learning
rates as it takes, trained, journalled, reported and told to MLflow by one process on one core, with no program compiled
before. Seconds are then those of the processor, and milliseconds a run are what training takes, with the order of
examples and the description of the run in it, and what it takes with the plan and the journal.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from executors import processor_seconds

from nnjax.data.scaling import ScaledSplit
from nnjax.metrics import FIT_CURVES, LAYER_CURVES, METRICS, names
from nnjax.sweep.chosen_kernels import settle_kernels
from nnjax.sweep.host import peak_memory_mb
from nnjax.sweep.journal.schema import JOURNAL_FINALS, PREDICTIONS
from nnjax.sweep.runner import Engine, run_sweep
from nnjax.sweep.space import Space, expand
from nnjax.sweep.study.study import load_study
from nnjax.sweep.worker import TrainedTask, TrainingTask, train_task
from nnjax.training import ENGINE_VERSION
from nnjax.training.trainee import RunOutcome, TrainedChunk, Trainee

CELLS_A_RATE = 288
SPLITS = 20
FEW_SPLITS = 4
RANGE = 1000.0
"""Between the largest and the smallest learning rate, at most."""

TRAINED_ACTIVATIONS = ("relu", "tanh")
SMALL = (
    "claims=[]",
    f"studied.activation={list(TRAINED_ACTIVATIONS)}",
    "studied.depth=[1]",
    "studied.batch_size=[32]",
    "nuisance.l2=[0.01]",
    "fixed.epochs=40",
)
"""What makes the default study one of small networks."""

TITLES = "   runs  expand  journal      MB  gather  report  MB before   MB peak  page MB"
TRAINED_TITLES = (
    "   runs  expand  compile    train  journal  report  MLflow  ms train  ms swept  "
    "MB swept  MB peak  journal MB  wall s  kernels"
)


def draw_outcome(trainee: Trainee, depth: int, epochs: int) -> RunOutcome:
    """What a training might have said: R² that rises and falls back a little, gradients that shrink with depth."""
    draws = np.random.default_rng(int(trainee.run_id[:15], 16))
    epoch, noise = np.arange(epochs + 1), draws.normal(0, 0.01, epochs + 1)
    best = 0.45 - 0.02 * depth * (trainee.activation == "logistic") + float(draws.normal(0, 0.05))
    score = (best * (1 - np.exp(-epoch / 12)) - 0.0003 * epoch + noise).astype(np.float32)
    best_epoch = 1 + int(score[1:].argmax())
    curves: dict[str, Any] = {
        name: score if name.endswith("_r2") else (1 - score).astype(np.float32) for name in FIT_CURVES
    }
    curves |= {name: None for name in FIT_CURVES if name.endswith("_accuracy") or "_test_" in name}
    layers = {
        name: np.outer(
            10.0 ** -np.arange(depth + (name in ("grad_norm", "weight_norm", "update_ratio"))), 0.1 + np.abs(noise)
        ).astype(np.float32)
        for name in LAYER_CURVES
    }
    named = names(each for each in METRICS.values() if each.task == "regression")
    kept = [name for name in named if name in JOURNAL_FINALS]  # the others are computed from predictions
    finals = {name: float(score[best_epoch]) if name.endswith("_r2") else float("nan") for name in kept}
    rest = {name: float(draws.normal(0, 0.1)) for name in JOURNAL_FINALS if name not in finals}
    return {
        **rest, **finals, **curves, **layers,
        **dict.fromkeys(PREDICTIONS), "run_id": trainee.run_id, "engine": ENGINE_VERSION,
        "status": "diverged" if draws.random() < 0.001 else "finished", "best_epoch": best_epoch, "diverged_epoch": -1,
        "seed": trainee.seed, "n_parameters": 704 + 4160 * (depth - 1) + 65,
    }  # fmt: skip


def draw_task(task: TrainingTask) -> TrainedTask:
    """A chunk that takes no time."""
    depth, epochs = len(task.bucket.hidden_layer_sizes), task.bucket.epochs
    outcomes = [draw_outcome(trainee, depth, epochs) for trainee in task.trainees]
    now = time.time()
    return TrainedTask(TrainedChunk(outcomes, 0.0, 1.0), now, now, "host", os.getpid(), 100.0)


def prepare(_: Path, splits: Mapping[str, ScaledSplit]) -> None:
    """A worker's start without jax."""


class Trainer:
    """The real engine, which notes what compiling and training take of the processor."""

    def __init__(self) -> None:
        self.compile_seconds = self.train_seconds = 0.0

    def train(self, task: TrainingTask) -> TrainedTask:
        """A chunk."""
        from nnjax.training.program import compile_program

        began = time.process_time()
        compile_program(task.bucket)
        compiled = time.process_time()
        trained = train_task(task)
        self.compile_seconds += compiled - began
        self.train_seconds += time.process_time() - compiled
        return trained


def make_space(runs: int, is_trained: bool, overrides: list[str]) -> Space:
    """The default study with enough learning rates for so many runs, or with few splits for few."""
    splits = SPLITS if is_trained or runs >= CELLS_A_RATE * SPLITS else FEW_SPLITS
    cells_a_rate = len(TRAINED_ACTIVATIONS) if is_trained else CELLS_A_RATE
    rates = max(1, round(runs / cells_a_rate / splits))
    growth = min(1.3, RANGE ** (1 / rates))
    levels = [float(f"{0.0001 * growth**step:.6g}") for step in range(rates)]
    changes = [f"nuisance.learning_rate={levels}", f"replicates.splits={splits}", *overrides]
    return expand(load_study("experiments/diabetes.toml", [*(SMALL if is_trained else ()), *changes]))


def measure(runs: int, home: Path, overrides: list[str]) -> None:
    """One size, drawn: prints a line of the table."""
    from nnjax.report.study_results import gather
    from nnjax.report.write import write_report

    began = time.perf_counter()
    space = make_space(runs, False, overrides)
    expanded = time.perf_counter()
    run_sweep(space, home, "serial", engine=Engine(prepare, draw_task))
    swept = time.perf_counter()
    gather(space, home)  # baselines are fitted here, once
    gathered = time.perf_counter()
    before = peak_memory_mb()
    page = write_report(space, home)
    written = time.perf_counter()
    print(
        f"{len(space.runs):>7,}  {expanded - began:>6.1f}  {swept - expanded:>6.1f}  {journal_mb(home):>7,.0f}  "
        f"{gathered - swept:>6.1f}  {written - gathered:>6.1f}  {before:>6,.0f}  {peak_memory_mb():>6,.0f}  "
        f"{page.stat().st_size / 1e6:>5.2f}",
        flush=True,
    )


def measure_trained(runs: int, home: Path, overrides: list[str]) -> None:
    """One size, trained: prints a line of the table."""
    from nnjax.sweep_report import make_report
    from nnjax.tracking.study_sync import sync_sweep

    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # before jax: its thread pool is sized by it
    os.environ["XDG_CACHE_HOME"] = str(home / "caches")
    began, trainer = time.perf_counter(), Trainer()
    space = settle_kernels(make_space(runs, True, overrides), home, builds=True)
    before = processor_seconds()
    run_sweep(space, home, "serial", engine=Engine(train=trainer.train))
    swept, memory = processor_seconds(), peak_memory_mb()
    make_report(space, home)
    reported = processor_seconds() - swept
    sync_sweep(space, home, f"sqlite:///{home / 'mlflow.db'}")
    told = processor_seconds() - swept - reported
    swept -= before + trainer.compile_seconds
    each = 1e3 / len(space.runs)
    print(
        f"{len(space.runs):>7,}  {before:>6.1f}  {trainer.compile_seconds:>7.1f}  {trainer.train_seconds:>7.1f}  "
        f"{swept - trainer.train_seconds:>7.1f}  {reported:>6.1f}  {told:>6.1f}  {trainer.train_seconds * each:>8.2f}  "
        f"{swept * each:>8.2f}  {memory:>8,.0f}  {peak_memory_mb():>7,.0f}  {journal_mb(home):>10,.0f}  "
        f"{time.perf_counter() - began:>6.1f}  {space.kernels}",
        flush=True,
    )


def journal_mb(home: Path) -> float:
    """Size of a home's journal."""
    return sum(path.stat().st_size for path in (home / "journal").rglob("*.parquet")) / 1e6


def main() -> None:
    """Every size in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, nargs="+", help="1000 10000 100000; trained: 100 1000 10000")
    parser.add_argument("--train", action="store_true", help="train them, and tell MLflow: 100,000 take minutes")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="of the study")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    sizes = options.runs or ([100, 1_000, 10_000] if options.train else [1_000, 10_000, 100_000])
    if options.one:
        with tempfile.TemporaryDirectory() as folder:
            (measure_trained if options.train else measure)(sizes[0], Path(folder), options.set)
        return
    print(TRAINED_TITLES if options.train else TITLES)
    for runs in sizes:
        words = ["--one", *(["--train"] if options.train else []), *(f"--set={change}" for change in options.set)]
        subprocess.run([sys.executable, __file__, *words, "--runs", str(runs)], check=True)


if __name__ == "__main__":
    main()
