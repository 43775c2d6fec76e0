"""The variance budget of a run: setting, split, seed; and what more of either replicate would bring."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from nnjax.statistics.power import half_width


@dataclass(frozen=True)
class VarianceBudget:
    """Where the variance of one run's score comes from, in its unit squared; each part at least 0."""

    cell: float
    """Between cells: what the settings do."""
    split: float
    """What a split does to all cells alike: comparisons split by split are rid of it."""
    rest: float
    """What a single run has beside its cell and split: interaction and seed together."""
    interaction: float | None
    """Of the rest, what a split does to one cell and not to another; None where one seed a split cannot tell."""
    seed: float | None
    """Of the rest, what the seed does; None likewise."""
    n_cells: int
    n_splits: int
    n_seeds: int
    """Number of seeds S in each split."""

    def within_split(self, n_seeds: int) -> float | None:
        """Variance of the mean of `n_seeds` seeds beside cell and split: interaction + seed / S; None if unknown."""
        return None if self.seed is None or self.interaction is None else self.interaction + self.seed / n_seeds

    @property
    def pairing_gain(self) -> float:
        """How many times more splits a comparison of two cells would need if each had splits of its own.

        Variance of a difference of seed means, unpaired over paired: 1 + split / (interaction + seed / S).
        """
        known = self.within_split(self.n_seeds)
        paired = self.rest if known is None else known
        return math.inf if paired == 0.0 else 1.0 + self.split / paired


def variance_budget(scores: ArrayLike) -> VarianceBudget:
    """Variance components of cells × splits with seeds inside, all random, by the moments.

    The score of every run is [C, J, S], C >= 2, J >= 2, finite; with S = 1 interaction and seed stay together.

    Raises:
        ValueError: If there are too few cells or splits, or numbers that are not finite.

    Source: two-way random-effects analysis of variance (Searle, Casella & McCulloch 1992), negative parts set to 0.

    >>> budget = variance_budget([[[0.1], [0.3]], [[0.2], [0.5]]])
    >>> round(budget.cell, 4), round(budget.split, 4), round(budget.rest, 4), budget.seed
    (0.01, 0.03, 0.0025, None)
    """
    x = np.asarray(scores, dtype=np.float64)
    if x.ndim != 3 or min(x.shape[:2], default=0) < 2 or x.shape[2] < 1 or not np.isfinite(x).all():
        raise ValueError(f"scores of shape {x.shape}: need finite [C, J, S] with at least 2 cells and 2 splits")
    n_cells, n_splits, n_seeds = x.shape
    means = x.mean(axis=2)
    cells, splits = means.mean(axis=1), means.mean(axis=0)
    residuals = means - cells[:, None] - splits + means.mean()
    together = float((residuals**2).sum()) / ((n_cells - 1) * (n_splits - 1))
    seed = float(x.var(axis=2, ddof=1).mean()) if n_seeds > 1 else None
    interaction = max(0.0, together - seed / n_seeds) if seed is not None else None
    return VarianceBudget(
        cell=max(0.0, float(cells.var(ddof=1)) - together / n_splits),
        split=max(0.0, float(splits.var(ddof=1)) - together / n_cells),
        rest=together if seed is None or interaction is None else interaction + seed,
        interaction=interaction,
        seed=seed,
        n_cells=n_cells,
        n_splits=n_splits,
        n_seeds=n_seeds,
    )


@dataclass(frozen=True)
class ReplicateAdvice:
    """Half-width of the corrected interval of a difference between two cells: now, and with twice the runs."""

    now: float
    """With J splits of S seeds."""
    with_splits: float
    """With 2 J splits."""
    with_seeds: float | None
    """With 2 S seeds a split; None where one seed a split cannot tell."""
    with_seeds_at_best: float
    """With 2 S seeds, if all that a run has beside its cell and split came from its seed."""

    @property
    def best(self) -> str:
        """What the same number of runs buys most with: "splits", "seeds", or "unknown"."""
        if self.with_seeds is None:
            return "splits" if self.with_splits <= self.with_seeds_at_best else "unknown"
        return "splits" if self.with_splits <= self.with_seeds else "seeds"


def advise_replicates(budget: VarianceBudget, n_train: int, n_test: int, level: float = 0.95) -> ReplicateAdvice:
    """Compare twice the splits with twice the seeds, for the difference of two cells.

    >>> budget = VarianceBudget(0.01, 0.004, 0.002, 0.0005, 0.0015, 10, 20, 2)
    >>> advise_replicates(budget, 331, 111).best
    'seeds'
    """
    splits, seeds = budget.n_splits, budget.n_seeds

    def width(n_splits: int, variance: float) -> float:
        return half_width(math.sqrt(2.0 * variance), n_splits, n_train, n_test, level)

    known, twice = budget.within_split(seeds), budget.within_split(2 * seeds)
    now = budget.rest if known is None else known
    return ReplicateAdvice(
        now=width(splits, now),
        with_splits=width(2 * splits, now),
        with_seeds=None if twice is None else width(splits, twice),
        with_seeds_at_best=width(splits, now / 2),
    )
