"""The operations on dense stacks: against a float64 network by hand, against their definitions, and to the last bit."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from fakes.stacks import CONSTANTS, assert_close, assert_same, make_stack, work_by_hand
from fakes.strict.quick_programs import LITTLE

from nnjax.kernels.activation_codes import ACTIVATION_CODES
from nnjax.kernels.dense_stack import (
    dense_stack,
    dense_stack_definition,
    evaluate_stack,
    evaluate_stack_definition,
    gradients_definition,
    nothing_watched,
    predict_stack,
)
from nnjax.network.activations import ActivationParameters
from nnjax.network.mlp import Layer

pytestmark = pytest.mark.usefixtures("fused")

SHAPES = [
    ((1, 1, 1), 1),
    ((3, 17, 100, 1), 7),
    ((10, 64, 64, 3), 8),
    ((5, 8, 1, 3, 2), 33),
    ((4, 16, 16, 1), 265),
    ((2, 130, 33, 17), 9),
]
"""Layer sizes and rows: multiples of a vector and others, one row and many, one output and several."""


quickly = functools.partial(jax.jit, compiler_options=LITTLE)
"""For definitions, whose switches compile for long."""


def pull(stack, by_logits):
    """Output of `dense_stack`, and its gradients by layers and watched for a loss of this gradient by the logits."""

    def loss(layers, watched):
        output = dense_stack(stack.x, stack.codes, stack.constants, layers, watched)
        return jnp.sum(by_logits * output.logits), output

    watched = nothing_watched(len(stack.layers) - 1)
    gradients, output = jax.grad(loss, argnums=(0, 1), has_aux=True)(stack.layers, watched)
    return output, *gradients


def some_gradient(stack, seed=1):
    shape = (stack.x.shape[0], stack.layers[-1].bias.shape[0])
    return jnp.asarray(np.random.default_rng(seed).standard_normal(shape), jnp.float32)


@pytest.mark.parametrize(("sizes", "rows"), SHAPES)
def test_values_gradients_and_what_is_watched_equal_float64(sizes, rows):
    stack = make_stack(sizes, rows)
    by_logits = some_gradient(stack).at[rows // 2 + 1 :].set(0)  # rows that count nothing stand at the end
    output, layers, watched = jax.jit(pull)(stack, by_logits)
    hand = work_by_hand(stack, by_logits)
    assert_close(output.logits, hand.logits)
    assert_close(output.largest_slopes, tuple(slope.max(axis=0) for slope in hand.slopes))
    assert_close(layers, hand.layers)
    assert_close(watched, hand.watched)


def test_a_stack_may_have_every_activation_at_once():
    names = tuple(ACTIVATION_CODES)
    stack = make_stack((4, *[19] * len(names), 1), rows=11, names=names)
    by_logits = some_gradient(stack)
    output, layers, watched = jax.jit(pull)(stack, by_logits)
    hand = work_by_hand(stack, by_logits)
    assert_close(output.logits, hand.logits, digits=1e-4)
    assert_close(output.largest_slopes, tuple(slope.max(axis=0) for slope in hand.slopes), digits=1e-4)
    assert_close(layers, hand.layers, digits=1e-3)
    assert_close(watched, hand.watched, digits=1e-3)


@pytest.fixture(scope="module")
def small():
    """A stack that definitions compile for in a moment, and a gradient by its logits."""
    stack = make_stack((5, 9, 3, 2), names=("softplus", "tanh"))
    return stack, some_gradient(stack)


def test_operation_and_definition_are_one_function(small):
    stack, by_logits = small
    output, layers, watched = jax.jit(pull)(stack, by_logits)

    @quickly
    def by_definition(x, layers):
        given = stack._replace(x=x, layers=layers)
        return dense_stack_definition(*given), gradients_definition(*given, by_logits)

    assert_close((output, (layers, watched)), by_definition(stack.x, stack.layers), digits=1e-5)


def test_with_or_without_jit_bits_are_the_same(small):
    assert_same(jax.jit(pull)(*small), pull(*small))


def test_gradients_by_rows_and_of_gradients_are_those_of_the_definition(small):
    """All at once: by rows and layers, of a function of the gradients by rows and layers."""
    stack, by_logits = small

    def measure(logits_of, x, layers):
        """How long the loss's gradient is, and a bit of the loss itself."""

        def loss(x, layers):
            return jnp.sum(by_logits * jnp.square(logits_of(x, layers)))

        gradients = jax.grad(loss, argnums=(0, 1))(x, layers)
        return 0.1 * loss(x, layers) + sum(jnp.sum(jnp.square(each)) for each in jax.tree.leaves(gradients))

    def by_operation(x, layers):
        return dense_stack(x, stack.codes, CONSTANTS, layers, nothing_watched(2)).logits

    def by_definition(x, layers):
        return dense_stack_definition(x, stack.codes, CONSTANTS, layers).logits

    both = [
        quickly(jax.value_and_grad(functools.partial(measure, logits_of), argnums=(0, 1)))(stack.x, stack.layers)
        for logits_of in (by_operation, by_definition)
    ]
    assert_close(*both, digits=1e-4)


