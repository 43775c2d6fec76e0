"""The best cells: which ones cannot be told apart from the best, and how probable it is that each of them is it."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnjax.statistics.interval import bonferroni_level, critical_value, error_factor

CRITICAL_DRAWS = 4_000
"""Draws of the vector of t statistics: its 95 % point is then known to about 0.02 to 0.04."""

POSTERIOR_DRAWS = 10_000
"""Draws of the vector of cell means: a probability is then known to 0.005 (standard error) or better."""

NUMBERS_AT_ONCE = 4_000_000
"""Numbers held at a time while drawing: 32 MB."""


@dataclass(frozen=True)
class TiedBest:
    """Every cell against the best one, with intervals that hold for all cells at once."""

    best: int
    """Index of the best cell by mean validation score; first on ties."""
    differences: NDArray[np.float64]
    """Mean test score of each cell minus that of the best, [C]; 0 for the best itself."""
    half_widths: NDArray[np.float64]
    """Half-widths of the simultaneous intervals, [C]; 0 for the best itself."""
    is_tied: NDArray[np.bool_]
    """Whether the interval reaches 0 or lies above it: the cell is not shown to be worse than the best, [C]."""
    critical: float
    """Critical value shared by all comparisons, in standard errors."""
    critical_error: float
    """Monte Carlo standard error of the critical value; 0 where it is known exactly."""
    draws: int
    """Draws behind the critical value."""
    level: float
    """Probability with which all intervals hold at once."""

    @property
    def size(self) -> int:
        """Number of cells that are tied, the best among them."""
        return int(self.is_tied.sum())

    @property
    def low(self) -> NDArray[np.float64]:
        """Lower ends, [C]."""
        return np.asarray(self.differences - self.half_widths)

    @property
    def high(self) -> NDArray[np.float64]:
        """Upper ends, [C]."""
        return np.asarray(self.differences + self.half_widths)


@dataclass(frozen=True)
class BestProbability:
    """How probable it is that each cell has the highest expected score of all."""

    probability: NDArray[np.float64]
    """Share of draws in which the cell is the best, [C]; sums to 1, cells with the same scores share alike."""
    standard_error: NDArray[np.float64]
    """Monte Carlo standard error of these shares, [C]."""
    draws: int
    """Posterior draws."""


def tied_best(
    validation: ArrayLike,
    test: ArrayLike,
    n_train: int,
    n_test: int,
    generator: np.random.Generator,
    level: float = 0.95,
    draws: int = CRITICAL_DRAWS,
) -> TiedBest:
    """Compare every cell with the best one: named by validation rows, compared on test rows, simultaneously.

    A cell is tied unless its whole interval lies below 0. In the model in which the corrected interval is exact the
    set holds the truly best cell with probability `level` at least, whichever cell the validation rows named.

    Args:
        validation: Validation scores, [C, J] cells × splits, finite, seeds averaged: they name the best.
        test: Test scores of the same cells and splits, [C, J], finite, J >= 2.
        n_train: Training rows of a split (validation rows are part of them).
        n_test: Test rows of a split.
        generator: Draws the critical value.
        level: Probability with which all intervals hold at once.
        draws: Monte Carlo draws of the critical value.

    Raises:
        ValueError: If the shapes differ, there are fewer than 2 splits, or a number is not finite.

    Source: Hsu (1984), Annals of Statistics 12 (comparisons with the best); Dunnett (1955), JASA 50 (one critical value
    for all comparisons with one cell); Nadeau & Bengio (2003), Machine Learning 52 (the standard error).

    Example:
        >>> test = [[0.50, 0.52, 0.48, 0.51], [0.49, 0.53, 0.47, 0.50], [0.1, 0.2, 0.1, 0.1]]
        >>> tied_best(test, test, 331, 111, np.random.default_rng(5)).is_tied.tolist()
        [True, True, False]
    """
    v, t = _scores(validation), _scores(test)
    if v.shape != t.shape:
        raise ValueError(f"scores of shapes {v.shape} and {t.shape}: need the same cells × splits")
    best = int(np.argmax(v.mean(axis=1)))
    paired = t - t[best]
    n = paired.shape[1]
    means = paired.mean(axis=1)
    deviations = _deviations(paired)
    critical, error = simultaneous_critical_value(paired, generator, level, draws)
    half_widths = critical * deviations * error_factor(n, n_train, n_test)
    return TiedBest(best, means, half_widths, means + half_widths >= 0.0, critical, error, draws, level)


def simultaneous_critical_value(
    differences: ArrayLike, generator: np.random.Generator, level: float = 0.95, draws: int = CRITICAL_DRAWS
) -> tuple[float, float]:
    """Two-sided critical value of the largest of correlated t statistics, by simulation.

    Each draw makes new splits with the correlations that the cells' differences show: a vector of means, and
    standard deviations with J - 1 degrees of freedom. The correction for splits that share a table multiplies the true
    and the estimated standard error of every cell alike, so it cancels here and stands in the standard errors alone.
    The value never leaves the range from the t of a single comparison to Bonferroni's.

    Args:
        differences: Paired differences, [C, J]; cells whose differences are all alike are left out.
        generator: Draws the splits.
        level: Probability with which all intervals hold at once.
        draws: Monte Carlo draws.

    Returns:
        The critical value, and its Monte Carlo standard error.

    Raises:
        ValueError: If there are fewer than 2 splits, a number is not finite, the level is outside (0, 1) or draws < 1.

    Example:
        >>> value, error = simultaneous_critical_value([[0.0, 0.1, 0.4, 0.2, 0.1]], np.random.default_rng(5))
        >>> round(value, 4), error
        (2.7764, 0.0)
    """
    d = _scores(differences)
    if draws < 1:
        raise ValueError(f"draws = {draws}: need at least one")
    n, deviations = d.shape[1], _deviations(d)
    single = critical_value(level, n)
    varies = deviations > 0.0
    if not varies.any():
        return single, 0.0
    standard = (d - d.mean(axis=1, keepdims=True))[varies] / (deviations[varies, None] * math.sqrt(n - 1))
    highest = critical_value(bonferroni_level(1.0 - level, len(standard)), n)
    if len(standard) == 1:
        return single, 0.0
    largest = np.sort(_largest_statistics(standard, generator, draws))
    spread = math.sqrt(level * (1.0 - level) / draws)
    low, value, high = np.quantile(largest, np.clip([level - spread, level, level + spread], 0.0, 1.0))
    return float(np.clip(value, single, highest)), float(high - low) / 2.0


def _largest_statistics(
    standard: NDArray[np.float64], generator: np.random.Generator, draws: int
) -> NDArray[np.float64]:
    """Largest absolute t statistic of each draw, [draws]; `standard` has rows of mean 0 and length 1, [C, J]."""
    cells, n = standard.shape
    step = max(1, NUMBERS_AT_ONCE // (cells * n))
    parts = []
    for first in range(0, draws, step):
        count = min(step, draws - first)
        normal = generator.standard_normal((count * n, n)) @ standard.T
        normal = normal.reshape(count, n, cells)
        variances = np.square(normal[:, 1:]).sum(axis=1) / (n - 1)
        parts.append(np.sqrt((np.square(normal[:, 0]) / variances).max(axis=1)))
    return np.concatenate(parts)


def best_probability(
    scores: ArrayLike, n_train: int, n_test: int, generator: np.random.Generator, draws: int = POSTERIOR_DRAWS
) -> BestProbability:
    """Probability that each cell has the highest expected score, from posterior draws of all cell means together.

    The posterior has a flat prior: a multivariate t with J - 1 degrees of freedom around the means over splits, scaled
    by 1 / J + n_test / n_train. For two cells it is the t of `practical_probabilities`. There may be more cells than
    splits: a draw is a random combination of the centred splits divided by a chi, so cells vary together as they did.

    Args:
        scores: Test scores, [C, J] cells × splits, finite, seeds averaged, J >= 2.
        n_train: Training rows of a split (validation rows are part of them).
        n_test: Test rows of a split; 0 for quantities without test rows.
        generator: Draws from the posterior.
        draws: Number of draws.

    Raises:
        ValueError: If there are fewer than 2 splits, a number is not finite, or draws < 1.

    Source: Corani & Benavoli (2015), Machine Learning 100, from two cells to many.

    Example:
        >>> found = best_probability([[0.5, 0.6, 0.4], [0.5, 0.6, 0.4]], 331, 111, np.random.default_rng(5))
        >>> found.probability.tolist()
        [0.5, 0.5]
    """
    s = _scores(scores)
    if draws < 1:
        raise ValueError(f"draws = {draws}: need at least one")
    distinct, member, copies = np.unique(s, axis=0, return_inverse=True, return_counts=True)
    n = s.shape[1]
    means = distinct.mean(axis=1)
    centred = (distinct - means[:, None]) * error_factor(n, n_train, n_test)
    counts = np.zeros(len(distinct))
    step = max(1, NUMBERS_AT_ONCE // len(distinct))
    for first in range(0, draws, step):
        count = min(step, draws - first)
        chi = np.sqrt(generator.chisquare(n - 1, size=(count, 1)))
        vectors = means + (generator.standard_normal((count, n)) / chi) @ centred.T
        counts += np.bincount(np.argmax(vectors, axis=1), minlength=len(distinct))
    probability = (counts / copies / draws)[member.ravel()]
    return BestProbability(probability, np.sqrt(probability * (1.0 - probability) / draws), draws)


def smallest_tied(tied: TiedBest, n_parameters: ArrayLike, validation: ArrayLike) -> int:
    """Index of the tied cell with the fewest parameters; among equally small ones the best on validation rows.

    Args:
        tied: The comparison.
        n_parameters: Parameters of each cell, [C].
        validation: Mean validation score of each cell, [C].

    Raises:
        ValueError: If the shapes differ from the comparison's.
    """
    size, score = np.asarray(n_parameters, dtype=np.float64), np.asarray(validation, dtype=np.float64)
    if size.shape != tied.is_tied.shape or score.shape != tied.is_tied.shape:
        raise ValueError(f"{size.shape} parameters, {score.shape} scores: need one for each of {tied.is_tied.shape}")
    order = np.lexsort((-score, size, ~tied.is_tied))
    return int(order[0])


def _scores(scores: ArrayLike) -> NDArray[np.float64]:
    s = np.asarray(scores, dtype=np.float64)
    if s.ndim != 2 or len(s) < 1 or s.shape[1] < 2:
        raise ValueError(f"scores of shape {s.shape}: need cells × splits, at least one cell and 2 splits")
    if not np.isfinite(s).all():
        raise ValueError("comparisons with the best need finite scores: clip them first")
    return s


def _deviations(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Standard deviation over splits, [C]; exactly 0 where all splits agree."""
    return np.where(np.ptp(rows, axis=1) > 0.0, rows.std(axis=1, ddof=1), 0.0)
