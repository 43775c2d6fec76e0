"""Prediction intervals and sets by CV+: exact ranks, the level that is proven, and what folds alone can measure.

A *unit* is what is drawn independently: a row, or a group of rows that counts as one. Of n units each has a score from
networks that never saw it (`|y − prediction|`, or that of a class). A new row is outside its interval or set where its
own scores, one a fold, exceed those of at least ⌈level (n + 1)⌉ units.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

_Floats = NDArray[np.float64]

_DECIMAL = re.compile(r"[0-9]*\.?[0-9]+(e-?[0-9]{1,2})?")
_LONGEST_LEVEL = 40
_MOST_DIGITS = 140
"""Of a level after the point: 40 characters, exponent included, have fewer."""

_NO_DIFFERENCE = 1e-9
"""What rounding alone makes of a standard error of folds that agree is less."""

_LARGEST_SUM = 2**62
_FINEST_WEIGHT = 2**40
"""What a group weighs where the exact weights of its rows would not fit 62 bits."""


def exact_level(level: str | float | Fraction) -> Fraction:
    """The level that was written: 0.9 is nine tenths, which no float is.

    Raises:
        ValueError: If it is no decimal between 0 and 1.

    >>> exact_level(0.9), exact_level("0.95")
    (Fraction(9, 10), Fraction(19, 20))
    """
    text = str(level)
    exact = Fraction(0)
    if isinstance(level, Fraction):
        exact = level
    elif len(text) <= _LONGEST_LEVEL and _DECIMAL.fullmatch(text):
        exact = Fraction(text)
    if not 0 < exact < 1:
        raise ValueError(f"level = {text[:_LONGEST_LEVEL]}: need a decimal between 0 and 1, such as 0.9")
    return exact


def canonical_level(level: str | float | Fraction) -> str:
    """The one way to write a level: every digit of it, and no more.

    Raises:
        ValueError: If it is no decimal between 0 and 1.

    >>> canonical_level("0.90"), canonical_level(".975"), canonical_level(1e-5), canonical_level(Fraction(1, 8))
    ('0.9', '0.975', '0.00001', '0.125')
    """
    exact = exact_level(level)
    scaled = exact * 10**_MOST_DIGITS
    if scaled.denominator != 1:
        raise ValueError(f"level = {level}: need a decimal between 0 and 1, such as 0.9")
    return f"0.{scaled.numerator:0{_MOST_DIGITS}}".rstrip("0")


def conformal_rank(level: Fraction, units: int) -> int | None:
    """⌈level (n + 1)⌉: the score of that rank, from the smallest on, bounds a new one; None where n units are too few.

    >>> conformal_rank(Fraction(9, 10), 9), conformal_rank(Fraction(9, 10), 8), conformal_rank(Fraction(4, 5), 4)
    (9, None, 4)
    """
    rank = math.ceil(level * (units + 1))
    return rank if rank <= units else None


def fewest_units(level: Fraction) -> int:
    """The fewest units from which there are intervals at a level: n with ⌈level (n + 1)⌉ ≤ n.

    >>> fewest_units(Fraction(9, 10)), fewest_units(Fraction(19, 20))
    (9, 19)
    """
    return math.ceil(level / (1 - level))


def proven_level(
    level: Fraction,
    units_of_folds: Sequence[int],
    *,
    grouped: bool = False,
    dealt_by_size: bool = False,
    classes_dealt: int = 0,
) -> Fraction | None:
    """The probability of being inside that is proven for CV+, whatever the data and the networks: about 1 − 2α.

    It is that of one new row, over tables and rows drawn from the same source; of groups, of a row of a new group. The
    cell must not have been chosen with these rows. Who is outside has at least so large scores as all but b of n units:
    b = n − ⌈level (n + 1)⌉, or α (n + 1) − 1 where rows of groups count in fractions. Of two bounds the better holds.

    1. *Average of p-values*, for few folds. Let T_k of the m_k units of fold k have a score at least the new row's. Any
       of m_k + 1 units, unseen by its networks, may be the new one, so (1 + T_k)/(m_k + 1) is a p-value. Outside means
       Σ T_k ≤ b: their average, weighted by m_k + 1, is at most (b + K)/(n + K). An average of p-values is that small
       with at most twice the probability, however they depend on each other.
    2. *Tournament*, for many folds. Give the new unit m − 1 companions, one more fold of m. Two units of different
       folds are compared by networks that saw neither fold; who is outside fails to win at most b of its n comparisons.
       If s units in folds of m are like that, s (s − m)/2 ≤ s b, since each pair in different folds costs one of the
       two a win. There are f + 1 such folds, and any unit of them may be the new one: (2 b + m)/(m (f + 1)) at most.

    Where folds are balanced, their units and a new one are less alike. By the sizes of groups: bound 1 holds if the
    number of rows of a group tells nothing of them, bound 2 is not used. By class: bound 1 holds class by class, but
    the new row's class is drawn with the source's shares, not the table's. What that can cost is Wilson's upper limit,
    z² = C − 1, of the share (b + K + (C + 1) K/4)/n: docs/intervals.md has the steps.

    Args:
        level: The level asked for, 1 − α.
        units_of_folds: Units of every fold, each at least 1.
        grouped: Whether a unit is a group of rows.
        dealt_by_size: Whether groups, of unequal size, were dealt to folds so that these have like numbers of rows.
        classes_dealt: Number of classes, where folds are balanced by class; else 0.

    Returns:
        The proven level, 0 where nothing is; None where there are too few units for intervals at this level.

    Source: Barber, Candès, Ramdas & Tibshirani (2021), Annals of Statistics 49, theorems 1 and 4; Vovk & Wang (2020),
    Biometrika 107 (averages of p-values, weighted ones, too); Lee, Barber & Willett (2023), arXiv 2306.06342 (groups);
    Gasparin & Ramdas (2025), arXiv 2503.01495, state bound 1. Here with the exact rank, and for folds of unequal size.

    >>> round(float(proven_level(Fraction(9, 10), [111, 111, 110, 110])), 4)
    0.7892
    >>> round(float(proven_level(Fraction(9, 10), [1] * 99)), 4)
    0.81
    """
    n, folds = sum(units_of_folds), len(units_of_folds)
    if conformal_rank(level, n) is None:
        return None
    others = (1 - level) * (n + 1) - 1
    if not grouped:
        others = Fraction(math.floor(others))
    is_alone = max(units_of_folds) == 1  # then nothing is balanced
    if classes_dealt and not is_alone:
        share = (others + folds + Fraction((classes_dealt + 1) * folds, 4)) / n
        return max(Fraction(0), 1 - 2 * _wilson_limit(share, Fraction(classes_dealt - 1, n)))
    outside = 2 * (others + folds) / (n + folds)
    if is_alone or not dealt_by_size:
        alike = Counter(units_of_folds)
        outside = min(outside, *((2 * others + m) / (m * (count + 1)) for m, count in alike.items()))
    return max(Fraction(0), 1 - outside)


def _wilson_limit(share: Fraction, variance: Fraction) -> Fraction:
    """The largest Q ≤ 1 with Q ≤ share + √(variance · Q (1 − Q)), rounded up by less than 1e-12."""
    if share >= 1:
        return Fraction(1)
    middle = 2 * share + variance
    root = middle**2 - 4 * (1 + variance) * share**2
    scale = 10**12
    above = Fraction(math.isqrt(math.ceil(root * scale**2)) + 1, scale)
    return min(Fraction(1), (middle + above) / (2 * (1 + variance)))


def unit_weights(units: ArrayLike) -> tuple[NDArray[np.int64], int]:
    """What every row counts [N], in whole numbers, and what a unit counts in all.

    Rows of one unit share its weight evenly. Where the least common multiple of the units' sizes is too large, weights
    are rounded down, which makes intervals wider, never narrower.

    >>> unit_weights([7, 7, 8, 9, 9, 9])
    (array([3, 3, 6, 2, 2, 2]), 6)
    """
    _, place, sizes = np.unique(np.asarray(units, dtype=np.int64), return_inverse=True, return_counts=True)
    total = 1
    for size in {int(size) for size in sizes}:
        total = math.lcm(total, size)
        if total * len(sizes) >= _LARGEST_SUM:
            total = _FINEST_WEIGHT
            break
    return (total // sizes)[place], total


def conformal_quantile(scores: ArrayLike, units: ArrayLike, level: Fraction) -> _Floats | None:
    """The least score [T] that rows worth level (n + 1) units do not exceed; None if units are too few.

    Args:
        scores: Scores [N, T], each column for itself; NaN (a network that diverged) counts as larger than all.
        units: The unit of every row [N].
        level: The level asked for.

    >>> conformal_quantile([[3.0], [1.0], [2.0], [4.0]], [0, 1, 2, 3], Fraction(4, 5))
    array([4.])
    """
    values = np.where(np.isnan(found := np.asarray(scores, dtype=np.float64)), np.inf, found)
    weights, total = unit_weights(units)
    count = len(np.unique(np.asarray(units)))
    if conformal_rank(level, count) is None:
        return None
    order = np.argsort(values, axis=0, kind="stable")
    least = math.ceil(level * (count + 1) * total)
    reached = np.cumsum(weights[order], axis=0) >= least
    place = np.where(reached.any(axis=0), reached.argmax(axis=0), -1)
    quantiles = np.take_along_axis(values, np.take_along_axis(order, place[None], axis=0), axis=0)[0]
    return np.asarray(np.where(place < 0, np.inf, quantiles))


@dataclass(frozen=True)
class HeldOutFold:
    """One fold as new rows to the others, all under the cell that was chosen without it; T targets, or 1 of classes.

    A score is that of a row whose networks never saw it: those of the split in which it is a test row.
    """

    scores: _Floats
    """Of the fold's rows, for what is true of them [M, T]."""
    units: NDArray[np.int64]
    """Their units [M]."""
    other_scores: _Floats
    """Of the other folds' rows of the same repeat, under the same cell [N − M, T]."""
    other_units: NDArray[np.int64]
    """Their units [N − M]; none is in both."""
    candidates: _Floats | None = None
    """Classification: of the fold's rows, for every class [M, K]."""


