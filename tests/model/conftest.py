"""Small studies that were really trained, for whoever makes a model of one."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fakes.studies import write_small

from nnjax.sweep.runner import run_sweep
from nnjax.sweep.space import Space, expand
from nnjax.sweep.study.study import load_study


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., tuple[Path, Space]]:
    """Home and space of the small study with some changes, every run of it trained once a session."""
    made: dict[tuple[str, ...], tuple[Path, Space]] = {}

    def train(*overrides: str) -> tuple[Path, Space]:
        if overrides not in made:
            home = tmp_path_factory.mktemp("trained")
            space = expand(load_study(write_small(home), overrides))
            run_sweep(space, home, "serial")
            made[overrides] = home, space
        return made[overrides]

    return train
