"""The difference of two estimates from tables that share no row."""

import numpy as np
import pytest
from scipy import stats

from nnjax.calibration.exact import simulate_differences
from nnjax.statistics.difference import independent_difference
from nnjax.statistics.interval import paired_interval


def test_without_test_rows_it_is_welch_s_t():
    rng = np.random.default_rng(3)
    a, b = rng.normal(0, 1, 9), rng.normal(0.5, 2, 14)
    found = independent_difference(paired_interval(a, 1, 0), paired_interval(b, 1, 0))
    oracle = stats.ttest_ind(b, a, equal_var=False)
    interval = oracle.confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))
    assert found.freedom == pytest.approx(oracle.df)


def test_it_misses_as_often_as_it_says():
    rng, misses = np.random.default_rng(5), 0
    sides = [simulate_differences(4_000, 20, 111 / 442, rng) for _ in range(2)]
    for a, b in zip(*sides, strict=True):
        found = independent_difference(paired_interval(a, 331, 111), paired_interval(b, 331, 111))
        misses += not found.low <= 0.0 <= found.high
    assert misses / 4_000 == pytest.approx(0.05, abs=0.012)


def test_swapping_the_two_mirrors_it():
    a, b = (paired_interval([0.1 * i, 0.2, 0.3], 331, 111) for i in (1, 2))
    one, other = independent_difference(a, b), independent_difference(b, a)
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low))


def test_no_spread_is_a_point_and_a_bad_level_an_error():
    point = paired_interval([0.1, 0.1], 331, 111)
    found = independent_difference(point, point)
    assert (found.low, found.estimate, found.high) == (0.0, 0.0, 0.0)
    with pytest.raises(ValueError, match="level"):
        independent_difference(point, point, 1.0)
