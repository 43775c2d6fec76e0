"""The study of known truth, and who trains it."""

from pathlib import Path
from typing import NamedTuple

import pytest
from fakes.known import THREE_CLAIMS, Trainer, decide, write_space

from nnjax.claims.decide import Decisions
from nnjax.sweep.declarations import Declarations, declarations
from nnjax.sweep.space import Space


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


class Course(NamedTuple):
    """A decision from its beginning to its end."""

    space: Space
    home: Path
    train: Trainer
    declared: Declarations
    decisions: Decisions
    said: list[str]


@pytest.fixture(scope="session")
def course(tmp_path_factory):
    """The study decided, once for all who only look at it."""
    home = tmp_path_factory.mktemp("decided")
    space = write_space(home, THREE_CLAIMS)
    train = Trainer(home)
    train(space)
    declared = declarations(space, home)
    decisions, said = decide(space, home, train)
    return Course(space, home, train, declared, decisions, said)
