"""The final numbers of a run, computed on the host in float64 from its history and its predictions."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]


class Scores(NamedTuple):
    """How well predictions meet targets: r2 (no unit), rmse and mae in the target's own unit."""

    r2: float
    rmse: float
    mae: float


def score(target: NDArray[np.floating], prediction: NDArray[np.floating]) -> Scores:
    """R², root mean squared error and mean absolute error, as scikit-learn defines them.

    Args:
        target: [N] or [N, 1].
        prediction: Same shape.

    Example:
        >>> [round(value, 4) for value in score(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 4.0]))]
        [0.5, 0.5774, 0.3333]
    """
    error = np.asarray(target, dtype=np.float64) - np.asarray(prediction, dtype=np.float64)
    spread = np.asarray(target, dtype=np.float64) - np.mean(target, dtype=np.float64)
    mean_square = float(np.mean(error**2))
    return Scores(1.0 - mean_square / float(np.mean(spread**2)), mean_square**0.5, float(np.mean(np.abs(error))))


def gradient_slope(gradient_norms: NDArray[np.floating]) -> Vector:
    """Slope of log₁₀ g_l against the hidden layer l = 1 … L: above zero, gradients vanish towards the input.

    Args:
        gradient_norms: g_l [L, …].

    Returns:
        [...]; NaN for fewer than two hidden layers and where a g_l is zero or not finite.

    Example:
        >>> float(gradient_slope(np.array([1e-3, 1e-2, 1e-1])).round(6))
        1.0
    """
    layers = len(gradient_norms)
    if layers < 2:
        return np.full(np.shape(gradient_norms)[1:], np.nan)
    position = np.arange(layers) - (layers - 1) / 2
    return np.tensordot(position / np.sum(position**2), _logarithm(gradient_norms), axes=1)


def gradient_ratio(gradient_norms: NDArray[np.floating]) -> Vector:
    """G = log₁₀(g_1 / g_L): below −1 the gradient vanishes, first against last hidden layer.

    Args:
        gradient_norms: g_l [L, …].

    Returns:
        [...]; NaN for fewer than two hidden layers.
    """
    if len(gradient_norms) < 2:
        return np.full(np.shape(gradient_norms)[1:], np.nan)
    ends: Vector = _logarithm(gradient_norms[0]) - _logarithm(gradient_norms[-1])
    return ends


def _logarithm(gradient_norms: NDArray[np.floating]) -> Vector:
    norms = np.asarray(gradient_norms, dtype=np.float64)
    return np.log10(np.where((norms > 0) & np.isfinite(norms), norms, np.nan))


def early_median(values: Vector, epochs: int) -> float:
    """Median over the first tenth of the training, epochs 1 … ⌈E/10⌉.

    Args:
        values: One value an epoch, index 0 = at initialisation [E + 1].
        epochs: E.
    """
    early = values[1 : 1 + -(-epochs // 10)]
    known = early[np.isfinite(early)]
    return float(np.median(known)) if len(known) else float("nan")


def first_bad_epoch(*curves: NDArray[np.floating]) -> int:
    """First epoch at which a loss is not finite; −1 if there is none.

    Example:
        >>> first_bad_epoch(np.array([1.0, 0.5, np.inf, np.nan]))
        2
    """
    bad = ~np.all([np.isfinite(curve) for curve in curves], axis=0)
    return int(np.argmax(bad)) if bad.any() else -1
