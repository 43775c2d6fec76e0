"""Levels in the order of their means, compared all with all: who was picked for being first needs wider intervals."""

from dataclasses import dataclass

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
    detectable: float
    """Smallest true difference to the first that is found with 80 % power at the largest spread seen."""
    level: float
    """Level of each interval: all differences between any two levels hold together with 1 - alpha."""

    @property
    def tied(self) -> tuple[int, ...]:
        """The levels that cannot be told apart from the first, itself among them."""
        return tuple(each for each, advantage in zip(self.order, self.advantages, strict=True) if advantage.low <= 0)


def rank_levels(scores: ArrayLike, n_train: int, n_test: int, alpha: float = 0.05) -> Ranking:
    """Order levels by their mean score and compare the first with all others.

    The first was picked by these very scores, so it is compared as if any two levels had been: by corrected intervals
    at level 1 - alpha / (L (L - 1) / 2), Bonferroni over all pairs.

    Args:
        scores: Levels × splits [L, J], seeds averaged, finite; higher is better.
        n_train: Training rows of a split, validation rows among them.
        n_test: Test rows of a split.
        alpha: Probability that any of the intervals is wrong.

    Raises:
        ValueError: If there are fewer than 2 levels or splits, or a score is not finite.

    >>> ranking = rank_levels([[0.10, 0.13, 0.12], [0.50, 0.52, 0.54], [0.49, 0.53, 0.53]], 331, 111)
    >>> ranking.order, ranking.tied
    ((1, 2, 0), (1, 2))
    """
    table = np.asarray(scores, dtype=np.float64)
    if table.ndim != 2 or len(table) < 2:
        raise ValueError(f"scores of shape {table.shape}: need [L, J] of at least 2 levels")
    order = np.argsort(-table.mean(axis=1), kind="stable").tolist()
    level = bonferroni_level(alpha, len(table) * (len(table) - 1) // 2)
    advantages = [paired_interval(table[order[0]] - table[each], n_train, n_test, level=level) for each in order]
    spread = max(advantage.standard_deviation for advantage in advantages)
    detectable = detectable_difference(spread, table.shape[1], n_train, n_test, level)
    return Ranking(tuple(order), tuple(advantages), detectable, level)
