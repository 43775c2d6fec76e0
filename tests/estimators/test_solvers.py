"""Updates, against scikit-learn's optimisers and optax's."""

import jax
import numpy as np
import optax
import pytest
from sklearn.neural_network._stochastic_optimizers import AdamOptimizer, SGDOptimizer

from nnjax.estimators.solvers import Update, divided, scale_by_plain_adam
from nnjax.network.mlp import Layer
from nnjax.training.gradients import GRADIENT_SCALE, StepGradients
from nnjax.training.optimizers import Hyperparameters, UpdateRule

GENERATOR = np.random.default_rng(0)
GRADIENTS = [
    (Layer(*(GENERATOR.standard_normal(shape).astype(np.float32) for shape in ((3, 2), (2,)))),) for _ in range(6)
]
ZERO = (Layer(np.zeros((3, 2), np.float32), np.zeros(2, np.float32)),)
WORKS = np.bool_(False)
"""It does not rest."""


def of_step(gradient, scale=1.0):
    """A mini-batch's gradient as the update is given it, multiplied by the scale."""
    scaled = jax.tree.map(lambda leaf: leaf * np.float32(scale), gradient)
    return StepGradients(np.float32(0), scaled, scale, np.zeros((1, 2), np.float32), (), None)


def walk(update, numbers, start=ZERO, scale=1.0):
    """Where the steps along `GRADIENTS` lead to."""
    return follow(update, numbers, start, scale)[0]


def follow(update, numbers, start, scale):
    """Where they lead to, and the penalty before each of them."""
    parameters, state, penalties = start, update.first_state(start), []
    for gradient in GRADIENTS:
        like = tuple(
            each._replace(scale=None if layer.scale is None else each.bias)
            for each, layer in zip(gradient, start, strict=True)
        )
        parameters, state, penalty = update.apply(parameters, state, of_step(like, scale), numbers, WORKS)
        penalties.append(penalty)
    return parameters[0], penalties


@pytest.mark.parametrize("scale_of_layer", [None, np.float32([1, 2])], ids=["plain", "normalised"])
@pytest.mark.parametrize(
    "rule", [{}, {"l1": True, "clipping": "global_norm"}, {"weight_decay": True, "clipping": "value"}]
)
def test_fused_steps_are_the_same_to_rounding(fused, rule, scale_of_layer):
    start = (GRADIENTS[-1][0]._replace(scale=scale_of_layer),)
    numbers = Hyperparameters(0.1, 0.3, l1=0.1, weight_decay=0.2, clip_norm=0.5, epsilon=0.01)
    plain, by_operation = (
        follow(Update(UpdateRule("adam", **rule, is_fused=is_fused), False), numbers, start, GRADIENT_SCALE)
        for is_fused in (False, True)
    )
    for ours, theirs in zip(*map(jax.tree.leaves, (plain, by_operation)), strict=True):
        np.testing.assert_allclose(theirs, ours, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("solver", "make", "nesterov"),
    [
        ("adam", lambda parameters: AdamOptimizer(parameters, 0.1), False),
        ("sgd", lambda parameters: SGDOptimizer(parameters, 0.1, momentum=0.8), True),
        ("sgd", lambda parameters: SGDOptimizer(parameters, 0.1, momentum=0.8, nesterov=False), False),
    ],
)
def test_steps_are_scikit_learns(solver, make, nesterov):
    theirs = [leaf.astype(np.float64).copy() for leaf in ZERO[0][:2]]
    optimizer = make(theirs)
    for gradient in GRADIENTS:
        optimizer.update_params(theirs, [leaf.astype(np.float64) for leaf in gradient[0][:2]])
    ours = walk(Update(UpdateRule(solver), nesterov), Hyperparameters(0.1, 0.0, momentum=0.8))
    # 1 − 0.999 in float32 is off by 1.3e-5.
    assert [*map(np.asarray, ours[:2])] == [pytest.approx(leaf, rel=2e-5) for leaf in theirs]


def test_adams_epsilon_stands_beside_the_uncorrected_root():
    """Which optax's does not: with a large epsilon the first steps are other ones."""
    numbers = Hyperparameters(0.1, 0.0, epsilon=0.1)
    gradient = GRADIENTS[0]
    step, _ = scale_by_plain_adam(numbers).update(gradient, scale_by_plain_adam(numbers).init(ZERO))
    g = gradient[0].weights.astype(np.float64)
    expected = np.sqrt(0.001) / 0.1 * (0.1 * g) / (np.sqrt(0.001) * np.abs(g) + 0.1)
    assert np.asarray(step[0].weights) == pytest.approx(expected, rel=1e-4)
    theirs = optax.scale_by_adam(eps=0.1)
    with jax.numpy_dtype_promotion("standard"):
        other, _ = theirs.update(gradient, theirs.init(ZERO))
    assert np.abs(np.asarray(other[0].weights) / expected - 1).min() > 0.05


def test_a_fused_training_that_rests_goes_on_from_where_it_was(fused):
    start, update = (GRADIENTS[-1][0],), Update(UpdateRule("adam", is_fused=True), False)
    numbers, state = Hyperparameters(0.1, 0.0), update.first_state(start)
    assert update.lets_rest(start)
    step = jax.jit(lambda rests: update.apply(start, state, of_step(GRADIENTS[0]), numbers, rests)[:2])
    jax.tree.map(np.testing.assert_array_equal, step(np.bool_(True)), (start, state))
    assert step(WORKS)[1][0].n_steps == 1
    normalised = (start[0]._replace(scale=np.float32([1, 2])),)
    assert not update.lets_rest(normalised)
    assert not Update(UpdateRule("sgd"), False).lets_rest(start)


def test_decay_is_taken_from_weights_and_not_from_biases():
    start = (Layer(np.ones((3, 2), np.float32), np.ones(2, np.float32)),)
    update = Update(UpdateRule("sgd", weight_decay=True), False)
    numbers = Hyperparameters(0.1, 0.0, weight_decay=0.5)
    after, *_ = update.apply(start, update.first_state(start), of_step(ZERO), numbers, WORKS)
    assert np.asarray(after[0].weights) == pytest.approx(0.95)
    assert np.asarray(after[0].bias) == pytest.approx(1.0)


def test_penalties_are_divided_by_what_the_rows_count_and_nothing_by_nothing():
    numbers = divided(Hyperparameters(0.1, 2.0, l1=1.0), np.float32(4))
    assert (float(numbers.l2), float(numbers.l1)) == (0.5, 0.25)
    assert float(divided(Hyperparameters(0.1, 2.0), np.float32(0)).l2) == 0
