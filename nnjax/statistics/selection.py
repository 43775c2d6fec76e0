"""Selection: the honest figure of a chosen cell, beside the naive maximum."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class NestedSelection:
    """Test scores of the cell that the validation rows chose in each split, and the winner's curse beside them."""

    chosen: NDArray[np.intp]
    """Index of the cell chosen in each split, [J]."""
    scores: NDArray[np.float64]
    """Test score of the chosen cell in each split, [J]."""
    mean: float
    """Mean of these scores: what choosing by validation delivers."""
    naive_best_index: int
    """Index of the cell with the highest mean test score: chosen by looking at the test rows."""
    naive_maximum: float
    """That cell's mean test score: too good on average."""


def nested_selection(validation: ArrayLike, test: ArrayLike) -> NestedSelection:
    """Choose the best cell by validation score in each split and report its test score; first on ties.

    Both are [C, J], the same cells × splits, finite (clip first, average seeds first).

    Raises:
        ValueError: If the shapes differ, are empty, or a number is not finite.

    >>> selection = nested_selection([[0.5, 0.1], [0.4, 0.3]], [[0.3, 0.6], [0.2, 0.5]])
    >>> selection.chosen.tolist(), selection.scores.tolist(), selection.naive_best_index
    ([0, 1], [0.3, 0.5], 0)
    """
    v, t = np.asarray(validation, dtype=np.float64), np.asarray(test, dtype=np.float64)
    if v.ndim != 2 or v.shape != t.shape or v.size == 0:
        raise ValueError(f"scores of shapes {v.shape} and {t.shape}: need the same cells × splits")
    if not (np.isfinite(v).all() and np.isfinite(t).all()):
        raise ValueError("selection needs finite scores: clip them first")
    chosen = np.argmax(v, axis=0)
    scores = t[chosen, np.arange(t.shape[1])]
    cell_means = t.mean(axis=1)
    best = int(np.argmax(cell_means))
    return NestedSelection(chosen, scores, float(scores.mean()), best, float(cell_means[best]))
