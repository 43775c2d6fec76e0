"""Levels in the order of their means, compared all with all: who was picked for being first needs wider intervals."""

from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import ArrayLike

from nnjax.statistics.interval import PairedInterval, bonferroni_level, paired_interval
from nnjax.statistics.power import detectable_difference


@dataclass(frozen=True)
class Ranking:
    """L levels from the highest mean to the lowest."""

    order: tuple[int, ...]
    """Indices of the levels."""
    advantages: tuple[PairedInterval, ...]
    """Interval of the first level's mean minus each one's, in that order; the first is its own, zero."""
    apart: tuple[int, int, PairedInterval] | None
    """Of the pairs of levels that can be told apart, the one that is furthest: places in the order, and its interval;
    None where no two can.
    """
    detectable: float
    """Smallest true difference to the first that is found with 80 % power at the largest spread seen."""
    level: float
    """Level of each interval: all differences between any two levels hold together with 1 - alpha."""

    @property
    def is_tied(self) -> tuple[bool, ...]:
        """Of each level in the order, whether it cannot be told apart from the first."""
        return tuple(advantage.low <= 0 for advantage in self.advantages)


def rank_levels(scores: ArrayLike, n_train: int, n_test: int, alpha: float = 0.05) -> Ranking:
    """Order levels by their mean score and compare the first with all others.

    The first was picked by these very scores, so all pairs are compared, by corrected intervals at level
    1 - alpha / (L (L - 1) / 2): Bonferroni.

    Args:
        scores: Levels × splits [L, J], seeds averaged, finite; higher is better.
        n_train: Training rows of a split, validation rows among them.
        n_test: Test rows of a split.
        alpha: Probability that any of the intervals is wrong.

    Raises:
        ValueError: If there are fewer than 2 levels or splits, or a score is not finite.

    >>> ranking = rank_levels([[0.10, 0.13, 0.12], [0.50, 0.52, 0.54], [0.49, 0.53, 0.53]], 331, 111)
    >>> ranking.order, ranking.is_tied
    ((1, 2, 0), (True, True, False))
    """
    table = np.asarray(scores, dtype=np.float64)
    if table.ndim != 2 or len(table) < 2:
        raise ValueError(f"scores of shape {table.shape}: need [L, J] of at least 2 levels")
    order = np.argsort(-table.mean(axis=1), kind="stable").tolist()
    level = bonferroni_level(alpha, len(table) * (len(table) - 1) // 2)
    pairs = {
        (better, worse): paired_interval(table[order[better]] - table[order[worse]], n_train, n_test, level=level)
        for better, worse in combinations_with_replacement(range(len(order)), 2)
    }
    advantages = tuple(pairs[0, place] for place in range(len(order)))
    apart = max(((*places, each) for places, each in pairs.items() if each.low > 0), key=_estimate, default=None)
    spread = max(advantage.standard_deviation for advantage in advantages)
    detectable = detectable_difference(spread, table.shape[1], n_train, n_test, level)
    return Ranking(tuple(order), advantages, apart, detectable, level)


def _estimate(pair: tuple[int, int, PairedInterval]) -> float:
    return pair[2].estimate
