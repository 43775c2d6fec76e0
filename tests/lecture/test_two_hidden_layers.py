import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnjax.lecture import backpropagation
from nnjax.lecture.two_hidden_layers import (
    TwoHidden,
    differentiate_by_chain,
    propagate_backward,
    propagate_forward,
)
from nnjax.lecture.weights import Folded

WIDTH = st.sampled_from([1, 3])
SLIDE, EXAMPLES, BATCH_SIZE = (2, 3, 2, 2), 80, 8  # the slides' network, N and K


def draw(sizes, n, seed):
    generator = np.random.default_rng(seed)
    weights = TwoHidden(*(generator.normal(size=(sizes[i] + 1, sizes[i + 1])) for i in range(3)))
    return weights, generator.normal(size=(n, sizes[0])), generator.uniform(size=(n, sizes[3]))


def error(weights, x, y):
    a = x
    for matrix in weights:
        a = jax.nn.sigmoid(jnp.hstack([jnp.ones((len(a), 1)), a]) @ matrix)
    return jnp.sum((y - a) ** 2) / (2 * len(x))


@settings(max_examples=4)
@given(sizes=st.tuples(WIDTH, WIDTH, WIDTH, WIDTH), n=WIDTH, seed=st.integers(0, 99))
def test_the_gradient_equals_automatic_differentiation(sizes, n, seed):
    weights, x, y = draw(sizes, n, seed)
    with jax.enable_x64(True):
        expected = jax.grad(error)(jax.tree.map(jnp.asarray, weights), jnp.asarray(x), jnp.asarray(y))
    for found, wanted in zip(propagate_backward(weights, x, y), expected, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-10, atol=1e-14)


def test_the_slides_network_has_23_weights_and_ten_updates_an_epoch():
    weights, x, y = draw(SLIDE, EXAMPLES, seed=0)
    assert [w.shape for w in weights] == [(3, 3), (4, 2), (3, 2)] and sum(w.size for w in weights) == 23
    assert y.shape == (EXAMPLES, 2) and EXAMPLES // BATCH_SIZE == 10
    example_errors = 0.5 * np.sum((y - propagate_forward(weights, x).a3) ** 2, axis=1)
    assert float(error(weights, x, y)) == pytest.approx(example_errors.mean(), rel=1e-5)


def test_the_gradient_of_an_epoch_is_the_mean_over_its_mini_batches():
    weights, x, y = draw(SLIDE, EXAMPLES, seed=0)
    batches = np.split(np.arange(EXAMPLES), EXAMPLES // BATCH_SIZE)
    parts = [propagate_backward(weights, x[rows], y[rows]) for rows in batches]
    for whole, *pieces in zip(propagate_backward(weights, x, y), *parts, strict=True):
        np.testing.assert_allclose(whole, np.mean(pieces, axis=0), rtol=1e-11)


def test_the_chain_from_every_single_weight_gives_the_same_gradient():
    weights, x, y = draw((2, 3, 2, 2), 1, seed=4)
    for layer, gradient in enumerate(propagate_backward(weights, x, y), start=1):
        for (m, n), expected in np.ndenumerate(gradient):
            assert differentiate_by_chain(weights, x[0], y[0], layer, (m, n + 1)) == pytest.approx(expected, rel=1e-11)


def test_the_slides_formula_for_one_weight_is_twice_the_derivative():
    weights, x, y = draw((2, 3, 2, 2), 1, seed=5)
    a1, a2, a3 = (a[0] for a in propagate_forward(weights, x))
    slide = sum(  # ∂E/∂w₃₁⁽²⁾ with the slide's factor 2, and y_j where it repeats y₁
        -2 * (y[0, j] - a3[j]) * a3[j] * (1 - a3[j]) * weights.third[1, j] * a2[0] * (1 - a2[0]) * a1[2] for j in (0, 1)
    )
    assert slide == pytest.approx(2 * propagate_backward(weights, x, y).second[3, 0], rel=1e-12)


def test_the_general_pass_agrees():
    weights, x, y = draw((2, 3, 2, 2), 8, seed=6)
    general = backpropagation.propagate_backward(Folded(tuple(weights)), x, y, backpropagation.Network())
    for found, wanted in zip(propagate_backward(weights, x, y), general.gradient.weights, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-11, atol=1e-15)
