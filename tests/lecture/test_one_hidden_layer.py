import jax
import jax.numpy as jnp
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nnjax.lecture.backpropagation import Network
from nnjax.lecture.backpropagation import propagate_backward as propagate_back_through_layers
from nnjax.lecture.one_hidden_layer import OneHidden, propagate_backward, propagate_forward, update
from nnjax.lecture.weights import Apart

WIDTH = st.sampled_from([1, 3])


def draw(n_inputs, n_hidden, n_outputs, seed):
    generator = np.random.default_rng(seed)
    shapes = ((n_inputs, n_hidden), n_hidden, (n_hidden, n_outputs), n_outputs)
    weights = OneHidden(*(generator.normal(size=shape) for shape in shapes))
    return weights, generator.normal(size=n_inputs), generator.uniform(size=n_outputs)


def error(weights, x, y):
    o = jax.nn.sigmoid(x @ weights.w + weights.beta)
    return 0.5 * jnp.sum((y - jax.nn.sigmoid(o @ weights.u + weights.gamma)) ** 2)


@settings(max_examples=5)
@given(n_inputs=WIDTH, n_hidden=WIDTH, n_outputs=WIDTH, seed=st.integers(0, 99))
def test_the_gradient_equals_automatic_differentiation(n_inputs, n_hidden, n_outputs, seed):
    weights, x, y = draw(n_inputs, n_hidden, n_outputs, seed)
    with jax.enable_x64(True):
        expected = jax.grad(error)(jax.tree.map(jnp.asarray, weights), jnp.asarray(x), jnp.asarray(y))
    for found, wanted in zip(propagate_backward(weights, x, y).gradient, expected, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-10, atol=1e-14)


def test_delta_and_phi_are_the_deltas_of_the_general_pass():
    weights, x, y = draw(3, 4, 2, seed=0)
    found = propagate_backward(weights, x, y)
    parameters = Apart((weights.w, weights.u), (weights.beta, weights.gamma))
    phi, delta = propagate_back_through_layers(parameters, x[None], y[None], Network()).deltas
    np.testing.assert_allclose(found.delta, delta[0], rtol=1e-12)
    np.testing.assert_allclose(found.phi, phi[0], rtol=1e-12)


def test_written_out_sums_of_the_slide():
    weights, x, y = draw(2, 3, 2, seed=1)
    o, v = propagate_forward(weights, x)
    found = propagate_backward(weights, x, y)
    for k in range(2):
        for j in range(3):
            slide = sum(
                (y[i] - v[i]) * v[i] * (1 - v[i]) * weights.u[j, i] * o[j] * (1 - o[j]) * x[k] for i in range(2)
            )
            np.testing.assert_allclose(found.gradient.w[k, j], -slide, rtol=1e-12)  # the slide's sign is the other one


def test_updates_descend_and_the_slides_sign_climbs():
    weights, x, y = draw(2, 3, 2, seed=2)

    def half_squared_error(weights):
        return 0.5 * np.sum((y - propagate_forward(weights, x)[1]) ** 2)

    assert half_squared_error(update(weights, x, y, 0.1)) < half_squared_error(weights)
    assert half_squared_error(update(weights, x, y, -0.1)) > half_squared_error(weights)
