"""The tied-best set: which cells cannot be told apart from the best, and how probable each is to be it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnjax.statistics.interval import error_factor

DRAWS = 20_000
"""Draws for the critical value and the probabilities: a share of 5 % has a standard error of 0.15 %."""

_BATCH_NUMBERS = 4_000_000
"""Numbers drawn at a time: 32 MB."""


@dataclass(frozen=True)
class TiedBest:
    """Every cell beside the best, in the unit of the scores; C cells."""

    best: int
    """Index of the cell that the others are compared with."""
    differences: NDArray[np.float64]
    """Mean over splits of the best's score minus the cell's, [C]."""
    half_widths: NDArray[np.float64]
    """How far below its mean each difference may lie, all of them together, [C]; 0 for the best."""
    is_tied: NDArray[np.bool_]
    """Whether the best's advantage over the cell may be zero, [C]; true for the best."""
    critical: float
    """Half-width in corrected standard errors."""
    level: float
    """Probability that all exclusions are right together."""


def tied_best(
    test: ArrayLike,
    best: int,
    n_train: int,
    n_test: int,
    generator: np.random.Generator,
    level: float = 0.95,
    draws: int = DRAWS,
) -> TiedBest:
    """Compare every cell with the best by simultaneous one-sided corrected intervals.

    A cell is excluded where the whole interval of "best minus cell" lies above zero. The critical value is a quantile
    of the largest of the correlated t statistics, simulated with the covariance that the splits show; so all exclusions
    hold together with probability `level` where the model of the corrected t holds.

    Test scores are [C, J] cells × splits, seeds averaged, finite. The best is named by validation rows, not by these.

    Raises:
        ValueError: If there are fewer than 2 splits, a score is not finite, or there is no such cell.

    Source: Hsu (1984), Annals of Statistics 12 (comparisons with the best); Dunnett (1955), JASA 50 (the largest of
    correlated t); Nadeau & Bengio (2003) for the standard error.

    >>> scores = [[0.50, 0.52, 0.54], [0.49, 0.53, 0.53], [0.10, 0.13, 0.12]]
    >>> tied_best(scores, 0, 331, 111, np.random.default_rng(0)).is_tied.tolist()
    [True, True, False]
    """
    scores = _checked(test)
    if not 0 <= best < len(scores):
        raise ValueError(f"best = {best}: there are {len(scores)} cells")
    advantages = scores[best] - scores
    means, n = advantages.mean(axis=1), scores.shape[1]
    deviations = advantages.std(axis=1, ddof=1)
    errors = deviations * error_factor(n, n_train, n_test)
    # The best itself, and cells that differ by the same in every split, have no t.
    rivals = deviations > 0
    critical = 0.0
    if rivals.any():
        units = (advantages[rivals] - means[rivals, None]) / deviations[rivals, None]
        largest = np.concatenate([part.max(axis=0) for part in _correlated_t(units, generator, draws)])
        critical = float(np.quantile(largest, level))
    half_widths = critical * errors
    is_tied = (means - half_widths <= 0.0) & ~((errors == 0.0) & (means > 0.0))
    return TiedBest(best, means, half_widths, is_tied, critical, level)


def probability_best(
    test: ArrayLike, n_train: int, n_test: int, generator: np.random.Generator, draws: int = DRAWS
) -> NDArray[np.float64]:
    """Probability [C] of each cell to have the highest expected score, in the posterior of the corrected t.

    With a flat prior the cells' means follow a multivariate t with J - 1 degrees of freedom around the means seen; its
    scale is the splits' covariance times 1/J + n_test/n_train. Cells with equal means in a draw share it.

    Test scores are [C, J] cells × splits, seeds averaged, finite.

    Raises:
        ValueError: If there are fewer than 2 splits or a score is not finite.

    Source: Corani & Benavoli (2015), here for many cells at once.

    >>> probability_best([[0.5, 0.6, 0.7], [0.5, 0.6, 0.7]], 331, 111, np.random.default_rng(0)).tolist()
    [0.5, 0.5]
    """
    scores = _checked(test)
    means, n = scores.mean(axis=1), scores.shape[1]
    spread = (scores - means[:, None]) * error_factor(n, n_train, n_test)
    wins = np.zeros(len(scores))
    for part in _correlated_t(spread, generator, draws):
        drawn = means[:, None] + part
        is_best = drawn == drawn.max(axis=0)
        wins += (is_best / is_best.sum(axis=0)).sum(axis=1)
    return wins / draws


def _checked(test: ArrayLike) -> NDArray[np.float64]:
    scores = np.asarray(test, dtype=np.float64)
    if scores.ndim != 2 or len(scores) == 0 or scores.shape[1] < 2 or not np.isfinite(scores).all():
        raise ValueError(f"scores of shape {scores.shape}: need finite [C, J] with at least 2 splits")
    return scores


def _correlated_t(
    centred: NDArray[np.float64], generator: np.random.Generator, draws: int
) -> Iterator[NDArray[np.float64]]:
    """Draws [C, b] of t variables whose covariance is that of the centred rows [C, J]; C may exceed J.

    A random combination of a row's J deviations, over the root of J - 1, is normal with the rows' sample covariance.
    """
    freedom = centred.shape[1] - 1
    at_once = max(1, _BATCH_NUMBERS // len(centred))
    for start in range(0, draws, at_once):
        size = min(at_once, draws - start)
        # J numbers a draw instead of a C × C covariance, which would be singular for C ≥ J.
        normal = centred @ generator.standard_normal((centred.shape[1], size)) / np.sqrt(freedom)
        yield normal / np.sqrt(generator.chisquare(freedom, size) / freedom)
