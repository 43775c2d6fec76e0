"""Adam's operation: against its definition by hand, optax and scikit-learn's form; in place, and to the last bit."""

import functools
import itertools
import re

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from fakes.stacks import assert_close, assert_same

from nnjax.estimators.solvers import Update
from nnjax.kernels.adam import (
    AdamNumbers,
    adam_step,
    adam_step_definition,
    adam_update,
    adam_update_definition,
    bias_corrections,
    scale_by_fused_adam,
)
from nnjax.network.mlp import Layer
from nnjax.training.gradients import StepGradients
from nnjax.training.optimizers import Hyperparameters, UpdateRule
from nnjax.training.update import make_optimizer

pytestmark = pytest.mark.usefixtures("fused")

NUMBERS = AdamNumbers(0.02, 0.8, 0.99, 1.5, 1e-3, 0.3, 0.25, 0.05)


def draw(seed, sizes=(3, 17, 5, 1)):
    """Layers of weights and biases, two of them as many numbers as no vector holds."""
    generator = np.random.default_rng(seed)
    pairs = itertools.pairwise(sizes)
    return tuple(
        Layer(*(jnp.asarray(generator.standard_normal(shape), jnp.float32) for shape in ((fan_in, units), (units,))))
        for fan_in, units in pairs
    )


def squared(layers):
    return jax.tree.map(jnp.square, layers)


GIVEN = draw(0), draw(1), squared(draw(2)), draw(3)
"""Parameters, mean, mean square and gradient."""


def test_a_step_equals_float64_by_hand():
    found = jax.jit(adam_step)(NUMBERS, *GIVEN)
    step, b1, b2, scale, epsilon, l2, gradient_scale, decay, _ = NUMBERS
    for layer in range(3):
        for name in Layer._fields[:2]:
            p, m, v, g = (np.float64(getattr(each[layer], name)) for each in GIVEN)
            of_weights = name == "weights"
            g = gradient_scale * g + l2 * p * of_weights
            m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g**2
            p = p - step * m / (np.sqrt(scale * v) + epsilon) - decay * p * of_weights
            assert_close([getattr(each[layer], name) for each in found[:3]], [p, m, v], digits=1e-6)


def test_the_sums_of_squares_are_those_of_the_weights_before_the_step():
    found = jax.jit(adam_step)(NUMBERS, *GIVEN).weight_squares
    assert_close(found, np.float32([np.sum(np.square(np.float64(layer.weights))) for layer in GIVEN[0]]))


def test_numbers_without_an_end_are_those_of_the_definition():
    """NaN, infinities, zeros, roots of what is below zero: each in its own place, and nowhere else."""
    strange = jnp.asarray([jnp.nan, jnp.inf, -jnp.inf, 0.0, 3e38, 1e-30, -1.0], jnp.float32)
    meet = jnp.meshgrid(*[strange] * 4)
    given = [(Layer(each.reshape(7, -1), each.ravel()),) for each in meet]
    for operation, definition, arguments in (
        (adam_step, adam_step_definition, given),
        (adam_update, adam_update_definition, given[1:]),
    ):
        found, expected = (jax.jit(each)(NUMBERS._replace(epsilon=0.0), *arguments) for each in (operation, definition))
        for one, other in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-6)


@pytest.mark.parametrize("step", [adam_step, adam_step_definition], ids=["operation", "definition"])
def test_a_run_that_rests_stays_as_it_is_whatever_its_gradient(step):
    two = jax.tree.map(lambda leaf: jnp.stack([leaf, leaf * jnp.nan]), GIVEN[3])
    both = jax.vmap(step, in_axes=(AdamNumbers(*[None] * 8, 0), None, None, None, 0))
    after = jax.jit(both)(NUMBERS._replace(rests=jnp.float32([0, 1])), *GIVEN[:3], two)
    works, rests = (jax.tree.map(lambda leaf, at=run: leaf[at], after[:3]) for run in range(2))
    assert_same(rests, GIVEN[:3])
    assert_close(works, tuple(adam_step_definition(NUMBERS, *GIVEN)[:3]))


