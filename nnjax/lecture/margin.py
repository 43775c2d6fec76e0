"""The margin of two classes, and the number of mistakes that it leaves to the perceptron (Novikoff's bound)."""

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike
from scipy import optimize

from nnjax.lecture.perceptron import append_bias, output_levels, read_targets

SMALLEST_MARGIN = 1e-12
"""Margins below this share of the radius are taken for rounding errors."""


class Margin(NamedTuple):
    """How far the classes are apart, among the patterns with x₀ = 1 before them.

    Attributes:
        direction: The unit vector u that keeps all patterns farthest on their sides, [D + 1]; zeros if none does.
        margin: γ = min ±(u · x), 0 if no line separates the classes.
        radius: R = max ‖x‖.
    """

    direction: Float[np.ndarray, " D+1"]
    margin: float
    radius: float


def find_margin(patterns: ArrayLike, targets: ArrayLike, output: str = "zero_one") -> Margin:
    """The largest margin γ of two classes, by Lawson and Hanson's least-distance programming.

    Targets are in the coding of `output`, "zero_one" or "minus_one_one".

    It solves: the shortest w with t(w · x) ≥ 1 for all patterns, t = ±1; then γ = 1/‖w‖. The margin is the one that
    the perceptron's proof needs: x includes x₀ = 1 (patterns [N, D] come without it) and w includes w₀, so it is the
    distance to a plane through the origin of D + 1 dimensions and smaller than the geometric margin in the plane of the
    patterns, which leaves w₀ out of ‖w‖. γ is measured on the direction found, so that rounding can make it smaller,
    never larger, than the truth.

    Source: Lawson & Hanson (1974), Solving Least Squares Problems, chapter 23.

    >>> found = find_margin([[0], [1]], [1, 0])  # NOT
    >>> found.direction.round(4).tolist(), round(found.margin ** -2, 6), round(found.radius ** 2, 6)
    ([0.4472, -0.8944], 5.0, 2.0)
    """
    x = append_bias(patterns)
    radius = float(np.linalg.norm(x, axis=1).max())
    signs = np.where(read_targets(targets, len(x), output), 1.0, -1.0)
    signed = signs[:, None] * x / radius
    system, right = np.vstack([signed.T, np.ones(len(x))]), np.eye(x.shape[1] + 1)[-1]
    multipliers, _ = optimize.nnls(system, right)
    shortest = signed.T @ multipliers  # a positive multiple of the shortest w; zero if there is none
    length = float(np.linalg.norm(shortest))
    none = Margin(np.zeros(x.shape[1]), 0.0, radius)
    if length < SMALLEST_MARGIN:
        return none
    direction = shortest / length
    margin = float((signed @ direction).min())
    return Margin(direction, margin * radius, radius) if margin > SMALLEST_MARGIN else none


def novikoff_bound(
    patterns: ArrayLike, targets: ArrayLike, output: str = "zero_one", initial: ArrayLike | None = None
) -> float:
    """The most updates that the perceptron can need, in any order of the patterns; infinite if no line separates them.

    Every update adds c·t·x to the weights, where c = C − O in size: 1 for outputs 0 and 1, 2 for −1 and 1. After k
    updates the weights reach at least w(0)·u + kcγ along the best direction u, and their squared length is at most
    ‖w(0)‖² + kc²R²; both hold only up to the k returned, which is not rounded. From zero weights, the default, that is
    R²/γ², whatever the coding: c stretches the weights, not the number of mistakes. R and γ are those with x₀ = 1.
    The coding, `output`, is "zero_one" or "minus_one_one".

    Source: Novikoff (1962), On convergence proofs on perceptrons.

    >>> round(novikoff_bound([[0], [1]], [1, 0]), 6)
    10.0
    """
    direction, margin, radius = find_margin(patterns, targets, output)
    if margin == 0.0:
        return math.inf
    low, high = output_levels(output)
    c = high - low
    start = np.zeros(len(direction)) if initial is None else np.asarray(initial, dtype=np.float64)
    # (w(0)·u + kcγ)² ≤ ‖w(0)‖² + kc²R²: k lies below the larger root of a k² + b k + d = 0
    along = float(start @ direction)
    a, b = (c * margin) ** 2, 2.0 * c * margin * along - (c * radius) ** 2
    d = along**2 - float(start @ start)
    return (-b + math.sqrt(max(b * b - 4.0 * a * d, 0.0))) / (2.0 * a)