def test_slopes_and_constants_are_not_differentiated():
    """Neither at first nor where a gradient is differentiated: they are numbers of a run, not its parameters."""
    stack = make_stack((5, 9, 3, 2), names=("elu", "leaky_relu"))

    def output(layers, constants):
        return dense_stack(stack.x, stack.codes, constants, layers, nothing_watched(2))

    def slopes(layers, constants):
        return sum(map(jnp.sum, output(layers, constants).largest_slopes))

    def steepness(layers, constants):
        gradient = jax.grad(lambda layers: jnp.sum(jnp.square(output(layers, constants).logits)))(layers)
        return sum(jnp.sum(jnp.square(leaf)) for leaf in jax.tree.leaves(gradient))

    of_slopes, of_steepness = quickly(
        lambda *given: [jax.grad(each, argnums=(0, 1))(*given) for each in (slopes, steepness)]
    )(stack.layers, CONSTANTS)
    assert all(not np.any(np.asarray(leaf)) for leaf in jax.tree.leaves((of_slopes, of_steepness[1])))
    assert all(np.any(np.asarray(layer.weights)) for layer in of_steepness[0])


RUNS = 5
EVERY = jax.jit(jax.vmap(pull))


@pytest.fixture(scope="module")
def runs():
    """Five runs of one shape whose activations differ, and gradients by their logits."""
    names = list(ACTIVATION_CODES)
    stacks = [make_stack((5, 20, 9, 1), 8, names[seed:], seed) for seed in range(RUNS)]
    return stacks, jnp.stack([some_gradient(stack, seed) for seed, stack in enumerate(stacks)])


def together(parts):
    return jax.tree.map(lambda *leaves: jnp.stack([jnp.asarray(leaf) for leaf in leaves]), *parts)


def part(whole, *place):
    return jax.tree.map(lambda leaf: leaf[place], whole)


def test_bits_of_a_run_know_neither_its_place_nor_its_neighbours(runs):
    stacks, by_logits = runs
    alone = [jax.jit(pull)(stack, by_logits[run]) for run, stack in enumerate(stacks)]
    chunk = EVERY(together(stacks), by_logits)
    other_places = EVERY(together([*stacks[2:], *stacks[:2]]), jnp.roll(by_logits, -2, axis=0))
    diverged = jax.tree.map(lambda leaf: leaf * jnp.asarray(jnp.nan, leaf.dtype), stacks[0].layers)
    beside = EVERY(together([stacks[0]._replace(layers=diverged), *stacks[1:]]), by_logits)
    for run in range(RUNS):
        assert_same(part(chunk, run), alone[run])
        assert_same(part(other_places, (run - 2) % RUNS), alone[run])
        assert run == 0 or assert_same(part(beside, run), alone[run]) is None
    assert np.all(np.isnan(beside[0].logits[0])) and not np.any(np.isnan(beside[0].logits[1:]))


def test_what_runs_share_is_not_batched_and_gives_the_same_bits(runs):
    stacks, by_logits = runs
    x, codes = stacks[0].x, stacks[0].codes
    layers = together([stack.layers for stack in stacks])

    def shared(own, by_logits):
        return pull(stacks[0]._replace(layers=own), by_logits)

    found = jax.jit(jax.vmap(shared))(layers, by_logits)
    for run in range(RUNS):
        expected = jax.jit(pull)(stacks[run]._replace(x=x, codes=codes), by_logits[run])
        assert_same(part(found, run), expected)


def test_axes_may_be_nested_and_stand_anywhere(runs):
    """Candidates × runs: rows by candidate, layers by run, codes shared, constants by both."""
    stacks, by_logits = runs
    x = jnp.stack([stacks[0].x, stacks[1].x, stacks[2].x], axis=-1)
    layers, slopes = together([stack.layers for stack in stacks]), jnp.linspace(0.01, 0.5, 3 * RUNS).reshape(RUNS, 3)

    def one(x, own, slope, by_logits):
        return pull(stacks[0]._replace(x=x, layers=own, constants=CONSTANTS._replace(negative_slope=slope)), by_logits)

    each_run = jax.vmap(one, in_axes=(None, 0, 0, 0))
    found = jax.jit(jax.vmap(each_run, in_axes=(2, None, 1, None)))(x, layers, slopes, by_logits)
    for candidate, run in ((0, 0), (1, 4), (2, 3)):
        expected = jax.jit(one)(x[:, :, candidate], stacks[run].layers, slopes[run, candidate], by_logits[run])
        assert_same(part(found, candidate, run), expected)


