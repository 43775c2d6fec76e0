"""Cells tied with the best, and how probable it is that each is the best."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnjax.statistics.best import best_probability, simultaneous_critical_value, smallest_tied, tied_best
from nnjax.statistics.interval import bonferroni_level, critical_value, paired_interval, practical_probabilities

SIZES = (331, 111)
RHO = 111 / 442


def generator(seed=5):
    return np.random.default_rng(seed)


def tables(rng, means, splits, deviation=0.02):
    """Scores of one table in the exact model: the cells' luck with the table and with each split, [C, J]."""
    cells = len(means)
    luck = np.sqrt(RHO / (1 - RHO)) * rng.standard_normal((cells, 1)) + rng.standard_normal((cells, splits))
    return np.asarray(means)[:, None] + deviation * luck + 0.06 * rng.standard_normal(splits)


def test_two_cells_have_the_paired_interval():
    rng = generator()
    scores = tables(rng, [0.5, 0.48], 20)
    tied, expected = tied_best(scores, scores, *SIZES, rng), paired_interval(scores[1] - scores[0], *SIZES)
    assert tied.best == 0
    assert (tied.low[1], tied.high[1]) == pytest.approx((expected.low, expected.high))
    assert tied.is_tied.tolist() == [True, expected.high >= 0] and tied.critical_error == 0


def test_two_cells_have_the_posterior_of_the_paired_interval():
    rng = generator()
    scores = tables(rng, [0.5, 0.49], 20)
    expected = practical_probabilities(paired_interval(scores[0] - scores[1], *SIZES), 0.0)[2]
    found = best_probability(scores, *SIZES, rng, draws=40_000)
    assert found.probability[0] == pytest.approx(expected, abs=0.01)
    assert found.standard_error[0] == pytest.approx(np.sqrt(expected * (1 - expected) / 40_000), rel=0.05)


def test_identical_cells_share_equally_and_are_all_tied():
    scores = np.tile(tables(generator(), [0.5], 8), (5, 1))
    assert best_probability(scores, *SIZES, generator()).probability.tolist() == pytest.approx([0.2] * 5)
    tied = tied_best(scores, scores, *SIZES, generator())
    assert tied.size == 5 and not tied.half_widths.any()


def test_a_hugely_better_cell_stands_alone():
    scores = tables(generator(), [0.1, 0.9, 0.1, 0.2], 20)
    assert best_probability(scores, *SIZES, generator()).probability.tolist() == [0, 1, 0, 0]
    assert tied_best(scores, scores, *SIZES, generator()).is_tied.tolist() == [False, True, False, False]


def test_the_best_is_named_by_validation_rows_and_a_better_cell_on_test_rows_is_tied():
    test = tables(generator(), [0.1, 0.9], 20)
    tied = tied_best(test[::-1], test, *SIZES, generator())
    assert tied.best == 0 and tied.is_tied.tolist() == [True, True] and tied.low[1] > 0


def test_the_critical_value_of_independent_comparisons_is_that_of_their_maximum():
    """With many splits the t statistics are nearly normal: (2 Φ(2.80) - 1)^10 = 0.95."""
    differences = generator().standard_normal((10, 150))
    value, error = simultaneous_critical_value(differences, generator(), draws=2_000)
    assert value == pytest.approx(2.80, abs=0.06) and 0 < error < 0.06


@given(st.integers(0, 2**32 - 1), st.integers(2, 12), st.integers(3, 10))
@settings(max_examples=25, deadline=None)
def test_the_critical_value_stays_between_one_comparison_and_bonferroni(seed, cells, splits):
    differences = generator(seed).standard_normal((cells, splits))
    value, _ = simultaneous_critical_value(differences, generator(), draws=200)
    assert critical_value(0.95, splits) <= value <= critical_value(bonferroni_level(0.05, cells), splits) + 1e-9


@given(st.integers(0, 2**32 - 1), st.floats(-3.0, 3.0))
@settings(max_examples=25, deadline=None)
def test_a_constant_and_a_luck_that_all_cells_share_change_nothing(seed, shift):
    scores = tables(generator(seed), [0.5, 0.5, 0.4], 6)
    luck = shift + generator(seed).standard_normal(6)
    one, other = (tied_best(s, s, *SIZES, generator(), draws=100) for s in (scores, scores + luck))
    np.testing.assert_allclose(one.low, other.low, atol=1e-9)
    p, q = (best_probability(s, *SIZES, generator(), draws=500).probability for s in (scores, scores + luck))
    np.testing.assert_allclose(p, q, atol=0.005)
    assert p.sum() == pytest.approx(1.0)


def test_the_smallest_of_the_tied_is_named():
    scores = np.array([[0.5, 0.6, 0.5], [0.5, 0.61, 0.49], [0.0, 0.1, 0.0], [0.5, 0.59, 0.5]])
    tied = tied_best(scores, scores, *SIZES, generator())
    assert tied.is_tied.tolist() == [True, True, False, True]
    assert smallest_tied(tied, [100, 10, 1, 10], [0.5, 0.4, 0.1, 0.6]) == 3
    with pytest.raises(ValueError, match="one for each"):
        smallest_tied(tied, [1], [1])


@pytest.mark.parametrize("scores", [[[0.1]], [], [[np.nan, 0.1]]])
def test_too_few_splits_or_missing_scores_are_an_error(scores):
    with pytest.raises(ValueError, match="scores"):
        best_probability(scores, *SIZES, generator())
    with pytest.raises(ValueError, match="scores"):
        tied_best(scores, scores, *SIZES, generator())


def test_no_draws_and_unequal_shapes_are_an_error():
    scores = tables(generator(), [0.5, 0.5], 4)
    with pytest.raises(ValueError, match="draws"):
        best_probability(scores, *SIZES, generator(), draws=0)
    with pytest.raises(ValueError, match="draws"):
        simultaneous_critical_value(scores, generator(), draws=0)
    with pytest.raises(ValueError, match="same cells"):
        tied_best(scores, scores[:1], *SIZES, generator())


@pytest.mark.slow
def test_the_tied_set_holds_the_truly_best_cell():
    """1,000 tables of 12 cells, the best ahead by a little; all intervals hold together in 95 % of them, or more."""
    rng = generator()
    means = np.array([0.50, *[0.495] * 5, *[0.47] * 3, *[0.40] * 3])
    holds, covers = [], []
    for _ in range(1_000):
        tied = tied_best(tables(rng, means, 20), tables(rng, means, 20), *SIZES, rng, draws=500)
        truth = means - means[tied.best]
        holds.append(tied.is_tied[0])
        covers.append(((tied.low <= truth) & (truth <= tied.high)).all())
    assert np.mean(holds) >= 0.95
    assert np.mean(covers) == pytest.approx(0.95, abs=0.025)


@pytest.mark.slow
def test_a_large_study_takes_seconds():
    scores = tables(generator(), np.linspace(0.3, 0.5, 288), 20)
    started = time.process_time()
    tied_best(scores, scores, *SIZES, generator())
    best_probability(scores, *SIZES, generator())
    assert time.process_time() - started < 10
