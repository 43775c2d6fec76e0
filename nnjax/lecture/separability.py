"""Whether a line separates two classes: the line, or the proof that there is none."""

from fractions import Fraction
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float
from numpy.typing import ArrayLike
from scipy import optimize

from nnjax.lecture.perceptron import append_bias, read_targets

TOLERANCE = 1e-9
"""Largest distance, as a share of the largest coordinate, at which two convex combinations count as one point."""


class Certificate(NamedTuple):
    """Why no line exists: a point that is a mixture of either class, so that it would have to lie on both sides.

    Attributes:
        upper: Share of each pattern of the upper class in the mixture, [N], ≥ 0, sum 1; 0 for the other class.
        lower: The same for the lower class, [N].
        point: The common point Σ upperᵢ xᵢ = Σ lowerᵢ xᵢ, [D].
    """

    upper: Float[np.ndarray, " N"]
    lower: Float[np.ndarray, " N"]
    point: Float[np.ndarray, " D"]


class Separation(NamedTuple):
    """Either the weights of a separating line or a certificate, never both.

    Attributes:
        weights: w₀ … w_D with w·x ≥ 1 for the upper and ≤ −1 for the lower class, [D + 1], or None.
        certificate: The proof that there is no line, or None.
        sentence: The same for people.
    """

    weights: Float[np.ndarray, " D+1"] | None
    certificate: Certificate | None
    sentence: str

    @property
    def is_separable(self) -> bool:
        """Whether a line separates the classes."""
        return self.weights is not None


def separating_line(patterns: ArrayLike, targets: ArrayLike, output: str = "zero_one") -> Separation:
    """Find a line (D = 2; else a point, a plane …) between two classes, or prove that none exists.

    Two linear programmes. The first looks for the weights of least Σ|wᵢ|·max|xᵢ| with ±(w₀ + w₁x₁ + …) ≥ 1; for AND,
    OR and NOT it finds the lecture's own weights, doubled. Where it has no solution, the second finds the multipliers
    that Farkas' lemma then promises: a convex combination of the one class that equals one of the other. Either is
    checked against the patterns [N, D], given without x₀, before it is returned. Targets are in the coding of `output`,
    "zero_one" or "minus_one_one".

    Raises:
        ArithmeticError: If the classes touch so closely that rounding leaves neither.

    Source: Farkas (1902); the lecture's slide "XOR is not linearly separable" gives no reason.

    >>> separating_line([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 0, 0, 1]).weights.tolist()
    [-3.0, 2.0, 2.0]
    >>> print(separating_line([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]).sentence)
    No line separates the classes: 1/2·(0, 1) + 1/2·(1, 0) = 1/2·(0, 0) + 1/2·(1, 1) = (0.5, 0.5), a point that \
would have to lie on both sides.
    """
    x = append_bias(patterns)
    is_upper = read_targets(targets, len(x), output)
    weights = _find_weights(x, is_upper)
    if weights is not None:
        return Separation(weights, None, _describe_line(weights))
    certificate = _find_certificate(x, is_upper)
    if certificate is None:
        raise ArithmeticError("the classes touch within rounding: neither a line nor a common point was found")
    return Separation(None, certificate, _describe_certificate(certificate, x[:, 1:]))


def _find_weights(x: Float[np.ndarray, "N D+1"], is_upper: Bool[np.ndarray, " N"]) -> Float[np.ndarray, " D+1"] | None:
    """Minimise Σ(p + q) over w = p − q, p, q ≥ 0, with signed x · w ≥ 1, every column scaled to at most 1."""
    scale = _column_scale(x)
    signed = np.where(is_upper, 1.0, -1.0)[:, None] * x / scale
    n_weights = x.shape[1]
    solution = optimize.linprog(np.ones(2 * n_weights), A_ub=np.hstack([-signed, signed]), b_ub=-np.ones(len(x)))
    if solution.x is None:
        return None
    weights = solution.x[:n_weights] - solution.x[n_weights:]
    return weights / scale if (signed @ weights > 0.0).all() else None


def _find_certificate(x: Float[np.ndarray, "N D+1"], is_upper: Bool[np.ndarray, " N"]) -> Certificate | None:
    """Shares λ ≥ 0 with Σ ±λᵢ(1, xᵢ) = 0 and Σ of the upper ones = 1; the row of x₀ makes the lower ones sum to 1."""
    signed = np.where(is_upper, 1.0, -1.0)[:, None] * x
    scale = _column_scale(x)
    equations = np.vstack([(signed / scale).T, is_upper.astype(np.float64)])
    solution = optimize.linprog(np.zeros(len(x)), A_eq=equations, b_eq=np.eye(x.shape[1] + 1)[-1])
    if solution.x is None:
        return None
    upper, lower = np.where(is_upper, solution.x, 0.0), np.where(is_upper, 0.0, solution.x)
    upper, lower = upper / upper.sum(), lower / lower.sum()
    point = upper @ x
    if np.abs((point - lower @ x) / scale).max() > TOLERANCE:
        return None
    return Certificate(upper, lower, point[1:])


def _column_scale(x: Float[np.ndarray, "N D+1"]) -> Float[np.ndarray, " D+1"]:
    """The largest size in each column; 1 where all is zero. Subnormal numbers cannot be divided by."""
    largest = np.abs(x).max(axis=0)
    return np.where(largest < np.finfo(np.float64).tiny, 1.0, largest)


def _boundary_name(n_inputs: int) -> str:
    return {1: "point", 2: "line", 3: "plane"}.get(n_inputs, "hyperplane")


def _describe_line(weights: Float[np.ndarray, " D+1"]) -> str:
    name = _boundary_name(len(weights) - 1)
    terms = " ".join(f"{'+' if w >= 0 else '−'} {abs(w):g}·x{i}" for i, w in enumerate(weights[1:], start=1))
    return f"A {name} separates the classes: {weights[0]:g} {terms} ≥ 0 for the upper one.".replace("-", "−")


def _describe_certificate(certificate: Certificate, patterns: Float[np.ndarray, "N D"]) -> str:
    name = _boundary_name(patterns.shape[1])
    mixtures = " = ".join(_describe_mixture(shares, patterns) for shares in (certificate.upper, certificate.lower))
    return (
        f"No {name} separates the classes: {mixtures} = {_describe_point(certificate.point)}, "
        "a point that would have to lie on both sides."
    )


def _describe_mixture(shares: Float[np.ndarray, " N"], patterns: Float[np.ndarray, "N D"]) -> str:
    return " + ".join(f"{_describe_share(shares[i])}·{_describe_point(patterns[i])}" for i in np.flatnonzero(shares))


def _describe_share(share: float) -> str:
    fraction = Fraction(float(share)).limit_denominator(100)
    return str(fraction) if abs(float(fraction) - share) < 1e-9 else f"{share:.4g}"


def _describe_point(point: Float[np.ndarray, " D"]) -> str:
    return "(" + ", ".join(f"{value:.4g}" for value in point) + ")"
