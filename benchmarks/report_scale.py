"""A sweep of 1,000 to 100,000 runs that nobody trained: seconds and peak memory of each stage.

    python benchmarks/report_scale.py [--runs 1000 10000 100000]

The default study with as many learning rates as it takes; planner, journal, results, statistics and report are the real
ones, the outcomes are drawn: curves of the usual length and shape, a diverged run here and there. Each size runs in a
process of its own, so that its peak memory is its own.
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

from nnjax.data.scaling import ScaledSplit
from nnjax.metrics import FIT_CURVES, LAYER_CURVES, METRICS, names
from nnjax.sweep.host import peak_memory_mb
from nnjax.sweep.journal.schema import JOURNAL_FINALS, PREDICTIONS
from nnjax.sweep.runner import Engine, run_sweep
from nnjax.sweep.space import Space, expand
from nnjax.sweep.study.study import load_study
from nnjax.sweep.worker import TrainedTask, TrainingTask
from nnjax.training import ENGINE_VERSION
from nnjax.training.trainee import RunOutcome, TrainedChunk, Trainee

CELLS_A_RATE = 288
SPLITS = 20
FEW_SPLITS = 4


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
    finals = {name: float(score[best_epoch]) if name.endswith("_r2") else float("nan") for name in named}
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


def make_space(runs: int) -> Space:
    """The default study with enough learning rates for so many runs, or with few splits for few."""
    splits = SPLITS if runs >= CELLS_A_RATE * SPLITS else FEW_SPLITS
    rates = max(1, round(runs / CELLS_A_RATE / splits))
    levels = [float(f"{0.0001 * 1.3**step:.3g}") for step in range(rates)]
    changes = [f"nuisance.learning_rate={levels}", f"replicates.splits={splits}"]
    return expand(load_study("experiments/diabetes.toml", changes))


def measure(runs: int, home: Path) -> None:
    """One size: prints a line of the table."""
    from nnjax.report.study_results import gather
    from nnjax.report.write import write_report

    began = time.perf_counter()
    space = make_space(runs)
    expanded = time.perf_counter()
    run_sweep(space, home, "serial", engine=Engine(prepare, draw_task))
    swept = time.perf_counter()
    gather(space, home)  # baselines are fitted here, once
    gathered = time.perf_counter()
    before = peak_memory_mb()
    page = write_report(space, home)
    written = time.perf_counter()
    journal = sum(path.stat().st_size for path in (home / "journal").rglob("*.parquet")) / 1e6
    print(
        f"{len(space.runs):>7,}  {expanded - began:>6.1f}  {swept - expanded:>6.1f}  {journal:>7,.0f}  "
        f"{gathered - swept:>6.1f}  {written - gathered:>6.1f}  {before:>6,.0f}  {peak_memory_mb():>6,.0f}  "
        f"{page.stat().st_size / 1e6:>5.2f}",
        flush=True,
    )


def main() -> None:
    """Every size in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        with tempfile.TemporaryDirectory() as folder:
            measure(options.runs[0], Path(folder))
        return
    print("   runs  expand  journal      MB  gather  report  MB before   MB peak  page MB")
    for runs in options.runs:
        subprocess.run([sys.executable, __file__, "--one", "--runs", str(runs)], check=True)


if __name__ == "__main__":
    main()
