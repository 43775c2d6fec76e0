"""A small study and a journal that somebody has filled for it."""

from pathlib import Path

from fakes.training import FAKE
from nnjax.sweep.runner import run_sweep
from nnjax.sweep.space import Space, expand
from nnjax.sweep.study.study import load_study

SMALL = """
question = "Which of two?"
[data]
name = "diabetes"
[replicates]
splits = 4
base_seed = 5
[studied]
activation = ["tanh", "relu"]
depth = [1, 2]
[fixed]
width = 4
epochs = 3
batch_size = "full"
kernels = "xla"
"""
"""16 runs in 4 cells, 2 buckets and 4 chunks; of kernels that every machine has."""


def write_small(folder: Path) -> Path:
    """The small study as a file."""
    path = folder / "experiments" / "small.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(SMALL)
    return path


def swept(home: Path, *overrides: str) -> Space:
    """The space of the small study, all its runs in the journal."""
    space = expand(load_study(write_small(home), overrides))
    run_sweep(space, home, "serial", engine=FAKE)
    return space
