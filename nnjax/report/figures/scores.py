"""Scores on test rows: their spread over replicates, intervals of differences, and which class is taken for which."""

import math
from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from nnjax.report.figures.scales import named_x, named_y, plain_numbers
from nnjax.report.layout import Layout, with_places
from nnjax.report.theme import INK, MUTED, NEGATIVE, PAGE, POSITIVE, SHADE, Palette

MOST_LEVEL_NAMES = 4
"""Names that stand side by side below a panel without being turned."""


def spread_table(runs: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Score of every split (seeds averaged), one row each: columns of `by`, then split and test_score."""
    return runs.groupby([*by, "split"], sort=False)["test_score"].mean().reset_index()


def placed_scores(table: pd.DataFrame, by: Sequence[str], factor: str, layout: Layout) -> pd.DataFrame:
    """Scores of splits with the place of their level, an offset beside it that spreads them out, and their mean."""
    splits = table["split"].nunique()
    return with_places(table, factor, layout).assign(
        mean=table.groupby(list(by), sort=False)["test_score"].transform("mean"),
        offset=0.5 * (((7 * table["split"]) % splits + 0.5) / splits - 0.5),
    )


def draw_spread(table: pd.DataFrame, axes: Axes, palette: Palette, factor: str, baseline: float) -> None:
    """A dot a split (x: place + offset), a bar at the mean of each level, a line at the mean of the baseline."""
    axes.axhline(baseline, color=MUTED, linewidth=1.2, dashes=(4, 2))
    for level, group in table.groupby(factor, sort=False):
        style = palette[factor, level]
        x = group["place"] + group["offset"]
        axes.plot(x, group["test_score"], style.marker, color=style.color, alpha=0.45, markersize=3.5, linewidth=0)
        place, mean = group["place"].iloc[0], group["mean"].iloc[0]
        axes.plot([place - 0.34, place + 0.34], [mean, mean], color=style.color, linewidth=2.5)
    named_x(axes, table.drop_duplicates("place").sort_values("place")["place_name"].tolist())
    axes.tick_params(axis="x", rotation=_slope(axes, table[factor].nunique()))
    plain_numbers(axes.yaxis)


def _slope(axes: Axes, names: int) -> float:
    """Degrees by which names below an axis are turned: as few as keep them apart, so that none reaches far down."""
    if names <= MOST_LEVEL_NAMES:
        return 0.0
    line = 1.25 * axes.xaxis.get_ticklabels()[0].get_fontproperties().get_size_in_points()
    return math.degrees(math.asin(min(1.0, line * names / axes.bbox.width)))


def placed_differences(table: pd.DataFrame, layout: Layout, palette: Palette, views: Sequence[str]) -> pd.DataFrame:
    """One factor's differences with place and looks: two views of a level, the second hollow and below."""
    factor = str(table["factor"].iloc[0])
    placed = with_places(table.assign(**{factor: table["level"]}), factor, layout, "place")
    return placed.assign(
        name=placed["place_name"],
        place=placed["place"] + placed["view"].map({views[0]: -0.17, views[1]: 0.17}),
        is_hollow=placed["view"] == views[1],
        color=[palette[factor, level].color for level in placed["level"]],
    )


def draw_intervals(table: pd.DataFrame, axes: Axes, margin: float, label: str = "") -> None:
    """An interval a row: corrected thick, plain thin inside it, the margin of practical equality shaded (0 for none).

    The table has each one's name, place (down the y axis), color and is_hollow, too.
    """
    axes.axvspan(-margin, margin, color=SHADE, alpha=0.5, linewidth=0)
    axes.axvline(0, color=MUTED, linewidth=1)
    for row in table.to_dict("records"):
        color, place = row["color"], row["place"]
        axes.plot([row["low"], row["high"]], [place, place], color=color, lw=4.5, alpha=0.4, solid_capstyle="butt")
        axes.plot([row["low_plain"], row["high_plain"]], [place, place], color=color, linewidth=1.3)
        axes.plot(row["estimate"], place, "o", color=color, mfc=PAGE if row["is_hollow"] else color)
    named_y(axes, table.drop_duplicates("name")["name"].tolist())
    axes.set_xlabel(label)
    plain_numbers(axes.xaxis)


def draw_confusion(table: pd.DataFrame, axes: Axes) -> None:
    """A square with its number of rows for each pair of classes; errors tinted red, right ones blue, by their share."""
    names = table["true"].drop_duplicates().tolist()
    for place, cell in enumerate(table.to_dict("records")):
        row, column = divmod(place, len(names))
        color = NEGATIVE if row == column else POSITIVE
        tint = 0.75 * cell["share"]
        axes.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor=color, alpha=tint, linewidth=0))
        axes.text(column, row, f"{cell['rows']:,}", color=INK, ha="center", va="center")
    named_x(axes, names)
    named_y(axes, names)
    axes.grid(visible=False)
    axes.set_xlabel("predicted class")
    axes.set_ylabel("true class")
