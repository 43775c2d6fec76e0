"""Moments as numbers that a network can use: where in the year, the week and the day, or how long after another."""

import numpy as np
from numpy.typing import NDArray

Seconds = NDArray[np.float64]
"""Since the beginning of 1970 [N]."""

SECONDS_A_DAY = 86_400
DATE_PARTS = ("year", *("month, sine", "month, cosine"), *("weekday, sine", "weekday, cosine"))
TIME_PARTS = ("hour, sine", "hour, cosine")
"""Of moments that are not all midnights."""

_THURSDAY = 3
"""The first day of 1970, counted from Monday."""


def has_times(moments: Seconds) -> bool:
    """Whether one of the moments is no midnight; gaps are none."""
    return bool(np.any(moments[~np.isnan(moments)] % SECONDS_A_DAY))


def date_parts(moments: Seconds, with_time: bool) -> NDArray[np.float64]:
    """Year, and month, weekday and hour on a circle, so that December lies beside January: float64 [N, 5 or 7].

    January, Monday and midnight have angle 0.

    >>> date_parts(np.array([0.0]), with_time=False).round(3).tolist()
    [[1970.0, 0.0, 1.0, 0.434, -0.901]]
    """
    days = np.floor(moments / SECONDS_A_DAY)
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    year = 1970 + np.floor_divide(months, 12)
    parts = [year.astype(np.float64), *_on_a_circle(months % 12, 12), *_on_a_circle((days + _THURSDAY) % 7, 7)]
    if with_time:
        parts += _on_a_circle(moments % SECONDS_A_DAY, SECONDS_A_DAY)
    return np.column_stack(parts)


def calendar(moments: Seconds, with_time: bool) -> NDArray[np.float64]:
    """Day of the year, weekday and second of the day, for learners that cut and need no circle: float64 [N, 2 or 3].

    Gaps stay gaps.

    >>> calendar(np.array([0.0, 86_400 * 59 + 1, np.nan]), with_time=True).tolist()
    [[0.0, 3.0, 0.0], [59.0, 6.0, 1.0], [nan, nan, nan]]
    """
    is_gap = np.isnan(moments)
    seconds = np.where(is_gap, 0.0, moments)
    days = np.floor(seconds / SECONDS_A_DAY)
    years = days.astype("datetime64[D]").astype("datetime64[Y]").astype("datetime64[D]").astype(np.float64)
    parts = [days - years, (days + _THURSDAY) % 7, *([seconds % SECONDS_A_DAY] if with_time else [])]
    return np.where(is_gap[:, None], np.nan, np.column_stack(parts))


def days_since(moments: Seconds, first: float) -> NDArray[np.float64]:
    """Days after a moment [N]."""
    return (moments - first) / SECONDS_A_DAY


def _on_a_circle(place: NDArray[np.generic], round_of: int) -> list[NDArray[np.float64]]:
    angle = 2 * np.pi * place.astype(np.float64) / round_of
    return [np.sin(angle), np.cos(angle)]
