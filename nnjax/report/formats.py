"""Numbers as the report prints them: true minus signs, as many digits as mean something."""

import math
from collections.abc import Callable
from typing import Any

import pandas as pd

from nnjax.metrics import MEASURES, METRICS
from nnjax.statistics.interval import PairedInterval
from nnjax.sweep.space import level_text

SHARES = frozenset(
    {"p_best", "share", "share_reached", "share_saved", "win_rate", "vanished", "share_reached_a", "share_reached_b"}
    | {name for name, metric in METRICS.items() if metric.shown == "share"}
)
COUNTS = frozenset(
    {"epoch", "layer", "runs", "n", "split", "stop_epoch", "patience", "restricted_mean", "horizon", "diverged", "rows"}
    | {name for name, metric in METRICS.items() if metric.shown == "count"}
)
Show = Callable[[float], str]
"""How a number is printed."""

INTERVALS = frozenset({"estimate", "low", "high", "low_plain", "high_plain"})
SCORES = (
    *("score", "anytime"),
    *(measure.name for measure in MEASURES if measure.shown == "decimals"),
    *(name for name, metric in METRICS.items() if metric.shown == "decimals"),
)
"""Parts of the names of columns that are shown with three decimals."""
PROBABILITIES = frozenset({"p_value", "q", "holm_p", "probability"})


def decimals(value: float, digits: int = 3) -> str:
    """A number with a fixed count of decimals and a true minus sign.

    >>> decimals(-0.0123456), decimals(0.5, 1), decimals(float("-inf"))
    ('−0.012', '0.5', '−∞')
    """
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if not math.isfinite(value):
        return "–"
    text = f"{value:.{digits}f}"
    return text.replace("-", "−") if float(text) else text.lstrip("-")


def signed(value: float, digits: int = 3) -> str:
    """A difference: with its sign, whichever it is.

    >>> signed(0.02), signed(-0.02), signed(0.0001), signed(float("inf"))
    ('+0.020', '−0.020', '0.000', '+∞')
    """
    text = decimals(value, digits)
    return f"+{text}" if float(f"{value:.{digits}f}") > 0 else text


def bounded(text: str, interval: PairedInterval) -> str:
    """A number read off an interval; where an end is open it is a bound itself: at least, or at most so much.

    >>> import numpy as np
    >>> from nnjax.statistics.censoring import Bounds, bounded_interval
    >>> numbers = Bounds(np.array([1.0, 1.2]), np.array([1.0, np.inf]))
    >>> bounded("+1.1", bounded_interval(numbers, 331, 111))
    '≥ +1.1'
    """
    if interval.is_open_below and interval.is_open_above:
        return "–"
    if interval.is_open_below or interval.is_open_above:
        return f"{'≤' if interval.is_open_below else '≥'} {text}"
    return text


def with_interval(interval: PairedInterval, show: Show, sure: str) -> str:
    """An estimate with its interval in words, each number as `show` prints it; `sure` names the interval."""
    return f"{bounded(show(interval.estimate), interval)} ({sure} {show(interval.low)} to {show(interval.high)})"


def power_of_two(exponent: float) -> str:
    """How many times, from its log₂.

    >>> power_of_two(2.0), power_of_two(-2.0)
    ('4.0', '0.25')
    """
    return decimals(2.0**exponent, 1 if exponent > 0 else 2)


def percent(value: float) -> str:
    """A share in percent, without decimals unless they are all there is.

    >>> percent(0.25), percent(0.004), percent(0.99375)
    ('25 %', '0.4 %', '99.38 %')
    """
    if not math.isfinite(value):
        return "–"
    if 0.99995 <= value < 1:
        return "> 99.99 %"
    digits = 2 if 0.99 < value < 1 else (1 if 0 < value < 0.0095 else 0)
    return f"{100 * value:.{digits}f} %"


def confidence(level: float) -> str:
    """A confidence level, with as many decimals as it takes to tell it from its neighbours.

    >>> confidence(0.95), confidence(0.975), confidence(1 - 0.05 / 3)
    ('95 %', '97.5 %', '98.33 %')
    """
    return f"{100 * level:.4g} %" if math.isfinite(level) else "–"


def probability(value: float) -> str:
    """A p, never rounded to 0.

    >>> probability(0.0312), probability(1e-7)
    ('0.031', '< 0.001')
    """
    if not math.isfinite(value):
        return "–"
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def significant(value: float, digits: int = 4) -> str:
    """So many significant digits, no needless zeros; whole numbers from a thousand on.

    >>> significant(0.000123456), significant(1234567.0), significant(12.0), significant(26024.0, 2)
    ('0.0001235', '1,234,567', '12', '26,000')
    """
    if not math.isfinite(value):
        return "–"
    rounded = float(f"{value:.{digits}g}") if digits < 4 or abs(value) < 1000 else value
    return (f"{rounded:,.0f}" if abs(rounded) >= 1000 else f"{rounded:.4g}").replace("-", "−")


def duration(seconds: float) -> str:
    """Seconds as people say them.

    >>> duration(0.25), duration(75.0), duration(7380.0)
    ('0.2 s', '1 min 15 s', '2 h 03 min')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


def format_cell(column: str, value: object, full_batch: int | None = None) -> str:
    """One cell of a table, by the name of its column.

    >>> format_cell("test_r2", 0.4567), format_cell("share", 0.5), format_cell("batch_size", 265, 265)
    ('0.457', '50 %', 'full (265)')
    """
    if column == "batch_size" and full_batch is not None and value == full_batch:
        return f"full ({level_text(value)})"
    if isinstance(value, float):
        return _format_number(column, value)
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return "" if value is None else str(value)


def _format_number(column: str, value: float) -> str:
    if column in PROBABILITIES:
        return probability(value)
    if column == "interval_level":
        return confidence(value)
    if column in SHARES:
        return percent(value)
    if column in COUNTS:
        return decimals(value, 0 if value.is_integer() else 1)
    is_score = any(part in column for part in SCORES) or column in INTERVALS
    return decimals(value) if is_score else significant(value)


def is_number_column(column: "pd.Series[Any]") -> bool:
    """Whether a column holds numbers, to be set flush right."""
    return bool(pd.api.types.is_numeric_dtype(column)) and not pd.api.types.is_bool_dtype(column)
