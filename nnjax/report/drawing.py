"""From a drawing function to panels of the page, and to cards for the tracking server."""

import io
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import numpy as np
import pandas as pd
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.markers import MarkerStyle

from nnjax.report.figures.marks import level_mark
from nnjax.report.kept_drawings import kept
from nnjax.report.layout import Layout
from nnjax.report.study_results import StudyResults
from nnjax.report.svg import as_pdf, inline_svg
from nnjax.report.theme import MUTED, LevelStyle, Palette, style, variable
from nnjax.report.views import FigureView, Key, Panel, TableView, view_table

Draw = Callable[[Axes], None]
"""A drawing function with its table and palette bound."""


@dataclass(frozen=True)
class LevelTable:
    """The table of a figure whose lines or dots are levels of a factor, and the name of its file."""

    name: str
    frame: pd.DataFrame
    factor: str


LevelLook = tuple[str, LevelStyle]
"""A level as people read it, and how it looks."""


@dataclass(frozen=True)
class Shape:
    """Size and margins of a panel, in units of which one is a pixel where the panel is not scaled."""

    width: int = 400
    height: int = 270
    left: int = 44
    right: int = 12
    top: int = 28
    bottom: int = 40
    font_size: float = 11.0
    quantity: str = ""
    """What the y axis shows, with its unit: set above the axis, where it reads level."""
    lowest: float = -math.inf
    """The y axis does not reach below this, unless nothing lies above it."""
    shares_x: bool = False
    """Whether the panels share the x axis, too."""
    across: int = 2
    """Most panels side by side."""


NARROW = Shape(width=290, height=225, left=44, font_size=10.5, across=3)

CLAIM_STRIP = Shape(width=340, height=58, left=10, right=10, top=6, bottom=22, font_size=10.5)

CARD = Shape(width=380, height=360, left=56, right=18, top=40, bottom=52, font_size=14.0)
"""A near-square picture with large type: about 250 px wide where it is shown."""


def draw_panels(name: str, parts: Sequence[tuple[str, Draw]], shape: Shape, label: str = "") -> tuple[Panel, ...]:
    """Draw the panels of a figure, each with its title, on one common y axis.

    The name is unique in the page: letters, digits, hyphens. The label is what a screen reader says of panels without
    title and quantity; their name if there is nothing better.
    """
    words = [f"{title} {shape.quantity}".strip() or label or name.replace("-", " ") for title, _ in parts]
    drawn = _Panels([draw for _, draw in parts], shape)
    drawings = json.loads(kept(partial(drawn.svgs, name, words), name, parts, shape, words))
    return tuple(
        Panel(title, Markup(drawing), partial(drawn.pdf, place))
        for place, ((title, _), drawing) in enumerate(zip(parts, drawings, strict=True))
    )


class _Panels:
    """The panels of a figure on one common y axis, drawn when they are first asked for."""

    def __init__(self, draws: Sequence[Draw], shape: Shape) -> None:
        self._draws, self._shape = draws, shape

    @cached_property
    def _figures(self) -> list[Figure]:
        figures = [_figure(draw, self._shape) for draw in self._draws]
        _share_limits([figure.axes[0] for figure in figures], self._shape)
        return figures

    def svgs(self, name: str, words: Sequence[str]) -> bytes:
        """All of them for a page, as JSON."""
        with style(self._shape.font_size):
            drawn = [
                inline_svg(figure, f"{name}-{place}", said)
                for place, (figure, said) in enumerate(zip(self._figures, words, strict=True))
            ]
        return json.dumps(drawn).encode()

    def pdf(self, place: int) -> bytes:
        """One of them as a PDF file."""
        with style(self._shape.font_size):
            return as_pdf(self._figures[place])


def _share_limits(all_axes: Sequence[Axes], shape: Shape) -> None:
    """One y axis for all panels, unless it lists names from top to bottom; one x axis where the shape says so."""
    y = [axes.get_ylim() for axes in all_axes]
    x = [axes.get_xlim() for axes in all_axes]
    for axes in all_axes:
        if all(low < high for low, high in y):
            low, high = min(low for low, _ in y), max(high for _, high in y)
            axes.set_ylim(max(shape.lowest, low) if high > shape.lowest else low, high)
        if shape.shares_x:
            axes.set_xlim(min(low for low, _ in x), max(high for _, high in x))


def panels_by(
    table: pd.DataFrame, factor: str, layout: Layout, draw: Callable[[pd.DataFrame, Axes], None]
) -> list[tuple[str, Draw]]:
    """One panel a level of the factor that occurs in the table, in the study's order; one for all without a factor."""
    if not factor:
        return [("", partial(draw, table))]
    parts = [(level, table[table[factor] == level]) for level in layout.levels[factor]]
    return [(f"{factor} = {layout.text(factor, level)}", partial(draw, part)) for level, part in parts if len(part)]


