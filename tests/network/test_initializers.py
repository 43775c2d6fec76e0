import numpy as np
import pytest

from nnjax.network.activations import ACTIVATIONS
from nnjax.network.initializers import INITIALIZERS, default_initializer, draw_parameters


@pytest.mark.parametrize(("name", "variance"), [("lecun", 1 / 300), ("glorot", 2 / 700), ("he", 2 / 300)])
def test_variance_of_a_weight(name, variance):
    (weights, bias), _ = draw_parameters(np.random.default_rng(0), (300, 400, 1), name)
    assert np.var(weights) == pytest.approx(variance, rel=5 * np.sqrt(2 / weights.size))
    assert not bias.any()


def test_every_activation_has_a_known_default():
    assert {default_initializer(name) for name in ACTIVATIONS} <= set(INITIALIZERS)


def test_layers_of_a_deeper_network_begin_like_those_of_a_shallower_one():
    shallow = draw_parameters(np.random.default_rng(3), (10, 64, 64, 1), "he")
    deep = draw_parameters(np.random.default_rng(3), (10, 64, 64, 64, 1), "he")
    np.testing.assert_array_equal(shallow[1][0], deep[1][0])
