"""Functional analysis of variance of a grid."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

from nnjax.statistics.effects import grid_shares

GRIDS = arrays(np.float64, array_shapes(min_dims=1, max_dims=4, max_side=4), elements=st.floats(-1.0, 1.0, width=16))


def test_known_answer() -> None:
    shares = grid_shares([[0, 1, 2], [1, 2, 6]])
    assert shares == pytest.approx({(0,): 0.272727, (1,): 0.590909, (0, 1): 0.136364}, abs=5e-7)


def test_equals_anova_lm() -> None:
    grid = np.random.default_rng(2).normal(size=(3, 2, 4))
    table = pd.DataFrame(np.argwhere(np.ones(grid.shape)), columns=["a", "b", "c"]).assign(y=grid.ravel())
    squares = anova_lm(ols("y ~ C(a) * C(b) + C(b) * C(c) + C(a) * C(c)", table).fit())["sum_sq"]
    names = {(0,): "C(a)", (1,): "C(b)", (2,): "C(c)", (0, 1): "C(a):C(b)", (1, 2): "C(b):C(c)", (0, 2): "C(a):C(c)"}
    shares = grid_shares(grid)
    assert {u: shares[u] for u in names} == pytest.approx(
        {u: squares[name] / squares.sum() for u, name in names.items()}
    )
    assert shares[0, 1, 2] == pytest.approx(squares["Residual"] / squares.sum())


@given(GRIDS)
def test_shares_of_all_effects_sum_to_one(grid: np.ndarray) -> None:
    shares = grid_shares(grid)
    assert len(shares) == 2**grid.ndim - 1
    assert sum(shares.values()) == pytest.approx(0.0 if np.ptp(grid) == 0.0 else 1.0)


@pytest.mark.parametrize("grid", [0.5, [], [[0.1, np.nan]]])
def test_incomplete_grid_is_an_error(grid: list[float]) -> None:
    with pytest.raises(ValueError, match="complete grid"):
        grid_shares(grid)
