"""How well kept predictions of numbers meet the targets, of many runs at once, as scikit-learn defines each measure."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_Floats = NDArray[np.float64]


@dataclass(frozen=True)
class NumberPredictions:
    """What R runs say of the same N rows, in the target's own unit.

    Attributes:
        target: One column an output [N, O].
        prediction: [R, N, O].
        weights: What the rows count, in any unit [N]; None if all count alike.
        quantile: Share of targets that shall lie below the prediction, of each run [R], or of all.
    """

    target: _Floats
    prediction: _Floats
    weights: _Floats | None = None
    quantile: _Floats | float = 0.5

    def mean(self, values: _Floats) -> _Floats:
        """Weighted mean over the rows of values [R, N, O]: [R, O]."""
        counts = np.ones(len(self.target)) if self.weights is None else self.weights
        return np.asarray(np.einsum("rno,n->ro", values, counts / counts.sum()))

    @property
    def errors(self) -> _Floats:
        """Target minus prediction."""
        return np.asarray(self.target - self.prediction)


_Measured = Callable[[NumberPredictions], _Floats]


def _r2(given: NumberPredictions) -> _Floats:
    """Of a constant target 1 where it is met, else 0; NaN for fewer than two rows."""
    center = given.mean(given.target[None])
    is_constant = np.ptp(given.target, axis=0) == 0
    variance = np.where(is_constant, 0.0, given.mean((given.target - center)[None] ** 2))
    square = given.mean(given.errors**2)
    explained = 1 - square / np.where(variance > 0, variance, 1.0)
    values = np.where(variance > 0, explained, square == 0).mean(axis=1)
    return np.where(len(given.target) < 2, np.nan, values)


def _rmse(given: NumberPredictions) -> _Floats:
    return np.asarray(np.sqrt(given.mean(given.errors**2)).mean(axis=1))


def _mae(given: NumberPredictions) -> _Floats:
    return np.asarray(given.mean(np.abs(given.errors)).mean(axis=1))


def _pinball_loss(given: NumberPredictions) -> _Floats:
    """Mean q (y − p) where the target lies above the prediction, (1 − q) (p − y) where below.

    Source: scikit-learn's mean_pinball_loss.
    """
    quantile = np.reshape(given.quantile, (-1, 1, 1))
    return np.asarray(given.mean(np.maximum(quantile * given.errors, (quantile - 1) * given.errors)).mean(axis=1))


def _poisson_deviance(given: NumberPredictions) -> _Floats:
    """Mean 2 (y ln(y / p) − y + p); NaN where a target is negative or a prediction not above zero.

    Source: scikit-learn's mean_poisson_deviance.
    """
    is_defined = np.asarray((given.prediction > 0).all(axis=(1, 2)) & bool((given.target >= 0).all()))
    held = np.where(is_defined[:, None, None], given.prediction, 1.0)
    target = np.maximum(given.target, 0.0)
    ratio = np.where(target > 0, target / held, 1.0)
    values = given.mean(2 * (target * np.log(ratio) - target + held)).mean(axis=1)
    return np.where(is_defined, values, np.nan)


NUMBER_MEASURES: dict[str, _Measured] = {
    "r2": _r2,
    "rmse": _rmse,
    "mae": _mae,
    "pinball_loss": _pinball_loss,
    "poisson_deviance": _poisson_deviance,
}
"""Name of a measure in `nnjax.metrics` -> its value of every run [R]."""


def measure_numbers(given: NumberPredictions, wanted: tuple[str, ...]) -> dict[str, _Floats]:
    """Some measures of every run [R], outputs averaged; NaN for a run with a prediction that is not finite.

    >>> given = NumberPredictions(np.array([[1.0], [2.0]]), np.array([[[1.0], [4.0]]]), quantile=0.9)
    >>> {name: float(value[0].round(4)) for name, value in measure_numbers(given, ("mae", "pinball_loss")).items()}
    {'mae': 1.0, 'pinball_loss': 0.1}
    """
    is_known = np.asarray(np.isfinite(given.prediction).all(axis=(1, 2)))
    held = np.where(is_known[:, None, None], given.prediction, 1.0)
    sound = NumberPredictions(given.target, held, given.weights, given.quantile)
    return {name: np.where(is_known, NUMBER_MEASURES[name](sound), np.nan) for name in wanted}