def test_a_gradient_of_many_runs_at_once_adds_up_what_they_share(runs):
    """`grad` outside of `vmap`: one network that all runs share has the sum of their gradients."""
    stacks, by_logits = runs
    rows = jnp.stack([stack.x for stack in stacks])

    def total(layers):
        def one(x, by_logits):
            return jnp.sum(by_logits * dense_stack(x, stacks[0].codes, CONSTANTS, layers, nothing_watched(2)).logits)

        return jnp.sum(jax.vmap(one)(rows, by_logits))

    alone = stacks[0]._replace(x=rows.reshape(-1, rows.shape[-1]))
    _, expected, _ = jax.jit(pull)(alone, by_logits.reshape(-1, 1))
    assert_close(jax.jit(jax.grad(total))(stacks[0].layers), expected, digits=1e-5)


@pytest.fixture(scope="module")
def look():
    """Rows to look at, two of them padding, with limits of which one is met by some and one by all."""
    stack = make_stack((5, 9, 17, 2), rows=12, names=("relu", "tanh"))
    return *stack, jnp.asarray([0.1] * 10 + [0.0] * 2, jnp.float32), jnp.asarray([0.0, 2.0], jnp.float32)


def test_a_look_and_its_gradient_are_those_of_its_definition(look):
    x, codes, constants, layers, *rest = look

    def looked(operation, layers):
        """What an operation says of rows, and the gradient by the layers of something made of all that."""

        def total(layers):
            seen = operation(x, codes, constants, layers, *rest)
            return sum(jnp.sum(jnp.square(each)) for each in seen), seen

        gradient, seen = jax.grad(total, has_aux=True)(layers)
        return seen, gradient

    by_operation, by_definition = (
        quickly(functools.partial(looked, each)) for each in (evaluate_stack, evaluate_stack_definition)
    )
    found = by_operation(layers)
    assert_close(found, by_definition(layers), digits=1e-5)
    assert 0 < found[0].saturated[0] < 1 and found[0].saturated[1] == pytest.approx(1, rel=1e-5)
    broken = (layers[0], layers[1]._replace(bias=layers[1].bias.at[1].set(jnp.nan)), *layers[2:])
    (found, _), (expected, _) = by_operation(broken), by_definition(broken)
    assert_close(found, expected, digits=1e-5)
    assert np.isnan(found.means[1]) and 0.5 < found.saturated[1] < 1


def test_predictions_are_the_logits_to_the_last_bit_in_any_company(look):
    *stack, weights, limits = look
    alone = jax.jit(predict_stack)(*stack)
    seen = jax.jit(evaluate_stack)(*look)
    assert_same(alone, seen.logits)
    assert_same(alone, jax.jit(dense_stack)(*stack, nothing_watched(2)).logits)
    x, codes, constants, layers = stack
    chunk = jax.vmap(evaluate_stack, in_axes=(None, None, None, 0, None, None))
    found = jax.jit(chunk)(x, codes, constants, together([layers, layers, layers]), weights, limits)
    for run in range(3):
        assert_same(part(found, run), seen)


def test_what_would_be_read_wrongly_is_refused(small):
    stack, by_logits = small
    layers = stack.layers
    with pytest.raises(TypeError, match="float32: argument 0 is float16"):
        pull(stack._replace(x=stack.x.astype(jnp.float16)), by_logits)
    wrong = [
        stack._replace(x=stack.x[:, :4]),
        stack._replace(codes=stack.codes[:1]),
        stack._replace(layers=(layers[0], *layers)),
        stack._replace(layers=layers[-1:]),
        stack._replace(layers=(layers[0]._replace(bias=layers[0].bias[:2]), *layers[1:])),
    ]
    for each in wrong:
        with pytest.raises(ValueError, match="no dense stack"):
            predict_stack(*each)
    with pytest.raises(ValueError, match="weights and a bias alone"):
        predict_stack(*stack._replace(layers=(layers[0]._replace(scale=layers[0].bias), *layers[1:])))
    with pytest.raises(ValueError, match="rows with weights"):
        evaluate_stack(*stack, jnp.ones(3), jnp.ones(2))


def test_whole_numbers_are_not_read_as_if_they_were_float32(fused):
    layers = (Layer(jnp.ones((3, 4)), jnp.zeros(4)), Layer(jnp.ones((4, 1)), jnp.zeros(1)))
    given = jnp.ones((4, 3), jnp.int32), jnp.zeros(1, jnp.int32), ActivationParameters(0.01, 1.0), layers
    with pytest.raises(TypeError, match="nnjax_stack_predict computes in float32: argument 0 is int32"):
        predict_stack(*given)
    with pytest.raises(TypeError, match="nnjax_stack_predict computes in int32: argument 1 is float32"):
        predict_stack(jnp.ones((4, 3)), jnp.zeros(1), *given[2:])
