"""Outputs with their losses, and what each pair sends back: δ = ∂E/∂z of the output layer, for one example a row."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from nnjax.lecture.activations import ACTIVATIONS, Function
from nnjax.lecture.softmax import log_softmax, stable_softmax

Rows = Float[np.ndarray, "N I"]


class OutputLoss(NamedTuple):
    """An output function with a loss behind it.

    Attributes:
        output: From the pre-activations z of the output layer to the outputs v, both [N, I].
        loss: From (z, y), each [N, I], to the loss of every example [N].
        delta: From (v, y) to δ = ∂loss/∂z, [N, I].
    """

    output: Function
    loss: Callable[[Rows, Rows], Float[np.ndarray, " N"]]
    delta: Callable[[Rows, Rows], Rows]


def half_squared_error(v: Rows, y: Rows) -> Float[np.ndarray, " N"]:
    """½ Σ (y − v)² of every example; its mean over the examples is E = 1/(2N) Σ‖y − v‖².

    One slide drops the ½ and the mean (E = Σ …), and the derivatives after it carry a factor 2 that E with its ½ does
    not have.

    Source: the lecture's slides on the cost function.

    >>> half_squared_error(np.array([[1.0, 2.0]]), np.array([[0.0, 0.0]])).tolist()
    [2.5]
    """
    return np.asarray(0.5 * np.sum((y - v) ** 2, axis=1))


def _squared_error_behind(output: Function, slope: Function) -> OutputLoss:
    """Squared error behind a function of each output alone; `slope` is f' as a function of v = f(z)."""
    return OutputLoss(output, lambda z, y: half_squared_error(output(z), y), lambda v, y: (v - y) * slope(v))


def _softmax_squared_delta(v: Rows, y: Rows) -> Rows:
    """Σⱼ (vⱼ − yⱼ) ∂vⱼ/∂zᵢ with ∂vⱼ/∂zᵢ = vⱼ([i = j] − vᵢ): every output depends on every z."""
    error = v - y
    return np.asarray(v * (error - np.sum(error * v, axis=1, keepdims=True)))


def _binary_cross_entropy(z: Rows, y: Rows) -> Float[np.ndarray, " N"]:
    """−Σ (y ln v + (1 − y) ln(1 − v)) with v = σ(z), as ln(1 + e^z) − yz, which cannot meet ln 0."""
    return np.asarray(np.sum(np.logaddexp(0.0, z) - y * z, axis=1))


def _cross_entropy(z: Rows, y: Rows) -> Float[np.ndarray, " N"]:
    """−Σ y ln v with v = softmax(z)."""
    return np.asarray(-np.sum(y * log_softmax(z), axis=1))


_LOGISTIC = ACTIVATIONS["logistic"].function

OUTPUT_LOSSES: dict[tuple[str, str], OutputLoss] = {
    ("identity", "half_mean_squared_error"): _squared_error_behind(lambda z: z, np.ones_like),
    ("logistic", "half_mean_squared_error"): _squared_error_behind(_LOGISTIC, lambda v: v * (1.0 - v)),
    ("tanh", "half_mean_squared_error"): _squared_error_behind(np.tanh, lambda v: 1.0 - v**2),
    ("softmax", "half_mean_squared_error"): OutputLoss(
        stable_softmax, lambda z, y: half_squared_error(stable_softmax(z), y), _softmax_squared_delta
    ),
    ("logistic", "binary_cross_entropy"): OutputLoss(_LOGISTIC, _binary_cross_entropy, lambda v, y: v - y),
    ("softmax", "cross_entropy"): OutputLoss(
        stable_softmax, _cross_entropy, lambda v, y: v * y.sum(axis=1, keepdims=True) - y
    ),
}
"""(output, loss) -> the pair. Cross-entropy cancels the output's slope, so that δ is v − y (rows of y sum to 1)."""
