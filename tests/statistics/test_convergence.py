"""Epochs to target with censoring."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnjax.statistics.convergence import (
    anytime_quality,
    log2_bounds,
    log2_times,
    restricted_mean,
    share_reached,
    step_curve,
)

TIMES = st.lists(st.one_of(st.integers(0, 80), st.just(np.nan), st.just(np.inf)), min_size=1, max_size=30)


@pytest.mark.parametrize("never", [np.nan, np.inf, 51.0])
def test_known_restricted_mean(never: float) -> None:
    assert restricted_mean([5, 10, never, 20], 50) == 21.25
    assert share_reached([5, 10, never, 20], 50) == 0.75


@given(TIMES)
def test_area_above_the_step_curve_is_the_restricted_mean(times: list[float]) -> None:
    curve = step_curve(times, 50)
    area = np.sum(np.diff(curve.epochs) * (1.0 - curve.share[:-1]))
    assert area == pytest.approx(restricted_mean(times, 50))
    assert curve.share[-1] == pytest.approx(share_reached(times, 50))
    assert curve.epochs[0] == 0.0
    assert curve.epochs[-1] == 50.0


@given(TIMES)
def test_log2_times_lie_between_one_epoch_and_the_horizon(times: list[float]) -> None:
    logs = log2_times(times, 64)
    assert ((logs >= 0.0) & (logs <= 6.0)).all()


def test_doubling_the_epochs_adds_one() -> None:
    assert (log2_times([6, 20], 200) - log2_times([3, 10], 200)).tolist() == pytest.approx([1.0, 1.0])


def test_never_is_at_least_the_last_epoch_and_missing_is_nothing() -> None:
    bounds = log2_bounds([8, np.inf, 0, 64, np.nan], [32, 32, 32, 16, 32])
    np.testing.assert_equal(bounds.least, [3.0, 5.0, 0.0, 4.0, np.nan])
    np.testing.assert_equal(bounds.greatest, [3.0, np.inf, 0.0, np.inf, np.nan])


@pytest.mark.parametrize(("times", "horizon"), [([], 50), ([-1.0], 50), ([5.0], 0)])
def test_impossible_times_are_an_error(times: list[float], horizon: float) -> None:
    with pytest.raises(ValueError, match="epochs to target"):
        step_curve(times, horizon)


def test_anytime_quality_is_the_mean_over_the_grid_with_the_floor_below() -> None:
    curves = [[9.0, 0.1, 0.3, -5.0], [9.0, 0.5, np.nan, np.nan]]
    assert anytime_quality(curves, [1, 2, 3], floor=-1.0).tolist() == pytest.approx([-0.2, -0.5])


def test_learning_the_same_earlier_is_better_at_any_time() -> None:
    early, late = anytime_quality([[0.0, 0.4, 0.4], [0.0, 0.1, 0.4]], [1, 2], floor=-1.0)
    assert early > late


@pytest.mark.parametrize(("curves", "epochs"), [([[0.1, 0.2]], []), ([[0.1, 0.2]], [2]), ([0.1, 0.2], [0])])
def test_anytime_quality_needs_a_grid_within_the_curves(curves: list[object], epochs: list[int]) -> None:
    with pytest.raises(ValueError, match="curves"):
        anytime_quality(curves, epochs, floor=-1.0)
