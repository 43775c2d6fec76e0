"""Parts of an epoch that no training shows by itself."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score
from sklearn.neural_network._base import LOSS_FUNCTIONS

from nnjax.estimators.epoch import _all_labels, loss_share


def test_labels_are_right_where_all_of_a_row_are():
    generator = np.random.default_rng(0)
    logits, target = generator.standard_normal((40, 2)).astype(np.float32), generator.integers(0, 2, (40, 2))
    right = [float(_all_labels(*row)) for row in zip(logits, target.astype(np.float32), strict=True)]
    assert np.mean(right) == pytest.approx(accuracy_score(target, logits > 0))
    assert np.isnan(_all_labels(np.array([np.nan, 1.0], np.float32), np.ones(2, np.float32)))


@pytest.mark.parametrize(("theirs", "ours"), [("squared_error", "half_mean_squared_error"), ("poisson", "poisson")])
def test_a_loss_of_two_equal_outputs_is_scikit_learns_share_of_their_sum(theirs, ours):
    y, p = np.array([[1.0], [2.0]]), np.array([[1.5], [1.0]])
    one, two = LOSS_FUNCTIONS[theirs](y, p), LOSS_FUNCTIONS[theirs](np.hstack([y, y]), np.hstack([p, p]))
    assert two == pytest.approx(loss_share(ours, "regression", 2) * 2 * one)
