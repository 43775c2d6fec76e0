"""Bands on curves: the spread of runs, not a confidence."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Band(NamedTuple):
    """25 % quantile, median and 75 % quantile of the runs at each epoch, [E + 1] each."""

    low: NDArray[np.float64]
    median: NDArray[np.float64]
    high: NDArray[np.float64]


def quartile_band(curves: ArrayLike) -> Band:
    """Median and quartiles over runs [R, E + 1] at each epoch: spread, not confidence.

    Where one run has no number the band has none (clip R² first).

    Raises:
        ValueError: If there is no run.

    >>> [float(line[0]) for line in quartile_band([[1.0], [2.0], [3.0], [4.0], [5.0]])]
    [2.0, 3.0, 4.0]
    """
    x = np.asarray(curves, dtype=np.float64)
    if x.ndim != 2 or len(x) == 0:
        raise ValueError(f"curves of shape {x.shape}: need [runs, epochs] with at least one run")
    return Band(*np.quantile(x, [0.25, 0.5, 0.75], axis=0))


def interquartile_mean(values: ArrayLike) -> float:
    """Mean of the middle half of the values: the lowest and the highest quarter are left out.

    Source: Agarwal et al. (2021), deep reinforcement learning at the edge of the statistical precipice.

    >>> interquartile_mean([1, 2, 3, 4, 5, 6, 7, 100])
    4.5
    """
    ordered = np.sort(np.asarray(values, dtype=np.float64), axis=None)
    left_out = len(ordered) // 4
    return float(ordered[left_out : len(ordered) - left_out].mean())
