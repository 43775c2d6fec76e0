"""Association: does a quantity seen early go with an outcome, over cells and on splits that it was not seen on?"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnjax.statistics.interval import critical_value

HALVINGS = 50
"""Ways of cutting the splits into two halves over which the correlation is averaged."""


@dataclass(frozen=True)
class RankCorrelation:
    """Spearman's rank correlation over cells, with an interval for the luck of the splits."""

    estimate: float
    """Correlation, mean over halvings and both ways round."""
    low: float
    """Lower end of the jackknife interval over splits, not below -1."""
    high: float
    """Upper end, not above 1."""
    standard_error: float
    """Jackknife standard error over splits."""
    cells: int
    n: int
    """Number of splits J."""
    level: float
    method: str
    """Its name, for people."""


def split_half_correlation(
    quantity: ArrayLike,
    outcome: ArrayLike,
    generator: np.random.Generator,
    level: float = 0.95,
    halvings: int = HALVINGS,
) -> RankCorrelation:
    """Rank correlation over cells of a quantity on one half of the splits with an outcome on the other half.

    Both taken from the same splits would share the luck of their rows. Each halving is used both ways round. The
    interval is the jackknife's over splits, "re-splitting": it says what other splits of this table would give, not
    what other cells or other tables would. A description: cells that differ in the quantity differ in much else.

    Quantity and outcome are [C, J] cells × splits, C >= 3, J >= 4, NaN where a split has none. The correlation is 0
    where one side is the same for all cells.

    Raises:
        ValueError: If the shapes differ, there are too few cells or splits, a cell lacks numbers in all but one split,
            or halvings < 1.

    Source: Spearman (1904); Efron & Stein (1981), Annals of Statistics 9 (jackknife).

    >>> rows = np.arange(5.0)[:, None] + np.zeros(6)
    >>> split_half_correlation(rows, -rows, np.random.default_rng(5)).estimate
    -1.0
    """
    x, y = np.asarray(quantity, dtype=np.float64), np.asarray(outcome, dtype=np.float64)
    if x.ndim != 2 or x.shape != y.shape or len(x) < 3 or x.shape[1] < 4 or halvings < 1:
        raise ValueError(f"shapes {x.shape} and {y.shape}: need the same cells × splits, at least 3 × 4, and a halving")
    if min(np.isfinite(x).sum(axis=1).min(), np.isfinite(y).sum(axis=1).min()) < 2:
        raise ValueError("a cell has numbers in fewer than 2 splits: leave it out first")
    n = x.shape[1]
    halves = _halves(n, generator, halvings)
    estimate = _mean_correlation(x, y, halves)
    left_out = np.array([_mean_correlation(x, y, halves & (np.arange(n) != split)) for split in range(n)])
    error = math.sqrt((n - 1) / n * float(np.square(left_out - left_out.mean()).sum()))
    half_width = critical_value(level, n) * error
    low, high = max(-1.0, estimate - half_width), min(1.0, estimate + half_width)
    return RankCorrelation(estimate, low, high, error, len(x), n, level, "split-half Spearman, jackknife over splits")


def _halves(n: int, generator: np.random.Generator, halvings: int) -> NDArray[np.bool_]:
    """Both halves of each halving, [halvings, 2, J]."""
    first = np.array([generator.permutation(n) < n // 2 for _ in range(halvings)])
    return np.stack([first, ~first], axis=1)


def _mean_correlation(x: NDArray[np.float64], y: NDArray[np.float64], halves: NDArray[np.bool_]) -> float:
    """Mean over halvings and both ways round of the correlation between the halves' cell means."""
    ranks_x, ranks_y = (_standard_ranks(_half_means(values, halves)) for values in (x, y))
    both = (ranks_x * ranks_y[:, ::-1]).sum(axis=-1)
    return float(np.clip(both.mean(), -1.0, 1.0))


def _half_means(values: NDArray[np.float64], halves: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Mean of each cell over each half, [halvings, 2, C]; over all its splits where the half has no number."""
    known = np.isfinite(values)
    counts = halves.astype(np.float64) @ known.T.astype(np.float64)
    sums = halves.astype(np.float64) @ np.where(known, values, 0.0).T
    overall = np.nanmean(values, axis=1)
    return np.where(counts > 0, sums / np.maximum(counts, 1.0), overall)


def _standard_ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranks over cells (ties share theirs) of mean 0 and length 1; all 0 where every cell has the same value."""
    # Means of the same numbers in another order differ in the last bits, and would be no ties.
    ranks = np.apply_along_axis(ranks_with_ties, -1, np.round(values, 12))
    centred = ranks - ranks.mean(axis=-1, keepdims=True)
    length = np.linalg.norm(centred, axis=-1, keepdims=True)
    return np.asarray(np.divide(centred, length, out=np.zeros_like(centred), where=length > 0))


def ranks_with_ties(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranks from 1; equal values share the mean of theirs.

    >>> ranks_with_ties(np.array([0.5, 0.1, 0.5])).tolist()
    [2.5, 1.0, 2.5]
    """
    ordered = np.sort(values)  # scipy.stats has these ranks, too, and takes a second to import
    return (np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right") + 1) / 2.0
