"""Targets as the numbers that a network's outputs are compared with."""

import numpy as np
from numpy.typing import NDArray

from nnjax.data.tables import Table

OF_COUNTS = "exponential"
"""The output whose predictions are never negative: counts, which are measured against nothing but zero."""


def output_width(table: Table, output: str) -> int:
    """Outputs that a network needs for a table.

    Regression: one a target column. Classification: 1 for two classes, unless the output is softmax, else one a class.

    >>> from nnjax.data.tables import load_table
    >>> output_width(load_table("linnerud"), "identity"), output_width(load_table("iris"), "softmax")
    (3, 3)
    >>> output_width(load_table("moons"), "logistic"), output_width(load_table("moons"), "softmax")
    (1, 2)
    """
    if table.task == "regression":
        return len(table.target_names)
    n_classes = len(table.class_names)
    return 1 if n_classes == 2 and output != "softmax" else n_classes


def encode_target(table: Table, output: str) -> NDArray[np.float64]:
    """The target, one column an output: float64 [N, `output_width`].

    Regression: in its own units. Classification: 0 or 1 for class 1 in one column, or one-hot.

    >>> from nnjax.data.tables import load_table
    >>> encode_target(load_table("iris"), "softmax")[[0, -1]].tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    width = output_width(table, output)
    if table.labels is None or width == 1:
        return table.target
    return np.eye(width)[table.labels]