def follow(one_step, n_steps=40):
    """Where steps lead to in a valley that shakes: one_step(carry, gradient) -> carry, whose first part is p."""

    def walk(start):
        def step(carry, shake):
            gradient = jax.tree.map(lambda p, s: 0.3 * p + s, carry[0], shake)
            return one_step(carry, gradient), None

        return jax.lax.scan(step, start, shakes)[0]

    generator = np.random.default_rng(7)
    shakes = jax.tree.map(
        lambda leaf: jnp.asarray(generator.standard_normal((n_steps, *leaf.shape)), jnp.float32), GIVEN[0]
    )
    return jax.jit(walk)


HYPERPARAMETERS = Hyperparameters(0.03, 0.02, beta_1=0.85, beta_2=0.97, epsilon=1e-4, weight_decay=0.1)
RULE = UpdateRule("adamw", weight_decay=True)
ZERO = jax.tree.map(jnp.zeros_like, GIVEN[0])


def by_step(numbers_after):
    """`adam_step` with the numbers of each step."""

    def one(carry, gradient):
        parameters, mean, square, count = carry
        numbers = numbers_after(*bias_corrections(0.85, 0.97, count + 1))
        return *adam_step(numbers, parameters, mean, square, gradient)[:3], count + 1

    return follow(one)((GIVEN[0], ZERO, ZERO, jnp.int32(0)))


def test_both_doors_are_optaxs_adam_with_penalty_and_decay():
    theirs = make_optimizer(RULE, HYPERPARAMETERS)

    def their_step(carry, gradient):
        updates, state = theirs.update(gradient, carry[1], carry[0])
        return optax.apply_updates(carry[0], updates), state

    expected, (_, state, *_) = follow(their_step)((GIVEN[0], theirs.init(GIVEN[0])))
    rate, l2, decay = (getattr(HYPERPARAMETERS, name) for name in ("learning_rate", "l2", "weight_decay"))
    stepped, mean, square, _ = by_step(
        lambda first, second: AdamNumbers(rate / first, 0.85, 0.97, 1 / second, 1e-4, l2, 1.0, rate * decay)
    )
    assert_close((stepped, mean, square), (expected, state.mu, state.nu), digits=1e-4)
    ours = scale_by_fused_adam(0.85, 0.97, 1e-4)

    def our_step(carry, gradient):
        parameters, state = carry
        penalised = tuple(
            g._replace(weights=g.weights + l2 * p.weights) for g, p in zip(gradient, parameters, strict=True)
        )
        updates, state = ours.update(penalised, state)
        decayed = [u.weights + decay * p.weights for u, p in zip(updates, parameters, strict=True)]
        updates = tuple(u._replace(weights=w) for u, w in zip(updates, decayed, strict=True))
        return jax.tree.map(lambda p, u: p - rate * u, parameters, updates), state

    assert_close(follow(our_step)((GIVEN[0], ours.init(GIVEN[0]))), (expected, state), digits=1e-4)


def test_the_step_is_scikit_learns_with_its_numbers():
    update = Update(UpdateRule("adam"), False)
    numbers = HYPERPARAMETERS._replace(epsilon=0.1)

    def their_step(carry, gradient):
        of_step = StepGradients(jnp.float32(0), gradient, 1.0, jnp.zeros((1, 1), jnp.float32), (), None)
        return update.apply(*carry, of_step, numbers, jnp.bool_(False))[:2]

    expected, state = follow(their_step)((GIVEN[0], update.first_state(GIVEN[0])))
    rate, l2 = numbers.learning_rate, numbers.l2
    found = by_step(lambda first, second: AdamNumbers(rate * jnp.sqrt(second) / first, 0.85, 0.97, 1.0, 0.1, l2))
    assert_close(found[:3], (expected, state[0].mean, state[0].square), digits=1e-4)


