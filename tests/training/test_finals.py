from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

from nnjax.training.finals import (
    early_median,
    first_bad_epoch,
    gradient_ratio,
    gradient_slope,
    score,
    stopped_epoch,
)

floats = arrays(np.float64, 12, elements=st.floats(-1e3, 1e3), unique=True)


@given(target=floats, prediction=floats)
def test_scores_equal_scikit_learns(target, prediction):
    expected = (r2_score, root_mean_squared_error, mean_absolute_error)
    np.testing.assert_allclose(score(target, prediction), [f(target, prediction) for f in expected], rtol=1e-9)


@given(
    target=arrays(np.float64, (9, 3), elements=st.floats(-1e3, 1e3), unique=True),
    prediction=arrays(np.float64, (9, 3), elements=st.floats(-1e3, 1e3)),
)
def test_several_outputs_are_averaged_as_scikit_learn_does(target, prediction):
    peers = (r2_score, root_mean_squared_error, mean_absolute_error)
    expected = [peer(target, prediction, multioutput="uniform_average") for peer in peers]
    np.testing.assert_allclose(score(target, prediction), expected, rtol=1e-9)


@given(target=floats, prediction=floats, weights=arrays(np.float64, 12, elements=st.floats(0.01, 100)))
def test_weighted_scores_equal_scikit_learns(target, prediction, weights):
    peers = (r2_score, root_mean_squared_error, mean_absolute_error)
    expected = [peer(target, prediction, sample_weight=weights) for peer in peers]
    np.testing.assert_allclose(score(target, prediction, weights), expected, rtol=1e-8, atol=1e-9)
    several = [np.column_stack([each, each[::-1]]) for each in (target, prediction)]
    expected = [peer(*several, sample_weight=weights) for peer in peers]
    np.testing.assert_allclose(score(*several, weights), expected, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("shape", [(111,), (111, 1)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_one_outputs_scores_are_bitwise_the_formulas(shape, dtype):
    target, prediction = np.random.default_rng(4).normal(150, 70, (2, *shape)).astype(dtype)
    error = np.float64(target) - np.float64(prediction)
    spread = np.float64(target) - np.mean(target, dtype=np.float64)
    r2 = 1.0 - float(np.mean(error**2)) / float(np.mean(spread**2))
    assert score(target, prediction) == (r2, float(np.mean(error**2)) ** 0.5, float(np.mean(np.abs(error))))


def test_a_constant_target_is_met_or_not_and_one_row_says_nothing():
    constant = np.ones((4, 1))
    assert score(constant, constant).r2 == r2_score(constant, constant) == 1
    assert score(constant, np.array([[1], [1], [1], [2]])).r2 == r2_score(constant, [1, 1, 1, 2]) == 0
    assert np.isnan(score(np.ones(1), np.ones(1)).r2)


def test_shapes_that_would_broadcast_are_misuse():
    with pytest.raises(ValueError, match="differ in shape"):
        score(np.ones(3), np.ones((3, 1)))


curves = arrays(
    np.float64, st.integers(2, 30), elements=st.one_of(st.integers(0, 6).map(float), st.sampled_from([np.nan, np.inf]))
)


def stopped_by_hand(curve, patience):
    """The rule, epoch by epoch, from its sentence."""
    for epoch in range(patience, len(curve)):
        known = np.where(np.isfinite(curve), curve, np.inf)
        known[0], improved, lowest = np.inf, 0, np.inf
        for earlier in range(1, epoch + 1):
            if known[earlier] < lowest:
                improved, lowest = earlier, known[earlier]
        if epoch - improved >= patience:
            return epoch
    return len(curve) - 1


@given(curve=curves, patience=st.integers(1, 35))
def test_training_stops_where_the_rule_says_and_keeps_the_lowest_loss(curve, patience):
    stop, best = stopped_epoch(curve, patience)
    assert stop == stopped_by_hand(curve, patience)
    seen = curve[1 : stop + 1]
    if np.isfinite(seen).any():
        assert best == 1 + np.nanargmin(seen)
    else:
        assert best == -1


@given(curve=curves)
def test_more_patience_never_stops_earlier_nor_keeps_a_worse_epoch(curve):
    stops = [stopped_epoch(curve, patience) for patience in range(1, len(curve) + 3)]
    kept = [curve[at.best_epoch] if at.best_epoch > 0 else np.inf for at in stops]
    assert all(np.diff([at.stop_epoch for at in stops]) >= 0)
    assert all(np.diff([at.best_epoch for at in stops]) >= 0)
    assert all(later <= earlier for earlier, later in pairwise(kept))


@given(curve=curves)
def test_patience_of_the_whole_training_gives_the_global_best(curve):
    epochs = len(curve) - 1
    at = stopped_epoch(curve, epochs)
    finite = np.where(np.isfinite(curve), curve, np.inf)[1:]
    assert at == (epochs, 1 + np.argmin(finite) if np.isfinite(finite).any() else -1)


def test_initialisation_is_no_candidate():
    assert stopped_epoch(np.array([0.0, 5.0, 6.0, 7.0]), 2) == (3, 1)


def test_a_rule_that_stops_nothing_is_misuse():
    with pytest.raises(ValueError, match="at least 1"):
        stopped_epoch(np.ones(4), 0)
    with pytest.raises(ValueError, match="at least 1"):
        stopped_epoch(np.ones(1), 3)


@given(slope=st.floats(-2, 2), layers=st.integers(2, 9))
def test_slope_and_ratio_of_a_geometric_decay(slope, layers):
    norms = 10 ** (slope * np.arange(layers))
    assert gradient_slope(norms) == pytest.approx(slope, abs=1e-9)
    assert gradient_ratio(norms) == pytest.approx(-slope * (layers - 1), abs=1e-9)


def test_one_layer_or_a_dead_one_has_no_slope():
    assert np.isnan(gradient_slope(np.array([1.0])))
    assert np.isnan(gradient_ratio(np.array([1.0])))
    assert gradient_slope(np.zeros((0, 5))).shape == gradient_ratio(np.zeros((0, 5))).shape == (5,)
    assert np.isnan(gradient_slope(np.array([1.0, 0.0])))


def test_early_median_leaves_initialisation_and_the_later_nine_tenths_out():
    assert early_median(np.array([100.0, 1, 2, 3, 99, *[50.0] * 26]), 30) == 2


def test_first_bad_epoch():
    assert first_bad_epoch(np.array([1.0, np.nan]), np.array([np.inf, 1.0])) == 0
    assert first_bad_epoch(np.ones(3)) == -1


def test_a_constant_target_whose_mean_is_rounded_is_still_constant():
    target = np.full(111, 227.87)
    assert np.mean(target) != target[0], "the case that this test is about"
    assert score(target, target).r2 == 1
    assert score(target, target + 1).r2 == 0  # scikit-learn divides by the rounding: -5e25
