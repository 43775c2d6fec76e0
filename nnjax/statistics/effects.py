"""Effects: how much of the variance between cells each factor and interaction carries."""

from itertools import chain, combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def grid_shares(cell_means: ArrayLike) -> dict[tuple[int, ...], float]:
    """Exact functional analysis of variance of a complete grid: each effect's share of the variance between cells.

    The levels weigh equally: other levels would give other shares. V_u is the mean square of the effect u, and
    the effects are orthogonal, so the shares sum to 1 (all are 0 where no two cells differ).

    Args:
        cell_means: Mean score of each cell, one axis a factor, finite.

    Returns:
        Share of each set of axes, main effects first: {(0,): a, (1,): b, (0, 1): a × b, ...}.

    Raises:
        ValueError: If a cell is missing (NaN), or there is no factor or no level.

    Source: Hutter, Hoos & Leyton-Brown (2014), functional ANOVA, here without a surrogate.

    Example:
        >>> {axes: round(share, 6) for axes, share in grid_shares([[0, 1, 2], [1, 2, 6]]).items()}
        {(0,): 0.272727, (1,): 0.590909, (0, 1): 0.136364}
    """
    grid = np.asarray(cell_means, dtype=np.float64)
    if grid.ndim == 0 or grid.size == 0 or not np.isfinite(grid).all():
        raise ValueError("effects need a complete grid: at least one factor, and a finite number in every cell")
    axes = range(grid.ndim)
    subsets = list(chain.from_iterable(combinations(axes, size) for size in range(1, grid.ndim + 1)))
    squares = {subset: float(np.mean(_effect(grid, subset) ** 2)) for subset in subsets}
    total = sum(squares.values())
    return {subset: square / total if total > 0.0 else 0.0 for subset, square in squares.items()}


def _effect(grid: NDArray[np.float64], subset: tuple[int, ...]) -> NDArray[np.float64]:
    """The effect of these axes: centred along each of them, averaged over the others."""
    for axis in range(grid.ndim):
        mean = grid.mean(axis=axis, keepdims=True)
        grid = grid - mean if axis in subset else mean
    return grid
