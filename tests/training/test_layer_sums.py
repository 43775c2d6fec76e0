"""Sums a layer, against NumPy."""

import numpy as np

from nnjax.network.mlp import Layer
from nnjax.training.layer_sums import stack, weight_sizes, weight_square_sums

LAYERS = tuple(
    Layer(np.float32(np.random.default_rng(size).standard_normal((size, 3))), np.ones(3, np.float32)) for size in (1, 5)
)


def test_a_layers_sums_are_of_its_weights_alone():
    np.testing.assert_allclose(weight_square_sums(LAYERS), [np.sum(layer.weights**2) for layer in LAYERS], rtol=1e-6)
    assert weight_sizes(LAYERS).tolist() == [3, 15]


def test_no_layer_has_no_sum():
    assert stack([]).shape == (0,)
