"""Rows as the engine takes them: dense, and in float32."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

_Matrix = Float[NDArray[np.floating[Any]], "N D"]

LARGEST_DENSE = 10_000_000
"""Numbers up to which a sparse matrix is made dense: 80 MB in float64."""


def as_dense(x: Any) -> _Matrix:
    """A matrix [N, D] as an array; a sparse one is made dense.

    Raises:
        ValueError: A sparse one would have more than `LARGEST_DENSE` numbers.
    """
    if not hasattr(x, "toarray"):
        return np.asarray(x)
    rows, columns = x.shape
    if rows * columns > LARGEST_DENSE:
        raise ValueError(
            f"sparse X would be {rows} × {columns} = {rows * columns:,} numbers when made dense, and {LARGEST_DENSE:,} "
            "are the most; reduce its columns (TruncatedSVD, SelectKBest, OneHotEncoder(min_frequency=...)), or take "
            "fewer rows"
        )
    return np.asarray(x.toarray())


def dense_blocks(x: Any) -> Iterator[_Matrix]:
    """A matrix in blocks of rows, each dense; so a sparse one of any size can be predicted."""
    if not hasattr(x, "toarray"):
        yield np.asarray(x)
        return
    block = max(1, LARGEST_DENSE // max(1, x.shape[1]))
    for start in range(0, max(1, x.shape[0]), block):
        yield np.asarray(x[start : start + block].toarray())


def as_float32(values: Any) -> NDArray[np.float32]:
    """Numbers in float32, contiguous; beyond its range they are infinite.

    >>> as_float32([1, 1e300]).tolist()
    [1.0, inf]
    """
    with np.errstate(over="ignore"):
        return np.ascontiguousarray(values, dtype=np.float32)
