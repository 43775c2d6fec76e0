"""The model in which the corrected interval is exact: splits of one table share that table's luck."""

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from nnjax.statistics.interval import critical_value, error_factor, paired_interval
from nnjax.statistics.verdict import VERDICTS, judge

N_TRAIN, N_TEST = 331, 111
"""Rows of a split of 442 rows by four folds."""

OVERLAP = N_TEST / (N_TRAIN + N_TEST)
"""The correlation of two splits at which the correction is exact."""


def simulate_differences(
    tables: int, n_splits: int, correlation: float, generator: np.random.Generator
) -> NDArray[np.float64]:
    """Paired differences [T, J] with mean 0 and standard deviation 1 within a table, correlated between its J splits.

    Source: Nadeau & Bengio (2003), section 3: d_j = √(ρ/(1 - ρ)) Z + e_j.
    """
    luck = generator.standard_normal((tables, 1))
    own = generator.standard_normal((tables, n_splits))
    return np.asarray(math.sqrt(correlation / (1.0 - correlation)) * luck + own)


@dataclass(frozen=True)
class Misses:
    """Share of tables whose corrected, or plain t, interval leaves out the truth, 0."""

    corrected: float
    plain: float


def count_misses(differences: NDArray[np.float64], level: float = 0.95) -> Misses:
    """How often the intervals of tables without a difference, [T, J], leave out zero."""
    found = [paired_interval(d, N_TRAIN, N_TEST, level) for d in differences]
    corrected = np.mean([interval.low > 0.0 or interval.high < 0.0 for interval in found])
    plain = np.mean([interval.low_plain > 0.0 or interval.high_plain < 0.0 for interval in found])
    return Misses(float(corrected), float(plain))


def true_miss_rate(n_splits: int, correlation: float, level: float = 0.95, is_corrected: bool = True) -> float:
    """How often an interval misses in the exact model, by theory.

    2 · P(T > t · √((1/J + n_test/n_train) / (1/J + ρ/(1 - ρ)))); the plain interval has n_test = 0.

    >>> round(true_miss_rate(20, OVERLAP), 4), round(true_miss_rate(20, 0.07), 3)
    (0.05, 0.002)
    >>> round(true_miss_rate(20, 0.07, is_corrected=False), 2)
    0.2
    """
    claimed = error_factor(n_splits, N_TRAIN, N_TEST if is_corrected else 0)
    true = math.sqrt(1.0 / n_splits + correlation / (1.0 - correlation))
    return 2.0 * float(special.stdtr(n_splits - 1.0, -critical_value(level, n_splits) * claimed / true))


def verdict_shares(differences: NDArray[np.float64], margin: float, level: float) -> tuple[float, ...]:
    """Shares of the verdicts on "A beats B" over tables [T, J]: supported, practically equal, refuted, undecided."""
    found = (paired_interval(d, N_TRAIN, N_TEST, level) for d in differences)
    counts = Counter(judge("beats", interval, margin).verdict for interval in found)
    return tuple(counts[verdict] / len(differences) for verdict in VERDICTS)
