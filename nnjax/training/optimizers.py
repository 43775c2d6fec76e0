"""Optimisers as optax chains whose numbers may be traced, so that one program serves all learning rates."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float, Scalar

from nnjax.network.mlp import Layer, Parameters

Number = Float[Scalar, ""] | float


class Hyperparameters(NamedTuple):
    """The numbers of a run that vary inside a program; each a scalar, batched over runs.

    Attributes:
        learning_rate: Step size η.
        l2: Coupled penalty α: the loss gains α/2 ‖W‖².
        momentum: Share of the last update that `momentum` and `nesterov` keep.
        beta_1: Adam's decay of the mean gradient.
        beta_2: Adam's decay of the mean squared gradient.
        epsilon: Guard against division by zero: Adam's, RMSprop's, Adagrad's.
        l1: Penalty: the loss gains l1 Σ|w|.
        weight_decay: Decoupled decay: a step takes η · weight_decay · W from the weights.
        rms_decay: RMSprop's decay of the mean squared gradient.
        clip_min: Least value of a gradient, for clipping by value.
        clip_max: Largest value of a gradient, for clipping by value.
        clip_norm: Largest norm of a gradient, for clipping by norm.
        dropout: Share of hidden units dropped.
        input_noise: Standard deviation of the noise on the scaled features.
        negative_slope: See `ActivationParameters`.
        elu_alpha: See `ActivationParameters`.
    """

    learning_rate: Number
    l2: Number
    momentum: Number = 0.9
    beta_1: Number = 0.9
    beta_2: Number = 0.999
    epsilon: Number = 1e-8
    l1: Number = 0.0
    weight_decay: Number = 0.0
    rms_decay: Number = 0.9
    clip_min: Number = -1.0
    clip_max: Number = 1.0
    clip_norm: Number = 1.0
    dropout: Number = 0.0
    input_noise: Number = 0.0
    negative_slope: Number = 0.01
    elu_alpha: Number = 1.0


Rule = Callable[[Hyperparameters], optax.GradientTransformation]


def _adam(numbers: Hyperparameters) -> optax.GradientTransformation:
    return optax.scale_by_adam(b1=numbers.beta_1, b2=numbers.beta_2, eps=numbers.epsilon)


OPTIMIZERS: dict[str, Rule] = {
    "sgd": lambda numbers: optax.identity(),
    "momentum": lambda numbers: optax.trace(decay=numbers.momentum),
    "nesterov": lambda numbers: optax.trace(decay=numbers.momentum, nesterov=True),
    "adam": _adam,
    "adamw": _adam,
    "rmsprop": lambda numbers: optax.scale_by_rms(decay=numbers.rms_decay, eps=numbers.epsilon),
    "adagrad": lambda numbers: optax.scale_by_rss(initial_accumulator_value=0.1, eps=numbers.epsilon),
    "lbfgs": lambda numbers: optax.identity(),
}
"""Name -> direction of the step, before the learning rate; L-BFGS has a step of its own in `nnjax.training.lbfgs`."""

Clip = Callable[[Parameters, Hyperparameters], Parameters]


def _clip_value(gradients: Parameters, numbers: Hyperparameters) -> Parameters:
    clipped: Parameters = jax.tree.map(lambda leaf: jnp.clip(leaf, numbers.clip_min, numbers.clip_max), gradients)
    return clipped


WITHIN_REACH = 2.0**-80
"""What brings any number of float32 to where its square is one, too; a power of two, so that no digit changes."""


def gradient_norm(gradients: Any) -> Float[Scalar, ""]:
    """‖gradients‖ over all their numbers; infinite only where the norm itself is, not where its square is.

    Example:
        >>> f"{gradient_norm([jnp.array([3e30, 4e30])]):.4g}, {gradient_norm([jnp.array([3.0, 4.0])]):.4g}"
        '5e+30, 5'
    """
    # Two norms and a choice: under vmap both sides of a condition are computed anyway.
    norm = optax.tree.norm(gradients)
    smaller = optax.tree.norm(jax.tree.map(lambda leaf: leaf * WITHIN_REACH, gradients))
    return jnp.where(jnp.isfinite(norm), norm, smaller / WITHIN_REACH)


def _clip_norm(gradients: Any, numbers: Hyperparameters) -> Any:
    """Shortened to `clip_norm`; NaN where the norm is not finite: a factor of zero would hide an explosion."""
    norm = gradient_norm(gradients)
    factor = jnp.where(jnp.isfinite(norm), numbers.clip_norm / jnp.maximum(norm, numbers.clip_norm), jnp.nan)
    return jax.tree.map(lambda leaf: leaf * factor, gradients)


def _clip_layers(gradients: Parameters, numbers: Hyperparameters) -> Parameters:
    return tuple(_clip_norm(layer, numbers) for layer in gradients)


CLIPPINGS: dict[str, Clip] = {
    "none": lambda gradients, numbers: gradients,
    "value": _clip_value,
    "global_norm": _clip_norm,
    "layer_norm": _clip_layers,
}
"""Name -> how a gradient is kept within bounds: each number, the norm of all, the norm of each layer's.

