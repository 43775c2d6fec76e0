"""Extremes in sentences: whatever shows the same number as the extreme is named with it."""

from collections.abc import Sequence

import numpy as np

from nnjax.report.formats import Show
from nnjax.report.views import join_words

MOST_NAMED = 3
"""Of those that share an extreme; the others are counted."""


def are_alike(values: Sequence[float], show: Show) -> bool:
    """Whether all numbers that there are read the same, so that none of them is an extreme.

    >>> are_alike([0.011, 0.012, float("nan")], "{:.2f}".format), are_alike([0.01, 0.02], "{:.2f}".format)
    (True, False)
    """
    return len({show(value) for value in values if np.isfinite(value)}) < 2


def name_lowest(names: Sequence[str], values: Sequence[float], show: Show) -> str:
    """Those with the lowest number, and all that show the same one in the sentence; NaN stands for no number.

    >>> name_lowest(["a", "b", "c"], [0.301, 0.299, 0.5], "{:.1f}".format)
    'a and b'
    >>> name_lowest("abcdef", [1, 1, 1, 1, 1, 2], "{:g}".format)
    'a, b and 3 others'
    """
    lowest = show(min(value for value in values if np.isfinite(value)))
    found = [name for name, value in zip(names, values, strict=True) if np.isfinite(value) and show(value) == lowest]
    if len(found) > MOST_NAMED:
        found = [*found[: MOST_NAMED - 1], f"{len(found) - MOST_NAMED + 1} others"]
    return join_words(found)


def name_highest(names: Sequence[str], values: Sequence[float], show: Show) -> str:
    """The same for the highest number.

    >>> name_highest(["a", "b"], [0.1, 0.2], "{:.1f}".format)
    'b'
    """
    return name_lowest(names, [-value for value in values], lambda value: show(-value))
