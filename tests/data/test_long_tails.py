"""What takes a tail off is scikit-learn's, whole and without a draw."""

import numpy as np
import pytest

from nnjax.data.long_tails import LOG, QUANTILE, tail_transformer, without_dust


@pytest.mark.parametrize("rows", [5, 3000])
def test_quantiles_look_at_every_row_and_are_no_more_than_there_are(rows):
    numbers = np.random.default_rng(0).lognormal(size=(rows, 1))
    fitted = [tail_transformer(QUANTILE, rows).fit(numbers) for _ in range(2)]
    assert fitted[0].n_quantiles_ == min(rows, 1000)
    assert np.array_equal(*(each.transform(numbers) for each in fitted))
    assert fitted[0].quantiles_[[0, -1], 0].tolist() == [numbers.min(), numbers.max()]


def test_ties_at_an_end_stand_at_the_end_of_the_curve():
    numbers = np.array([[0.0]] * 6 + [[1.0], [2.0], [2.0], [3.0]])
    placed = tail_transformer(QUANTILE, 10).fit_transform(numbers)[:, 0]
    assert placed[:6].tolist() == [placed[0]] * 6 and placed[[0, -1]] == pytest.approx([-5.2, 5.2], abs=0.01)
    assert placed[6] < placed[7] == placed[8] < placed[9]


def test_the_curve_is_nowhere_infinitely_steep():
    numbers = np.array([[0.0], [1e-321], [2e-321], [-1e-320], [1.0], [2.0]])
    assert np.isfinite(tail_transformer(QUANTILE, 6).fit_transform(without_dust(numbers))).all()


def test_nothing_is_a_number_of_the_logarithm():
    assert tail_transformer(LOG, 3).fit_transform(np.array([[0.0], [np.e - 1]])).tolist() == [[0.0], [1.0]]