Source: the lecture (clipping to min, max); Pascanu, Mikolov & Bengio 2013, algorithm 1 (by norm).
"""


@dataclass(frozen=True)
class UpdateRule:
    """What shapes a step; what is off is not in the program.

    Attributes:
        optimizer: A key of `OPTIMIZERS`.
        clipping: A key of `CLIPPINGS`.
        l1: Whether an L1 penalty is on.
        weight_decay: Whether decoupled decay is on.
    """

    optimizer: str = "adam"
    clipping: str = "none"
    l1: bool = False
    weight_decay: bool = False


def penalise(gradients: Parameters, parameters: Parameters, rule: UpdateRule, numbers: Hyperparameters) -> Parameters:
    """Add the penalties' gradients, α W and l1 sign(W), to that of the weights, not of the biases."""

    def penalised(gradient: Layer, layer: Layer) -> Layer:
        # Always there, even at 0: one program serves all strengths of l2.
        weights = gradient.weights + numbers.l2 * layer.weights
        if rule.l1:
            weights = weights + numbers.l1 * jnp.sign(layer.weights)
        return gradient._replace(weights=weights)

    return tuple(map(penalised, gradients, parameters))


def penalty(parameters: Parameters, rule: UpdateRule, numbers: Hyperparameters) -> Float[Array, ""]:
    """α/2 ‖W‖² + l1 Σ|w|, over the weights of all layers: what `penalise` adds the gradient of.

    Example:
        >>> layer = Layer(jnp.array([[3.0, 4.0]]), jnp.ones(2))
        >>> float(penalty((layer,), UpdateRule("lbfgs"), Hyperparameters(0.1, l2=2.0)))
        25.0
    """
    total = 0.5 * numbers.l2 * jnp.sum(jnp.stack([jnp.sum(jnp.square(layer.weights)) for layer in parameters]))
    if rule.l1:
        total = total + numbers.l1 * jnp.sum(jnp.stack([jnp.sum(jnp.abs(layer.weights)) for layer in parameters]))
    return total


def _stateless(
    change: Callable[[Parameters, Parameters], Parameters],
) -> optax.GradientTransformation:
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

    Args:
        rule: What is on.
        numbers: The run's, traced or plain.

    Raises:
        KeyError: The optimiser or the clipping is unknown.
    """
    clip = CLIPPINGS[rule.clipping]

    def decayed(updates: Parameters, params: Parameters) -> Parameters:
        return tuple(
            update._replace(weights=update.weights + numbers.weight_decay * layer.weights)
            for update, layer in zip(updates, params, strict=True)
        )

    return optax.chain(
        _stateless(lambda updates, params: penalise(clip(updates, numbers), params, rule, numbers)),
        _lenient(OPTIMIZERS[rule.optimizer](numbers)),
        *([_stateless(decayed)] if rule.weight_decay else []),
        optax.scale(-numbers.learning_rate),
    )
