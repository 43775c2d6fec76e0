"""Speed of learning: epochs to a target, some of them never reached within the horizon; quality at any time."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnjax.statistics.censoring import Bounds


class StepCurve(NamedTuple):
    """Share of runs that have reached the target, a step function of the epoch."""

    epochs: NDArray[np.float64]
    """Where the curve starts (0), steps, and ends (the horizon), [K]."""
    share: NDArray[np.float64]
    """Share of runs at or before each of these epochs, [K], in [0, 1]."""


def _stopped(times: ArrayLike, horizon: float) -> NDArray[np.float64]:
    """min(T, E), with never (NaN or infinite) as E."""
    t = np.asarray(times, dtype=np.float64)
    if t.size == 0 or not horizon >= 1.0 or bool((t < 0.0).any()):
        raise ValueError("epochs to target: need at least one run, times >= 0 and a horizon of at least one epoch")
    return np.minimum(np.where(np.isnan(t), np.inf, t), horizon)


def restricted_mean(times: ArrayLike, horizon: float) -> float:
    """Restricted mean epochs to target: mean of min(T, E), exact since every curve stops at the same E.

    Times T, of any shape, are NaN or infinite where the target was never reached.

    Raises:
        ValueError: If there is no run, a negative time, or a horizon below 1.

    >>> restricted_mean([5, 10, np.nan, 20], horizon=50)
    21.25
    """
    return float(_stopped(times, horizon).mean())


def log2_times(times: ArrayLike, horizon: float) -> NDArray[np.float64]:
    """log2 of min(T, E), at least epoch 1, the shape of `times`: a difference of 1 is a factor of two in epochs.

    A target met at epoch 0, before any step, counts as epoch 1.

    Raises:
        ValueError: As `restricted_mean`.

    >>> log2_times([4, np.nan, 0], horizon=32).tolist()
    [2.0, 5.0, 0.0]
    """
    return np.log2(np.maximum(_stopped(times, horizon), 1.0))


def log2_bounds(times: ArrayLike, horizons: ArrayLike) -> Bounds:
    """What is known of log2 T: T itself where it was reached, else only that it is at least E, that run's epochs.

    T is infinite where the target was never reached, and counts as epoch 1 where it was met at epoch 0. Where T is NaN,
    that of a missing run, nothing is known: both bounds are NaN.

    Source: Manski (1989), Journal of Human Resources 24 (bounds from the worst cases).

    >>> bounds = log2_bounds([4, np.inf, np.nan], [32, 32, 32])
    >>> bounds.least.tolist(), bounds.greatest.tolist()
    ([2.0, 5.0, nan], [2.0, inf, nan])
    """
    t, e = np.asarray(times, dtype=np.float64), np.asarray(horizons, dtype=np.float64)
    least = np.log2(np.maximum(np.minimum(t, e), 1.0))
    return Bounds(least, np.where(t > e, np.inf, least))


def share_reached(times: ArrayLike, horizon: float) -> float:
    """Share of runs that reached the target within the horizon.

    Raises:
        ValueError: As `restricted_mean`.

    >>> share_reached([5, 10, np.nan, 20], horizon=10)
    0.5
    """
    _stopped(times, horizon)
    return float(np.mean(np.asarray(times, dtype=np.float64) <= horizon))


def step_curve(times: ArrayLike, horizon: float) -> StepCurve:
    """Share of runs that have reached the target, against the epoch (one minus Kaplan-Meier's survival).

    The curve, for drawing with steps after each epoch, ends at the horizon.

    Raises:
        ValueError: As `restricted_mean`.

    >>> curve = step_curve([5, 10, np.nan, 10], horizon=50)
    >>> curve.epochs.tolist(), curve.share.tolist()
    ([0.0, 5.0, 10.0, 50.0], [0.0, 0.25, 0.75, 0.75])
    """
    _stopped(times, horizon)
    t = np.asarray(times, dtype=np.float64).ravel()
    reached = np.sort(t[t <= horizon])
    epochs = np.unique(np.concatenate([[0.0], reached, [float(horizon)]]))
    return StepCurve(epochs, np.searchsorted(reached, epochs, side="right") / t.size)


def anytime_quality(curves: ArrayLike, epochs: Sequence[int], floor: float) -> NDArray[np.float64]:
    """Quality at any time: mean of each run's curve over some epochs, log-spaced so that early learning counts.

    Args:
        curves: Validation scores [R, E + 1], index = epoch; NaN after a divergence.
        epochs: The grid, the same for all runs that are compared, within 0 … E.
        floor: What every lower value counts as, and the time after a divergence.

    Raises:
        ValueError: If the curves are no matrix, or the grid is empty or leaves it.

    >>> anytime_quality([[0.0, 0.2, 0.4], [0.0, 0.3, np.nan]], [1, 2], floor=-1.0).round(3).tolist()
    [0.3, -0.35]
    """
    c = np.asarray(curves, dtype=np.float64)
    if c.ndim != 2 or len(epochs) == 0 or min(epochs) < 0 or max(epochs) >= c.shape[1]:
        raise ValueError(f"curves of shape {c.shape}: need runs × epochs, and epochs of that range to average over")
    shown = np.maximum(np.nan_to_num(c[:, list(epochs)], nan=floor, posinf=floor, neginf=floor), floor)
    return np.asarray(shown.mean(axis=1))
