"""Rows as they were checked, and their split into those that are trained on and those that decide when to stop."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

from nnjax.estimators.features import as_float32
from nnjax.estimators.problem import Examples

FEWEST_JUDGES = 2
"""Rows that decide when to stop, at least: the R² of one row is not defined."""


class CheckedRows(NamedTuple):
    """Rows as they were checked.

    Attributes:
        x: Features [N, D], dense, in the dtype in which they were given.
        y: Targets [N, O]: numbers, or truth values for each class or label.
        weights: What each counts [N]; None where all count alike.
    """

    x: NDArray[Any]
    y: NDArray[Any]
    weights: NDArray[Any] | None = None

    def examples(self) -> Examples:
        """The rows as the engine takes them."""
        weights = None if self.weights is None else as_float32(self.weights)
        return Examples(as_float32(self.x), as_float32(self.y), weights)

    def weighing_examples(self) -> Examples:
        """The rows as the engine takes them, some of which weigh something.

        Raises:
            ValueError: None of them does.
        """
        examples = self.examples()
        if examples.weights is not None and not examples.weights.any():
            raise ValueError(
                "no row weighs anything in float32 (sample_weight times class_weight); give weights around one"
            )
        return examples

    def split(self, fraction: float, generator: np.random.RandomState) -> "tuple[CheckedRows, CheckedRows]":
        """Rows to train on, and a share that decides when to stop; stratified where there are two classes.

        Raises:
            ValueError: One row or none would decide.
        """
        stratify = self.y if self.y.dtype == bool and self.y.shape[1] == 1 else None
        arrays = [self.x, self.y] if self.weights is None else list(self)
        parts = train_test_split(*arrays, random_state=generator, test_size=fraction, stratify=stratify)
        train, held_out = CheckedRows(*parts[::2]), CheckedRows(*parts[1::2])
        if held_out.weights is not None and not held_out.weights.any():
            raise ValueError(
                f"sample_weight is zero for all {len(held_out.x)} rows that validation_fraction={fraction} sets aside; "
                "raise it, or give rows of some weight as X_val"
            )
        if len(held_out.x) < FEWEST_JUDGES:
            raise ValueError(
                f"The validation set is too small: {len(held_out.x)} of {len(self.x)} rows. Increase "
                f"validation_fraction={fraction}, or give more rows."
            )
        return train, held_out
