"""Intervals of numbers of which only a bound is known."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnjax.statistics.censoring import Bounds, bounded_interval
from nnjax.statistics.interval import paired_interval, practical_probabilities

KNOWN = np.array([1.0, 1.2, 0.9, 1.1])
HIDDEN = np.array([False, True, False, False])
FROM_BELOW = Bounds(KNOWN, np.where(HIDDEN, np.inf, KNOWN))
FROM_ABOVE = Bounds(np.where(HIDDEN, -np.inf, KNOWN), KNOWN)
NUMBERS = st.lists(st.floats(-5, 5), min_size=2, max_size=12)


@given(NUMBERS)
def test_known_numbers_have_the_usual_interval(numbers: list[float]) -> None:
    known = np.array(numbers)
    assert bounded_interval(Bounds(known, known), 331, 111) == paired_interval(known, 331, 111)


def test_an_end_that_a_censored_number_leaves_open_is_infinite_and_the_other_is_that_of_its_filling() -> None:
    usual, above, below = (
        paired_interval(KNOWN, 331, 111),
        *(bounded_interval(n, 331, 111) for n in (FROM_BELOW, FROM_ABOVE)),
    )
    assert (above.low, above.high, above.low_plain, above.high_plain) == (
        usual.low,
        math.inf,
        usual.low_plain,
        math.inf,
    )
    assert (below.low, below.high, below.low_plain, below.high_plain) == (
        -math.inf,
        usual.high,
        -math.inf,
        usual.high_plain,
    )
    assert above.is_open_above and not above.is_open_below and below.is_open_below and not below.is_open_above
    assert above.estimate == below.estimate == usual.estimate and "Manski" in above.method


def test_with_numbers_bounded_from_different_sides_nothing_is_known() -> None:
    mixed = Bounds(np.array([1.0, -np.inf, 1.0]), np.array([np.inf, 2.0, 1.0]))
    interval = bounded_interval(mixed, 331, 111)
    assert (interval.low, interval.high, interval.p_value, interval.n) == (-math.inf, math.inf, 1.0, 3)
    assert math.isnan(interval.estimate) and all(map(math.isnan, practical_probabilities(interval, 0.1)))


def test_only_evidence_on_the_closed_side_counts() -> None:
    usual = paired_interval(KNOWN, 331, 111).p_value
    assert bounded_interval(FROM_BELOW, 331, 111).p_value == usual
    assert bounded_interval(FROM_ABOVE, 331, 111).p_value == 1.0
    assert bounded_interval(FROM_BELOW.minus(3.0), 331, 111).p_value == 1.0
    assert bounded_interval(FROM_ABOVE.minus(3.0), 331, 111).p_value < 0.05


@given(NUMBERS, st.integers(0, 11))
def test_swapping_the_arms_mirrors_everything(numbers: list[float], place: int) -> None:
    known = np.array(numbers)
    ours = Bounds(known, np.where(np.arange(len(known)) == place % len(known), np.inf, known))
    theirs = Bounds(-ours.greatest, -ours.least)
    a, b = (bounded_interval(each, 331, 111) for each in (ours, theirs))
    assert (a.low, a.high, a.p_value) == pytest.approx((-b.high, -b.low, b.p_value))


@pytest.mark.parametrize("side", [(np.nan, np.nan), (-np.inf, np.nan)])
def test_a_missing_number_is_an_error_and_no_bound(side: tuple[float, float]) -> None:
    least, greatest = np.array([0.0, 1.0, side[0]]), np.array([0.0, 1.0, side[1]])
    with pytest.raises(ValueError, match="NaN is no bound"):
        bounded_interval(Bounds(least, greatest), 331, 111)
