"""The corrected interval: known answers, oracle, properties."""

import baycomp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from nnjax.statistics.interval import (
    bonferroni_level,
    error_factor,
    paired_interval,
    practical_probabilities,
    seed_averaged_differences,
    win_rate,
)

KNOWN = [0.02, 0.05, -0.01, 0.03, 0.04]
NUMBERS = st.floats(-1.0, 1.0).map(lambda x: round(x, 4))
DIFFERENCES = arrays(np.float64, st.integers(2, 30), elements=NUMBERS)
SCORES = arrays(np.float64, st.tuples(st.integers(2, 8), st.integers(1, 4)), elements=NUMBERS)


def test_known_answer() -> None:
    interval = paired_interval(KNOWN, 331, 111)
    assert interval.estimate == pytest.approx(0.026)
    assert interval.standard_deviation == pytest.approx(0.0230217, abs=5e-8)
    assert interval.standard_error == pytest.approx(0.0168444, abs=5e-8)
    assert interval.estimate / interval.standard_error == pytest.approx(1.54354, abs=5e-6)
    assert interval.p_value == pytest.approx(0.197575, abs=5e-7)
    assert (interval.low, interval.high) == pytest.approx((-0.020768, 0.072768), abs=5e-7)
    assert interval.p_plain == pytest.approx(0.064986, abs=5e-7)
    assert practical_probabilities(interval, 0.02) == pytest.approx((0.0261978, 0.3436438, 0.6301584), abs=5e-8)


def test_without_test_rows_it_is_the_plain_paired_t() -> None:
    interval = paired_interval(KNOWN, 0, 0)
    oracle = stats.ttest_1samp(KNOWN, 0.0)
    expected = oracle.confidence_interval(0.95)
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high), rel=1e-12)
    assert (interval.low_plain, interval.high_plain) == (interval.low, interval.high)
    assert interval.p_value == interval.p_plain == pytest.approx(oracle.pvalue, rel=1e-12)
    assert interval.method == "paired t"


@pytest.mark.parametrize("repeats", [1, 5])
def test_probabilities_equal_baycomp(repeats: int) -> None:
    a, b = np.random.default_rng(repeats).normal(0.5, 0.05, (2, 4 * repeats))
    below, within, above = practical_probabilities(paired_interval(a - b, 3, 1), 0.02)
    assert (below, within, above) == pytest.approx(baycomp.two_on_single(b, a, rope=0.02, runs=repeats), abs=1e-10)


@given(DIFFERENCES, st.floats(0.0, 0.5))
def test_swapping_arms_mirrors_everything(d: np.ndarray, margin: float) -> None:
    one, other = paired_interval(d, 331, 111), paired_interval(-d, 331, 111)
    assert (one.low, one.high) == (-other.high, -other.low)
    assert (one.low_plain, one.high_plain) == (-other.high_plain, -other.low_plain)
    assert (one.p_value, one.p_plain) == (other.p_value, other.p_plain)
    below, within, above = practical_probabilities(other, margin)
    assert practical_probabilities(one, margin) == (above, within, below)
    assert below + within + above == pytest.approx(1.0)
    assert win_rate(d) == pytest.approx(1.0 - win_rate(-d))


@given(SCORES, st.integers(0, 2**32 - 1), NUMBERS)
def test_constants_and_orders_are_immaterial(a: np.ndarray, seed: int, constant: float) -> None:
    rng = np.random.default_rng(seed)
    b = rng.normal(size=a.shape)
    order = rng.permutation(len(a))
    shuffled = rng.permuted(a[order], axis=1), rng.permuted(b[order], axis=1)
    one = paired_interval(seed_averaged_differences(a, b), 331, 111)
    other = paired_interval(seed_averaged_differences(shuffled[0] + constant, shuffled[1] + constant), 331, 111)
    assert (one.low, one.high) == pytest.approx((other.low, other.high), abs=1e-9)


@given(DIFFERENCES)
def test_width_never_falls_below_the_limit_of_one_table(d: np.ndarray) -> None:
    interval = paired_interval(d, 331, 111)
    limit = stats.t.ppf(0.975, d.size - 1) * d.std(ddof=1) * np.sqrt(111 / 331)
    assert interval.high - interval.estimate >= limit * (1.0 - 1e-12)
    assert interval.low <= interval.low_plain <= interval.high_plain <= interval.high


def test_no_spread_gives_a_point_and_no_nan() -> None:
    zero, one = paired_interval([0.0] * 4, 331, 111), paired_interval([1.0] * 4, 331, 111)
    assert (zero.low, zero.high, zero.p_value, zero.p_plain) == (0.0, 0.0, 1.0, 1.0)
    assert (one.low, one.high, one.p_value, one.p_plain) == (1.0, 1.0, 0.0, 0.0)
    assert practical_probabilities(zero, 0.02) == (0.0, 1.0, 0.0)
    assert practical_probabilities(one, 0.02) == (0.0, 0.0, 1.0)


def test_bonferroni_widens() -> None:
    one, eight = (paired_interval(KNOWN, 331, 111, bonferroni_level(0.05, m)) for m in (1, 8))
    assert one.level == 0.95
    assert eight.low < one.low < one.high < eight.high


@pytest.mark.parametrize("differences", [[], [0.1], [[0.1, 0.2]], [0.1, np.nan], [0.1, np.inf]])
def test_too_few_or_unpaired_splits_are_an_error(differences: list[float]) -> None:
    with pytest.raises(ValueError, match="splits"):
        paired_interval(differences, 331, 111)


def test_unpaired_scores_are_an_error() -> None:
    with pytest.raises(ValueError, match="same J splits"):
        seed_averaged_differences(np.zeros((3, 2)), np.zeros((2, 2)))


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0])
def test_impossible_levels_are_an_error(level: float) -> None:
    with pytest.raises(ValueError, match="level"):
        paired_interval(KNOWN, 331, 111, level)


def test_impossible_numbers_are_an_error() -> None:
    with pytest.raises(ValueError, match="n_test"):
        error_factor(5, 0, 1)
    with pytest.raises(ValueError, match="alpha"):
        bonferroni_level(0.05, 0)
    with pytest.raises(ValueError, match="margin"):
        practical_probabilities(paired_interval(KNOWN, 331, 111), -0.1)
    with pytest.raises(ValueError, match="win rate"):
        win_rate([])
