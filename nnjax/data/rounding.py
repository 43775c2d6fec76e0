"""Columns that vary by no more than rounding: they hold no information, and dividing by their spread makes noise of it.

Decided on the training rows of each split, in units in the last place of the largest number there. A bound that grows
with the rows, as scikit-learn's StandardScaler has, takes a true spread of 0.1 at 1e9 for rounding in a million rows.
"""

import numpy as np
from numpy.typing import NDArray

from nnjax.data.splits import Split
from nnjax.data.tables import Table

ROUNDING = 64
"""Units in the last place that the same sum may lie apart by, computed in one order or another."""

ROUNDING_OF_FLOAT32 = 4 * 2**29
"""Four units in the last place of a float32, in those of a float64."""

FIRST_ROWS = 256
"""Rows that are looked at first: hardly a column is alike in them and in no others."""


def rounded_columns(table: Table, split: Split) -> tuple[int, ...]:
    """Columns that are constant over the training rows but for rounding; those that are constant are not among them.

    Returns:
        Numbers of features from 0, of a regression's targets from the number of features on.

    >>> from nnjax.data.tables import make_table
    >>> sums = np.array([[0.1 + 0.2, 1.0], [0.3, 2.0], [0.3, 3.0]])
    >>> table = make_table("sums", sums, np.arange(3.0), ("a", "b"), "y")
    >>> rounded_columns(table, Split(np.arange(3), np.arange(0), np.arange(0), ""))
    (0,)
    """
    parts = (table.features,) if table.class_names else (table.features, table.target)
    limits = np.array(table.rounding or (ROUNDING,) * sum(part.shape[1] for part in parts))
    found: list[int] = []
    for start, part in zip((0, table.features.shape[1]), parts, strict=False):
        own = limits[start : start + part.shape[1]]
        suspects = np.flatnonzero(_is_rounded(part[split.train[:FIRST_ROWS]], 2 * own))  # its last place may double
        columns = part[np.ix_(split.train, suspects)]
        is_found = (np.ptp(columns, axis=0) > 0) & _is_rounded(columns, own[suspects])
        found += (start + suspects[is_found]).tolist()
    return tuple(found)


def _is_rounded(columns: NDArray[np.float64], limits: NDArray[np.int64]) -> NDArray[np.bool_]:
    return np.asarray(np.ptp(columns, axis=0) <= limits * np.spacing(np.abs(columns).max(axis=0)))
