"""Rows in float32, and the split that decides when to stop: scikit-learn's own draws."""

import numpy as np
import pytest
from sklearn.model_selection import train_test_split

from nnjax.estimators.checked_rows import CheckedRows

X = np.arange(60.0).reshape(20, 3)
CLASSES = (np.arange(20) % 4 == 0)[:, None]


def test_examples_are_float32_and_weights_stay_absent():
    examples = CheckedRows(X, CLASSES).examples()
    assert (examples.x.dtype, examples.y.dtype, examples.weights) == (np.float32, np.float32, None)
    assert examples.y[:5, 0].tolist() == [1, 0, 0, 0, 1]
    assert CheckedRows(X, CLASSES, np.ones(20)).examples().weights.dtype == np.float32


@pytest.mark.parametrize("y", [CLASSES, np.hstack([CLASSES, ~CLASSES]), X[:, :1]])
def test_the_split_is_scikit_learns_stratified_where_there_are_two_classes(y):
    weights = np.arange(20.0)
    train, held_out = CheckedRows(X, y, weights).split(0.4, np.random.RandomState(5))
    expected = train_test_split(
        X, y, weights, test_size=0.4, random_state=np.random.RandomState(5), stratify=y if y is CLASSES else None
    )
    assert all(
        np.array_equal(*pair) for pair in zip((*train, *held_out), (*expected[::2], *expected[1::2]), strict=True)
    )


def test_one_row_does_not_decide():
    with pytest.raises(ValueError, match=r"too small: 1 of 20 rows\. Increase validation_fraction=0\.05, or give more"):
        CheckedRows(X, X).split(0.05, np.random.RandomState(0))