def _figure(draw: Draw, shape: Shape) -> Figure:
    figure = Figure(figsize=(shape.width / 72, shape.height / 72), dpi=72)
    axes = figure.subplots()
    figure.subplots_adjust(
        left=shape.left / shape.width,
        right=1 - shape.right / shape.width,
        top=1 - shape.top / shape.height,
        bottom=shape.bottom / shape.height,
    )
    draw(axes)
    if shape.quantity:
        axes.set_title(shape.quantity, loc="left", color=MUTED, pad=11, x=(8 - shape.left) / axes.bbox.width)
    return figure


def draw_card(path: Path, title: str, draw: Draw, legend: Sequence[LevelLook], shape: Shape = CARD) -> None:
    """Write a figure as a near-square PNG picture with large type, its title above and its legend inside."""
    picture = kept(partial(_card, title, draw, legend, shape), "card", title, draw, legend, shape)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(picture)


def _card(title: str, draw: Draw, legend: Sequence[LevelLook], shape: Shape) -> bytes:
    picture = io.BytesIO()
    with style(shape.font_size):
        figure = _figure(draw, shape)
        axes = figure.axes[0]
        figure.set_facecolor("white")
        axes.set_title(title, loc="left", x=(8 - shape.left) / axes.bbox.width)
        if legend:
            handles = [
                Line2D([], [], color=look.color, marker=look.marker, label=text, dashes=look.dashes or (1, 0))
                for text, look in legend
            ]
            size = shape.font_size - 3.5
            axes.legend(handles=handles, fontsize=size, framealpha=0.8, edgecolor="none", handlelength=2)
        figure.savefig(picture, format="png", dpi=150, facecolor="white")
    return picture.getvalue()


def level_looks(layout: Layout, palette: Palette, factor: str, present: Sequence[object]) -> list[LevelLook]:
    """Text and look of the levels of a factor that occur in a figure, in the study's order."""
    levels = [level for level in layout.levels[factor] if level in present]
    return [(layout.text(factor, level), palette[factor, level]) for level in levels]


def level_keys(layout: Layout, palette: Palette, factor: str, present: Sequence[object]) -> tuple[Key, ...]:
    """Legend of the levels of a factor that occur in a figure, for the page."""
    levels = [level for level in layout.levels[factor] if level in present]
    return tuple(
        look_key(layout.text(factor, level), palette[factor, level], level_mark(factor, level)) for level in levels
    )


def look_key(text: str, look: LevelStyle, level: str = "") -> Key:
    """The entry of a level in a legend."""
    dashes = " ".join(f"{1.7 * dash:g}" for dash in look.dashes)
    return Key(text, variable(look.color), dashes, marker_points(look.marker), level=level)


def level_panels(study_results: StudyResults, drawn: LevelTable, draw: Callable[..., None]) -> list[tuple[str, Draw]]:
    """One panel a level of the panel factor; `draw` takes table, axes, palette and the factor of its colours."""
    layout = study_results.layout
    bound = partial(draw, palette=study_results.palette, factor=drawn.factor)
    return panels_by(drawn.frame, layout.panel, layout, bound)


def draw_figure(
    name: str,
    caption: str,
    parts: Sequence[tuple[str, Draw]],
    shape: Shape,
    table: TableView,
    keys: tuple[Key, ...] = (),
) -> FigureView:
    """A figure with its panels drawn: see `draw_panels`."""
    return FigureView(name, caption, keys, draw_panels(name, parts, shape), shape.across, table)


def level_figure(
    study_results: StudyResults,
    name: str,
    caption: str,
    parts: Sequence[tuple[str, Draw]] | Callable[..., None],
    shape: Shape,
    drawn: LevelTable,
) -> FigureView:
    """A figure whose legend names the levels of a factor: see `level_panels` if the parts are all drawn alike."""
    layout, parts = study_results.layout, level_panels(study_results, drawn, parts) if callable(parts) else parts
    keys = level_keys(layout, study_results.palette, drawn.factor, drawn.frame[drawn.factor].unique().tolist())
    return draw_figure(name, caption, parts, shape, view_table(drawn.name, drawn.frame, layout.full_batch), keys)


def marker_points(marker: str) -> str:
    """A matplotlib marker as the points of an SVG polygon, 6 units wide around 0, 0.

    >>> marker_points("s")
    '-3,3 3,3 3,-3 -3,-3 -3,3'
    """
    look = MarkerStyle(marker)
    polygon = np.asarray(look.get_path().transformed(look.get_transform()).to_polygons()[0], dtype=float)
    scaled = np.round(polygon * (3, -3) / np.abs(polygon).max(), 2) + 0.0
    return " ".join(f"{x:g},{y:g}" for x, y in scaled.tolist())
