"""Where a linear score is zero: the straight and the circular decision boundary."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike


class Ellipse(NamedTuple):
    """The boundary of a score in the features x₁, x₂, x₁², x₂².

    Attributes:
        center: Its middle (x₁, x₂).
        semi_axes: Half its width along x₁ and along x₂; equal for a circle.
    """

    center: tuple[float, float]
    semi_axes: tuple[float, float]


def linear_boundary(theta: ArrayLike, x1: ArrayLike) -> Float[np.ndarray, "*points"]:
    """The x₂ of the straight line θ₀ + θ₁x₁ + θ₂x₂ = 0: x₂ = −(θ₀ + θ₁x₁)/θ₂; of a perceptron, θ is w.

    The slide writes the line as θ₁x₁ + θ₂x₂ ≥ −θ₂; the right side must be −θ₀.

    Raises:
        ValueError: If the line is vertical (θ₂ = 0) or θ does not have three numbers.

    Source: the lecture's slide on linear decision boundaries.

    >>> linear_boundary([-1.5, 1, 1], [0.0, 1.0]).tolist()
    [1.5, 0.5]
    """
    values = np.asarray(theta, dtype=np.float64)
    if values.shape != (3,) or values[2] == 0.0:
        raise ValueError(f"θ = {values.tolist()}: need θ₀, θ₁ and a θ₂ other than 0")
    return np.asarray(-(values[0] + values[1] * np.asarray(x1, dtype=np.float64)) / values[2])


def circular_features(x: ArrayLike) -> Float[np.ndarray, "N 4"]:
    """x₁, x₂, x₁², x₂² of points [N, 2] in the plane, with which a straight boundary can be a circle.

    Source: the lecture's slide on circular decision boundaries.

    >>> circular_features([[2.0, 3.0]]).tolist()
    [[2.0, 3.0, 4.0, 9.0]]
    """
    points = np.asarray(x, dtype=np.float64)
    return np.concatenate([points, points**2], axis=1)


def circular_boundary(theta: ArrayLike) -> Ellipse:
    """The curve θ₀ + θ₁x₁ + θ₂x₂ + θ₃x₁² + θ₄x₂² = 0, by completing the squares; for a circle θ₃ = θ₄.

    Raises:
        ValueError: If the curve is not an ellipse.

    Source: the lecture's slide on circular decision boundaries.

    >>> circular_boundary([-1, 0, 0, 1, 1])
    Ellipse(center=(0.0, 0.0), semi_axes=(1.0, 1.0))
    """
    values = np.asarray(theta, dtype=np.float64)
    if values.shape != (5,) or values[3] * values[4] <= 0.0:
        raise ValueError(f"θ = {values.tolist()}: need five numbers, θ₃ and θ₄ of one sign")
    linear, square = values[1:3], values[3:]
    center = 0.0 - linear / (2.0 * square)
    squared_axes = (np.sum(linear**2 / (4.0 * square)) - values[0]) / square
    if (squared_axes <= 0.0).any():
        raise ValueError(f"θ = {values.tolist()}: the score is zero nowhere, or in one point")
    width, height = np.sqrt(squared_axes)
    return Ellipse((float(center[0]), float(center[1])), (float(width), float(height)))
