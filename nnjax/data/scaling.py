"""Scaling of features and target with the statistics of the training rows only."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnjax.data.encoding import OF_COUNTS, encode_target
from nnjax.data.long_tails import AS_IS
from nnjax.data.rounding import FIRST_ROWS, rounded_columns
from nnjax.data.splits import Split
from nnjax.data.tables import Table
from nnjax.data.target_scale import OwnUnit, scale_target
from nnjax.data.weights import PartWeights

FARTHEST = 1e6
"""Standard deviations of the training rows: no measurement lies so far out, and no network learns from one."""


FARTHEST_KEPT = 1e30
"""Standard deviations; a row further out is put there: in float32 it would be infinite, and no score of it a number."""


class ScaledSplit(NamedTuple):
    """One split, ready for training: features have mean 0 and standard deviation 1 over the training rows.

    The target of a regression is standardised in the same way; counts are only divided by their mean over the training
    rows, with `y_mean` 0; classes are 0 or 1 for every output, with `y_mean` 0 and `y_scale` 1. So predictions return
    to the target's own unit by `prediction * y_scale + y_mean` in either case, and then by what `own_unit` says where
    the target is trained on another scale: `in_own_unit` does both.
    """

    x_train: NDArray[np.float32]
    """Features of the training rows [N, D], as those of the others."""
    y_train: NDArray[np.float32]
    """Target of the training rows, one column an output [N, O], as those of the others."""
    x_validation: NDArray[np.float32]
    y_validation: NDArray[np.float32]
    x_test: NDArray[np.float32]
    y_test: NDArray[np.float32]
    y_mean: NDArray[np.float64]
    """Mean of the target over the training rows, in its own unit or on the scale that is trained [O]; 0 for counts and
    classes."""
    y_scale: NDArray[np.float64]
    """Standard deviation (ddof 0) of the target over the training rows, likewise [O]; of counts their mean, 1 for
    classes."""
    weights: PartWeights | None = None
    """What the rows count in losses and scores; None where all count alike. Scaling takes every row once."""
    own_unit: OwnUnit | None = None
    """Where the target is trained on another scale than its own: the way back, and the targets themselves."""

    def in_own_unit(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Predictions [N, O], as the network makes them, in the target's own unit."""
        values = values * self.y_scale + self.y_mean
        return values if self.own_unit is None else self.own_unit.turn_back(values)

    def own_target(self, part: Literal["validation", "test"]) -> NDArray[np.float64]:
        """The target of the validation or test rows in its own unit [N, O]."""
        if self.own_unit is not None:
            return self.own_unit.validation if part == "validation" else self.own_unit.test
        scaled = self.y_validation if part == "validation" else self.y_test
        return scaled.astype(np.float64) * self.y_scale + self.y_mean


def scale_split(
    table: Table,
    split: Split,
    output: str = "identity",
    rounded: tuple[int, ...] | None = None,
    target_scale: str = AS_IS,
) -> ScaledSplit:
    """Standardise one split; no number of a validation or test row enters the scaling.

    Args:
        table: The data set, float64.
        split: Its row numbers.
        output: Level of the factor `output`; it decides how many columns the classes of a table become, and whether a
            target is taken for counts.
        rounded: Columns that are constant but for rounding, where that was decided before; see `rounded_columns`.
        target_scale: One of `TARGET_SCALES`; of counts and classes "as_is".

    Returns:
        float32 arrays, computed in float64. A column that is constant over the training rows, be it but for rounding,
        is only centred; a range of more than 1, which is rounding of huge numbers, becomes 1.

    >>> from nnjax.data.splits import SplitPlan, make_splits
    >>> from nnjax.data.tables import load_table
    >>> table = load_table("diabetes")
    >>> scaled = scale_split(table, make_splits(442, SplitPlan("repeated_k_fold", 4, 0.25, 0.2, 5))[0])
    >>> scaled.x_train.shape, str(scaled.x_train.dtype), abs(float(scaled.y_train.mean())) < 1e-6
    ((265, 10), 'float32', True)
    """
    scaling = fit_scaling(table, split, output, rounded, target_scale)
    x_mean, x_scale, y_mean, y_scale, target, own_unit = scaling
    # Rounded once, at the end: in float32 a column of dates would lose its days before the mean is taken off.
    x, y = (
        np.clip((columns - mean) / scale, -FARTHEST_KEPT, FARTHEST_KEPT).astype(np.float32)
        for columns, mean, scale in ((table.features, x_mean, x_scale), (target, y_mean, y_scale))
    )
    train, validation, test = split.train, split.validation, split.test
    weights = None if table.weights is None else table.weights.of(split)
    arrays = x[train], y[train], x[validation], y[validation], x[test], y[test], y_mean, y_scale
    return ScaledSplit(*arrays, weights, own_unit)


