"""MLPRegressor against scikit-learn's own, and what only it has."""

import numpy as np
import pytest
from fakes.estimators import HELD_OUT, SMALL, numbers, regressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import mean_pinball_loss
from sklearn.neural_network import MLPRegressor as TheirRegressor

X, Y = numbers()

CASES = {
    "adam": {"solver": "adam", "batch_size": 16},
    "early stopping": HELD_OUT,
    "poisson": {"loss": "poisson"},
    "lbfgs": {"solver": "lbfgs"},
}
SLOW = {"poisson": pytest.mark.slow}


@pytest.mark.parametrize("case", [pytest.param(case, marks=SLOW.get(case, ())) for case in CASES])
def test_weights_and_what_is_told_are_scikit_learns(case):
    y = np.abs(Y) if case == "poisson" else Y
    given = {**SMALL, "max_iter": 5, "n_iter_no_change": 50, "tol": 0.0} | CASES[case]
    with pytest.warns(ConvergenceWarning):
        ours = regressor(**given).fit(X, y)
    with pytest.warns(ConvergenceWarning):
        theirs = TheirRegressor(**given).fit(X, y)
    for name in ("coefs_", "intercepts_"):
        for mine, other in zip(getattr(ours, name), getattr(theirs, name), strict=True):
            assert np.abs(mine - other).max() <= (1e-4 if case == "lbfgs" else 1e-5)
    assert ours.predict(X) == pytest.approx(theirs.predict(X), abs=2e-4)
    names = ("n_iter_", "n_layers_", "n_outputs_", "out_activation_", "n_features_in_")
    assert [getattr(ours, name) for name in names] == [getattr(theirs, name) for name in names]
    assert ours.loss_ == pytest.approx(theirs.loss_, rel=1e-4)
    if case != "lbfgs":
        assert ours.t_ == theirs.t_
        assert ours.loss_curve_ == pytest.approx(theirs.loss_curve_, rel=1e-5)
        for name in ("best_loss_", "best_validation_score_", "validation_scores_"):
            expected = getattr(theirs, name)
            assert getattr(ours, name) == (expected if expected is None else pytest.approx(expected, abs=1e-5))


@pytest.mark.slow
def test_several_outputs_are_one_network():
    both = np.stack([Y, -2 * Y], axis=1)
    model = regressor(max_iter=200, tol=1e-3).fit(X, both)
    assert model.predict(X).shape == both.shape
    assert (model.n_outputs_, model.score(X, both) > 0.9) == (2, True)


def test_counts_are_not_negative():
    with pytest.raises(ValueError, match="poisson' is for counts, and y has 1 negative values, the least -1; take"):
        regressor(loss="poisson").fit(X, np.where(np.arange(len(Y)) == 7, -1.0, 2.0))


@pytest.mark.slow
def test_a_quantile_is_what_the_pinball_loss_says():
    low, high = (
        regressor(loss="quantile", loss_quantile=share, max_iter=400, tol=1e-4).fit(X, Y).predict(X)
        for share in (0.1, 0.9)
    )
    assert mean_pinball_loss(Y, high, alpha=0.9) < mean_pinball_loss(Y, low, alpha=0.9)
    assert (high - Y >= 0).mean() > 0.7
    assert (low - Y >= 0).mean() < 0.3


@pytest.mark.slow
def test_an_outlier_pulls_less_by_huber():
    y = np.where(np.arange(len(Y)) == 3, 100.0, Y).astype(np.float32)
    given = {"max_iter": 100, "n_iter_no_change": 200}
    with pytest.warns(ConvergenceWarning):
        squared, huber = (regressor(loss=loss, **given).fit(X, y) for loss in ("squared_error", "huber"))
    rest = np.arange(len(Y)) != 3
    assert huber.score(X[rest], Y[rest]) > squared.score(X[rest], Y[rest])


@pytest.mark.slow
def test_what_only_we_have_is_trained_and_predicted_by():
    given = {
        "hidden_layer_sizes": (4, 4, 4),
        "activation": ["prelu", "maxout", "gelu"],
        "solver": "rmsprop",
        "learning_rate": "inverse_time",
        "normalization": "layer",
        "residual": 1,
        "clipping": "global_norm",
        "dropout": 0.1,
        "input_noise": 0.05,
        "initializer": "orthogonal",
        "l1": 1e-3,
        "weight_decay": 1e-3,
        "learning_rate_init": 0.01,
    }
    model = regressor(**given, max_iter=150, n_iter_no_change=200)
    with pytest.warns(ConvergenceWarning):
        model.fit(X, Y)
    assert model.score(X, Y) > 0.7
    assert model.coefs_[1].shape == (2, 4, 4)
    assert [len(each) for each in model.negative_slopes_] == [4, 0, 0]
    assert model.history_.groupby("epoch").layer.max().eq(4).all()
