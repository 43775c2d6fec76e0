"""Nested selection against the naive maximum."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnjax.statistics.selection import nested_selection


def test_chooses_by_validation_and_reports_test() -> None:
    selection = nested_selection([[0.5, 0.1, 0.2], [0.4, 0.3, 0.2]], [[0.3, 0.6, 0.1], [0.9, 0.5, 0.7]])
    assert selection.chosen.tolist() == [0, 1, 0]
    assert selection.scores.tolist() == [0.3, 0.5, 0.1]
    assert selection.mean == pytest.approx(0.3)
    assert selection.naive_best_index == 1
    assert selection.naive_maximum == pytest.approx(0.7)


def test_naive_maximum_of_equal_cells_is_too_good() -> None:
    rng = np.random.default_rng(5)
    found = [nested_selection(*rng.standard_normal((2, 48, 20))) for _ in range(200)]
    assert np.mean([selection.mean for selection in found]) == pytest.approx(0.0, abs=0.05)
    assert np.mean([selection.naive_maximum for selection in found]) > 0.4


@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.integers(1, 6))
def test_order_of_splits_and_scale_of_validation_are_immaterial(seed: int, cells: int, splits: int) -> None:
    rng = np.random.default_rng(seed)
    validation, test = rng.standard_normal((2, cells, splits))
    order = rng.permutation(splits)
    one, other = nested_selection(validation, test), nested_selection(3.0 * validation[:, order] + 1.0, test[:, order])
    assert one.mean == pytest.approx(other.mean)
    np.testing.assert_array_equal(one.chosen[order], other.chosen)


@pytest.mark.parametrize("validation", [[[0.1, 0.2]], [], [[np.nan], [0.1]]])
def test_unequal_empty_or_missing_scores_are_an_error(validation: list[list[float]]) -> None:
    with pytest.raises(ValueError, match="scores"):
        nested_selection(validation, [[0.1], [0.2]])
