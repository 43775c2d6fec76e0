"""A column of numbers as float64, each exactly what is written, or the number that is not."""

from collections.abc import Iterable
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from nnjax.data.own_error import ColumnError, show, show_rows

LARGEST = 1e150
LARGEST_WHOLE = 2**53
"""All whole numbers up to here are different as float64."""

UNITS_A_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}

FIRST_SECOND, LAST_SECOND = -62_135_596_800, 253_402_300_799
"""Of the year 1, and of the year 9999."""

SECONDS_A_YEAR = 31_556_952

SAFE_DIGITS = 15
"""Decimal digits that float64 always gives back (C's DBL_DIG)."""

_BITS_OF_MOST, _DIGITS_OF_MOST = 128, 38
"""Of the decimals that databases write."""


def is_number(kind: pa.DataType) -> bool:
    """Whether a column of this type holds numbers."""
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def to_floats(column: pa.ChunkedArray) -> NDArray[np.float64]:
    """The values [N] of numbers, or of true and false as 1 and 0; NaN where there is none.

    Raises:
        ColumnError: If float64 cannot hold one of them.
    """
    kind = column.type
    if pa.types.is_boolean(kind):
        column = column.cast(pa.int8())
    elif pa.types.is_decimal(kind):
        _check_decimals(column)
        column = column.cast(pa.string())  # straight to float64 Arrow multiplies by 10⁻ˢ: 0.35 → 0.35000000000000003
    elif pa.types.is_integer(kind) and _largest(column) > LARGEST_WHOLE:
        check_exact(map(Decimal, pc.unique(column.drop_null()).to_pylist()))
    return np.asarray(column.cast(pa.float64(), safe=False))


def to_seconds(column: pa.ChunkedArray) -> NDArray[np.float64]:
    """Dates or moments as seconds since the beginning of 1970 [N], in UTC where a zone is given; NaN for gaps.

    Raises:
        ColumnError: If one lies outside the years that a calendar has: seconds that were taken for days, say.
    """
    seconds = count_seconds(column)
    beyond = np.flatnonzero(is_beyond_calendar(seconds))
    if len(beyond):
        year = 1970 + seconds[beyond[0]] / SECONDS_A_YEAR
        problem = f"has dates outside the years 1 to 9999 in {show_rows(len(beyond), int(beyond[0]) + 1)} ({year:.4g})"
        raise ColumnError(problem, "look at the unit in which they were written, or leave it out of features")
    return seconds


def count_seconds(column: pa.ChunkedArray) -> NDArray[np.float64]:
    """The same of dates and moments of any year."""
    if pa.types.is_date(column.type):
        column = column.cast(pa.timestamp("s"))
    counts = np.asarray(column.cast(pa.int64()).cast(pa.float64(), safe=False))
    return np.asarray(counts / UNITS_A_SECOND[column.type.unit])


def is_beyond_calendar(seconds: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which of them lie outside the years that a calendar has [N]; gaps do not."""
    return np.asarray((seconds < FIRST_SECOND) | (seconds > LAST_SECOND))


def _largest(column: pa.ChunkedArray) -> Decimal:
    """The largest magnitude."""
    return max(abs(Decimal(value)) for value in pc.min_max(column).as_py().values())


def _check_decimals(column: pa.ChunkedArray) -> None:
    if column.type.precision <= SAFE_DIGITS:
        return
    if column.type.bit_width < _BITS_OF_MOST:  # for fewer bits Arrow has no min_max
        column = column.cast(pa.decimal128(_DIGITS_OF_MOST, column.type.scale))
    if _largest(column).scaleb(column.type.scale) >= 10**SAFE_DIGITS:
        check_exact(dict.fromkeys(column.drop_null().to_pylist()))


def check_exact(numbers: Iterable[Decimal]) -> None:
    """Numbers, all different, are each a float64 or what one is printed as, and no two of them are the same float64.

    Raises:
        ColumnError: If a number would be another one, such as 2⁵³ + 1 or one of twenty digits.

    >>> check_exact([Decimal("0.10"), Decimal(2**60), Decimal(10**23)])
    """
    seen: dict[float, Decimal] = {}
    for number in numbers:
        nearest = float(number)
        # Two ways to be exact: the float is the number (2⁶⁰), or prints as it (0.1, which no float is).
        if number not in (Decimal(nearest), Decimal(repr(nearest))) or seen.setdefault(nearest, number) != number:
            problem = f"has numbers that 64 bits of a float cannot hold exactly, such as {show(f'{number:f}')}"
            raise ColumnError(problem, "leave it out, if it is an identifier; or subtract a constant, or round")


def check_squares(numbers: NDArray[np.float64]) -> None:
    """Squares are finite, and not all nothing.

    Raises:
        ColumnError: If not.
    """
    largest = np.nanmax(np.abs(numbers))
    if 0 < largest < 1 / LARGEST:
        problem = f"has no number beyond {1 / LARGEST:g}, and squares of so small ones are 0"
        raise ColumnError(problem, "write it in smaller units")
    if largest > LARGEST:
        raise ColumnError(f"has numbers beyond {LARGEST:g}, whose squares are infinite", "write it in larger units")
