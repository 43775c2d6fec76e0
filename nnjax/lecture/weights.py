"""The weights of a multilayer perceptron in the lecture's two views: biases apart, or folded in for x₀ = 1."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from jaxtyping import Float


class Apart(NamedTuple):
    """Weights and biases of the layers, apart. 2-5-5-1: weights (2, 5), (5, 5), (5, 1) and biases (5,), (5,), (1,).

    Attributes:
        weights: [fan_in, fan_out] for each layer.
        biases: [fan_out] for each layer.
    """

    weights: tuple[Float[np.ndarray, "fan_in fan_out"], ...]
    biases: tuple[Float[np.ndarray, " fan_out"], ...]


class Folded(NamedTuple):
    """Weights [fan_in + 1, fan_out] of each layer, the biases as their first rows: those of the constant input 1."""

    weights: tuple[Float[np.ndarray, "fan_in+1 fan_out"], ...]


Parameters = Apart | Folded


def fold(parameters: Apart) -> Folded:
    """Put every bias on top of its weights. Only copies, so that `unfold` undoes it exactly.

    The slide counts the shapes (2, 5), (5, 2), (2, 1) with biases (5,), (2,), (1,) and, folded, (3, 5), (6, 2), (3, 1):
    a network of two hidden layers, 5 and 2 units.

    Source: the lecture's slide on the perceptron against the multilayer perceptron.

    >>> [w.shape for w in fold(draw_parameters((2, 5, 2, 1), np.random.default_rng(0))).weights]
    [(3, 5), (6, 2), (3, 1)]
    """
    return Folded(tuple(np.vstack([b, w]) for w, b in zip(parameters.weights, parameters.biases, strict=True)))


def unfold(parameters: Folded) -> Apart:
    """Take the first rows away as biases; undoes `fold` exactly.

    >>> unfold(Folded((np.array([[3.0], [1.0], [2.0]]),)))
    Apart(weights=(array([[1.],
           [2.]]),), biases=(array([3.]),))
    """
    return Apart(tuple(w[1:].copy() for w in parameters.weights), tuple(w[0].copy() for w in parameters.weights))


def weighted_sums(parameters: Parameters, layer: int, signal: Float[np.ndarray, "N fan_in"]) -> np.ndarray:
    """The pre-activations z [N, fan_out] of a layer, counted from 0: bias + Σ xᵢwᵢ, or Σ xᵢwᵢ from i = 0 with x₀ = 1.

    Both views add the same terms in the same order, bias first, and so agree to the last bit; a matrix product would
    leave the order to the processor.

    >>> weighted_sums(Folded((np.array([[3.0], [1.0], [2.0]]),)), 0, np.array([[1.0, 1.0]])).tolist()
    [[6.0]]
    """
    weights = parameters.weights[layer]
    if isinstance(parameters, Folded):
        signal = np.concatenate([np.ones((len(signal), 1)), signal], axis=1)
        z = np.zeros((len(signal), weights.shape[1]))
    else:
        z = np.tile(parameters.biases[layer], (len(signal), 1))
    for i, row in enumerate(weights):
        z = z + signal[:, i, None] * row
    return z


def draw_parameters(layer_sizes: Sequence[int], generator: np.random.Generator, spread: float | None = None) -> Apart:
    """Draw initial weights: normal with mean 0 and standard deviation `spread`, or 1/√fan_in of its layer; biases 0.

    Source: the lecture's slide on avoiding vanishing gradients: random, mean zero, small variance.

    >>> [w.shape for w in draw_parameters((2, 5, 2, 1), np.random.default_rng(0)).weights]
    [(2, 5), (5, 2), (2, 1)]
    """
    shapes = list(pairwise(layer_sizes))
    scales = [fan_in**-0.5 if spread is None else spread for fan_in, _ in shapes]
    weights = tuple(scale * generator.standard_normal(shape) for scale, shape in zip(scales, shapes, strict=True))
    return Apart(weights, tuple(np.zeros(fan_out) for _, fan_out in shapes))
