"""Logistic regression: the logistic function of a linear score, fitted by hand."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike

from nnjax.lecture.activations import logistic
from nnjax.lecture.perceptron import append_bias, read_targets

Vector = Float[np.ndarray, " D+1"]


class LogisticOutcome(Enum):
    """How a fit ended; the value is the sentence for people."""

    CONVERGED = "the gradient vanished: the cross-entropy has its minimum here"
    SEPARABLE = (
        "a boundary without a mistake was found; without a penalty θ would grow without end, its direction settling"
    )
    ITERATION_LIMIT = "the iteration limit was reached before the gradient vanished"


@dataclass(frozen=True)
class LogisticFit:
    """A fitted logistic regression.

    Attributes:
        theta: θ₀ (of x₀ = 1), θ₁ … θ_D, [D + 1].
        loss: Mean cross-entropy in nats plus penalty, at θ.
        gradient_norm: Euclidean norm of its gradient, at θ.
    """

    theta: Vector
    outcome: LogisticOutcome
    iterations: int
    loss: float
    gradient_norm: float


@dataclass(frozen=True)
class _Problem:
    """Mean cross-entropy + l2/2·(θ₁² + … + θ_D²), its gradient and its Hessian."""

    x: Float[np.ndarray, "N D+1"]
    y: Float[np.ndarray, " N"]
    penalty: Vector

    def loss(self, theta: Vector) -> float:
        z = self.x @ theta
        return float(np.mean(np.logaddexp(0.0, z) - self.y * z) + 0.5 * self.penalty @ theta**2)

    def gradient(self, theta: Vector) -> Vector:
        return np.asarray((logistic(self.x @ theta) - self.y) @ self.x / len(self.y) + self.penalty * theta)

    def hessian(self, theta: Vector) -> Float[np.ndarray, "D+1 D+1"]:
        v = logistic(self.x @ theta)
        return np.asarray((self.x.T * (v * (1.0 - v))) @ self.x / len(self.y) + np.diag(self.penalty))

    def finish(self, theta: Vector, iterations: int, tolerance: float) -> LogisticFit:
        norm = float(np.linalg.norm(self.gradient(theta)))
        is_separated = bool((np.where(self.y > 0.0, 1.0, -1.0) * (self.x @ theta) > 0.0).all())
        if is_separated and not self.penalty.any():
            outcome = LogisticOutcome.SEPARABLE
        else:
            outcome = LogisticOutcome.CONVERGED if norm <= tolerance else LogisticOutcome.ITERATION_LIMIT
        return LogisticFit(theta, outcome, iterations, self.loss(theta), norm)


def _state_problem(patterns: ArrayLike, targets: ArrayLike, l2: float) -> _Problem:
    x = append_bias(patterns)
    if l2 < 0.0:
        raise ValueError(f"l2 = {l2}: need a penalty >= 0")
    penalty = np.full(x.shape[1], float(l2))
    penalty[0] = 0.0
    return _Problem(x, read_targets(targets, len(x)).astype(np.float64), penalty)


def _descend(
    problem: _Problem, move: Callable[[Vector, Vector], Vector], iteration_limit: int, tolerance: float
) -> LogisticFit:
    """Move θ, from 0, until the gradient vanishes or the limit is reached; `move` sees θ and the gradient there."""
    theta: Vector = np.zeros(problem.x.shape[1])
    for iteration in range(iteration_limit):
        gradient = problem.gradient(theta)
        if np.linalg.norm(gradient) <= tolerance:
            return problem.finish(theta, iteration, tolerance)
        theta = theta + move(theta, gradient)
    return problem.finish(theta, iteration_limit, tolerance)


def predict_probability(theta: Vector, patterns: ArrayLike) -> Float[np.ndarray, " N"]:
    """The probability g(θᵀx) = 1/(1 + e^(−θᵀx)) that y = 1; it is at least ½ exactly where θᵀx ≥ 0.

    Patterns are [N, D], without x₀.

    Source: the lecture's slide on logistic regression, which calls the score x as well.

    >>> predict_probability(np.array([0.0, 1.0]), [[0.0], [2.0]]).round(4).tolist()
    [0.5, 0.8808]
    """
    return logistic(append_bias(patterns) @ theta)


def fit_newton(
    patterns: ArrayLike, targets: ArrayLike, l2: float = 0.0, iteration_limit: int = 100, tolerance: float = 1e-10
) -> LogisticFit:
    """Minimise the mean cross-entropy + l2/2·(θ₁² + … + θ_D²) by Newton's method from θ = 0.

    A step is halved until the loss falls by a tenth of what its slope promises. θ₀ is not penalised; scikit-learn's C
    is 1/(N·l2).

    Args:
        patterns: Inputs [N, D], without x₀.
        targets: Classes 0 and 1, [N].
        l2: Penalty, ≥ 0.
        iteration_limit: Steps after which to stop.
        tolerance: Norm of the gradient at which to stop.

    Raises:
        ValueError: If the data or the penalty are unsound.

    >>> fit = fit_newton([[-2.0], [-1.0], [1.0], [2.0]], [0, 1, 0, 1])
    >>> fit.theta[1:].round(4).tolist(), fit.outcome.name
    ([0.4196], 'CONVERGED')
    """
    problem = _state_problem(patterns, targets, l2)

    def move(theta: Vector, gradient: Vector) -> Vector:
        direction = np.linalg.lstsq(problem.hessian(theta), -gradient, rcond=None)[0]
        step, promised = 1.0, 0.1 * float(gradient @ direction)
        rounding = 1.0 + 8 * np.finfo(np.float64).eps  # near the minimum the fall is rounded away
        ceiling = problem.loss(theta) * rounding
        while step > 1e-10 and problem.loss(theta + step * direction) > ceiling + step * promised:
            step /= 2.0
        return np.asarray(step * direction)

    return _descend(problem, move, iteration_limit, tolerance)


def fit_gradient_descent(
    patterns: ArrayLike,
    targets: ArrayLike,
    l2: float = 0.0,
    learning_rate: float = 1.0,
    iteration_limit: int = 10_000,
    tolerance: float = 1e-10,
) -> LogisticFit:
    """Minimise the same by full-batch gradient descent from θ = 0: θ ← θ − η·mean (v − y)x.

    Descent is certain for η below 2/(‖X‖²/4N + l2), ‖X‖ the largest singular value with x₀ = 1.

    Raises:
        ValueError: If the data or the penalty are unsound.

    >>> fit = fit_gradient_descent([[-2.0], [-1.0], [1.0], [2.0]], [0, 1, 0, 1])
    >>> fit.theta[1:].round(4).tolist(), fit.outcome.name
    ([0.4196], 'CONVERGED')
    """
    problem = _state_problem(patterns, targets, l2)
    return _descend(problem, lambda theta, gradient: -learning_rate * gradient, iteration_limit, tolerance)