@dataclass(frozen=True)
class MeasuredCoverage:
    """How often rows of a fold were inside, with the choice of the cell inside; see `measured_coverage`."""

    level: Fraction
    """The level asked for."""
    coverage: _Floats
    """Share of rows inside, each unit counting as one [T]."""
    standard_error: _Floats
    """Of that share, from what folds of one repeat differ by [T]; NaN for a single fold, and where all folds agree."""
    width: _Floats
    """Mean width of the intervals, in the target's unit [T], or mean number of classes in the sets [1]."""
    repeats: int
    folds: int
    """Folds of a repeat, at least."""
    units: int
    """Units of a repeat, at least."""


def measured_coverage(repeats: Sequence[Sequence[HeldOutFold]], level: Fraction) -> MeasuredCoverage | None:
    """How often the rows of one fold are inside what the other folds' rows promise for them.

    *With the choice inside*: a fold's cell was chosen by the validation rows of its split, which are rows of the other
    folds, and the scores of just these other rows, under that cell, make the interval. A cell that was chosen for its
    luck on some rows has too small scores on them, and the fold, which had no part in the choice, shows it.

    It is not the coverage of CV+ itself: the interval stands around the prediction of the fold's own networks alone,
    since all others saw its rows, and has fewer units than the model in use. The other rows' networks were trained with
    rows of this fold, too. And it is no independent check of the rank: with a single cell, and folds alike, the share
    is near the level by construction. What it can show is a choice that was too free.

    The standard error is that of one repeat: further repeats share its rows, and make it steadier, not smaller. Where
    the folds of every repeat agree there is none: all rows inside says little of how often the next one is.

    The folds of every repeat hold every unit once.

    Returns:
        None where the other folds of one have too few units for the level, or there are no folds.
    """
    found = [_measure_repeat(folds, level) for folds in repeats]
    known = [each for each in found if each is not None]
    if not known or len(known) < len(found):
        return None
    shares, variances, widths = (np.array(each) for each in zip(*known, strict=True))
    errors = np.sqrt(variances.mean(axis=0))
    return MeasuredCoverage(
        level=level,
        coverage=shares.mean(axis=0),
        standard_error=np.where(errors > _NO_DIFFERENCE, errors, np.nan),
        width=widths.mean(axis=0),
        repeats=len(repeats),
        folds=min(len(folds) for folds in repeats),
        units=min(sum(len(np.unique(fold.units)) for fold in folds) for folds in repeats),
    )


