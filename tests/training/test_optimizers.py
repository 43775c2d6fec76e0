import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nnjax.network.mlp import Layer
from nnjax.training.optimizers import OPTIMIZERS, Hyperparameters, make_optimizer

START = (Layer(jnp.array([[1.0, -2.0]]), jnp.array([0.5, 0.5])),)
GRADIENT = (Layer(jnp.array([[0.1, 0.2]]), jnp.array([0.3, 0.0])),)


@pytest.mark.parametrize("name", list(OPTIMIZERS))
def test_a_step_goes_against_the_gradient(name):
    rule = make_optimizer(name, Hyperparameters(0.1, 0.0))
    updates, _ = rule.update(GRADIENT, rule.init(START), START)
    for update, gradient in zip(jax.tree.leaves(updates), jax.tree.leaves(GRADIENT), strict=True):
        assert np.all(update * gradient <= 0)


def test_l2_is_coupled_as_the_lecture_writes_it_and_spares_the_bias():
    rule = make_optimizer("sgd", Hyperparameters(0.1, 0.5))
    (updates,), _ = rule.update(GRADIENT, rule.init(START), START)
    np.testing.assert_allclose(updates.weights, -0.1 * (0.5 * START[0].weights + GRADIENT[0].weights), rtol=1e-6)
    np.testing.assert_allclose(updates.bias, -0.1 * GRADIENT[0].bias, rtol=1e-6)


def test_momentum_keeps_its_share_of_the_last_update():
    rule = make_optimizer("momentum", Hyperparameters(1.0, 0.0, momentum=0.5))
    first, state = rule.update(GRADIENT, rule.init(START), START)
    second, _ = rule.update(GRADIENT, state, START)
    np.testing.assert_allclose(second[0].weights, 1.5 * first[0].weights, rtol=1e-6)
