"""Functional analysis of variance of a grid."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

from nnjax.statistics.effects import grid_shares, importance

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


def noisy_grid(seed: int, effect: float = 0.0, splits: int = 12) -> np.ndarray:
    """Scores [splits, 3, 4]: split luck, noise, and as much of the first factor as asked for."""
    random = np.random.default_rng(seed)
    luck = 0.3 * random.standard_normal((splits, 1, 1))
    return luck + effect * np.arange(3.0)[None, :, None] + 0.1 * random.standard_normal((splits, 3, 4))


def test_importance_equals_omega_squared_of_anova_lm() -> None:
    grid = noisy_grid(3, 0.05)
    index = np.indices(grid.shape).reshape(3, -1)
    frame = pd.DataFrame({"score": grid.ravel(), "split": index[0], "a": index[1], "b": index[2]})
    table = anova_lm(ols("score ~ C(split) + C(a) * C(b)", frame).fit())
    noise = table.loc["Residual", "mean_sq"]
    total = table["sum_sq"].sum() + noise
    expected = [(table.loc[u, "sum_sq"] - table.loc[u, "df"] * noise) / total for u in ("C(a)", "C(b)", "C(a):C(b)")]
    np.testing.assert_allclose([effect.unbiased_share for effect in importance(grid)], expected, rtol=1e-9)


def test_effects_that_are_not_there_have_shares_around_zero() -> None:
    shares = np.array([[effect.unbiased_share for effect in importance(noisy_grid(seed))] for seed in range(300)])
    assert np.all(np.abs(shares.mean(axis=0)) < 4 * shares.std(axis=0) / np.sqrt(len(shares)))
    assert np.all(np.array([effect.share for effect in importance(noisy_grid(0))]) > 0)  # the plain ones are not


def test_a_strong_effect_lies_within_its_interval_and_above_zero() -> None:
    first = importance(noisy_grid(1, 0.2))[0]
    assert first.axes == (0,)
    assert 0 < first.low < first.unbiased_share < first.high < 1


@given(seed=st.integers(0, 50), constant=st.floats(-3, 3), scale=st.floats(0.1, 10))
def test_unit_origin_and_order_of_splits_do_not_matter_to_importance(seed: int, constant: float, scale: float) -> None:
    grid = noisy_grid(seed, 0.05)
    first, second = importance(grid), importance(scale * grid[::-1] + constant)
    np.testing.assert_allclose(
        [(e.share, e.unbiased_share, e.low) for e in first],
        [(e.share, e.unbiased_share, e.low) for e in second],
        atol=1e-7,
    )


def test_two_splits_have_shares_but_no_interval() -> None:
    effect = importance(noisy_grid(1, 0.2, splits=2))[0]
    assert effect.low == -np.inf and effect.high == np.inf


@pytest.mark.parametrize("grid", [[[1.0, 2.0]], [[1.0], [2.0]], [[1.0, np.nan], [1.0, 2.0]]])
def test_importance_needs_a_complete_grid_of_splits(grid: list[list[float]]) -> None:
    with pytest.raises(ValueError, match="complete grid"):
        importance(grid)
