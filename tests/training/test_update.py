import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nnjax.network.mlp import Layer
from nnjax.training.optimizers import Hyperparameters, UpdateRule
from nnjax.training.update import make_optimizer, penalise, penalty

START = (Layer(jnp.array([[1.0, -2.0]]), jnp.array([0.5, 0.5])), Layer(jnp.array([[0.0], [3.0]]), jnp.array([1.0])))
GRADIENT = (Layer(jnp.array([[0.1, 0.2]]), jnp.array([0.3, 0.0])), Layer(jnp.array([[2.0], [-4.0]]), jnp.array([4.0])))


def step(rule, numbers):
    optimizer = make_optimizer(rule, numbers)
    return optimizer.update(GRADIENT, optimizer.init(START), START)[0]


def test_clipping_acts_on_the_loss_and_not_on_the_penalty():
    numbers = Hyperparameters(1.0, 2.0, clip_norm=1e-6)
    update = step(UpdateRule("sgd", "global_norm"), numbers)[0]
    np.testing.assert_allclose(update.weights, -2.0 * START[0].weights, atol=1e-5)


def test_l2_is_coupled_as_the_lecture_writes_it_and_spares_the_bias():
    update = step(UpdateRule("sgd"), Hyperparameters(0.1, 0.5))[0]
    np.testing.assert_allclose(update.weights, -0.1 * (0.5 * START[0].weights + GRADIENT[0].weights), rtol=1e-6)
    np.testing.assert_allclose(update.bias, -0.1 * GRADIENT[0].bias, rtol=1e-6)


def test_l1_adds_the_sign_of_the_weights_and_spares_the_bias():
    updates = step(UpdateRule("sgd", l1=True), Hyperparameters(0.1, 0.0, l1=0.5))
    signs = [[[0.5, -0.5]], [[0.0], [0.5]]]
    for update, gradient, sign in zip(updates, GRADIENT, signs, strict=True):
        np.testing.assert_allclose(update.weights, -0.1 * (gradient.weights + np.float32(sign)), rtol=1e-6)
        np.testing.assert_allclose(update.bias, -0.1 * gradient.bias, rtol=1e-6)


def test_decoupled_decay_is_added_behind_the_optimiser():
    numbers = Hyperparameters(0.1, 0.0, weight_decay=0.2)
    plain, decayed = (step(UpdateRule("adamw", weight_decay=on), numbers) for on in (False, True))
    for before, after, layer in zip(plain, decayed, START, strict=True):
        np.testing.assert_allclose(after.weights, before.weights - 0.1 * 0.2 * layer.weights, rtol=1e-5)
        np.testing.assert_array_equal(after.bias, before.bias)


@pytest.mark.parametrize("l1", [False, True])
def test_penalties_gradient_is_what_is_added(l1):
    rule, numbers = UpdateRule("lbfgs", l1=l1), Hyperparameters(0.1, 0.3, l1=0.2)
    added = penalise(jax.tree.map(lambda leaf: 0 * leaf, START), START, rule, numbers)
    expected = jax.grad(penalty)(START, rule, numbers)
    np.testing.assert_allclose(added[0].weights, expected[0].weights, rtol=1e-6)
    np.testing.assert_array_equal(added[0].bias, expected[0].bias)


def test_unknown_names_are_misuse():
    for rule in (UpdateRule("adom"), UpdateRule(clipping="norm")):
        with pytest.raises(KeyError):
            make_optimizer(rule, Hyperparameters(0.1, 0.0))
