"""Adam as one operation behind two doors: a step that writes the parameters, and an update for an optax chain.

optax's Adam and scikit-learn's differ in where ε stands, and both are the same operation with other numbers.

Source: Kingma & Ba 2015; Loshchilov & Hutter 2019 for the decoupled decay.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float

from nnjax.kernels.foreign_call import call_operation, differentiated_by
from nnjax.network.mlp import Layer, Parameters

StepNumber = Float[Array, ""] | float


class AdamNumbers(NamedTuple):
    """The numbers of one step; each a scalar, batched over runs.

    Attributes:
        step_size: What m / (√(v · square_scale) + epsilon) is multiplied with.
        beta_1: Decay of the mean gradient m.
        beta_2: Decay of the mean squared gradient v.
        square_scale: What v is multiplied with under the root.
        epsilon: Guard against division by zero.
        l2: Coupled penalty: l2 · W is added to the weights' gradient.
        gradient_scale: What the gradient is multiplied with, before the penalty.
        decay: Decoupled: the share of the weights that a step takes from them.
        rests: 1 for a run that has ended: a step leaves its parameters and moments as they are, whatever its gradient.
    """

    step_size: StepNumber
    beta_1: StepNumber
    beta_2: StepNumber
    square_scale: StepNumber
    epsilon: StepNumber
    l2: StepNumber = 0.0
    gradient_scale: StepNumber = 1.0
    decay: StepNumber = 0.0
    rests: StepNumber = 0.0


def _vector(numbers: AdamNumbers) -> Float[Array, "9"]:
    return jnp.stack([jnp.asarray(each, jnp.float32) for each in numbers])


def _moments(numbers: AdamNumbers, m: Array, v: Array, g: Array) -> tuple[Array, Array, Array]:
    """The update of one array and its moments, by the definition."""
    mean = numbers.beta_1 * m + (1 - numbers.beta_1) * g
    square = numbers.beta_2 * v + (1 - numbers.beta_2) * jnp.square(g)
    return numbers.step_size * mean / (jnp.sqrt(square * numbers.square_scale) + numbers.epsilon), mean, square


class AdamStep(NamedTuple):
    """What a step leaves behind.

    Attributes:
        parameters: After it.
        mean: Mean gradient m, after it.
        square: Mean squared gradient v, after it.
        weight_squares: ‖W‖² a layer, before it: what a penalty is made of. Nobody else may read the parameters that a
            step begins with, or XLA keeps a copy of them, every step. Of a run that rests, any numbers.
    """

    parameters: Parameters
    mean: Parameters
    square: Parameters
    weight_squares: Float[Array, " layers"]


def adam_step_definition(
    numbers: AdamNumbers, parameters: Parameters, mean: Parameters, square: Parameters, gradient: Parameters
) -> AdamStep:
    """What `adam_step` returns, by JAX."""

    def stepped(p: Array, moments: tuple[Array, Array], g: Array, is_weights: bool) -> tuple[Array, Array, Array]:
        scaled = g * numbers.gradient_scale + (numbers.l2 * p if is_weights else 0)
        update, m, v = _moments(numbers, *moments, scaled)
        after = p - update - (numbers.decay * p if is_weights else 0), m, v
        kept = [jnp.where(numbers.rests == 0, new, old) for new, old in zip(after, (p, *moments), strict=True)]
        return kept[0], kept[1], kept[2]

    layers = []
    for p, m, v, g in zip(parameters, mean, square, gradient, strict=True):
        weights = stepped(p.weights, (m.weights, v.weights), g.weights, True)
        bias = stepped(p.bias, (m.bias, v.bias), g.bias, False)
        layers.append([Layer(*both) for both in zip(weights, bias, strict=True)])
    squares = jnp.stack([jnp.sum(jnp.square(layer.weights)) for layer in parameters])
    parameters, mean, square = zip(*layers, strict=True)
    return AdamStep(parameters, mean, square, squares)


@differentiated_by(adam_step_definition)
def adam_step(
    numbers: AdamNumbers, parameters: Parameters, mean: Parameters, square: Parameters, gradient: Parameters
) -> AdamStep:
    """One step of plain dense layers: their parameters and moments afterwards, written over those before.

    Args:
        numbers: The step's; penalty and decay act on the weights, not on the biases.
        parameters: Layers of weights and a bias alone.
        mean: Mean gradient m so far.
        square: Mean squared gradient v so far.
        gradient: Of the loss.

    Raises:
        TypeError: Something is not in float32.
        ValueError: A layer has more than weights and a bias, or shapes do not fit.
    """
    leaves = list(zip(*(jax.tree.leaves(each) for each in (parameters, mean, square, gradient)), strict=True))
    if any(layer.scale is not None or layer.negative_slope is not None for layer in parameters):
        raise ValueError("this step is for layers of weights and a bias alone")
    results = [*(each[0].shape for each in leaves for _ in range(3)), (len(parameters),)]
    in_place = {1 + 4 * leaf + place: 3 * leaf + place for leaf in range(len(leaves)) for place in range(3)}
    arguments = [_vector(numbers), *_checked(leaves)]
    *after, squares = call_operation("nnjax_adam_step", results, arguments, in_place=in_place, shares=False)
    structure = jax.tree.structure(parameters)
    parameters, mean, square = (jax.tree.unflatten(structure, after[place::3]) for place in range(3))
    return AdamStep(parameters, mean, square, squares)


def _checked(leaves: list[tuple[Array, ...]]) -> list[Array]:
    """Arrays of equal shapes, in a row."""
    for each in leaves:
        if len({array.shape for array in each}) != 1:
            raise ValueError(f"Adam's arrays of one parameter have shapes {[array.shape for array in each]}")
    return [array for each in leaves for array in each]


def adam_update_definition(numbers: AdamNumbers, mean: Any, square: Any, gradient: Any) -> tuple[Any, Any, Any]:
    """What `adam_update` returns, by JAX."""
    leaves = zip(*(jax.tree.leaves(each) for each in (mean, square, gradient)), strict=True)
    after = zip(*(_moments(numbers, *each) for each in leaves), strict=True)
    structure = jax.tree.structure(gradient)
    update, mean, square = (jax.tree.unflatten(structure, each) for each in after)
    return update, mean, square


@differentiated_by(adam_update_definition)
def adam_update(numbers: AdamNumbers, mean: Any, square: Any, gradient: Any) -> tuple[Any, Any, Any]:
    """What a step takes from the parameters, and the moments afterwards, written over those before.

    Args:
        numbers: The step's; penalty, gradient scale, decay and rest are the caller's here, and ignored.
        mean: Mean gradient m so far, any pytree of arrays.
        square: Mean squared gradient v so far.
        gradient: As it shall be.

    Raises:
        TypeError: Something is not in float32.
        ValueError: Shapes do not fit.
    """
    leaves = list(zip(*(jax.tree.leaves(each) for each in (mean, square, gradient)), strict=True))
    results = [each[0].shape for each in leaves for _ in range(3)]
    in_place = {1 + 3 * leaf + place: 3 * leaf + 1 + place for leaf in range(len(leaves)) for place in range(2)}
    arguments = [_vector(numbers), *_checked(leaves)]
    after = call_operation("nnjax_adam_update", results, arguments, in_place=in_place, shares=False)
    structure = jax.tree.structure(gradient)
    update, mean, square = (jax.tree.unflatten(structure, after[place::3]) for place in range(3))
    return update, mean, square


def bias_corrections(beta_1: StepNumber, beta_2: StepNumber, count: Array) -> tuple[Array, Array]:
    """1 − βᵗ of both decays after `count` steps, as optax has them."""
    with jax.numpy_dtype_promotion("standard"):
        return jnp.asarray(1 - beta_1**count, jnp.float32), jnp.asarray(1 - beta_2**count, jnp.float32)


def scale_by_fused_adam(b1: StepNumber, b2: StepNumber, eps: StepNumber) -> optax.GradientTransformation:
    """Optax's `scale_by_adam` by the operation: the same state, the same updates to float32 rounding."""

    def init(parameters: Any) -> optax.ScaleByAdamState:
        return optax.scale_by_adam().init(parameters)

    def update(
        gradient: Any, state: optax.ScaleByAdamState, parameters: Any = None
    ) -> tuple[Any, optax.ScaleByAdamState]:
        count = optax.safe_increment(state.count)
        first, second = bias_corrections(b1, b2, count)
        numbers = AdamNumbers(1 / first, b1, b2, 1 / second, eps)
        step, mean, square = adam_update(numbers, state.mu, state.nu, gradient)
        return step, optax.ScaleByAdamState(count, mean, square)

    return optax.GradientTransformation(init, update)
