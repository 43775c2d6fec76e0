"""The multilayer perceptron as pure functions on a pytree, written for one example."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, Scalar

from nnjax.network.activations import activate
from nnjax.network.dense import weigh
from nnjax.network.initializers import draw_parameters


class Layer(NamedTuple):
    """One layer's parameters: weights [fan_in, fan_out] and bias [fan_out], float32."""

    weights: Float[Array, "fan_in fan_out"]
    bias: Float[Array, " fan_out"]


Parameters = tuple[Layer, ...]
"""Hidden layers in order, then the linear output layer."""


class Forward(NamedTuple):
    """What one example leaves behind on its way through the network.

    Attributes:
        prediction: The output [outputs].
        activations: One array [units] a hidden layer.
        slopes: Their derivatives f'(z), one array [units] a hidden layer.
    """

    prediction: Float[Array, " outputs"]
    activations: tuple[Float[Array, " units"], ...]
    slopes: tuple[Float[Array, " units"], ...]


def init(generator: np.random.Generator, layer_sizes: Sequence[int], initializer: str) -> Parameters:
    """Draw the initial parameters of a network, on the host.

    Args:
        generator: The run's initialisation stream.
        layer_sizes: Inputs, hidden units …, outputs.
        initializer: A key of `INITIALIZERS`.
    """
    layers: list[tuple[Any, Any]] = [*draw_parameters(generator, layer_sizes, initializer)]
    return tuple(Layer(weights, bias) for weights, bias in layers)


def apply(
    parameters: Parameters,
    probes: Sequence[Float[Array, " units"]],
    activation: Int[Scalar, ""],
    x: Float[Array, " D"],
) -> Forward:
    """Carry one example through the network.

    Args:
        parameters: As `init` draws them.
        probes: Zeros, one array a hidden layer: the places where `jax.grad` reads the derivative of the loss by the
            pre-activations (see `activate`).
        activation: Position in `ACTIVATIONS`.
        x: One example's features, scaled.

    Returns:
        The prediction, the activations and the slopes of the hidden layers.

    Example:
        >>> parameters = init(np.random.default_rng(0), (3, 4, 1), "he")
        >>> apply(parameters, no_probes(parameters), jnp.int32(0), jnp.ones(3)).prediction.shape
        (1,)
    """
    activations, slopes = [], []
    signal = x
    for layer, probe in zip(parameters[:-1], probes, strict=True):
        signal, slope = activate(weigh(signal, layer.weights), layer.bias, probe, activation)
        activations.append(signal)
        slopes.append(slope)
    output = parameters[-1]
    return Forward(weigh(signal, output.weights) + output.bias, tuple(activations), tuple(slopes))


def no_probes(parameters: Parameters) -> tuple[Float[Array, " units"], ...]:
    """The zeros that `apply` wants, for one example."""
    return tuple(jnp.zeros_like(layer.bias) for layer in parameters[:-1])


def parameter_count(layer_sizes: Sequence[int]) -> int:
    """Number of weights and biases.

    Example:
        >>> parameter_count((10, 64, 1))
        769
    """
    return sum((fan_in + 1) * fan_out for fan_in, fan_out in pairwise(layer_sizes))
