"""The picture of the whole grid: a tinted square a cell, factors nested along both sides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from nnjax.report.figures.marks import cell_mark
from nnjax.report.formats import decimals
from nnjax.report.layout import Layout
from nnjax.report.theme import ACCENT, INK, MUTED, PAGE, POSITIVE
from nnjax.sweep.factors import Level

PALEST, DARKEST = 0.06, 0.95
"""Tint of the worst and of the best mean score."""

GAP = 0.45
"""Between blocks of the outermost factor, in squares."""


@dataclass(frozen=True)
class Sides:
    """Which factors run down and which across, outermost first."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]


def grid_sides(layout: Layout, factors: Sequence[str]) -> Sides:
    """Colour factor down and panel factor across, the others inside them, each on the side that is shorter so far.

    Args:
        layout: Knows the levels.
        factors: All factors of the grid, colour and panel factor among them.
    """
    rows, columns = [layout.color], [layout.panel] if layout.panel else []
    for factor in (name for name in factors if name not in (layout.color, layout.panel)):
        down, across = (np.prod([len(layout.levels[name]) for name in side]) for side in (rows, columns))
        (columns if across <= down / 2 or not columns else rows).append(factor)
    return Sides(tuple(rows), tuple(columns))


def grid_table(results: pd.DataFrame, factors: Sequence[str], tied: Mapping[str, bool], best: str) -> pd.DataFrame:
    """One row a cell.

    Args:
        results: The results table with scores.
        factors: Factors of the grid.
        tied: Identity of each complete cell -> whether it cannot be told apart from the best.
        best: Identity of the cell with the best mean validation score.

    Returns:
        cell_id, cell, the factors, test_score (mean over its runs), runs, diverged, missing, tied (NaN where a cell is
        not complete) and is_best.
    """
    groups = results.groupby("cell_id", sort=False)
    table = groups[["cell", *factors]].first()
    table["test_score"] = groups["test_score"].mean()
    table["runs"] = groups.size()
    for status in ("diverged", "missing"):
        table[status] = (results["status"] == status).groupby(results["cell_id"]).sum()
    table = table.reset_index()
    table["tied"] = table["cell_id"].map(tied)
    table["is_best"] = table["cell_id"] == best
    return table


def placed_grid(table: pd.DataFrame, layout: Layout, sides: Sides) -> pd.DataFrame:
    """The table with the place of each square: columns x and y, in squares, gaps between blocks included."""
    places = {
        column: [place_of(dict(zip(names, levels, strict=True)), layout, names) for levels in _levels(table, names)]
        for column, names in (("x", sides.columns), ("y", sides.rows))
    }
    return table.assign(**places)


def _levels(table: pd.DataFrame, names: Sequence[str]) -> list[tuple[Level, ...]]:
    return list(zip(*(table[name].tolist() for name in names), strict=True)) if names else [()] * len(table)


def place_of(levels: Mapping[str, Level], layout: Layout, names: Sequence[str]) -> float:
    """Where a combination of levels stands along a side."""
    place, block = 0, 1
    for name in reversed(names):
        place += layout.levels[name].index(levels[name]) * block
        block *= len(layout.levels[name])
    inner = block // len(layout.levels[names[0]]) if names else 1
    return place + GAP * (place // inner) * (len(names) > 1)


def draw_grid(table: pd.DataFrame, axes: Axes, layout: Layout, sides: Sides) -> None:
    """A square a cell, the tint its mean score; marks for what is worse for sure, diverged, missing, and the best.

    Args:
        table: From `placed_grid`.
        axes: Where to draw.
        layout: Knows names and order of the levels.
        sides: Which factors run where.
    """
    low, high = float(table["test_score"].min()), float(table["test_score"].max())
    columns = table[["cell_id", "x", "y", "test_score", "tied", "diverged", "is_best"]]
    for cell_id, x, y, score, tied, diverged, is_best in columns.itertuples(index=False):
        if np.isnan(score):
            axes.text(x, y, "–", color=MUTED, ha="center", va="center")
            continue
        share = (score - low) / (high - low) if high > low else 1.0
        _square(axes, (x, y), PALEST + (DARKEST - PALEST) * share, cell_id)
        if tied is False:
            axes.plot([x - 0.3, x + 0.3], [y + 0.3, y - 0.3], color=MUTED, linewidth=0.9)
        if diverged:
            axes.plot(x, y, "X", color=POSITIVE, markersize=4.5, markeredgecolor=PAGE, markeredgewidth=0.5)
        if is_best:
            axes.add_patch(Rectangle((x - 0.47, y - 0.47), 0.94, 0.94, fill=False, edgecolor=INK, linewidth=1.8))
    width, height = float(table["x"].max()) + 1, float(table["y"].max()) + 1
    axes.set_xlim(-0.5, width - 0.5)
    axes.set_ylim(height - 0.5, -0.5)
    _names(axes, layout, sides)
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0)


