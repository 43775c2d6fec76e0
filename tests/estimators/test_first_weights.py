"""First weights, against those that scikit-learn draws."""

import warnings

import numpy as np
import pytest
from sklearn.neural_network import MLPRegressor

from nnjax.estimators.first_weights import SCIKIT_LEARN, draw_first_weights
from nnjax.estimators.problem import NetworkDesign
from nnjax.network.initializers import INITIALIZERS


def design(*activation):
    sizes = (5, 3)[: len(activation)]
    return NetworkDesign("regression", "half_mean_squared_error", "identity", sizes, activation)


@pytest.mark.parametrize("activation", ["relu", "logistic"])
def test_they_are_scikit_learns_bit_for_bit(activation):
    x, y = np.zeros((6, 4), np.float32), np.zeros((6, 2), np.float32)
    network = MLPRegressor(
        hidden_layer_sizes=(5, 3), activation=activation, solver="sgd", learning_rate_init=1e-30, max_iter=1, alpha=0,
        random_state=7,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network.fit(x, y)
    drawn = draw_first_weights(np.random.RandomState(7), (4, 5, 3, 2), design(activation, activation))
    for layer, weights, bias in zip(drawn, network.coefs_, network.intercepts_, strict=True):
        assert np.array_equal(layer.weights, weights)
        assert np.array_equal(layer.bias, bias)


@pytest.mark.parametrize("initializer", sorted([SCIKIT_LEARN, *INITIALIZERS]))
def test_a_state_draws_the_same_again_and_is_moved_on(initializer):
    state = np.random.RandomState(7)
    first, second, again = (
        draw_first_weights(each, (4, 5, 3, 1), design("prelu", "maxout"), initializer)
        for each in (state, state, np.random.RandomState(7))
    )
    assert all(np.array_equal(one.weights, other.weights) for one, other in zip(first, again, strict=True))
    assert [layer.weights.shape for layer in first] == [(4, 5), (2, 5, 3), (3, 1)]
    assert first[0].negative_slope.tolist() == [0.25] * 5
    if initializer != "zeros":
        assert not np.array_equal(first[0].weights, second[0].weights)
