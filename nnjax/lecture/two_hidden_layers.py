"""Backpropagation through two hidden layers: the lecture's 2-3-2-2 network, biases folded in as weights of a₀ = 1.

a⁽¹⁾ = σ(W⁽¹⁾ᵀx), a⁽²⁾ = σ(W⁽²⁾ᵀa⁽¹⁾), a⁽³⁾ = σ(W⁽³⁾ᵀa⁽²⁾), all units logistic.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from nnjax.lecture.activations import logistic


class TwoHidden(NamedTuple):
    """The weights, or their gradient; row 0 belongs to the constant 1. w_mn⁽ˡ⁾ leads from unit m to unit n of layer l.

    Attributes:
        first: W⁽¹⁾, [D + 1, J], for the slides' network (3, 3).
        second: W⁽²⁾, [J + 1, H], (4, 2).
        third: W⁽³⁾, [H + 1, M], (3, 2).
    """

    first: Float[np.ndarray, "D+1 J"]
    second: Float[np.ndarray, "J+1 H"]
    third: Float[np.ndarray, "H+1 M"]


class TwoHiddenForward(NamedTuple):
    """Outputs a⁽¹⁾, a⁽²⁾, a⁽³⁾ of the layers, N examples. Each layer's constant a₀ = 1 is not stored."""

    a1: Float[np.ndarray, "N J"]
    a2: Float[np.ndarray, "N H"]
    a3: Float[np.ndarray, "N M"]


def _with_one(signal: Float[np.ndarray, "N units"]) -> Float[np.ndarray, "N units+1"]:
    return np.concatenate([np.ones((len(signal), 1)), signal], axis=1)


def propagate_forward(weights: TwoHidden, x: Float[np.ndarray, "N D"]) -> TwoHiddenForward:
    """Carry examples forward through the three layers.

    Source: the lecture's slides on the 2-3-2-2 network.

    >>> weights = TwoHidden(np.zeros((3, 3)), np.zeros((4, 2)), np.zeros((3, 2)))
    >>> propagate_forward(weights, np.ones((1, 2))).a3.tolist()
    [[0.5, 0.5]]
    """
    a1 = logistic(_with_one(x) @ weights.first)
    a2 = logistic(_with_one(a1) @ weights.second)
    return TwoHiddenForward(a1, a2, logistic(_with_one(a2) @ weights.third))


def propagate_backward(weights: TwoHidden, x: Float[np.ndarray, "N D"], y: Float[np.ndarray, "N M"]) -> TwoHidden:
    """The gradient of E by every weight, errors carried backward layer by layer.

    E = 1/(2N) Σᵢ Σⱼ (yᵢⱼ − aᵢⱼ⁽³⁾)² is the mean over the examples of Eᵢ = ½‖yᵢ − aᵢ⁽³⁾‖².
    δ⁽³⁾ = (a⁽³⁾ − y)a⁽³⁾(1 − a⁽³⁾), then δ⁽²⁾ = (W⁽³⁾δ⁽³⁾)a⁽²⁾(1 − a⁽²⁾) and δ⁽¹⁾ = (W⁽²⁾δ⁽²⁾)a⁽¹⁾(1 − a⁽¹⁾) without
    the row of the constant, which no error reaches; ∂E/∂W⁽ˡ⁾ is the mean of a⁽ˡ⁻¹⁾ δ⁽ˡ⁾ᵀ.

    Source: the lecture's slides on the 2-3-2-2 network, in matrices.

    >>> weights = TwoHidden(np.zeros((3, 3)), np.zeros((4, 2)), np.zeros((3, 2)))
    >>> propagate_backward(weights, np.ones((1, 2)), np.ones((1, 2))).third.tolist()
    [[-0.125, -0.125], [-0.0625, -0.0625], [-0.0625, -0.0625]]
    """
    a1, a2, a3 = propagate_forward(weights, x)
    delta_3 = (a3 - y) * a3 * (1.0 - a3)
    delta_2 = (delta_3 @ weights.third[1:].T) * a2 * (1.0 - a2)
    delta_1 = (delta_2 @ weights.second[1:].T) * a1 * (1.0 - a1)
    n = len(x)
    return TwoHidden(_with_one(x).T @ delta_1 / n, _with_one(a1).T @ delta_2 / n, _with_one(a2).T @ delta_3 / n)


def differentiate_by_chain(
    weights: TwoHidden, x: Float[np.ndarray, " D"], y: Float[np.ndarray, " M"], layer: int, weight: tuple[int, int]
) -> float:
    """∂Eᵢ/∂w_mn⁽ˡ⁾ of one example by the chain rule forward from that weight, as the slides write it out.

    Σⱼ −(yⱼ − aⱼ⁽³⁾) σ'(zⱼ⁽³⁾) ∂zⱼ⁽³⁾/∂w_mn⁽ˡ⁾. The slides put a 2 before each term, which belongs to an Eᵢ without
    its ½, and y₁ where the second output needs y₂. Layer l is 1, 2 or 3; the weight is (m, n) with m from 0 (the
    constant) and n from 1, the slides' subscripts.

    Source: the lecture's slides on ∂E/∂w₀₁⁽²⁾, ∂E/∂w₃₁⁽²⁾ and ∂E/∂w₁₂⁽¹⁾, corrected.

    >>> weights = TwoHidden(np.zeros((3, 3)), np.zeros((4, 2)), np.zeros((3, 2)))
    >>> differentiate_by_chain(weights, np.ones(2), np.ones(2), 3, (0, 1))
    -0.125
    """
    m, n = weight[0], weight[1] - 1
    a1, a2, a3 = (a[0] for a in propagate_forward(weights, x[None]))
    below = {1: x, 2: a1, 3: a2}[layer]
    through = np.zeros(weights[layer - 1].shape[1])  # ∂z⁽ˡ⁾/∂w_mn⁽ˡ⁾: only unit n feels this weight
    through[n] = 1.0 if m == 0 else below[m - 1]
    if layer == 1:
        through = (a1 * (1.0 - a1) * through) @ weights.second[1:]
    if layer <= 2:
        through = (a2 * (1.0 - a2) * through) @ weights.third[1:]
    return float(np.sum(-(y - a3) * a3 * (1.0 - a3) * through))