def _square(axes: Axes, place: tuple[float, float], tint: float, cell_id: str) -> None:
    corner = (place[0] - 0.47, place[1] - 0.47)
    mark = Rectangle(corner, 0.94, 0.94, facecolor=ACCENT, alpha=tint, linewidth=0, gid=cell_mark(cell_id))
    axes.add_patch(mark)


def _names(axes: Axes, layout: Layout, sides: Sides) -> None:
    """Innermost levels at the ticks, outer ones beside the middle of their blocks."""
    axes.set_yticks(*_ticks(layout, sides.rows))
    axes.set_xticks(*_ticks(layout, sides.columns), rotation=90 if is_turned(layout, sides) else 0)
    axes.xaxis.tick_top()
    across = 40 if is_turned(layout, sides) else 18
    beside, above = axes.get_yaxis_transform(), axes.get_xaxis_transform()
    for text, middle in _blocks(layout, sides.rows):
        axes.text(-46 / axes.bbox.width, middle, text, transform=beside, ha="right", va="center")
    for text, middle in _blocks(layout, sides.columns):
        axes.text(middle, 1 + across / axes.bbox.height, text, transform=above, ha="center", va="bottom")


def is_turned(layout: Layout, sides: Sides) -> bool:
    """Whether the names across are too long to stand side by side."""
    inner = sides.columns[-1:]
    return any(len(_short(layout, name, level)) > 2 for name in inner for level in layout.levels[name])


def _short(layout: Layout, factor: str, level: Level) -> str:
    """A level without its explanation: "full" for "full (265)"."""
    return layout.text(factor, level).split(" ")[0]


def _ticks(layout: Layout, side: Sequence[str]) -> tuple[list[float], list[str]]:
    combinations = _combinations(layout, side) if side else []
    places = [place_of(levels, layout, side) for levels in combinations]
    return places, [_short(layout, side[-1], levels[side[-1]]) for levels in combinations]


def _blocks(layout: Layout, side: Sequence[str]) -> list[tuple[str, float]]:
    """Name and middle of each block of the outer factors; none where there is one factor."""
    blocks: dict[str, list[float]] = {}
    for levels in _combinations(layout, side) if len(side) > 1 else []:
        text = " ".join(_short(layout, name, levels[name]) for name in side[:-1])
        blocks.setdefault(text, []).append(place_of(levels, layout, side))
    return [(text, (places[0] + places[-1]) / 2) for text, places in blocks.items()]


def _combinations(layout: Layout, side: Sequence[str]) -> list[dict[str, Level]]:
    found: list[dict[str, Level]] = [{}]
    for name in side:
        found = [{**levels, name: level} for levels in found for level in layout.levels[name]]
    return found


def extremes(table: pd.DataFrame, layout: Layout, factors: Sequence[str]) -> str:
    """Where the grid is palest: the level with the lowest mean score, and its worst partner, in words."""
    means = [
        (float(part["test_score"].mean()), factor, level)
        for factor in factors
        for level, part in table.groupby(factor, sort=False)
        if part["test_score"].notna().any()
    ]
    if len(means) < 2:
        return ""
    lowest, factor, level = min(means, key=lambda each: each[0])
    inside = table[table[factor] == level]
    pairs = [
        (float(part["test_score"].mean()), other, value)
        for other in factors
        if other != factor
        for value, part in inside.groupby(other, sort=False)
        if part["test_score"].notna().any()
    ]
    words = f"Palest: {factor} = {layout.text(factor, level)} (mean {decimals(lowest)}"
    if pairs:
        worst, other, value = min(pairs, key=lambda each: each[0])
        words += f"; with {other} = {layout.text(other, value)}, {decimals(worst)}"
    return f"{words})."
