"""The logic gates AND, OR, NOT and XOR: their truth tables, and the lecture's weights for the first three."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float


class Gate(NamedTuple):
    """A truth table.

    Attributes:
        name: AND, OR, NOT or XOR.
        patterns: Inputs 0 or 1, [N, D], float64, in counting order; D = 1 for NOT, as in the quiz.
        targets: Output 0 or 1 of each pattern, [N], float64.
    """

    name: str
    patterns: Float[np.ndarray, "N D"]
    targets: Float[np.ndarray, " N"]


class ThresholdWeights(NamedTuple):
    """A unit that answers 1 if Σ wᵢxᵢ ≥ T, else 0: its weights w₁ … w_D and its threshold T."""

    weights: tuple[float, ...]
    threshold: float


def _gate(name: str, outputs: tuple[int, ...]) -> Gate:
    n_inputs = len(outputs).bit_length() - 1
    patterns = np.array(list(np.ndindex(*(2,) * n_inputs)), dtype=np.float64)
    targets = np.array(outputs, dtype=np.float64)
    for array in (patterns, targets):
        array.setflags(write=False)
    return Gate(name, patterns, targets)


GATES: dict[str, Gate] = {
    "AND": _gate("AND", (0, 0, 0, 1)),
    "OR": _gate("OR", (0, 1, 1, 1)),
    "NOT": _gate("NOT", (1, 0)),
    "XOR": _gate("XOR", (0, 1, 1, 0)),
}
"""Name -> truth table."""

LECTURE_WEIGHTS: dict[str, ThresholdWeights] = {
    "AND": ThresholdWeights((1.0, 1.0), 1.5),
    "OR": ThresholdWeights((1.0, 1.0), 0.5),
    "NOT": ThresholdWeights((-1.0,), -0.5),
}
"""Name -> the lecture's weights and threshold. Its NOT has a second input of weight 0, left out here; XOR has none."""


def fold_threshold(unit: ThresholdWeights) -> Float[np.ndarray, " D+1"]:
    """Write a threshold as the weight w₀ = −T of a constant input x₀ = 1: (−T, w₁ … w_D).

    The slide on the perceptron calls both w₀: first the threshold (Σ wᵢxᵢ ≥ w₀), then the weight of x₀
    (Σ wᵢxᵢ + w₀ ≥ 0). They differ in sign; here w₀ is always the weight.

    Source: the lecture's slides on the perceptron model and on the desired weights.

    >>> fold_threshold(LECTURE_WEIGHTS["AND"]).tolist()
    [-1.5, 1.0, 1.0]
    """
    return np.array([-unit.threshold, *unit.weights])
