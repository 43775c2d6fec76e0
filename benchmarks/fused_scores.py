"""Whether networks by fused operations are as good as XLA's: the same runs trained by both, and their test R² compared.

Last bits differ, and a long training makes much of them; so single runs end with other scores, and what must hold is
that neither is better: the mean of the differences, a run by fused operations minus the same run by XLA, lies within
its interval of 0. The interval is that of the mean over all runs, taken as independent, which is the narrower one: the
two of a pair share split, weights at the start and order, and what parts them is rounding. Beside it: the deviation of
a run's difference, and that of XLA's scores from seed to seed on the same split.

    python benchmarks/fused_scores.py [--splits 20] [--seeds 10] [--set KEY=VALUE ...]
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from nnjax.results.table import results_table
from nnjax.statistics.interval import paired_interval
from nnjax.sweep.chosen_kernels import expand_at
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.runner import run_sweep
from nnjax.sweep.study.study import load_study

STUDY = """
question = "Are networks by fused operations as good as XLA's?"
[data]
name = "diabetes"
[studied]
activation = ["relu", "tanh"]
[fixed]
depth = 4
width = 64
batch_size = 32
"""

MEASURES = ("test_r2", "last_test_r2")
"""At the epoch that is best on validation rows, and after all of them."""


def scores(study: Path, home: Path, kernels: str, overrides: list[str]) -> pd.DataFrame:
    """Train all runs by some kernels, and give the results table, a row a run."""
    space = expand_at(load_study(study, [*overrides, f"kernels={kernels}"]), home, builds=True)
    began = time.process_time()
    summary = run_sweep(space, home, "serial")
    seconds = time.process_time() - began
    assert not summary.missing, summary.errors
    print(f"{space.kernels}: {summary.trained:,} runs, {seconds:.0f} s of processor time", flush=True)
    return results_table(space, Journal(home))


def compare(measure: str, xla: pd.DataFrame, fused: pd.DataFrame) -> str:
    """One line on the runs of one activation."""
    first, second = (table[measure].to_numpy(np.float64) for table in (xla, fused))
    found = paired_interval(second - first, 0, 0)
    between_seeds = float(np.sqrt(xla.groupby("split")[measure].var().mean()))
    return (
        f"{found.estimate:+.1e} [{found.low:+.1e}, {found.high:+.1e}], of a run {found.standard_deviation:.1e}; "
        f"mean by XLA {first.mean():.4f}, another seed's deviation {between_seeds:.4f}"
    )


def main() -> None:
    """Train by both, and print what lies between them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--splits", type=int, default=20)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--set", action="append", default=[], dest="overrides", metavar="KEY=VALUE")
    options = parser.parse_args()
    replicates = [f"replicates.splits={options.splits}", f"replicates.seeds_per_split={options.seeds}"]
    with tempfile.TemporaryDirectory() as folder:
        study = Path(folder) / "scores.toml"
        study.write_text(STUDY)
        tables = [scores(study, Path(folder), each, [*replicates, *options.overrides]) for each in ("xla", "fused")]
    for activation in ("relu", "tanh"):
        xla, fused = (table[table["activation"] == activation] for table in tables)
        assert (xla["seed"].to_numpy() == fused["seed"].to_numpy()).all(), "pairs share split and seed"
        for measure in MEASURES:
            print(f"{activation}, {measure}, {len(xla)} runs: {compare(measure, xla, fused)}")


if __name__ == "__main__":
    main()
