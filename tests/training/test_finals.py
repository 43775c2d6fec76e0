import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

from nnjax.training.finals import early_median, first_bad_epoch, gradient_ratio, gradient_slope, score

floats = arrays(np.float64, 12, elements=st.floats(-1e3, 1e3), unique=True)


@given(target=floats, prediction=floats)
def test_scores_equal_scikit_learns(target, prediction):
    expected = (r2_score, root_mean_squared_error, mean_absolute_error)
    np.testing.assert_allclose(score(target, prediction), [f(target, prediction) for f in expected], rtol=1e-9)


@given(slope=st.floats(-2, 2), layers=st.integers(2, 9))
def test_slope_and_ratio_of_a_geometric_decay(slope, layers):
    norms = 10 ** (slope * np.arange(layers))
    assert gradient_slope(norms) == pytest.approx(slope, abs=1e-9)
    assert gradient_ratio(norms) == pytest.approx(-slope * (layers - 1), abs=1e-9)


def test_one_layer_or_a_dead_one_has_no_slope():
    assert np.isnan(gradient_slope(np.array([1.0])))
    assert np.isnan(gradient_slope(np.array([1.0, 0.0])))


def test_early_median_leaves_initialisation_and_the_later_nine_tenths_out():
    assert early_median(np.array([100.0, 1, 2, 3, 99, *[50.0] * 26]), 30) == 2


def test_first_bad_epoch():
    assert first_bad_epoch(np.array([1.0, np.nan]), np.array([np.inf, 1.0])) == 0
    assert first_bad_epoch(np.ones(3)) == -1
