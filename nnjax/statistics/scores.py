"""The score of a run: test R² on a scale that one exploding run cannot own."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

FLOOR = -1.0
"""Score of a diverged run and lower bound of every other (R², no unit)."""


def clipped_scores(test_r2: ArrayLike, diverged: ArrayLike) -> NDArray[np.float64]:
    """Turn test R² into scores: clipped below at -1; a run that diverged, or has no number, scores -1.

    So a factorial stays balanced and one explosion cannot own a mean.

    Args:
        test_r2: Test R² of each run, any shape; NaN where a run has none.
        diverged: Whether the run diverged, bool, the same shape.

    Returns:
        Scores in [-1, 1], float64, the shape of `test_r2`.

    Example:
        >>> clipped_scores([0.5, -7.0, np.nan, 0.4], [False, False, False, True]).tolist()
        [0.5, -1.0, -1.0, -1.0]
    """
    r2 = np.asarray(test_r2, dtype=np.float64)
    is_lost = np.asarray(diverged, dtype=np.bool_) | np.isnan(r2)
    return np.where(is_lost, FLOOR, np.maximum(r2, FLOOR))
