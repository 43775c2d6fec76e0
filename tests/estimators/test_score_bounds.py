"""Bounds of scores: scikit-learn's own scorers keep to them."""

import math

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.metrics import get_scorer, get_scorer_names, make_scorer, r2_score

from nnjax.estimators.score_bounds import BOUNDLESS, scorer_bounds


@pytest.mark.parametrize("name", ["accuracy", "f1_macro", "balanced_accuracy", "neg_log_loss", "roc_auc", "jaccard"])
def test_scores_of_the_best_and_the_worst_classes_reach_the_bounds_and_no_further(name):
    x, y = np.zeros((8, 1)), np.arange(8) % 2

    class Told(DummyClassifier):
        right = True

        def predict(self, X):
            return y if self.right else 1 - y

        def predict_proba(self, X):
            return np.eye(2)[self.predict(X)]

    told, (low, high) = Told().fit(x, y), scorer_bounds(name, Told())
    assert get_scorer(name)(told, x, y) == pytest.approx(high)
    told.right = False
    worst = get_scorer(name)(told, x, y)
    assert worst == pytest.approx(low) if math.isfinite(low) else worst < 0


def test_every_scorer_that_is_bounded_below_is_a_share_or_a_correlation():
    found = {name: scorer_bounds(name, None) for name in get_scorer_names()}
    assert all(found[name] == (-math.inf, 0) for name in found if name.startswith("neg_"))
    assert {found[name] for name in found} <= {(0, 1), (-1, 1), (-math.inf, 0), (-math.inf, 1), BOUNDLESS}
    assert found["r2"] == (-math.inf, 1)


def test_without_a_name_it_is_the_estimator_s_own_score_and_of_a_function_nobody_knows():
    assert scorer_bounds(None, DummyClassifier()) == (0, 1)
    assert scorer_bounds(None, DummyRegressor()) == (-math.inf, 1)
    assert scorer_bounds(make_scorer(r2_score), DummyRegressor()) == BOUNDLESS
