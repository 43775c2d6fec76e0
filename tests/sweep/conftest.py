"""A small study for whoever needs a space; the stand-ins of `tests/fakes`, importable here and in workers."""

from collections.abc import Callable, Iterator
from pathlib import Path

import jax
import pytest
from jax.experimental.compilation_cache.compilation_cache import reset_cache

from nnjax.sweep.space import Space, expand
from nnjax.sweep.study.study import Study, load_study
from nnjax.training.program import keep_programs


@pytest.fixture
def small_study(tmp_path: Path) -> Callable[..., Study]:
    """Reads the small study with the changes that are given."""
    from fakes.studies import write_small

    path = write_small(tmp_path)
    return lambda *overrides: load_study(path, overrides)


@pytest.fixture
def engine_here() -> Iterator[None]:
    """The real engine in this process: usual promotion of dtypes, as optax needs it, and no cache left behind."""
    jax.config.update("jax_numpy_dtype_promotion", "standard")
    yield
    jax.config.update("jax_numpy_dtype_promotion", "strict")
    jax.config.update("jax_compilation_cache_dir", None)
    reset_cache()
    keep_programs(None)


@pytest.fixture
def small_space(small_study: Callable[..., Study]) -> Space:
    """16 runs in 2 buckets and 4 chunks."""
    return expand(small_study())
