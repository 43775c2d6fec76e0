"""One update of the weights: clipping, penalties, the optimiser, decoupled decay, as an optax chain.

Its numbers may be traced, so that one program serves all learning rates.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float

from nnjax.kernels.adam import AdamNumbers, adam_step, bias_corrections, scale_by_fused_adam
from nnjax.network.mlp import Layer, Parameters
from nnjax.training.clipping import CLIPPINGS
from nnjax.training.gradients import StepGradients
from nnjax.training.optimizers import OPTIMIZERS, Hyperparameters, UpdateRule


def penalise(gradients: Parameters, parameters: Parameters, rule: UpdateRule, numbers: Hyperparameters) -> Parameters:
    """Add the penalties' gradients, α W and l1 sign(W), to that of the weights, not of the biases."""

    def penalised(gradient: Layer, layer: Layer) -> Layer:
        # Always there, even at 0: one program serves all strengths of l2.
        weights = gradient.weights + numbers.l2 * layer.weights
        if rule.l1:
            weights = weights + numbers.l1 * jnp.sign(layer.weights)
        return gradient._replace(weights=weights)

    return tuple(map(penalised, gradients, parameters))


def penalty(
    parameters: Parameters, rule: UpdateRule, numbers: Hyperparameters, squares: Float[Array, " layers"] | None = None
) -> Float[Array, ""]:
    """α/2 ‖W‖² + l1 Σ|w|, over the weights of all layers: what `penalise` adds the gradient of.

    The squares are ‖W‖² a layer, where somebody has them already.

    >>> layer = Layer(jnp.array([[3.0, 4.0]]), jnp.ones(2))
    >>> float(penalty((layer,), UpdateRule("lbfgs"), Hyperparameters(0.1, l2=2.0)))
    25.0
    """
    if squares is None:
        squares = jnp.stack([jnp.sum(jnp.square(layer.weights)) for layer in parameters])
    total = 0.5 * numbers.l2 * jnp.sum(squares)
    if rule.l1:
        total = total + numbers.l1 * jnp.sum(jnp.stack([jnp.sum(jnp.abs(layer.weights)) for layer in parameters]))
    return total


def _stateless(change: Callable[[Parameters, Parameters], Parameters]) -> optax.GradientTransformation:
    def update(updates: Parameters, state: optax.EmptyState, params: Parameters) -> tuple[Parameters, optax.EmptyState]:
        return change(updates, params), state

    return optax.GradientTransformation(lambda params: optax.EmptyState(), update)


def _lenient(transformation: optax.GradientTransformation) -> optax.GradientTransformation:
    """As it was, for callers that forbid implicit promotion of dtypes: optax raises a decay to an integer's power."""

    def update(updates: Parameters, state: optax.OptState, params: Parameters) -> tuple[Parameters, optax.OptState]:
        with jax.numpy_dtype_promotion("standard"):
            changed: tuple[Parameters, optax.OptState] = transformation.update(updates, state, params)
        return changed

    return optax.GradientTransformation(transformation.init, update)


def make_optimizer(rule: UpdateRule, numbers: Hyperparameters) -> optax.GradientTransformation:
    """Clipping, penalties, the optimiser, decoupled decay, then −η.

    The penalty enters before the optimiser, as the lecture writes it: w ← w − η (α ∂R/∂w + ∂Loss/∂w) with
    R = ½‖W‖². With Adam that is L2 regularisation, not decoupled weight decay, which comes after it (Loshchilov &
    Hutter 2019). Clipping acts on the gradient of the loss alone.

    Raises:
        KeyError: The optimiser or the clipping is unknown.
    """
    clip = CLIPPINGS[rule.clipping].function
    direction = _lenient(OPTIMIZERS[rule.optimizer].rule(numbers))
    if rule.is_fused:
        direction = scale_by_fused_adam(numbers.beta_1, numbers.beta_2, numbers.epsilon)

    def decayed(updates: Parameters, params: Parameters) -> Parameters:
        return tuple(
            update._replace(weights=update.weights + numbers.weight_decay * layer.weights)
            for update, layer in zip(updates, params, strict=True)
        )

    return optax.chain(
        _stateless(lambda updates, params: penalise(clip(updates, numbers), params, rule, numbers)),
        direction,
        *([_stateless(decayed)] if rule.weight_decay else []),
        optax.scale(-numbers.learning_rate),
    )


def take_step(
    parameters: Parameters, state: optax.OptState, gradients: StepGradients, rule: UpdateRule, numbers: Hyperparameters
) -> tuple[Parameters, optax.OptState]:
    """The parameters and the optimiser's state after one step; the state is `make_optimizer`'s in either case."""
    if rule.is_fused and is_plain(parameters):
        return _fused_step(parameters, state, gradients, rule, numbers)
    updates, state = make_optimizer(rule, numbers).update(gradients.gradient, state, parameters)
    return optax.apply_updates(parameters, updates), state


def is_plain(parameters: Parameters) -> bool:
    """Whether layers have weights and a bias alone: those that the fused step writes itself."""
    return all(layer.scale is None and layer.negative_slope is None for layer in parameters)


def _fused_step(
    parameters: Parameters, state: Any, gradients: StepGradients, rule: UpdateRule, numbers: Hyperparameters
) -> tuple[Parameters, optax.OptState]:
    before, adam, *behind = state
    count = optax.safe_increment(adam.count)
    first, second = bias_corrections(numbers.beta_1, numbers.beta_2, count)
    gradient, rest = what_is_left(gradients, parameters, rule, numbers)
    step = rest._replace(step_size=numbers.learning_rate / first, square_scale=1 / second)
    after = adam_step(step, parameters, adam.mu, adam.nu, gradient)
    return after.parameters, (before, adam._replace(count=count, mu=after.mean, nu=after.square), *behind)


def what_is_left(
    gradients: StepGradients, parameters: Parameters, rule: UpdateRule, numbers: Hyperparameters
) -> tuple[Parameters, AdamNumbers]:
    """The gradient with what must be done to it before the fused step, and the numbers of what the step does itself.

    Clipping and the L1 penalty stand before it. Their step size and root are of steps of size one, uncorrected.
    """
    step = AdamNumbers(1.0, numbers.beta_1, numbers.beta_2, 1.0, numbers.epsilon, l2=numbers.l2)
    if rule.weight_decay:
        step = step._replace(decay=numbers.learning_rate * numbers.weight_decay)
    if rule.clipping == "none" and not rule.l1:
        return gradients.scaled, step._replace(gradient_scale=1 / gradients.scale)
    clipped = CLIPPINGS[rule.clipping].function(gradients.gradient, numbers)
    if not rule.l1:
        return clipped, step
    return penalise(clipped, parameters, rule, numbers), step._replace(l2=0.0)
