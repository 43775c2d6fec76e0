"""Slopes and ratios of gradients over layers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnjax.statistics.gradients import gradient_ratio, gradient_slope


@given(st.floats(-2.0, 2.0), st.floats(-3.0, 3.0), st.integers(2, 12))
def test_exponential_decay_has_its_rate_as_slope(slope: float, level: float, depth: int) -> None:
    g = 10.0 ** (level + slope * np.arange(1, depth + 1))
    assert gradient_slope(g) == pytest.approx(slope, abs=1e-9)
    assert gradient_ratio(g) == pytest.approx(-slope * (depth - 1), abs=1e-9)


def test_equals_least_squares_along_the_last_axis() -> None:
    g = np.random.default_rng(4).lognormal(size=(3, 5, 6))
    expected = np.polyfit(np.arange(1, 7), np.log10(g).reshape(-1, 6).T, 1)[0].reshape(3, 5)
    np.testing.assert_allclose(gradient_slope(g), expected, atol=1e-12)


def test_one_layer_has_no_slope() -> None:
    assert np.isnan(gradient_slope(np.ones((2, 1)))).all()
    assert gradient_ratio(np.ones((2, 1))).tolist() == [0.0, 0.0]


def test_a_dead_layer_gives_nan_not_infinity() -> None:
    assert np.isnan(gradient_slope([0.0, 0.1, 0.2]))
    assert np.isnan(gradient_ratio([0.0, 0.1, 0.2]))


def test_no_layers_is_an_error() -> None:
    with pytest.raises(ValueError, match="hidden layers"):
        gradient_slope(np.ones((3, 0)))
