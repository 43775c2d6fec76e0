"""Equal learners on real splits."""

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score

from nnjax.calibration.learners import ROWS, fresh_table, least_squares_r2, mask_test_rows


def test_every_fold_is_a_quarter_and_every_repeat_covers_the_table() -> None:
    masks = mask_test_rows(3)
    assert set(masks.sum(axis=1)) == {ROWS // 4, ROWS // 4 + 1}
    assert (masks.reshape(5, 4, ROWS).sum(axis=1) == 1).all()


def test_least_squares_equals_scikit_learn() -> None:
    x, y = fresh_table(np.random.default_rng(2))
    masks = mask_test_rows(2)
    found = least_squares_r2(x, y, masks)
    for mask, score in zip(masks[:5], found, strict=False):
        model = LinearRegression().fit(x[~mask], y[~mask])
        assert score == pytest.approx(r2_score(y[mask], model.predict(x[mask])), abs=1e-6)
