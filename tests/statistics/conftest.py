"""Tables of the model in which the corrected interval is exact."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from nnjax.calibration.exact import simulate_differences

N_TABLES = 10_000


@pytest.fixture
def draw_tables() -> Callable[[int, float, int], NDArray[np.float64]]:
    """Draw (J, rho, seed) -> differences with mean 0, deviation 1 within a table and correlation rho, [tables, J]."""
    return lambda n_splits, rho, seed: simulate_differences(N_TABLES, n_splits, rho, np.random.default_rng(seed))
