"""The sides of the picture of the grid: which factors run down and across, where each cell stands, the names there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from nnjax.report.layout import Layout
from nnjax.report.theme import MUTED
from nnjax.sweep.study.factors import Level

GAP = 0.45
"""Between blocks of the outermost factor, in squares."""

LETTER = 6.3
"""Width of a letter at the picture's font size, in pixels: a little more than most."""

LINE = 14
"""Height of a line of text, in pixels."""

WIDEST_LEVEL = 2
"""Letters of a name that fit above a square without turning it."""


@dataclass(frozen=True)
class GridAxes:
    """Which factors run down and which across, outermost first."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]

    def shape(self, layout: Layout) -> tuple[int, int]:
        """Squares down and across."""
        down, across = (int(np.prod([len(layout.levels[name]) for name in side])) for side in (self.rows, self.columns))
        return down, across


@dataclass(frozen=True)
class Margins:
    """Room for the names, in pixels: left of the inner names, left of the squares, above them."""

    outer: int
    left: int
    top: int


def grid_axes(layout: Layout, factors: Sequence[str]) -> GridAxes:
    """Colour factor down and panel factor across, the others inside them, each on the side that is shorter so far."""
    rows, columns = [layout.color], [layout.panel] if layout.panel else []
    for factor in (name for name in factors if name not in (layout.color, layout.panel)):
        down, across = (np.prod([len(layout.levels[name]) for name in side]) for side in (rows, columns))
        (columns if across <= down / 2 or not columns else rows).append(factor)
    return GridAxes(tuple(rows), tuple(columns))


def place_of(levels: Mapping[Any, Level], layout: Layout, side: Sequence[str]) -> float:
    """Where a combination of levels stands along a side, in squares, gaps between blocks included."""
    place, block = 0, 1
    for name in reversed(side):
        place += layout.levels[name].index(levels[name]) * block
        block *= len(layout.levels[name])
    inner = block // len(layout.levels[side[0]]) if side else 1
    return place + GAP * (place // inner) * (len(side) > 1)


def is_turned(layout: Layout, sides: GridAxes) -> bool:
    """Whether the names across are too long to stand side by side."""
    return _longest(layout, sides.columns[-1:]) > WIDEST_LEVEL


def margins(layout: Layout, sides: GridAxes) -> Margins:
    """How much room the names of levels and factors take."""
    names = [name for side in (sides.rows, sides.columns) for name in (_outer_name(side), *side[-1:]) if name]
    inner = max(26.0, LETTER * _longest(layout, sides.rows[-1:]))
    outer = LETTER * max((len(text) for text, _ in _blocks(layout, sides.rows)), default=-1) + 10
    left = max(6 + inner + outer, 12 + LETTER * (2 + max(len(name) for name in names)))
    above = 8 + LETTER * _longest(layout, sides.columns[-1:]) if is_turned(layout, sides) else 8 + LINE
    top = max(above + (LINE + 6) * (len(sides.columns) > 1), 8 + LINE * len(names))
    return Margins(int(10 + inner), int(min(left, 200)), int(top))


def name_axes(axes: Axes, layout: Layout, sides: GridAxes) -> None:
    """Innermost levels at the ticks, outer ones beside the middle of their blocks, the factors in the corner."""
    room, turned = margins(layout, sides), is_turned(layout, sides)
    axes.set_yticks(*_ticks(layout, sides.rows))
    axes.set_xticks(*_ticks(layout, sides.columns), rotation=90 if turned else 0)
    axes.xaxis.tick_top()
    beside, above = axes.get_yaxis_transform(), axes.get_xaxis_transform()
    for text, middle in _blocks(layout, sides.rows):
        axes.text(-room.outer / axes.bbox.width, middle, text, transform=beside, ha="right", va="center")
    for text, middle in _blocks(layout, sides.columns):
        height = 1 + (room.top - LINE - 4) / axes.bbox.height
        axes.text(middle, height, text, transform=above, ha="center", va="bottom")
    _name_factors(axes, sides, room)


def _name_factors(axes: Axes, sides: GridAxes, room: Margins) -> None:
    """Factors across at the top of the corner, factors down at its bottom, an arrow behind each."""
    across = [f"{name} →" for name in (_outer_name(sides.columns), *sides.columns[-1:]) if name]
    down = [f"{name} ↓" for name in (_outer_name(sides.rows), *sides.rows[-1:]) if name]
    right = -6 / axes.bbox.width
    for line, text in enumerate(across):
        y = 1 + (room.top - 4 - LINE * line) / axes.bbox.height
        axes.text(right, y, text, transform=axes.transAxes, ha="right", va="top", color=MUTED)
    for line, text in enumerate(reversed(down)):
        y = 1 + (4 + LINE * line) / axes.bbox.height
        axes.text(right, y, text, transform=axes.transAxes, ha="right", va="bottom", color=MUTED)


def _outer_name(side: Sequence[str]) -> str:
    return " × ".join(side[:-1])


def _short(layout: Layout, factor: str, level: Level) -> str:
    """A level without its explanation: "full" for "full (265)"."""
    return layout.text(factor, level).split(" ")[0]


def _longest(layout: Layout, side: Sequence[str]) -> int:
    return max((len(_short(layout, name, level)) for name in side for level in layout.levels[name]), default=0)


def _ticks(layout: Layout, side: Sequence[str]) -> tuple[list[float], list[str]]:
    combinations = _combinations(layout, side) if side else []
    places = [place_of(levels, layout, side) for levels in combinations]
    return places, [_short(layout, side[-1], levels[side[-1]]) for levels in combinations]


def _blocks(layout: Layout, side: Sequence[str]) -> list[tuple[str, float]]:
    """Name and middle of each block of the outer factors; none where there is one factor."""
    blocks: dict[str, list[float]] = {}
    for levels in _combinations(layout, side) if len(side) > 1 else ():
        text = " ".join(_short(layout, name, levels[name]) for name in side[:-1])
        blocks.setdefault(text, []).append(place_of(levels, layout, side))
    return [(text, (places[0] + places[-1]) / 2) for text, places in blocks.items()]


def _combinations(layout: Layout, side: Sequence[str]) -> list[dict[str, Level]]:
    return [dict(zip(side, levels, strict=True)) for levels in product(*(layout.levels[name] for name in side))]
