"""Variance components: does the score wobble with the seed or with the split?"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True)
class VarianceComponents:
    """Variances of a score, in its unit squared."""

    seed: float
    """Variance between seeds within a split: more seeds average it away."""
    split: float
    """Variance between splits, free of the seeds' share, at least 0."""
    n_splits: int
    """Number of splits J."""
    n_seeds: int
    """Number of seeds S in each split."""

    def of_split_mean(self, n_seeds: int) -> float:
        """Variance over splits of the mean of `n_seeds` seeds: split + seed / S."""
        return self.split + self.seed / n_seeds

    def with_least_split(self, probability: float = 0.95) -> "VarianceComponents":
        """The same with the smallest variance between splits that is not unlikely: its one-sided chi-squared bound.

        >>> VarianceComponents(0.0, 0.01, 8, 2).with_least_split().split < 0.005
        True
        """
        from scipy import special  # late, see `interval.critical_value`

        freedom = self.n_splits - 1.0
        least = self.of_split_mean(self.n_seeds) * freedom / float(special.chdtri(freedom, 1.0 - probability))
        return replace(self, split=max(0.0, least - self.seed / self.n_seeds))


def variance_components(scores: ArrayLike) -> VarianceComponents:
    """Variance components, by the moments, of finite scores or paired differences [J, S], J >= 2, S >= 2.

    A balanced nested design, seeds within splits: seed = mean over splits of the variance over seeds; split = variance
    over splits of the seed means - seed / S, floored at 0. Equal to REML where the floor is not met.

    Raises:
        ValueError: If there are too few splits or seeds, or numbers that are not finite.

    >>> components = variance_components([[0.1, 0.2], [0.3, 0.5], [0.2, 0.2]])
    >>> round(components.seed, 7), round(components.split, 7)
    (0.0083333, 0.0133333)
    """
    x = np.asarray(scores, dtype=np.float64)
    if x.ndim != 2 or min(x.shape) < 2 or not np.isfinite(x).all():
        raise ValueError(f"scores of shape {x.shape}: need finite [J, S] with at least 2 splits and 2 seeds")
    n_splits, n_seeds = x.shape
    seed = float(x.var(axis=1, ddof=1).mean())
    split = float(x.mean(axis=1).var(ddof=1)) - seed / n_seeds
    return VarianceComponents(seed, max(0.0, split), n_splits, n_seeds)