def test_the_chain_takes_any_tree_and_any_number_of_runs():
    ours, theirs = scale_by_fused_adam(0.9, 0.99, 1e-6), optax.scale_by_adam(0.9, 0.99, 1e-6)
    generator = np.random.default_rng(0)
    gradient = {
        "scalar": generator.standard_normal((2, 3)),
        "pieces": generator.standard_normal((2, 3, 2, 5, 4)),
        "none": None,
        "empty": np.zeros((2, 3, 0)),
    }
    gradient = jax.tree.map(lambda leaf: jnp.asarray(leaf, jnp.float32), gradient)

    def twice(rule, one):
        _, state = rule.update(one, rule.init(one))
        return rule.update(jax.tree.map(jnp.sin, one), state)

    with jax.numpy_dtype_promotion("standard"):  # optax's own way
        found, expected = (
            jax.jit(jax.vmap(jax.vmap(lambda one, rule=rule: twice(rule, one))))(gradient) for rule in (ours, theirs)
        )
    assert_close(found, expected, digits=1e-5)


def test_bits_of_a_run_know_neither_its_place_nor_its_neighbours():
    def together(*parts):
        return jax.tree.map(lambda *leaves: jnp.stack([jnp.asarray(each, jnp.float32) for each in leaves]), *parts)

    runs = [(NUMBERS._replace(step_size=0.01 * seed), *(draw(seed + each) for each in range(4))) for seed in range(4)]
    runs = [(numbers, p, m, squared(v), g) for numbers, p, m, v, g in runs]
    alone = [jax.jit(adam_step)(*run) for run in runs]
    diverged = jax.tree.map(lambda leaf: leaf * jnp.float32(jnp.nan), runs[0])
    for order in ([0, 1, 2, 3], [3, 2, 0, 1]):
        chunk = jax.jit(jax.vmap(adam_step))(*together(*(runs[each] for each in order), diverged))
        for place, run in enumerate(order):
            assert_same(jax.tree.map(lambda leaf, at=place: leaf[at], chunk), alone[run])
    shared = jax.jit(jax.vmap(adam_step, in_axes=(None, 0, None, 0, 0)))
    _, parameters, _, square, gradient = together(*runs)
    found = shared(NUMBERS, parameters, runs[0][2], square, gradient)
    assert_same(
        jax.tree.map(lambda leaf: leaf[1], found), jax.jit(adam_step)(NUMBERS, runs[1][1], runs[0][2], *runs[1][3:])
    )


def test_a_step_is_differentiated_by_its_definition():
    given = [part[2:] for part in GIVEN]

    def length(operation, numbers, parameters):
        return sum(jnp.sum(jnp.square(leaf)) for leaf in jax.tree.leaves(operation(numbers, parameters, *given[1:])))

    by_all = [
        jax.jit(jax.grad(functools.partial(length, each), argnums=(0, 1)))(NUMBERS, given[0])
        for each in (adam_step, adam_step_definition)
    ]
    assert_close(*by_all, digits=1e-5)


def test_a_loop_of_steps_copies_no_parameter():
    """Parameters and moments are written where they are, in every run and step: XLA's program of the loop says so."""

    def walk(parameters):
        def step(carry, _):
            stepped = adam_step(NUMBERS, *carry, jax.tree.map(jnp.sin, carry[0]))
            return stepped[:3], stepped.weight_squares

        return jax.lax.scan(step, (parameters, parameters, squared(parameters)), length=9)

    runs = jax.tree.map(lambda *leaves: jnp.stack(leaves), *(draw(seed) for seed in range(3)))
    text = jax.jit(jax.vmap(walk)).lower(runs).compile().as_text()
    bodies = [each for each in re.split(r"\n\n", text) if 'custom_call_target="nnjax_adam_step"' in each]
    assert len(bodies) == 1
    assert "f32[3,17,5]" in bodies[0]
    assert not re.findall(r"= f32\[3,\d+.* copy", bodies[0])


def test_what_would_be_read_wrongly_is_refused():
    parameters, mean, square, gradient = GIVEN
    with pytest.raises(TypeError, match="float32: argument 4 is float16"):
        adam_step(NUMBERS, parameters, mean, square, jax.tree.map(lambda leaf: leaf.astype(jnp.float16), gradient))
    with pytest.raises(ValueError, match="have shapes"):
        adam_update(NUMBERS, mean, square, tuple(reversed(gradient)))
    layer = parameters[0]._replace(scale=parameters[0].bias)
    with pytest.raises(ValueError, match="weights and a bias alone"):
        adam_step(NUMBERS, *[(layer,)] * 4)
