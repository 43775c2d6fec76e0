"""A small study for whoever needs a space; the stand-ins of `tests/fakes`, importable here and in workers."""

from collections.abc import Callable
from pathlib import Path

import pytest

from nnjax.sweep.space import Space, expand
from nnjax.sweep.study.study import Study, load_study


@pytest.fixture
def small_study(tmp_path: Path) -> Callable[..., Study]:
    """Reads the small study with the changes that are given."""
    from fakes.studies import write_small

    path = write_small(tmp_path)
    return lambda *overrides: load_study(path, overrides)


@pytest.fixture
def small_space(small_study: Callable[..., Study]) -> Space:
    """16 runs in 2 buckets and 4 chunks."""
    return expand(small_study())
