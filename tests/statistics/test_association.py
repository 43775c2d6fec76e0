"""Rank correlation between a quantity on one half of the splits and an outcome on the other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata, spearmanr

from nnjax.statistics.association import ranks_with_ties, split_half_correlation


def generator(seed=5):
    return np.random.default_rng(seed)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_without_noise_it_is_spearmans(seed):
    x, y = generator(seed).standard_normal((2, 12))
    found = split_half_correlation(np.tile(x[:, None], 6), np.tile(y[:, None], 6), generator(), halvings=3)
    assert found.estimate == pytest.approx(spearmanr(x, y).statistic)
    assert found.standard_error == pytest.approx(0.0, abs=1e-9)


@given(st.lists(st.integers(-3, 3), min_size=1))
def test_ranks_are_scipys(values):
    assert ranks_with_ties(np.array(values, dtype=float)).tolist() == rankdata(values).tolist()


def test_luck_that_both_share_on_a_split_does_not_count():
    """Pure noise, the same in quantity and outcome: correlation 1 on the same splits, none on other ones."""
    luck = generator().standard_normal((400, 20))
    found = split_half_correlation(luck, luck, generator())
    assert found.estimate == pytest.approx(0.0, abs=0.1)
    assert found.cells == 400 and found.n == 20


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_a_monotone_scale_changes_nothing_and_a_turned_one_the_sign(seed):
    x, y = generator(seed).standard_normal((2, 8, 1)) + 0.1 * generator(seed + 1).standard_normal((2, 8, 6))
    one = split_half_correlation(x, y, generator(), halvings=4)
    scaled = split_half_correlation(3 * x - 1, y, generator(), halvings=4)
    turned = split_half_correlation(x, -y, generator(), halvings=4)
    assert scaled.estimate == pytest.approx(one.estimate)
    assert (turned.estimate, turned.low, turned.high) == pytest.approx((-one.estimate, -one.high, -one.low))
    assert -1 <= one.low <= one.estimate <= one.high <= 1


def test_a_missing_number_is_left_out_of_its_mean():
    x = np.tile(np.arange(5.0)[:, None], 6)
    x[2, :4] = np.nan
    assert split_half_correlation(x, x, generator()).estimate == pytest.approx(0.99, abs=0.011)


def test_cells_that_are_all_alike_have_no_correlation():
    assert split_half_correlation(np.ones((4, 6)), generator().standard_normal((4, 6)), generator()).estimate == 0


def test_the_jackknife_holds_the_correlation_of_more_splits():
    """The interval over 20 splits holds what 2,000 other splits halves of 10 would give, in most of 40 repetitions."""
    rng = generator()
    truth = rng.standard_normal((2, 30, 1)) + np.array([1.0, 1.0])[:, None, None] * rng.standard_normal((30, 1))

    def drawn():
        x, y = truth + rng.standard_normal((2, 30, 20))
        return split_half_correlation(x, y, rng, halvings=10)

    found = [drawn() for _ in range(40)]
    centre = np.mean([one.estimate for one in found])
    assert np.mean([one.low <= centre <= one.high for one in found]) >= 0.8


@pytest.mark.parametrize(
    ("x", "y"), [(np.ones((2, 6)), np.ones((2, 6))), (np.ones((4, 3)), np.ones((4, 3))), (np.ones(4), np.ones(4))]
)
def test_too_little_is_an_error(x, y):
    with pytest.raises(ValueError, match="need the same"):
        split_half_correlation(x, y, generator())


def test_a_cell_without_numbers_is_an_error():
    x = np.ones((4, 6))
    x[0] = np.nan
    with pytest.raises(ValueError, match="fewer than 2"):
        split_half_correlation(x, np.ones((4, 6)), generator())
