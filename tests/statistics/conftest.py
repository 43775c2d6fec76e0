"""The model in which the corrected interval is exact: splits of one table share that table's luck."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

N_TABLES = 10_000


@pytest.fixture
def draw_tables() -> Callable[[int, float, int], NDArray[np.float64]]:
    """Draw (J, rho, seed) -> differences with mean 0, deviation 1 within a table and correlation rho, [tables, J]."""

    def draw(n_splits: int, rho: float, seed: int) -> NDArray[np.float64]:
        rng = np.random.default_rng(seed)
        luck = rng.standard_normal((N_TABLES, 1))
        return np.asarray(np.sqrt(rho / (1.0 - rho)) * luck + rng.standard_normal((N_TABLES, n_splits)))

    return draw
