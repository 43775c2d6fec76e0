"""The picture of one interval: corrected thick, plain thin, margin shaded."""

import math
from collections.abc import Iterable
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from nnjax.report.figures.scales import plain_numbers
from nnjax.report.theme import INK, MUTED, SHADE
from nnjax.statistics.interval import PairedInterval

ENDS = ("estimate", "low", "high", "low_plain", "high_plain")


def claim_row(interval: PairedInterval, margin: float, threshold: float | None) -> pd.DataFrame:
    """One row: estimate, low, high, low_plain, high_plain, zero (no difference, or a quantity's threshold), margin."""
    numbers = {name: [getattr(interval, name)] for name in ENDS}
    return pd.DataFrame(numbers | {"zero": [threshold or 0.0], "margin": [margin]})


def drawn_ends(low: float, high: float, numbers: Iterable[float]) -> tuple[float, float]:
    """Where the bar of an interval ends: an open end lies as far out again as all that is drawn is wide.

    >>> drawn_ends(0.5, float("inf"), [-1.0, 1.0, float("inf")])
    (0.5, 3.0)
    """
    known = [number for number in numbers if math.isfinite(number)]
    reach = max(known) - min(known) or 1.0
    return max(low, min(known) - reach), min(high, max(known) + reach)


def mark_open_ends(axes: Axes, row: "pd.Series[Any]", ends: tuple[float, float], place: float, color: str) -> None:
    """An arrow at each end of a bar, at that height, where nothing bounds the interval."""
    for end, at, marker in zip(("low", "high"), ends, "<>", strict=True):
        if math.isinf(row[end]):
            axes.plot(at, place, marker, color=color, markersize=6)


def draw_claim(table: pd.DataFrame, axes: Axes) -> None:
    """One interval on a bare axis; an open end runs out of the picture, with an arrow."""
    row = table.iloc[0]
    axes.axvspan(row["zero"] - row["margin"], row["zero"] + row["margin"], color=SHADE, alpha=0.6, linewidth=0)
    axes.axvline(row["zero"], color=MUTED, linewidth=1)
    numbers = [row["zero"] - row["margin"], row["zero"] + row["margin"], row["estimate"], row["low"], row["high"]]
    ends = drawn_ends(row["low"], row["high"], numbers)
    axes.plot(ends, [0, 0], color=INK, linewidth=7, alpha=0.35, solid_capstyle="butt")
    axes.plot(drawn_ends(row["low_plain"], row["high_plain"], numbers), [0, 0], color=INK, linewidth=1.6)
    mark_open_ends(axes, row, ends, 0, INK)
    axes.plot(row["estimate"], 0, "o", color=INK, markersize=6)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(visible=False)
    axes.margins(x=0.08)
    plain_numbers(axes.xaxis)
