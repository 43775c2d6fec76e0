"""Levels compared all with all."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnjax.statistics.interval import paired_interval
from nnjax.statistics.ranking import rank_levels

SIZES = (331, 111)


@given(st.permutations(range(4)), st.integers(0, 1000))
def test_the_order_of_the_levels_changes_nothing_but_their_places(order, seed):
    scores = np.random.default_rng(seed).normal(size=(4, 6))
    first, second = rank_levels(scores, *SIZES), rank_levels(scores[list(order)], *SIZES)
    assert [order[place] for place in second.order] == list(first.order)
    assert second.is_tied == first.is_tied and (second.apart is None) == (first.apart is None)
    assert second.detectable == pytest.approx(first.detectable)


def test_each_interval_is_at_the_level_of_all_pairs():
    scores = np.random.default_rng(5).normal(size=(4, 8))
    ranking = rank_levels(scores, *SIZES)
    best, last = ranking.order[0], ranking.order[-1]
    assert ranking.level == pytest.approx(1 - 0.05 / 6)
    assert ranking.advantages[-1] == paired_interval(scores[best] - scores[last], *SIZES, level=ranking.level)


def test_equal_levels_are_almost_never_told_apart():
    """Independent splits (no test rows in the correction): at most one in twenty tables, picked level or not."""
    draws = np.random.default_rng(7).normal(size=(1000, 5, 20))
    told = sum(rank_levels(scores, 331, 0).apart is not None for scores in draws)
    assert told <= 0.05 * 1000 + 3 * np.sqrt(1000 * 0.05 * 0.95)


@pytest.mark.parametrize("scores", [[[1.0, 2.0]], [1.0, 2.0], [[1.0], [2.0]], [[1.0, np.nan], [1.0, 2.0]]])
def test_too_little_to_compare_is_refused(scores):
    with pytest.raises(ValueError, match=r"."):
        rank_levels(scores, *SIZES)
