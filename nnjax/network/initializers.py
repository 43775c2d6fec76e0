"""Initial parameters, drawn on the host from a run's own stream."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nnjax.network.activations import ACTIVATIONS

Weights = NDArray[np.float32]
Variance = Callable[[int, int], float]
Distribution = Literal["normal", "uniform", "orthogonal", "zeros"]


@dataclass(frozen=True)
class Initializer:
    """A way to draw a layer's weights; biases begin at zero whatever the weights do.

    Attributes:
        name: The level of the factor `initializer`.
        distribution: What the weights are drawn from.
        variance: Variance of a weight as a function of (fan_in, fan_out).
        holds_for_output: Whether the output layer is drawn so too; if not, it takes LeCun's normal weights.
        meaning: One line for a person.
        source: Where it comes from.
    """

    name: str
    distribution: Distribution
    variance: Variance
    holds_for_output: bool
    meaning: str
    source: str


def _lecun(fan_in: int, fan_out: int) -> float:
    return 1.0 / fan_in


def _glorot(fan_in: int, fan_out: int) -> float:
    return 2.0 / (fan_in + fan_out)


def _he(fan_in: int, fan_out: int) -> float:
    return 2.0 / fan_in


_LECUN = "LeCun et al. 1998, Efficient BackProp, eq. 16"
_GLOROT = "Glorot & Bengio 2010, eq. 12 and 16"
_HE = "He et al. 2015, eq. 10"

INITIALIZERS = {initializer.name: initializer for initializer in (
    Initializer("zeros", "zeros", lambda _in, _out: 0.0, True, "every weight zero: all units stay alike", "symmetry"),
    Initializer("small_normal", "normal", lambda _in, _out: 1e-4, True,
                "normal, standard deviation 0.01 in every layer, whatever its width",
                "the lecture: mean zero, small variance; Krizhevsky et al. 2012 took 0.01"),
    Initializer("lecun", "normal", _lecun, False, "normal, variance 1 / fan_in", _LECUN),
    Initializer("lecun_uniform", "uniform", _lecun, False, "uniform, variance 1 / fan_in", _LECUN),
    Initializer("glorot", "normal", _glorot, False, "normal, variance 2 / (fan_in + fan_out)", _GLOROT),
    Initializer("glorot_uniform", "uniform", _glorot, False, "uniform, variance 2 / (fan_in + fan_out)", _GLOROT),
    Initializer("he", "normal", _he, False, "normal, variance 2 / fan_in", _HE),
    Initializer("he_uniform", "uniform", _he, False, "uniform, variance 2 / fan_in", _HE),
    Initializer("orthogonal", "orthogonal", lambda fan_in, fan_out: 1.0 / max(fan_in, fan_out), False,
                "a random rotation: orthonormal columns, or rows if the layer widens",
                "Saxe et al. 2013; uniform over rotations by the signs of Mezzadri 2007"),
)}  # fmt: skip
"""Name -> initialiser; `lecun`, `glorot` and `he` are the normal ones."""


def default_initializer(activation: str) -> str:
    """The initialiser that `initializer = "auto"` stands for.

    >>> default_initializer("relu"), default_initializer("tanh")
    ('he', 'glorot')
    """
    return ACTIVATIONS[activation].initializer


def draw_parameters(
    generator: np.random.Generator,
    layer_sizes: Sequence[int],
    initializer: str,
    gain: float = 1.0,
    pieces: Sequence[int | None] | None = None,
) -> list[tuple[Weights, NDArray[np.float32]]]:
    """Draw weights, and zero biases, layer by layer.

    The output layer takes LeCun's normal weights whatever the hidden layers take, except for initialisers that hold
    for every layer. The gain is the hidden layers' alone.

    Args:
        generator: The run's initialisation stream.
        layer_sizes: Inputs, hidden units …, outputs.
        initializer: A key of `INITIALIZERS`.
        gain: What the hidden weights' standard deviation is multiplied with.
        pieces: For each hidden layer its number k of maxout pieces, None for a layer without; None: no layer has any.

    Returns:
        A list of (weights [fan_in, fan_out], bias [fan_out]), float32; [k, fan_in, fan_out] and [k, fan_out] for a
        layer with k pieces, each piece drawn as a layer would be.

    Raises:
        KeyError: The initialiser is unknown.
        ValueError: `pieces` does not have one entry a hidden layer.

    >>> parameters = draw_parameters(np.random.default_rng(0), (10, 64, 1), "he", pieces=[2])
    >>> [weights.shape for weights, bias in parameters]
    [(2, 10, 64), (64, 1)]
    """
    fans = list(pairwise(layer_sizes))
    hidden = INITIALIZERS[initializer]
    output = hidden if hidden.holds_for_output else INITIALIZERS["lecun"]
    counts = [None] * (len(fans) - 1) if pieces is None else list(pieces)
    if len(counts) != len(fans) - 1:
        raise ValueError(f"{len(counts)} numbers of pieces for {len(fans) - 1} hidden layers")
    parameters = [
        _draw_layer(generator, pair, hidden, gain, count) for pair, count in zip(fans[:-1], counts, strict=True)
    ]
    return [*parameters, _draw_layer(generator, fans[-1], output, 1.0, None)]


def _draw_layer(
    generator: np.random.Generator, fans: tuple[int, int], initializer: Initializer, gain: float, pieces: int | None
) -> tuple[Weights, NDArray[np.float32]]:
    sample = _SAMPLERS[initializer.distribution]
    scale = np.float32(np.sqrt(initializer.variance(*fans)) * gain)
    if pieces is None:
        return sample(generator, *fans) * scale, np.zeros(fans[1], dtype=np.float32)
    weights = np.stack([sample(generator, *fans) * scale for _ in range(pieces)])
    return weights, np.zeros((pieces, fans[1]), dtype=np.float32)


def _normal(generator: np.random.Generator, fan_in: int, fan_out: int) -> Weights:
    return generator.standard_normal((fan_in, fan_out), dtype=np.float32)


def _uniform(generator: np.random.Generator, fan_in: int, fan_out: int) -> Weights:
    share = generator.random((fan_in, fan_out), dtype=np.float32)
    # Uniform on ± √3 has variance one.
    return (2 * share - 1) * np.float32(np.sqrt(3))


def _orthogonal(generator: np.random.Generator, fan_in: int, fan_out: int) -> Weights:
    long, short = max(fan_in, fan_out), min(fan_in, fan_out)
    # Tall, since QR's columns are orthonormal; turned below where the layer widens.
    q, r = np.linalg.qr(generator.standard_normal((long, short)))
    rotation = q * np.where(np.diagonal(r) < 0, -1.0, 1.0)  # without it, QR's own signs would favour some rotations
    oriented = rotation if fan_in >= fan_out else rotation.T
    return np.ascontiguousarray(oriented * np.sqrt(long), dtype=np.float32)


def _zeros(generator: np.random.Generator, fan_in: int, fan_out: int) -> Weights:
    return np.zeros((fan_in, fan_out), dtype=np.float32)


_SAMPLERS: dict[Distribution, Callable[[np.random.Generator, int, int], Weights]] = {
    "normal": _normal,
    "uniform": _uniform,
    "orthogonal": _orthogonal,
    "zeros": _zeros,
}
"""Distribution -> weights of one layer at mean zero and variance one (all zero for zeros)."""
