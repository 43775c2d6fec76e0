"""The study of known truth, and who trains it."""

import pytest
from fakes.known import THREE_CLAIMS, Trainer, write_space


@pytest.fixture
def space(tmp_path):
    """Five cells on eight splits, three claims and one that joins two of them."""
    return write_space(tmp_path, THREE_CLAIMS)


@pytest.fixture
def train(tmp_path, space):
    """A trainer that has trained the study itself."""
    trainer = Trainer(tmp_path)
    trainer(space)
    return trainer
