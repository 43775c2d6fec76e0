"""Effects: how much of the variance between cells each factor and interaction carries."""

import math
from dataclasses import dataclass
from itertools import chain, combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnjax.statistics.interval import critical_value


def grid_shares(cell_means: ArrayLike) -> dict[tuple[int, ...], float]:
    """Exact functional analysis of variance of a complete grid of cells' means, one axis a factor: each effect's share.

    The levels weigh equally: other levels would give other shares. V_u is the mean square of the effect u, and
    the effects are orthogonal, so the shares sum to 1 (all are 0 where no two cells differ).

    Returns:
        Share of each set of axes, main effects first: {(0,): a, (1,): b, (0, 1): a × b, ...}.

    Raises:
        ValueError: If a cell is missing (NaN), or there is no factor or no level.

    Source: Hutter, Hoos & Leyton-Brown (2014), functional ANOVA, here without a surrogate.

    >>> {axes: round(share, 6) for axes, share in grid_shares([[0, 1, 2], [1, 2, 6]]).items()}
    {(0,): 0.272727, (1,): 0.590909, (0, 1): 0.136364}
    """
    grid = np.asarray(cell_means, dtype=np.float64)
    if grid.ndim == 0 or grid.size == 0 or not np.isfinite(grid).all():
        raise ValueError("effects need a complete grid: at least one factor, and a finite number in every cell")
    squares = {subset: float(np.mean(_effect(grid, subset) ** 2)) for subset in _subsets(grid.ndim)}
    total = sum(squares.values())
    return {subset: square / total if total > 0.0 else 0.0 for subset, square in squares.items()}


def _effect(grid: NDArray[np.float64], subset: tuple[int, ...]) -> NDArray[np.float64]:
    """The effect of these axes: centred along each of them, averaged over the others."""
    for axis in range(grid.ndim):
        mean = grid.mean(axis=axis, keepdims=True)
        grid = grid - mean if axis in subset else mean
    return grid


@dataclass(frozen=True)
class Effect:
    """What one factor or interaction carries; shares without a unit."""

    axes: tuple[int, ...]
    """The factors, by their axis in the grid."""
    share: float
    """Of the variance between the cells' means, noise included: all effects sum to 1."""
    unbiased_share: float
    """Of the whole variance of a split's score, less what noise alone would give: may be below 0."""
    low: float
    """Lower end of its interval: what another splitting of the same table would give, jackknife over splits."""
    high: float
    """Upper end."""


def importance(scores: ArrayLike, level: float = 0.95) -> tuple[Effect, ...]:
    """Analysis of variance of a complete grid with the splits as blocks: every effect, its share, and its interval.

    SS_u = J · Σ (effect u of the cells' means)², MS_e from what neither cell nor split explains; the unbiased share is
    ω² = (SS_u - df_u · MS_e) / (SS_total + MS_e), SS_total that of all scores around their mean. The interval is t with
    J - 1 degrees of freedom. Main effects stand first, then interactions.

    Scores are [J, levels of factor 1, levels of factor 2, …], seeds averaged, finite; at least 2 splits and 2 cells.

    Raises:
        ValueError: If a score is missing, or there are too few splits or cells.

    Source: statistics of designed experiments (ω²: Hays 1963); Hutter, Hoos & Leyton-Brown (2014) for the shares;
    Efron & Stein (1981) for the jackknife.

    >>> [effect] = importance([[0.1, 0.3], [0.2, 0.5], [0.1, 0.4]])
    >>> round(effect.share, 3), round(effect.unbiased_share, 3)
    (1.0, 0.778)
    """
    grid = np.asarray(scores, dtype=np.float64)
    if grid.ndim < 2 or len(grid) < 2 or grid[0].size < 2 or not np.isfinite(grid).all():
        raise ValueError(f"scores of shape {grid.shape}: need a complete grid with at least 2 splits and 2 cells")
    n_splits = len(grid)
    shares = grid_shares(grid.mean(axis=0))
    unbiased = _unbiased_shares(grid)
    left_out = [_unbiased_shares(np.delete(grid, split, axis=0)) for split in range(n_splits)] if n_splits > 2 else []
    critical = critical_value(level, n_splits)
    effects = []
    for axes, share in shares.items():
        parts = np.array([part[axes] for part in left_out])
        # The jackknife's factor is (J − 1)/J of a sum, that is J − 1 of a mean.
        error = np.sqrt((n_splits - 1) * np.mean((parts - parts.mean()) ** 2)) if left_out else np.inf
        center = unbiased[axes]
        effects.append(Effect(axes, share, center, center - critical * float(error), center + critical * float(error)))
    return tuple(effects)


def _unbiased_shares(grid: NDArray[np.float64]) -> dict[tuple[int, ...], float]:
    n_splits, cells = len(grid), grid[0].size
    means = grid.mean(axis=0)
    centred = grid - grid.mean()
    blocks = grid.reshape(n_splits, cells).mean(axis=1) - grid.mean()
    rest = centred - (means - grid.mean()) - blocks.reshape(-1, *[1] * means.ndim)
    noise = float((rest**2).sum()) / ((n_splits - 1) * (cells - 1))
    total = float((centred**2).sum()) + noise
    shares = {}
    for axes in _subsets(means.ndim):
        squares = n_splits * cells * float(np.mean(_effect(means, axes) ** 2))
        freedom = math.prod(means.shape[axis] - 1 for axis in axes)
        shares[axes] = (squares - freedom * noise) / total if total > 0.0 else 0.0
    return shares


def _subsets(n_axes: int) -> list[tuple[int, ...]]:
    axes = range(n_axes)
    return list(chain.from_iterable(combinations(axes, size) for size in range(1, n_axes + 1)))
