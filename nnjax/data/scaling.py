"""Scaling of features and target with the statistics of the training rows only."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnjax.data.encoding import encode_target
from nnjax.data.splits import Split
from nnjax.data.tables import Table


class ScaledSplit(NamedTuple):
    """One split, ready for training: features have mean 0 and standard deviation 1 over the training rows.

    The target of a regression is standardised in the same way; classes are 0 or 1 for every output, with `y_mean` 0 and
    `y_scale` 1. So predictions return to the target's own unit by `prediction * y_scale + y_mean` in either case.
    """

    x_train: NDArray[np.float32]
    """Features of the training rows [N, D]."""
    y_train: NDArray[np.float32]
    """Target of the training rows, one column an output [N, O]."""
    x_validation: NDArray[np.float32]
    """Features of the validation rows."""
    y_validation: NDArray[np.float32]
    """Target of the validation rows."""
    x_test: NDArray[np.float32]
    """Features of the test rows."""
    y_test: NDArray[np.float32]
    """Target of the test rows."""
    y_mean: NDArray[np.float64]
    """Mean of the target over the training rows, in its own unit [O]; 0 for classes."""
    y_scale: NDArray[np.float64]
    """Standard deviation (ddof 0) of the target over the training rows, in its own unit [O]; 1 for classes."""


def scale_split(table: Table, split: Split, output: str = "identity") -> ScaledSplit:
    """Standardise one split; no number of a validation or test row enters the scaling.

    Args:
        table: The data set, float64.
        split: Its row numbers.
        output: Level of the factor `output`; it decides how many columns the classes of a table become.

    Returns:
        float32 arrays, computed in float64. A column that is constant over the training rows is only centred.

    Example:
        >>> from nnjax.data.splits import SplitPlan, make_splits
        >>> from nnjax.data.tables import load_table
        >>> table = load_table("diabetes")
        >>> scaled = scale_split(table, make_splits(442, SplitPlan("repeated_k_fold", 4, 0.25, 0.2, 5))[0])
        >>> scaled.x_train.shape, str(scaled.x_train.dtype), abs(float(scaled.y_train.mean())) < 1e-6
        ((265, 10), 'float32', True)
    """
    x_mean, x_scale = _mean_and_scale(table.features[split.train])
    target = encode_target(table, output)
    if table.task == "classification":
        y_mean, y_scale = np.zeros(target.shape[1]), np.ones(target.shape[1])
    else:
        y_mean, y_scale = _mean_and_scale(target[split.train])
    x = ((table.features - x_mean) / x_scale).astype(np.float32)
    y = ((target - y_mean) / y_scale).astype(np.float32)
    return ScaledSplit(
        x_train=x[split.train],
        y_train=y[split.train],
        x_validation=x[split.validation],
        y_validation=y[split.validation],
        x_test=x[split.test],
        y_test=y[split.test],
        y_mean=y_mean,
        y_scale=y_scale,
    )


def _mean_and_scale(columns: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and standard deviation of each column; scale 1 where it is constant up to rounding of its mean."""
    mean, scale = columns.mean(axis=0), columns.std(axis=0)
    constant = np.ptp(columns, axis=0) == 0
    return mean, np.where(constant, 1.0, scale)
