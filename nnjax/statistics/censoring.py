"""Censored numbers: of some only a bound is known, so that the interval of their mean may be open at an end."""

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnjax.statistics.interval import PairedInterval, paired_interval

METHOD = "bounds after Manski (1989): an end that a censored number leaves open is infinite"


class Bounds(NamedTuple):
    """The least and the greatest value that numbers can have: both the number itself where it is known."""

    least: NDArray[np.float64]
    """The number, its lower bound, or -inf where nothing bounds it from below."""
    greatest: NDArray[np.float64]
    """The number, its upper bound, or inf where nothing bounds it from above."""

    @property
    def filling(self) -> NDArray[np.float64] | None:
        """The finite filling: the least one if it is, else the greatest; None if neither is.

        >>> Bounds(np.array([1.0, -np.inf]), np.array([1.0, 2.0])).filling
        array([1., 2.])
        """
        return next((each for each in self if np.isfinite(each).all()), None)

    def minus(self, other: "Bounds | float") -> "Bounds":
        """The difference of each from a threshold, or from another number: least where that one is greatest."""
        least, greatest = other if isinstance(other, Bounds) else (other, other)
        return Bounds(self.least - greatest, self.greatest - least)


def bounded_interval(numbers: Bounds, n_train: int, n_test: int, level: float = 0.95) -> PairedInterval:
    """The corrected interval of a mean whose numbers [J] are known, or known to be at least or at most so much.

    Its lower end is that of the least filling of the numbers, its upper end that of the greatest: each bounds the mean
    of the true numbers, which lies beyond that of the filling. Of m intervals that share alpha each has level
    1 - alpha / m.

    Returns:
        `paired_interval` where all numbers are known. Where some are bounded from one side only, the other end is
        infinite and all else is that of the finite filling: the estimate is a bound too, and p counts only evidence on
        the closed side. With both ends open nothing is known: estimate and standard errors are NaN, p is 1.

    Raises:
        ValueError: As `paired_interval`, and if a bound is NaN.

    Source: Manski (1989), Journal of Human Resources 24; Horowitz & Manski (2000), JASA 95.

    >>> interval = bounded_interval(Bounds(np.array([1.0, 1.2, 0.9]), np.array([1.0, np.inf, 0.9])), 331, 111)
    >>> f"at least {interval.estimate:.2f}, [{interval.low:.2f}, {interval.high}]"
    'at least 1.03, [0.50, inf]'
    """
    filling = numbers.filling
    if filling is None:
        return _nothing_known(numbers, n_train, n_test, level)
    interval = paired_interval(filling, n_train, n_test, level)
    if np.array_equal(*numbers):
        return interval
    is_least = filling is numbers.least
    # "At least this much" speaks against zero only from above, "at most" only from below.
    is_evidence = interval.estimate > 0.0 if is_least else interval.estimate < 0.0
    p = (interval.p_value, interval.p_plain) if is_evidence else (1.0, 1.0)
    return _opened(interval, is_below=not is_least, is_above=is_least, p=p)


def _nothing_known(numbers: Bounds, n_train: int, n_test: int, level: float) -> PairedInterval:
    """The whole line: some numbers are bounded from neither side, or some from the one and some from the other."""
    if np.isnan(numbers).any():
        raise ValueError("censored numbers: NaN is no bound")
    whole = _opened(paired_interval(np.zeros(len(numbers.least)), n_train, n_test, level), True, True, (1.0, 1.0))
    return replace(whole, estimate=math.nan, standard_error=math.nan, standard_deviation=math.nan)


def _opened(interval: PairedInterval, is_below: bool, is_above: bool, p: tuple[float, float]) -> PairedInterval:
    return replace(
        interval,
        low=-math.inf if is_below else interval.low,
        low_plain=-math.inf if is_below else interval.low_plain,
        high=math.inf if is_above else interval.high,
        high_plain=math.inf if is_above else interval.high_plain,
        p_value=p[0],
        p_plain=p[1],
        method=f"{interval.method}, {METHOD}",
    )
