"""The study of known truth, and who trains it."""

import pytest
from fakes.known import KNOWN, THREE_CLAIMS

from nnjax.sweep.runner import run_sweep
from nnjax.sweep.space import expand, sweep_id
from nnjax.sweep.study.study import load_study


@pytest.fixture
def space(tmp_path):
    """Five cells on eight splits, three claims and one that joins two of them."""
    path = tmp_path / "three.toml"
    path.write_text(THREE_CLAIMS)
    return expand(load_study(path))


class Trainer:
    """Trains into a home, and remembers how many runs it was asked for and how many it trained."""

    def __init__(self, home):
        self.home, self.asked, self.trained, self.sweeps = home, [], [], []

    def __call__(self, space):
        summary = run_sweep(space, self.home, "serial", engine=KNOWN)
        self.asked.append(len(space.runs))
        self.sweeps.append(sweep_id(space))
        self.trained.append(summary.trained)
        return summary.missing


@pytest.fixture
def train(tmp_path, space):
    """A trainer that has trained the study itself."""
    trainer = Trainer(tmp_path)
    trainer(space)
    return trainer
