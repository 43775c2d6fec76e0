"""Power: which differences a design can detect, and how many splits a question needs."""

import math
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from nnjax.statistics.components import VarianceComponents
from nnjax.statistics.interval import critical_value, error_factor

_Count = TypeVar("_Count", int, NDArray[np.int64])

_FEWEST = 2
ENDLESS_SPLITS = 1_000_000
"""More splits than this count as "no number of splits"."""


def half_width(standard_deviation: float, n: float, n_train: int, n_test: int, level: float) -> float:
    """Half the width of the corrected interval; n may be infinite.

    >>> round(half_width(1.0, 20, 331, 111, 0.95), 2), round(half_width(1.0, math.inf, 331, 111, 0.95), 2)
    (1.3, 1.13)
    """
    return critical_value(level, n) * standard_deviation * error_factor(n, n_train, n_test)


def detectable_difference(
    standard_deviation: float, n: float, n_train: int, n_test: int, level: float, power: float = 0.8
) -> float:
    """Smallest true difference whose corrected interval lies above 0 with the given probability, 0.5 <= power < 1.

    Delta_min = delta · s · sqrt(1/J + n_test/n_train), s the standard deviation of the paired differences over splits,
    where the non-central t with J - 1 degrees of freedom and non-centrality delta exceeds the critical value with
    probability `power`. J = n >= 2 may be infinite.

    Raises:
        ValueError: If the power is outside [0.5, 1).

    >>> round(detectable_difference(0.02, 20, 331, 111, 0.95), 3)
    0.037
    """
    if not 0.5 <= power < 1.0:
        raise ValueError(f"power = {power}: need 0.5 <= power < 1")
    return _noncentrality(n, critical_value(level, n), power) * standard_deviation * error_factor(n, n_train, n_test)


def _noncentrality(n: float, critical: float, power: float) -> float:
    from scipy import special  # late, see `interval.critical_value`

    normal = critical + float(special.ndtri(power))
    # With so many degrees of freedom t is normal.
    if n > ENDLESS_SPLITS:
        return normal

    def found(delta: float) -> float:
        return 1.0 - float(special.nctdtr(n - 1.0, delta, critical))

    most = normal  # Few degrees of freedom ask for more; far beyond the answer the distribution function is NaN.
    while found(most) < power:
        most *= 1.25
    if math.isnan(found(most)):
        raise ValueError(f"level of {n:g} splits too close to 1: no non-centrality is found for t = {critical:g}")
    # By halves: special.nctdtrinc has five digits, and scipy.optimize takes a fifth of a plan's time to import.
    parts = range(2**50)
    return most / len(parts) * bisect_left(parts, power, key=lambda part: found(most / len(parts) * part))


def splits_for_half_width(
    width: float, standard_deviation: float, n_train: int, n_test: int, level: float
) -> int | None:
    """Fewest splits whose interval is narrower than +- width; None when no number of splits of this table is enough.

    >>> splits_for_half_width(0.025, 0.02, 331, 111, 0.95), splits_for_half_width(0.02, 0.02, 331, 111, 0.95)
    (28, None)
    """

    def is_enough(n: float) -> bool:
        return half_width(standard_deviation, n, n_train, n_test, level) < width

    if not is_enough(math.inf):
        return None
    enough = _FEWEST  # whatever is enough stays so with more splits
    while not is_enough(enough):
        enough *= 2
        if enough > ENDLESS_SPLITS:
            return None
    return bisect_left(range(enough), True, lo=enough // 2 + 1, key=is_enough)


@dataclass(frozen=True)
class Design:
    """A design: the number of splits J, and of seeds S in each."""

    splits: int
    seeds: int

    @property
    def runs(self) -> int:
        """Runs of a cell."""
        return self.splits * self.seeds


MOST_SEEDS = 256
"""More seeds a split than this are not proposed."""

MOST_REPLICATES = 2_000
"""More replicates of a cell than this are not proposed: a hundred times twenty splits."""


def whole_repeats(splits: _Count, folds: int) -> _Count:
    """The next number of splits that is a whole number of repeats; of many numbers, each one's.

    >>> whole_repeats(171, 4), whole_repeats(171, 1)
    (172, 171)
    """
    return -(-splits // folds) * folds


def replicates_for_half_width(
    width: float, components: VarianceComponents, n_train: int, n_test: int, level: float, folds: int = 1
) -> Design | None:
    """The cheapest design, no smaller than today's, whose interval of a difference is narrower than +- width.

    Args:
        width: Wanted half-width.
        components: Variance of the paired difference between seeds and between splits, and today's design.
        n_train: Training rows of a split.
        n_test: Test rows of a split.
        level: Confidence level of the interval.
        folds: Splits of a whole repeat; only whole repeats are proposed.

    Returns:
        Splits and seeds with the fewest runs; None when no design of at most `MOST_REPLICATES` a cell is enough.

    >>> replicates_for_half_width(0.015, VarianceComponents(0.002, 0.00005, 20, 1), 331, 111, 0.95, folds=4)
    Design(splits=20, seeds=25)
    """
    if components.n_seeds > MOST_SEEDS:
        return None
    seeds = np.arange(components.n_seeds, MOST_SEEDS + 1)
    with np.errstate(divide="ignore", invalid="ignore"):  # what never varies is narrow enough with the fewest splits
        wanted = width / np.sqrt(components.split + components.seed / seeds)
    enough = _FEWEST + np.searchsorted(-_half_widths(n_train, n_test, level), -wanted, side="right")
    splits = whole_repeats(np.maximum(enough, components.n_splits), folds)
    runs = splits * seeds
    cheapest = int(runs.argmin())
    return Design(int(splits[cheapest]), int(seeds[cheapest])) if runs[cheapest] <= MOST_REPLICATES else None


@cache
def _half_widths(n_train: int, n_test: int, level: float) -> NDArray[np.float64]:
    """Half-widths of the interval per standard deviation, with 2 to `MOST_REPLICATES` splits: falling."""
    splits = np.arange(_FEWEST, MOST_REPLICATES + 1)
    return np.array([half_width(1.0, n, n_train, n_test, level) for n in splits.tolist()])
