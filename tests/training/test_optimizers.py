import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nnjax.network.mlp import Layer
from nnjax.training.optimizers import OPTIMIZERS, Hyperparameters, UpdateRule
from nnjax.training.update import make_optimizer

NUMBERS = Hyperparameters(
    0.01, 0.0, momentum=0.8, beta_1=0.85, beta_2=0.99, epsilon=1e-6, rms_decay=0.95, weight_decay=0.1
)


@pytest.mark.parametrize("name", [name for name in OPTIMIZERS if name != "lbfgs"])
def test_a_hundred_steps_equal_a_numpy_reference(name, numpy_rules, float64):
    """On gradients of a narrow valley, with noise; with its decoupled decay where it has one."""
    decays = OPTIMIZERS[name].weight_decay > 0
    curvature = np.array([[1.0, 30.0], [0.1, 5.0]])
    noise = np.random.default_rng(0).standard_normal((100, 2, 2))
    optimizer = make_optimizer(UpdateRule(name, weight_decay=decays), NUMBERS)

    def one(carry, shake):
        (layer,), state = carry
        gradients = (Layer(curvature * layer.weights + shake, jnp.ones(1)),)
        updates, state = optimizer.update(gradients, state, (layer,))
        return (jax.tree.map(jnp.add, (layer,), updates), state), None

    start = (Layer(jnp.ones((2, 2), jnp.float64), jnp.zeros(1, jnp.float64)),)
    ((end,), _), _ = jax.lax.scan(one, (start, optimizer.init(start)), jnp.asarray(noise))
    w, b, state, bias_state = np.ones((2, 2)), np.zeros(1), {}, {}
    for t, shake in enumerate(noise, start=1):
        direction, state = numpy_rules[name](curvature * w + shake, state, t, NUMBERS)
        b_direction, bias_state = numpy_rules[name](np.ones(1), bias_state, t, NUMBERS)
        w = w - 0.01 * (direction + (0.1 * w if decays else 0))
        b = b - 0.01 * b_direction
    np.testing.assert_allclose(end.weights, w, rtol=1e-9)
    np.testing.assert_allclose(end.bias, b, rtol=1e-9)
