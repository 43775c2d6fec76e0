"""The picture of the whole grid: a tinted square a cell, marks for what is worse, diverged, missing, chosen."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from nnjax.report.best_cell import BestCell
from nnjax.report.drawing import Shape
from nnjax.report.figures.grid_axes import LETTER, GridAxes, margins, name_axes, place_of
from nnjax.report.figures.marks import cell_mark
from nnjax.report.formats import decimals
from nnjax.report.layout import Layout
from nnjax.report.theme import ACCENT, INK, MUTED, PAGE, POSITIVE

FAINTEST, STRONGEST = 0.1, 0.95
"""Tint of the worst and of the best mean score."""

FENCE = 1.5
"""Interquartile ranges below the lower quartile, from where on all squares are equally faint."""

ROOM_BELOW = 28
"""Pixels for the scale of tints below the squares."""

GRID_SQUARE, WIDEST, FONT_SIZE = (26, 15), 440, 10.5
"""Width and height of a square where there is room, width and type of the picture, in pixels."""

KEY_TINTS, KEY_WIDTH, KEY_HEIGHT, KEY_DROP = 5, 18, 11, 22
"""Squares of the scale below the picture; their size and their distance from it, in pixels."""


def grid_table(results: pd.DataFrame, factors: Sequence[str], best: BestCell, tied: Sequence[bool]) -> pd.DataFrame:
    """One row a square, which runs of one cell_id share.

    `best` has the complete squares; `tied` says of each of them whether it cannot be told apart from the one with the
    best mean validation score.

    cell_id, cell, the factors, test_score (mean over its runs), runs, diverged, missing, tied (None where a square is
    not complete), is_best, and chosen_splits: in how many splits the validation rows chose it.
    """
    groups = results.groupby("cell_id", sort=False)
    table = groups[["cell", *factors]].first()
    table["test_score"] = groups["test_score"].mean()
    table["runs"] = groups.size()
    for status in ("diverged", "missing"):
        table[status] = (results["status"] == status).groupby(results["cell_id"]).sum()
    table = table.reset_index()
    named = best.cell_ids[int(best.validation.mean(axis=1).argmax())]
    chosen = pd.Series([best.cell_ids[place] for place in best.selection.chosen]).value_counts()
    flags = {cell_id: bool(flag) for cell_id, flag in zip(best.cell_ids, tied, strict=True)}
    table["tied"] = pd.Series([flags.get(cell_id) for cell_id in table["cell_id"]], dtype=object)
    table["is_best"] = table["cell_id"] == named
    table["chosen_splits"] = table["cell_id"].map(chosen).fillna(0).astype(int)
    return table


def tint_range(scores: "pd.Series[float]", lowest_shown: float) -> tuple[float, float]:
    """Scores of the faintest and of the strongest tint: one that fell out of line does not make all others look alike.

    The faintest tint does not stand for less than `lowest_shown`, unless all scores do.

    >>> tint_range(pd.Series([-1.0, 0.0, 0.25, 0.375, 0.5]), -0.25)
    (-0.25, 0.5)
    """
    known = scores.dropna()
    lower, upper = known.quantile(0.25), known.quantile(0.75)
    low, high = max(float(known.min()), float(lower - FENCE * (upper - lower))), float(known.max())
    return (max(low, lowest_shown) if high > lowest_shown else low), high


def placed_grid(table: pd.DataFrame, layout: Layout, sides: GridAxes, limits: tuple[float, float]) -> pd.DataFrame:
    """The table with the place of each square, columns x and y in squares, and its tint; NaN without a score."""
    low, high = limits
    share = (table["test_score"] - low) / (high - low) if high > low else table["test_score"] * 0 + 1
    cells = table[[*sides.rows, *sides.columns]].to_dict("records")
    x, y = ([place_of(levels, layout, side) for levels in cells] for side in (sides.columns, sides.rows))
    return table.assign(x=x, y=y, tint=_tint(share))


def _tint(share: "pd.Series[float]") -> "pd.Series[float]":
    return FAINTEST + (STRONGEST - FAINTEST) * share.clip(0, 1)


def draw_grid(table: pd.DataFrame, axes: Axes, layout: Layout, sides: GridAxes, limits: tuple[float, float]) -> None:
    """Squares with their marks, the names along the sides, the scale of tints below."""
    columns = ["x", "y", "tint", "cell_id"]
    for x, y, tint, cell_id in table[columns].dropna().itertuples(index=False):
        square = Rectangle((x - 0.47, y - 0.47), 0.94, 0.94, facecolor=ACCENT, alpha=tint, linewidth=0)
        axes.add_patch(square).set_gid(cell_mark(cell_id) if cell_id else None)
    _mark(axes, table)
    axes.set_xlim(-0.5, float(table["x"].max()) + 0.5)
    axes.set_ylim(float(table["y"].max()) + 0.5, -0.5)
    axes.grid(visible=False)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    name_axes(axes, layout, sides)
    is_cut = bool((table["test_score"] < limits[0]).any())
    _draw_scale(axes, (f"≤ {decimals(limits[0])}" if is_cut else decimals(limits[0]), decimals(limits[1])))


def _mark(axes: Axes, table: pd.DataFrame) -> None:
    for x, y in table.loc[table["tied"].eq(False), ["x", "y"]].itertuples(index=False):
        axes.plot([x - 0.3, x + 0.3], [y + 0.3, y - 0.3], color=MUTED, linewidth=0.9)
    for x, y in table.loc[table["missing"] > 0, ["x", "y"]].itertuples(index=False):
        axes.plot([x - 0.2, x + 0.2], [y, y], color=INK, linewidth=1.4)
    chosen = table[table["chosen_splits"] > 0]
    axes.plot(chosen["x"], chosen["y"], "o", color=PAGE, markersize=4, markeredgecolor=INK, markeredgewidth=0.6)
    diverged = table[table["diverged"] > 0]
    axes.plot(
        diverged["x"], diverged["y"], "X", color=POSITIVE, markersize=5, markeredgecolor=PAGE, markeredgewidth=0.5
    )
    for x, y in table.loc[table["is_best"], ["x", "y"]].itertuples(index=False):
        axes.add_patch(Rectangle((x - 0.47, y - 0.47), 0.94, 0.94, fill=False, edgecolor=INK, linewidth=1.8))


def _draw_scale(axes: Axes, ends: tuple[str, str]) -> None:
    """The tints from faintest to strongest with their scores, below the squares."""
    width, height = axes.bbox.width, axes.bbox.height
    shares = pd.Series(np.linspace(0, 1, KEY_TINTS))
    start = LETTER * len(ends[0]) + 6
    for index, tint in enumerate(_tint(shares)):
        corner = ((start + index * KEY_WIDTH) / width, -KEY_DROP / height)
        size = ((KEY_WIDTH - 1) / width, KEY_HEIGHT / height)
        axes.add_patch(
            Rectangle(corner, *size, facecolor=ACCENT, alpha=tint, linewidth=0, transform=axes.transAxes, clip_on=False)
        )
    middle = (KEY_HEIGHT / 2 - KEY_DROP) / height
    for x, text, side in ((start - 6, ends[0], "right"), (start + KEY_TINTS * KEY_WIDTH + 6, ends[1], "left")):
        axes.text(x / width, middle, text, transform=axes.transAxes, ha=side, va="center")


def picture_shape(layout: Layout, sides: GridAxes) -> Shape:
    """Size and margins of the picture: as wide as a phone shows legibly, its squares no larger than they need be."""
    room, (down, across) = margins(layout, sides), sides.shape(layout)
    width, height = GRID_SQUARE
    right = max(6, WIDEST - room.left - width * max(across, KEY_TINTS))
    tall = room.top + height * down + 7 * len(layout.levels[sides.rows[0]]) + ROOM_BELOW
    return Shape(WIDEST, tall, room.left, right, room.top, ROOM_BELOW, FONT_SIZE, across=1)
