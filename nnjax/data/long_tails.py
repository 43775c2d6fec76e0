"""What takes the tail from skewed numbers, features or targets: a logarithm, or their places on a normal curve."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

AS_IS, LOG, QUANTILE = "as_is", "log", "quantile"

MOST_QUANTILES = 1000
"""Places on the curve that are learnt; between two of them it is straight."""


LEAST = 1e-280
"""Of what is a number to the curve, beside 0: two smaller ones can lie so close that it would rise infinitely steep."""


def without_dust(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Numbers as the curve is shown them: what is smaller than `LEAST` is 0."""
    return np.where(np.abs(numbers) < LEAST, 0.0, numbers)


def tail_transformer(level: str, n_train: int) -> Any:
    """scikit-learn's transformer of a level, to be fitted on so many rows: log(1 + x), which 0 has, or quantiles.

    Every row is looked at, so nothing is drawn.
    """
    from sklearn.preprocessing import FunctionTransformer, QuantileTransformer  # here: its import takes seconds

    if level == LOG:
        return FunctionTransformer(np.log1p, np.expm1, check_inverse=False)
    return QuantileTransformer(
        n_quantiles=min(MOST_QUANTILES, n_train), output_distribution="normal", subsample=None, random_state=0
    )
