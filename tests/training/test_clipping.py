import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from nnjax.network.mlp import Layer
from nnjax.training.clipping import CLIPPINGS, gradient_norm
from nnjax.training.optimizers import Hyperparameters

GRADIENT = (Layer(jnp.array([[0.1, 0.2]]), jnp.array([0.3, 0.0])), Layer(jnp.array([[2.0], [-4.0]]), jnp.array([4.0])))


def clipped_by_norm(arrays, limit):
    norm = np.sqrt(sum(np.sum(array**2) for array in arrays))
    return [array * min(1.0, limit / norm) for array in arrays]


NUMPY_CLIPPINGS = {
    "none": lambda layers: layers,
    "value": lambda layers: [[np.clip(array, -1, 0.25) for array in layer] for layer in layers],
    "global_norm": lambda layers: np.split(
        np.array(clipped_by_norm([array for layer in layers for array in layer], 1.5), dtype=object), 2
    ),
    "layer_norm": lambda layers: [clipped_by_norm(layer, 1.5) for layer in layers],
}


@pytest.mark.parametrize("name", CLIPPINGS)
def test_clipping_equals_numpys(name):
    numbers = Hyperparameters(1.0, 0.0, clip_min=-1.0, clip_max=0.25, clip_norm=1.5)
    expected = NUMPY_CLIPPINGS[name]([[np.asarray(leaf) for leaf in layer[:2]] for layer in GRADIENT])
    for layer, (w, b) in zip(CLIPPINGS[name].function(GRADIENT, numbers), expected, strict=True):
        np.testing.assert_allclose(layer.weights, w, rtol=1e-6)
        np.testing.assert_allclose(layer.bias, b, rtol=1e-6)


def test_small_and_zero_gradients_are_not_clipped_by_norm():
    for gradients in (GRADIENT, jax.tree.map(lambda leaf: 0 * leaf, GRADIENT)):
        clipped = CLIPPINGS["global_norm"].function(gradients, Hyperparameters(1.0, 0.0, clip_norm=100.0))
        np.testing.assert_allclose(clipped[1].weights, gradients[1].weights, rtol=1e-6)


@pytest.mark.parametrize("name", ["global_norm", "layer_norm"])
def test_a_gradient_whose_square_overflows_is_shortened_and_not_lost(name):
    huge = jax.tree.map(lambda leaf: leaf * 1e30, GRADIENT)
    numbers = Hyperparameters(1.0, 0.0, clip_norm=0.1)
    both = (CLIPPINGS[name].function(gradients, numbers) for gradients in (huge, GRADIENT))
    for layer, expected in zip(*both, strict=True):  # one direction, one length
        np.testing.assert_allclose(layer.weights, expected.weights, rtol=1e-5)
        np.testing.assert_allclose(layer.bias, expected.bias, rtol=1e-5)


@pytest.mark.parametrize("name", ["global_norm", "layer_norm"])
@pytest.mark.parametrize("number", [np.inf, -np.inf, np.nan])
def test_a_gradient_that_is_not_finite_ends_the_run_where_it_was_clipped_by_norm(name, number):
    gradients = (GRADIENT[0], GRADIENT[1]._replace(bias=jnp.float32([number])))
    clipped = CLIPPINGS[name].function(gradients, Hyperparameters(1.0, 0.0))
    assert np.isnan(clipped[1].weights).all()
    largest = jax.tree.map(lambda leaf: jnp.full_like(leaf, 3e38), GRADIENT)
    assert np.isnan(CLIPPINGS[name].function(largest, Hyperparameters(1.0, 0.0))[0].weights).all()


def test_the_norm_keeps_its_digits_where_nothing_overflows():
    for scale in (1e-12, 1.0, 1e17):
        gradients = jax.tree.map(lambda leaf, times=scale: leaf * times, GRADIENT)
        assert gradient_norm(gradients) == optax.tree.norm(gradients)
