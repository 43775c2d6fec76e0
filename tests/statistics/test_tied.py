"""The tied-best set and the probability to be best."""

import numpy as np
import pytest
from scipy import stats

from nnjax.statistics import tied
from nnjax.statistics.interval import paired_interval, practical_probabilities
from nnjax.statistics.tied import probability_best, tied_best

ROWS = (331, 111)


def generator():
    return np.random.default_rng(7)


def scores(cells=4, splits=20, seed=1):
    random = np.random.default_rng(seed)
    return 0.4 + 0.05 * random.standard_normal((1, splits)) + 0.02 * random.standard_normal((cells, splits))


def test_two_cells_are_judged_by_the_one_sided_corrected_t():
    pair = scores(2)
    found = tied_best(pair, 0, *ROWS, generator(), draws=200_000)
    interval = paired_interval(pair[0] - pair[1], *ROWS)
    assert found.critical == pytest.approx(stats.t.ppf(0.95, 19), abs=0.02)
    assert found.half_widths[1] == pytest.approx(found.critical * interval.standard_error)
    assert found.differences[1] == pytest.approx(interval.estimate)


def test_two_cells_have_the_posterior_of_the_paired_interval():
    pair = scores(2)
    expected = practical_probabilities(paired_interval(pair[0] - pair[1], *ROWS), 0.0)
    found = probability_best(pair, *ROWS, generator(), draws=200_000)
    np.testing.assert_allclose(found, [expected[2], expected[0]], atol=0.005)


def test_more_rivals_ask_for_more_but_never_more_than_bonferroni():
    few, many = (tied_best(scores(cells), 0, *ROWS, generator()).critical for cells in (3, 40))
    assert stats.t.ppf(0.95, 19) < few < many < stats.t.ppf(1 - 0.05 / 39, 19)


def test_equal_cells_are_tied_and_share_the_probability():
    row = scores(1)
    same = np.repeat(row, 4, axis=0)
    assert tied_best(same, 2, *ROWS, generator()).is_tied.all()
    np.testing.assert_allclose(probability_best(same, *ROWS, generator()), 0.25)


def test_a_far_better_cell_stands_alone():
    rows = scores(5)
    rows[3] += 1.0
    assert tied_best(rows, 3, *ROWS, generator()).is_tied.tolist() == [False, False, False, True, False]
    assert probability_best(rows, *ROWS, generator())[3] == 1.0


def test_a_constant_disadvantage_excludes_without_spread():
    row = scores(1)
    rows = np.concatenate([row, row - 0.01, row + 0.01])
    assert tied_best(rows, 0, *ROWS, generator()).is_tied.tolist() == [True, False, True]


def test_constants_and_the_order_of_splits_are_immaterial():
    rows = scores(6)
    first = tied_best(rows, 1, *ROWS, generator())
    shifted = tied_best(rows[:, ::-1] + 3.0, 1, *ROWS, generator())
    assert first.is_tied.tolist() == shifted.is_tied.tolist()
    np.testing.assert_allclose(first.differences, shifted.differences, atol=1e-12)


def test_many_more_cells_than_splits_are_no_obstacle():
    rows = scores(300, 8)
    found = probability_best(rows, *ROWS, generator(), draws=2_000)
    assert found.sum() == pytest.approx(1.0)
    assert tied_best(rows, 0, *ROWS, generator(), draws=2_000).is_tied[0]


@pytest.mark.parametrize("rows", [[[0.1], [0.2]], [[0.1, np.nan]], np.zeros((0, 3))])
def test_scores_that_cannot_be_compared_are_an_error(rows):
    with pytest.raises(ValueError, match="need finite"):
        tied_best(rows, 0, *ROWS, generator())


def test_a_cell_that_is_not_there_is_an_error():
    with pytest.raises(ValueError, match="there are 4 cells"):
        tied_best(scores(), 4, *ROWS, generator())


def test_the_truly_best_cell_is_excluded_as_rarely_as_promised():
    """Exact model: the splits of a table share its luck with correlation n_test / n; the reference is another cell."""
    random, rho, misses, tables = np.random.default_rng(11), 111 / 442, 0, 400
    truth = np.array([0.0, 0.0, -0.01, -0.02, -0.05])
    for _ in range(tables):
        luck = np.sqrt(rho / (1 - rho)) * random.standard_normal((5, 1))
        table = truth[:, None] + 0.02 * (luck + random.standard_normal((5, 20)))
        misses += not tied_best(table, 1, *ROWS, random, draws=2_000).is_tied[0]
    assert misses / tables <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / tables)


def test_draws_in_many_parts_are_as_many(monkeypatch):
    monkeypatch.setattr(tied, "_BATCH_NUMBERS", 4 * 300)
    assert probability_best(scores(), *ROWS, generator(), draws=1_000).sum() == pytest.approx(1.0)