class Scaling(NamedTuple):
    """What scaling learns of the training rows, and the target of all rows on the scale that it is trained on.

    A feature's input is `(feature - x_mean) / x_scale`, and what a network is trained on `(target - y_mean) / y_scale`.
    """

    x_mean: NDArray[np.float64]
    x_scale: NDArray[np.float64]
    y_mean: NDArray[np.float64]
    y_scale: NDArray[np.float64]
    target: NDArray[np.float64]
    own_unit: OwnUnit | None


def fit_scaling(
    table: Table, split: Split, output: str, rounded: tuple[int, ...] | None = None, target_scale: str = AS_IS
) -> Scaling:
    """Learn the scaling of one split; what is given is as for `scale_split`."""
    rounded = rounded_columns(table, split) if rounded is None else rounded
    x_mean, x_scale = _mean_and_scale(table.features[split.train], rounded)
    target, own_unit = scale_target(target_scale, encode_target(table, output), split)
    if table.task == "classification":
        y_mean, y_scale = np.zeros(target.shape[1]), np.ones(target.shape[1])
    elif output == OF_COUNTS:
        y_mean, mean = np.zeros(target.shape[1]), target[split.train].mean(axis=0)
        y_scale = np.where(mean > 0, mean, 1.0)
    else:
        y_mean, y_scale = _mean_and_scale(target[split.train], [each - table.features.shape[1] for each in rounded])
    return Scaling(x_mean, x_scale, y_mean, y_scale, target, own_unit)


def _mean_and_scale(
    columns: NDArray[np.float64], rounded: Iterable[int]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and standard deviation of each column; 1 where it is constant, and where it is rounded its range if above 1.

    (Beyond 1e16, in float32 beyond 1e8, the last place is more than 1: what was only centred would still be huge.)
    """
    mean, scale, reach = columns.mean(axis=0), columns.std(axis=0), np.ptp(columns, axis=0)
    is_rounded = np.isin(np.arange(columns.shape[1]), list(rounded))
    # Squares of numbers of 1e-170 are nothing: where the training rows have no other, they are taken for constant.
    return mean, np.where(is_rounded, np.maximum(1.0, reach), np.where((reach == 0) | (scale == 0), 1.0, scale))


def far_columns(table: Table, split: Split) -> dict[int, float]:
    """Columns in which a validation or test row lies enormously far from the training rows.

    Returns:
        Number of the column, as in `rounded_columns` -> its largest scaled value, where that is above `FARTHEST`.
    """
    rounded, width = rounded_columns(table, split), table.features.shape[1]
    far: dict[int, float] = {}
    for start, part in zip((0, width), (table.features, table.target)[: 1 if table.class_names else 2], strict=False):
        first = part[split.train[:FIRST_ROWS]]
        least = np.std(first, axis=0) * np.sqrt(len(first) / len(split.train))  # what all training rows' is not below
        suspects = np.flatnonzero((np.ptp(part, axis=0) > FARTHEST * least) | (least == 0))
        own = [int(place) for place, column in enumerate(suspects) if start + column in rounded]
        mean, scale = _mean_and_scale(part[np.ix_(split.train, suspects)], own)
        others = part[np.ix_(np.concatenate([split.validation, split.test]), suspects)]
        largest = np.abs((others - mean) / scale).max(axis=0, initial=0.0)
        far |= {int(start + suspects[place]): float(largest[place]) for place in np.flatnonzero(largest > FARTHEST)}
    return far
