from itertools import pairwise

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnjax.lecture.activations import ACTIVATIONS
from nnjax.lecture.backpropagation import Network, mean_loss, propagate_backward, propagate_forward
from nnjax.lecture.losses import OUTPUT_LOSSES
from nnjax.lecture.weights import Apart, Folded, draw_parameters

FUNCTIONS = {
    "identity": lambda z: z,
    "logistic": jax.nn.sigmoid,
    "tanh": jnp.tanh,
    "arctan": jnp.arctan,
    "relu": jax.nn.relu,
    "softplus": jax.nn.softplus,
    "softmax": jax.nn.softmax,
}
LOSSES = {
    "half_mean_squared_error": lambda v, y: 0.5 * jnp.sum((y - v) ** 2),
    "binary_cross_entropy": lambda v, y: -jnp.sum(y * jnp.log(v) + (1 - y) * jnp.log(1 - v)),
    "cross_entropy": lambda v, y: -jnp.sum(y * jnp.log(v)),
}
WIDTH = st.sampled_from([1, 3])


def oracle(parameters, x, y, names, network):
    a = x
    for weights, bias, name in zip(*parameters, (*names, network.output), strict=True):
        a = FUNCTIONS[name](a @ weights + bias[None])
    return LOSSES[network.loss](a, y) / len(x)


def draw(sizes, n, seed):
    generator = np.random.default_rng(seed)
    weights = draw_parameters(sizes, generator).weights
    parameters = Apart(weights, tuple(generator.normal(size=w.shape[1]) for w in weights))
    targets = np.eye(sizes[-1])[generator.integers(0, sizes[-1], n)]
    return parameters, generator.normal(size=(n, sizes[0])), targets


def compare(parameters, x, y, network):
    """By hand and by automatic differentiation: the mean loss, then every leaf of the gradient."""
    names = network.hidden_names(len(parameters.weights) - 1)
    with jax.enable_x64(True):
        on_device = jax.tree.map(jnp.asarray, (tuple(parameters), x, y))
        value, expected = jax.value_and_grad(oracle)(*on_device, names, network)
    gradient = propagate_backward(parameters, x, y, network).gradient
    ours = [mean_loss(parameters, x, y, network), *jax.tree.leaves(tuple(gradient))]
    return list(zip(ours, [value, *jax.tree.leaves(expected)], strict=True))


@pytest.mark.parametrize("pair", list(OUTPUT_LOSSES), ids=" ".join)
@pytest.mark.parametrize("hidden", list(ACTIVATIONS))
def test_every_pair_behind_every_activation_equals_automatic_differentiation(pair, hidden):
    for found, wanted in compare(*draw((3, 4, 2, 3), 5, seed=1), Network(hidden, *pair)):
        np.testing.assert_allclose(found, wanted, rtol=1e-10, atol=1e-13)


@settings(max_examples=4)
@given(
    sizes=st.lists(WIDTH, min_size=2, max_size=6),
    n=WIDTH,
    seed=st.integers(0, 99),
    pair=st.sampled_from(list(OUTPUT_LOSSES)),
    data=st.data(),
)
def test_any_number_of_layers_equals_automatic_differentiation(sizes, n, seed, pair, data):
    names = data.draw(st.tuples(*(st.sampled_from(list(ACTIVATIONS)) for _ in sizes[2:])))
    for found, wanted in compare(*draw(sizes, n, seed), Network(names, *pair)):
        np.testing.assert_allclose(found, wanted, rtol=1e-10, atol=1e-13)


def test_deltas_are_derivatives_by_the_pre_activations():
    parameters, x, y = draw((3, 4, 2), 1, seed=0)
    network = Network("tanh", "softmax", "cross_entropy")
    delta = propagate_backward(parameters, x, y, network).deltas[0][0]
    np.testing.assert_allclose(delta, propagate_backward(parameters, x, y, network).gradient.biases[0], rtol=1e-14)
    assert propagate_forward(parameters, x, network).z[0].shape == (1, 4)


def test_logistic_units_let_the_gradient_vanish_towards_the_inputs():
    parameters, x, y = draw((3, *[8] * 8, 1), 20, seed=0)
    norms = [np.linalg.norm(delta) for delta in propagate_backward(parameters, x, y, Network()).deltas]
    assert all(first < second / 2 for first, second in pairwise(norms[:-1]))


def test_a_view_returns_its_own_kind():
    parameters = Folded((np.zeros((3, 2)),))
    assert isinstance(propagate_backward(parameters, np.ones((1, 2)), np.ones((1, 2)), Network()).gradient, Folded)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"hidden": "sigmoid"}, "sigmoid"),
        ({"output": "softmax", "loss": "binary_cross_entropy"}, "behind softmax"),
        ({"output": "relu"}, "behind relu"),
    ],
)
def test_unknown_names_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        Network(**settings)


def test_a_list_of_activations_must_fit_the_layers():
    with pytest.raises(ValueError, match="2 activations for 1 hidden"):
        propagate_forward(draw((2, 3, 1), 1, 0)[0], np.ones((1, 2)), Network(("tanh", "relu")))
