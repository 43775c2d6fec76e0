"""What scikit-learn does with any estimator: it is evaluated, stacked, calibrated and explained."""

import numpy as np
import pytest
from fakes.inside import classifier, labels, numbers, regressor, search
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import StackingClassifier, StackingRegressor
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import cross_val_predict, cross_validate, learning_curve
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@pytest.fixture(autouse=True)
def _engine(engine_here, quick_programs):
    """The real engine, compiled quickly."""


def test_cross_validation_gives_back_estimators_that_score_as_it_says():
    x, y = numbers()
    done = cross_validate(regressor(), x, y, cv=5, scoring=("r2", "neg_mean_absolute_error"), return_estimator=True)
    assert [len(each.loss_curve_) for each in done["estimator"]] == [5] * 5
    assert done["estimator"][0].score(x[:20], y[:20]) == pytest.approx(done["test_r2"][0])
    assert (done["test_neg_mean_absolute_error"] < 0).all()


def test_a_search_inside_cross_validation_chooses_anew_in_every_fold():
    x, y = numbers()
    nested = cross_validate(search(regressor(), {"alpha": [1e-4, 1e3]}), x, y, cv=5, return_estimator=True)
    assert [each.best_params_ for each in nested["estimator"]] == [{"alpha": 1e-4}] * 5
    alone = cross_validate(regressor(alpha=1e-4), x, y, cv=5)
    np.testing.assert_allclose(nested["test_score"], alone["test_score"], rtol=1e-5)


def test_a_learning_curve_has_a_score_for_each_size():
    x, y = numbers()
    sizes, trained, tested = learning_curve(regressor(max_iter=100), x, y, cv=5, train_sizes=[60, 80])
    assert list(sizes) == [60, 80] and trained.shape == tested.shape == (2, 5)
    assert tested[1].mean() > tested[0].mean()


def test_permuting_the_column_that_counts_costs_most():
    x, y = numbers()
    x[:, 3] = np.random.default_rng(1).standard_normal(len(x))
    fitted = regressor(max_iter=100).fit(x, y)
    importances = permutation_importance(fitted, x, y, n_repeats=5, random_state=0).importances_mean
    assert importances.argmin() == 3 and importances[0] > 0.1


def test_stacked_networks_are_regressed_on():
    x, y = numbers()
    members = [("network", regressor(max_iter=100)), ("searched", search(regressor(), {"alpha": [1e-4, 1.0]}))]
    stacked = StackingRegressor(members, Ridge(), cv=5).fit(x, y)
    assert stacked.transform(x).shape == (100, 2) and stacked.score(x, y) > 0.3


def test_stacked_networks_are_classified_on():
    x, y = numbers()
    members = [("network", classifier()), ("tanh", classifier(activation="tanh"))]
    stacked = StackingClassifier(members, LogisticRegression(), cv=5).fit(x, labels(y))
    assert stacked.stack_method_ == ["predict_proba"] * 2 and stacked.transform(x).shape == (100, 6)
    assert set(stacked.predict(x)) <= set(labels(y))


@pytest.mark.parametrize("method", ["sigmoid", "isotonic", "temperature"])
def test_probabilities_are_calibrated(method):
    x, y = numbers()
    calibrated = CalibratedClassifierCV(classifier(), method=method, cv=5).fit(x, labels(y))
    np.testing.assert_allclose(calibrated.predict_proba(x).sum(axis=1), 1.0, rtol=1e-6)
    assert list(calibrated.classes_) == ["high", "low", "middle"]


def test_predictions_of_rows_held_out_are_those_of_the_folds():
    x, y = numbers()
    held_out = cross_val_predict(make_pipeline(StandardScaler(), regressor()), x, y, cv=5)
    first = make_pipeline(StandardScaler(), regressor()).fit(x[20:], y[20:])
    np.testing.assert_allclose(held_out[:20], first.predict(x[:20]), rtol=1e-5, atol=1e-6)
