"""Optimisers as optax chains whose numbers may be traced, so that one program serves all learning rates."""

from collections.abc import Callable
from typing import NamedTuple

import jax
import optax
from jaxtyping import Float, Scalar

from nnjax.network.mlp import Layer, Parameters


class Hyperparameters(NamedTuple):
    """The numbers of a run that vary inside a program; each a scalar, batched over runs.

    Attributes:
        learning_rate: Step size η.
        l2: Coupled penalty α: the loss gains α/2 ‖W‖².
        momentum: Share of the last update that `momentum` keeps.
        beta_1: Adam's decay of the mean gradient.
        beta_2: Adam's decay of the mean squared gradient.
        epsilon: Adam's guard against division by zero.
    """

    learning_rate: Float[Scalar, ""] | float
    l2: Float[Scalar, ""] | float
    momentum: Float[Scalar, ""] | float = 0.9
    beta_1: Float[Scalar, ""] | float = 0.9
    beta_2: Float[Scalar, ""] | float = 0.999
    epsilon: Float[Scalar, ""] | float = 1e-8


Rule = Callable[[Hyperparameters], optax.GradientTransformation]


def _sgd(hyperparameters: Hyperparameters) -> optax.GradientTransformation:
    return optax.identity()


def _momentum(hyperparameters: Hyperparameters) -> optax.GradientTransformation:
    return optax.trace(decay=hyperparameters.momentum)


def _adam(hyperparameters: Hyperparameters) -> optax.GradientTransformation:
    return optax.scale_by_adam(
        b1=hyperparameters.beta_1,
        b2=hyperparameters.beta_2,
        eps=hyperparameters.epsilon,
    )


OPTIMIZERS: dict[str, Rule] = {"sgd": _sgd, "momentum": _momentum, "adam": _adam}
"""Name -> direction of the step, before the learning rate."""


def _penalise(l2: Float[Scalar, ""] | float) -> optax.GradientTransformation:
    """Add α W to the gradient of the weights, not of the biases."""

    def update(updates: Parameters, state: optax.EmptyState, params: Parameters) -> tuple[Parameters, optax.EmptyState]:
        penalised = tuple(
            Layer(gradient.weights + l2 * layer.weights, gradient.bias)
            for gradient, layer in zip(updates, params, strict=True)
        )
        return penalised, state

    return optax.GradientTransformation(lambda params: optax.EmptyState(), update)


def make_optimizer(name: str, hyperparameters: Hyperparameters) -> optax.GradientTransformation:
    """Coupled L2, then the optimiser, then −η.

    The penalty enters before the optimiser, as the lecture writes it: w ← w − η (α ∂R/∂w + ∂Loss/∂w) with
    R = ½‖W‖². With Adam that is L2 regularisation, not decoupled weight decay (Loshchilov & Hutter 2019).

    Args:
        name: A key of `OPTIMIZERS`.
        hyperparameters: The run's numbers, traced or plain.

    Raises:
        KeyError: The optimiser is unknown.
    """
    return optax.chain(
        _penalise(hyperparameters.l2),
        OPTIMIZERS[name](hyperparameters),
        optax.scale(-hyperparameters.learning_rate),
    )


def stack_hyperparameters(members: list[Hyperparameters]) -> Hyperparameters:
    """Stack the numbers of R runs into arrays [R]."""
    stacked: Hyperparameters = jax.tree.map(lambda *leaves: jax.numpy.asarray(leaves, dtype="float32"), *members)
    return stacked
