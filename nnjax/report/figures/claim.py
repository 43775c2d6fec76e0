"""The picture of one interval: corrected thick, plain thin, margin shaded."""

import pandas as pd
from matplotlib.axes import Axes

from nnjax.report.figures.scales import plain_numbers
from nnjax.report.theme import INK, MUTED, SHADE
from nnjax.statistics.interval import PairedInterval


def claim_row(interval: PairedInterval, margin: float, threshold: float | None) -> pd.DataFrame:
    """One row: the interval, where "no difference" is, and the margin around it.

    Args:
        interval: Of a difference, or of a quantity.
        margin: Practical margin; 0 for none.
        threshold: What the quantity is compared with; None for a difference, whose zero is 0.

    Returns:
        Columns estimate, low, high, low_plain, high_plain, zero, margin.
    """
    names = ("estimate", "low", "high", "low_plain", "high_plain")
    numbers = {name: [getattr(interval, name)] for name in names}
    return pd.DataFrame(numbers | {"zero": [threshold or 0.0], "margin": [margin]})


def draw_claim(table: pd.DataFrame, axes: Axes) -> None:
    """One interval on a bare axis."""
    row = table.iloc[0]
    axes.axvspan(row["zero"] - row["margin"], row["zero"] + row["margin"], color=SHADE, alpha=0.6, linewidth=0)
    axes.axvline(row["zero"], color=MUTED, linewidth=1)
    axes.plot([row["low"], row["high"]], [0, 0], color=INK, linewidth=7, alpha=0.35, solid_capstyle="butt")
    axes.plot([row["low_plain"], row["high_plain"]], [0, 0], color=INK, linewidth=1.6)
    axes.plot(row["estimate"], 0, "o", color=INK, markersize=6)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(visible=False)
    axes.margins(x=0.08)
    plain_numbers(axes.xaxis)