def _measure_repeat(folds: Sequence[HeldOutFold], level: Fraction) -> tuple[_Floats, _Floats, _Floats] | None:
    """Share inside, its variance, and mean width, [T] each; None where units are too few."""
    found = [_measure_fold(fold, level) for fold in folds]
    known = [each for each in found if each is not None]
    if not known or len(known) < len(found):
        return None
    shares, widths = (np.array(each) for each in zip(*known, strict=True))  # [K, T]
    counts = np.array([len(np.unique(fold.units)) for fold in folds], dtype=np.float64)
    weights, k = (counts / counts.sum())[:, None], len(folds)
    share = (weights * shares).sum(axis=0)
    variance = (weights**2 * (shares - share) ** 2).sum(axis=0) * (k / (k - 1) if k > 1 else math.nan)
    return share, variance, (weights * widths).sum(axis=0)


def _measure_fold(fold: HeldOutFold, level: Fraction) -> tuple[_Floats, _Floats] | None:
    quantile = conformal_quantile(fold.other_scores, fold.other_units, level)
    if quantile is None:
        return None
    weights, total = unit_weights(fold.units)
    shares = (weights / (total * len(np.unique(fold.units))))[:, None]
    inside = (shares * (fold.scores <= quantile)).sum(axis=0)
    if fold.candidates is None:
        return inside, 2 * quantile
    return inside, (shares * (fold.candidates <= quantile)).sum(keepdims=True)[0]
