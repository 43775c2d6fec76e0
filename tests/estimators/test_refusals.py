"""What cannot be trained or judged is refused in a line with its remedy, and nothing is handed back untrained."""

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from nnjax.estimators import MLPClassifier, MLPRegressor

GENERATOR = np.random.default_rng(0)
X = GENERATOR.standard_normal((60, 3)).astype(np.float32)
Y = X[:, 0] + 0.1 * GENERATOR.standard_normal(60).astype(np.float32)
SMALL = {"hidden_layer_sizes": (4,), "max_iter": 3, "random_state": 0}


@pytest.mark.parametrize(
    ("given", "fit", "words"),
    [
        ({}, {"X_val": X, "y_val": np.c_[Y, Y]}, "y_val has 2 outputs and y 1"),
        ({}, {"X_val": X[:1], "y_val": Y[:1]}, "X_val has 1 row"),
        ({}, {"X_val": X[:, :2], "y_val": Y}, "^X_val has 2 features, but MLPRegressor is expecting 3"),
        ({}, {"X_val": X, "y_val": Y * np.nan}, "^Input y_val contains NaN"),
        ({}, {"X_val": X, "y_val": Y[:9]}, "^X_val and y_val: Found input variables with inconsistent"),
        ({"loss": "poisson"}, {"y": abs(Y), "X_val": X, "y_val": -abs(Y)}, "and y_val has 60 negative"),
        ({"early_stopping": True}, {"sample_weight": np.eye(60)[0]}, "sample_weight is zero for all 6 rows"),
        ({}, {"sample_weight": np.full(60, 1e-50)}, "no row weighs anything in float32"),
        ({"normalization": "batch", "batch_size": 1}, {}, "batch_size is 1; raise it"),
        ({"activation": [["relu"]]}, {}, "is not known"),
    ],
)
def test_it_is_refused_with_its_remedy(given, fit, words):
    with pytest.raises(ValueError, match=words):
        MLPRegressor(**SMALL, **given).fit(**{"X": X.astype(np.float64), "y": Y} | fit)


def test_classes_that_all_weigh_nothing_are_refused():
    with pytest.raises(ValueError, match="no row weighs anything"):
        MLPClassifier(**SMALL, class_weight={0: 0.0, 1: 0.0}).fit(X, Y > 0)


@pytest.mark.parametrize(
    ("given", "scale"), [({"learning_rate_init": 1e20}, 1.0), ({}, 1e20)], ids=["diverges", "beyond float32"]
)
@pytest.mark.parametrize("early_stopping", [True, False])
def test_first_weights_are_no_result(given, scale, early_stopping):
    network = MLPRegressor(**SMALL, **given, early_stopping=early_stopping)
    with pytest.raises(ValueError, match="finite"):
        network.fit(X, Y * scale)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ({}, {"activation": "prelu"}, "activation was 'relu' and is 'prelu'"),
        ({}, {"normalization": "layer"}, "normalization was 'none' and is 'layer'"),
        ({"activation": "maxout"}, {"maxout_pieces": 3}, "maxout_pieces was 2 and is 3"),
    ],
)
def test_going_on_with_layers_of_another_kind_is_refused(before, after, words):
    network = MLPRegressor(**SMALL, warm_start=True, **before).fit(X, Y)
    with pytest.raises(ValueError, match=words):
        network.set_params(**after).fit(X, Y)


def test_a_prediction_is_by_what_was_fitted_whatever_has_been_set_since():
    with pytest.warns(ConvergenceWarning):
        network = MLPRegressor(**SMALL).fit(X, Y)
    before = network.predict(X)
    network.set_params(activation="prelu", normalization="layer", hidden_layer_sizes=(9,))
    assert np.array_equal(network.predict(X), before)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_features_beyond_float32_are_predicted_as_far_as_float64_goes():
    network = MLPRegressor(**SMALL).fit(X, Y)
    assert np.isfinite(network.predict(X.astype(np.float64) * 1e39)).all()


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_limits_that_float32_or_int32_cannot_hold_are_no_error():
    network = MLPRegressor(**{**SMALL, "max_iter": 10**10}, tol=10.0, beta_1=1 - 1e-12, beta_2=1 - 1e-12).fit(X, Y)
    assert network.n_iter_ == 12


def test_weights_of_classes_are_refused_for_labels():
    labels = np.c_[Y > 0, Y > 1].astype(int)
    with pytest.raises(ValueError, match="y has labels; take 'balanced'"):
        MLPClassifier(**SMALL, class_weight={0: 1.0, 1: 2.0}).fit(X, labels)
