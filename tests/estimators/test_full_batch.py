"""L-BFGS, against scikit-learn's in float64."""

import numpy as np
import pytest
from fakes.trainings import make_problem, table
from sklearn.neural_network import MLPRegressor

from nnjax.estimators.trainer import train


@pytest.mark.parametrize("weighted", [False, True])
def test_it_walks_as_scikit_learn_does_in_float64(weighted):
    x, y = (part.astype(np.float64) for part in table())
    weights = np.arange(1.0, len(x) + 1) if weighted else None
    network = MLPRegressor(
        hidden_layer_sizes=(8,), activation="tanh", solver="lbfgs", alpha=0.5, max_iter=8, random_state=0
    )
    with pytest.warns(match="failed to converge"):
        network.fit(x, y, sample_weight=weights)
    given = weights if weights is None else weights.astype(np.float32)
    fitted = train([make_problem(solver="lbfgs", l2=0.5, max_iter=8, weights=given)])[0]
    assert (fitted.n_iter, fitted.why) == (8, "max_iter")
    assert fitted.loss_curve[0] == pytest.approx(network.loss_, rel=1e-5)
    # First weights and rows are rounded to float32: that is as near as it gets.
    assert fitted.parameters[0].weights == pytest.approx(network.coefs_[0], abs=1e-4)


def test_it_ends_where_the_gradient_is_small_or_losses_run_out():
    fitted = train([make_problem(solver="lbfgs", l2=5.0, max_iter=500)])[0]
    assert fitted.why == "tol"
    assert fitted.n_iter < 500
    assert train([make_problem(solver="lbfgs", max_iter=500, max_fun=5)])[0].why == "max_fun"
