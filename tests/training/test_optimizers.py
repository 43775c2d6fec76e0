import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from nnjax.network.mlp import Layer
from nnjax.training.optimizers import (
    CLIPPINGS,
    OPTIMIZERS,
    Hyperparameters,
    UpdateRule,
    gradient_norm,
    make_optimizer,
    penalise,
    penalty,
)

START = (Layer(jnp.array([[1.0, -2.0]]), jnp.array([0.5, 0.5])), Layer(jnp.array([[0.0], [3.0]]), jnp.array([1.0])))
GRADIENT = (Layer(jnp.array([[0.1, 0.2]]), jnp.array([0.3, 0.0])), Layer(jnp.array([[2.0], [-4.0]]), jnp.array([4.0])))
NUMBERS = Hyperparameters(
    0.01, 0.0, momentum=0.8, beta_1=0.85, beta_2=0.99, epsilon=1e-6, rms_decay=0.95, weight_decay=0.1
)


def step(rule, numbers):
    optimizer = make_optimizer(rule, numbers)
    return optimizer.update(GRADIENT, optimizer.init(START), START)[0]


@pytest.mark.parametrize("name", [name for name in OPTIMIZERS if name != "lbfgs"])
def test_a_hundred_steps_equal_a_numpy_reference(name, numpy_rules, float64):
    """On gradients of a narrow valley, with noise; AdamW with its decoupled decay."""
    decays = name == "adamw"
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
    for layer, (w, b) in zip(step(UpdateRule("sgd", clipping=name), numbers), expected, strict=True):
        np.testing.assert_allclose(layer.weights, -w, rtol=1e-6)
        np.testing.assert_allclose(layer.bias, -b, rtol=1e-6)


def test_small_and_zero_gradients_are_not_clipped_by_norm():
    for gradients in (GRADIENT, jax.tree.map(lambda leaf: 0 * leaf, GRADIENT)):
        clipped = CLIPPINGS["global_norm"](gradients, Hyperparameters(1.0, 0.0, clip_norm=100.0))
        np.testing.assert_allclose(clipped[1].weights, gradients[1].weights, rtol=1e-6)


@pytest.mark.parametrize("name", ["global_norm", "layer_norm"])
def test_a_gradient_whose_square_overflows_is_shortened_and_not_lost(name):
    huge = jax.tree.map(lambda leaf: leaf * 1e30, GRADIENT)
    numbers = Hyperparameters(1.0, 0.0, clip_norm=0.1)
    both = (CLIPPINGS[name](gradients, numbers) for gradients in (huge, GRADIENT))
    for layer, expected in zip(*both, strict=True):  # one direction, one length
        np.testing.assert_allclose(layer.weights, expected.weights, rtol=1e-5)
        np.testing.assert_allclose(layer.bias, expected.bias, rtol=1e-5)


@pytest.mark.parametrize("name", ["global_norm", "layer_norm"])
@pytest.mark.parametrize("number", [np.inf, -np.inf, np.nan])
def test_a_gradient_that_is_not_finite_ends_the_run_where_it_was_clipped_by_norm(name, number):
    gradients = (GRADIENT[0], GRADIENT[1]._replace(bias=jnp.float32([number])))
    clipped = CLIPPINGS[name](gradients, Hyperparameters(1.0, 0.0))
    assert np.isnan(clipped[1].weights).all()
    largest = jax.tree.map(lambda leaf: jnp.full_like(leaf, 3e38), GRADIENT)
    assert np.isnan(CLIPPINGS[name](largest, Hyperparameters(1.0, 0.0))[0].weights).all()


def test_the_norm_keeps_its_digits_where_nothing_overflows():
    for scale in (1e-12, 1.0, 1e17):
        gradients = jax.tree.map(lambda leaf, times=scale: leaf * times, GRADIENT)
        assert gradient_norm(gradients) == optax.tree.norm(gradients)


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
            make_optimizer(rule, NUMBERS)
