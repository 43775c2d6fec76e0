"""What scikit-learn does with any estimator: it is evaluated, stacked, calibrated and explained."""

import numpy as np
import pytest
from fakes.inside import classifier, labels, numbers, regressor, search
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import (
    AdaBoostClassifier,
    AdaBoostRegressor,
    BaggingRegressor,
    StackingClassifier,
    StackingRegressor,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.feature_selection import RFECV
from sklearn.frozen import FrozenEstimator
from sklearn.inspection import partial_dependence, permutation_importance
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import (
    HalvingGridSearchCV,
    TunedThresholdClassifierCV,
    cross_val_predict,
    cross_validate,
    learning_curve,
    permutation_test_score,
    validation_curve,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputRegressor, RegressorChain
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.semi_supervised import SelfTrainingClassifier

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@pytest.fixture(autouse=True)
def _engine(engine_here):
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
    members = [("network", classifier()), ("penalised", classifier(alpha=1.0))]
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


def first_weights(fitted):
    """What each feature counts in the first layer."""
    return np.abs(fitted.coefs_[0]).sum(axis=1)


THOSE_THAT_HOLD_A_REGRESSOR = {
    "bagging": BaggingRegressor(regressor(), n_estimators=2, random_state=0),
    "boosting": AdaBoostRegressor(regressor(), n_estimators=2, random_state=0),
    "voting": VotingRegressor([("network", regressor()), ("ridge", Ridge())]),
    "outputs": MultiOutputRegressor(regressor()),
    "chain": RegressorChain(regressor()),
    "selection": RFECV(regressor(), cv=2, importance_getter=first_weights),
    "halving": HalvingGridSearchCV(regressor(), {"alpha": [1e-4, 1.0]}, cv=2, resource="max_iter", max_resources=8),
    "scaled target": TransformedTargetRegressor(regressor(), transformer=StandardScaler()),
}
"""Name -> what fits regressors of any kind."""

THOSE_THAT_HOLD_A_CLASSIFIER = {
    "boosting": AdaBoostClassifier(classifier(), n_estimators=2, random_state=0),
    "voting": VotingClassifier([("network", classifier()), ("linear", LogisticRegression())], voting="soft"),
    "one against the rest": OneVsRestClassifier(classifier()),
    "threshold": TunedThresholdClassifierCV(classifier(), cv=2),
    "some labels": SelfTrainingClassifier(classifier()),
}
"""Name -> what fits classifiers of any kind."""


@pytest.mark.slow
def test_a_fitted_network_is_calibrated_without_fitting_it_again():
    x, y = numbers()
    fitted = classifier().fit(x, y > 0)
    before = [each.copy() for each in fitted.coefs_]
    calibrated = CalibratedClassifierCV(FrozenEstimator(fitted)).fit(x, y > 0)
    assert calibrated.score(x, y > 0) > 0.4
    assert all((one == other).all() for one, other in zip(fitted.coefs_, before, strict=True))


@pytest.mark.slow
def test_scikit_learn_looks_into_ours():
    x, y = numbers()
    assert partial_dependence(regressor().fit(x, y), x, [0])["average"].shape == (1, 100)
    assert validation_curve(regressor(), x, y, param_name="alpha", param_range=[1e-3, 1.0], cv=2)[1].shape == (2, 2)
    assert 0 < permutation_test_score(regressor(), x, y, cv=2, n_permutations=3)[2] <= 1


@pytest.mark.slow
@pytest.mark.parametrize("name", THOSE_THAT_HOLD_A_REGRESSOR)
def test_what_holds_regressors_holds_ours(name):
    x, y = numbers()
    target = np.column_stack([y, -y]) if name in {"outputs", "chain"} else y
    assert np.isfinite(clone(THOSE_THAT_HOLD_A_REGRESSOR[name]).fit(x, target).predict(x)).all()


@pytest.mark.slow
@pytest.mark.parametrize("name", THOSE_THAT_HOLD_A_CLASSIFIER)
def test_what_holds_classifiers_holds_ours(name):
    x, y = numbers()
    target = np.where(np.arange(100) < 70, y > 0, -1) if name == "some labels" else y > 0
    fitted = clone(THOSE_THAT_HOLD_A_CLASSIFIER[name]).fit(x, target)
    assert fitted.score(x, y > 0) > 0.4
