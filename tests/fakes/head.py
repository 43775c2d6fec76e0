"""A head in a process of its own, to be killed: `python -m fakes.head STUDY HOME [OVERRIDE …]`; threads start fast."""

import sys
from pathlib import Path

from fakes.training import FAKE
from nnjax.sweep.runner import run_sweep
from nnjax.sweep.space import expand
from nnjax.sweep.study.study import load_study

if __name__ == "__main__":
    study, home, *overrides = sys.argv[1:]
    summary = run_sweep(expand(load_study(study, overrides)), Path(home), "threads", 2, engine=FAKE)
    print(f"{summary.trained} trained, {summary.reused} reused, {summary.missing} missing")
