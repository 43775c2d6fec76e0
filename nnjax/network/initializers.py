"""Initial parameters, drawn on the host from a run's own stream: the variance of a weight is gain / fan."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from nnjax.network.activations import ACTIVATIONS

Variance = Callable[[int, int], float]


def _lecun(fan_in: int, fan_out: int) -> float:
    return 1.0 / fan_in


def _glorot(fan_in: int, fan_out: int) -> float:
    return 2.0 / (fan_in + fan_out)


def _he(fan_in: int, fan_out: int) -> float:
    return 2.0 / fan_in


INITIALIZERS: dict[str, Variance] = {"lecun": _lecun, "glorot": _glorot, "he": _he}
"""Name -> variance of a weight as a function of (fan_in, fan_out).

Source: LeCun et al. 1998 (Efficient BackProp); Glorot & Bengio 2010, eq. 12; He et al. 2015, eq. 10.
"""


def default_initializer(activation: str) -> str:
    """The initialiser that `initializer = "auto"` stands for.

    Example:
        >>> default_initializer("relu"), default_initializer("tanh")
        ('he', 'glorot')
    """
    return ACTIVATIONS[activation].initializer


def draw_parameters(
    generator: np.random.Generator, layer_sizes: Sequence[int], initializer: str
) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Draw normal weights, and zero biases, layer by layer.

    The output layer is linear and takes LeCun's variance whatever the hidden layers take.

    Args:
        generator: The run's initialisation stream.
        layer_sizes: Inputs, hidden units …, outputs.
        initializer: A key of `INITIALIZERS`.

    Returns:
        A list of (weights [fan_in, fan_out], bias [fan_out]), float32.

    Raises:
        KeyError: The initialiser is unknown.

    Example:
        >>> parameters = draw_parameters(np.random.default_rng(0), (10, 64, 1), "he")
        >>> [weights.shape for weights, bias in parameters]
        [(10, 64), (64, 1)]
    """
    last = len(layer_sizes) - 2
    parameters = []
    for layer, (fan_in, fan_out) in enumerate(pairwise(layer_sizes)):
        variance = INITIALIZERS["lecun" if layer == last else initializer](fan_in, fan_out)
        weights = generator.standard_normal((fan_in, fan_out), dtype=np.float32) * np.float32(np.sqrt(variance))
        parameters.append((weights, np.zeros(fan_out, dtype=np.float32)))
    return parameters
