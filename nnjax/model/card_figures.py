"""The card's drawings: how far the score falls without each column, and what the model says along a few of them."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath
from matplotlib.ticker import FuncFormatter, MaxNLocator

from nnjax.data.column import DATE_KIND
from nnjax.model.blocks import first_of
from nnjax.model.card_columns import LETTERS_SHOWN, day_text, short_name
from nnjax.model.dependence import Dependence
from nnjax.model.importance import Drop, Importance
from nnjax.report.drawing import Shape, draw_panels, look_key
from nnjax.report.figures.scales import named_y, plain_numbers
from nnjax.report.formats import significant
from nnjax.report.theme import ACCENT, MUTED, LevelStyle, make_palette
from nnjax.report.views import Key, Panel, join_words

MOST_FALLS_DRAWN = 20
"""Lines of the figure; the table has all."""

MOST_CURVES = 6
"""Classes whose probability is drawn: those that change most."""

_TICK_SIZE = 10.5
"""Of tick labels, in units of the panel's width."""

_GAP = 8
"""Between an axis and its labels, and between two labels."""


@dataclass(frozen=True)
class FallLine:
    """A line of the figure: a column that stands alone, a group, or one column of a group."""

    name: str
    drop: Drop
    is_member: bool


def fall_lines(importance: Importance) -> list[FallLine]:
    """Lone columns and groups by depth, the deepest first, each group followed by its columns."""
    tops = [drop for drop in importance.columns if importance.group_of(drop.columns[0]) is None]
    tops = sorted([*tops, *importance.groups], key=lambda drop: -drop.estimate)
    return [line for top in tops for line in _lines_of(top, importance)]


def _lines_of(top: Drop, importance: Importance) -> Iterator[FallLine]:
    if len(top.columns) == 1:
        yield FallLine(top.columns[0], top, is_member=False)
        return
    yield FallLine(group_name(top.columns), top, is_member=False)
    for drop in importance.columns:
        if drop.columns[0] in top.columns:
            yield FallLine(drop.columns[0], drop, is_member=True)


def group_name(columns: Sequence[str]) -> str:
    """A group by its first two columns.

    >>> group_name(["a", "b"]), group_name(["a", "b", "c", "d"])
    ('a and b together', 'a, b and 2 more together')
    """
    return f"{join_words(first_of(columns, 2))} together"


def importance_panels(importance: Importance, quantity: str) -> tuple[Panel, ...]:
    """A dot a line, with its interval."""
    lines = fall_lines(importance)[:MOST_FALLS_DRAWN]
    names = _axis_names(lines)
    left = _GAP + max(map(_width, names)) + _GAP
    shape = Shape(width=420, height=58 + 21 * len(lines), left=left, right=14, top=8, bottom=42, across=1)
    text = f"{quantity} when shuffled"
    return draw_panels("importance", [("", partial(_draw_falls, lines, names, text))], shape, text)


def _width(text: str) -> int:
    """Of a tick label, in units of the panel's width; the page's own font is no wider than this one."""
    path = TextPath((0, 0), text.replace("$", "S"), size=_TICK_SIZE, prop=FontProperties(family="DejaVu Sans"))
    return math.ceil(path.get_extents().width)


def _axis_names(lines: Sequence[FallLine]) -> list[str]:
    """Names that fit: with the middle left out, or the beginning where they would be the same."""
    cuts = (short_name, lambda name: name if len(name) <= LETTERS_SHOWN else f"…{name[1 - LETTERS_SHOWN :]}")
    cut_names = [[_axis_name(line, cut) for line in lines] for cut in cuts]
    return next((names for names in cut_names if len(set(names)) == len(names)), cut_names[0])


def _axis_name(line: FallLine, cut: Callable[[str], str]) -> str:
    if len(line.drop.columns) > 1:
        return group_name([short_name(name, LETTERS_SHOWN // 2) for name in line.drop.columns])
    return f"alone: {cut(line.name)}" if line.is_member else cut(line.name)


def _draw_falls(lines: Sequence[FallLine], names: Sequence[str], text: str, axes: Axes) -> None:
    axes.axvline(0, color=MUTED, linewidth=1)
    for place, line in enumerate(lines):
        color = MUTED if line.is_member else ACCENT
        if line.drop.low is not None and line.drop.high is not None:
            ends = [line.drop.low, line.drop.high]
            axes.plot(ends, [place, place], color=color, linewidth=4.5, alpha=0.4, solid_capstyle="butt")
        axes.plot(line.drop.estimate, place, "D" if line.is_member else "o", color=color)
    named_y(axes, names)
    plain_numbers(axes.xaxis)
    axes.set_xlabel(text)


def importance_keys(importance: Importance) -> tuple[Key, ...]:
    """What tells a group from its columns; nothing where there is no group."""
    if not importance.groups:
        return ()
    return (
        look_key("a column that stands alone, or a group as one", LevelStyle(ACCENT, "o", ())),
        look_key("one column of a group: not to be trusted", LevelStyle(MUTED, "D", ())),
    )


def dependence_panels(dependence: Sequence[Dependence], output: int | None, quantity: str) -> tuple[Panel, ...]:
    """A panel a column, all on one scale of predictions: of one output, or of the classes that change most."""
    shown = [output] if output is not None else widest(dependence)
    low, high = _range(dependence, shown)
    ends = (max(0.0, low), min(1.0, high)) if output is None else (low, high)
    return tuple(
        panel
        for place, each in enumerate(dependence)
        for panel in _dependence_panel(each, shown, ends, quantity, f"dependence-{output or 0}-{place}")
    )


def widest(dependence: Sequence[Dependence]) -> list[int]:
    """The outputs that change most along any of the columns, in their own order."""

    def change(output: int) -> float:
        lines = [[value[output] for value in each.values] for each in dependence]
        return max(max(line) - min(line) for line in lines)

    outputs = range(len(dependence[0].outputs))
    return sorted(sorted(outputs, key=change, reverse=True)[:MOST_CURVES])


def class_keys(dependence: Sequence[Dependence]) -> tuple[Key, ...]:
    """The classes that are drawn; nothing where it is one curve."""
    shown = widest(dependence)
    if len(shown) == 1:
        return ()
    outputs = dependence[0].outputs
    return tuple(look_key(outputs[output], _look(outputs, shown, output)) for output in shown)


def _look(outputs: Sequence[str], shown: Sequence[int], output: int) -> LevelStyle:
    """Of a curve among others its own; plain where it is the only one."""
    if len(shown) == 1:
        return LevelStyle(ACCENT, "o", ())
    return make_palette({"class": outputs})["class", outputs[output]]


def _range(dependence: Sequence[Dependence], shown: Sequence[int]) -> tuple[float, float]:
    values = [value[output] for each in dependence for value in each.values for output in shown]
    room = 0.08 * (max(values) - min(values)) or 0.05 * abs(values[0]) or 1.0
    return min(values) - room, max(values) + room


def _dependence_panel(
    each: Dependence, shown: Sequence[int], ends: tuple[float, float], quantity: str, name: str
) -> tuple[Panel, ...]:
    title = short_name(each.column, 2 * LETTERS_SHOWN)
    if each.names:
        left = _GAP + max(_width(short_name(word)) for word in each.names) + _GAP
        shape = Shape(width=380, height=max(150, 60 + 19 * len(each.names)), left=left, right=14, top=8, bottom=42)
        draw = partial(_draw_words, each, shown, ends, quantity)
    else:
        shape = Shape(width=380, height=235, left=52, right=14, quantity=quantity)
        draw = partial(_draw_curve, each, shown, ends, shape.width - shape.left - shape.right)
    panels = draw_panels(name, [("", draw)], shape, f"{title}: {quantity}")
    return tuple(replace(panel, title=title) for panel in panels)


def _draw_words(each: Dependence, shown: Sequence[int], ends: tuple[float, float], quantity: str, axes: Axes) -> None:
    for output in shown:
        look = _look(each.outputs, shown, output)
        values = [value[output] for value in each.values]
        axes.plot(values, each.places, look.marker, color=look.color, linewidth=0)
    named_y(axes, [short_name(word) for word in each.names])
    axes.set_xlim(*ends)
    _few_numbers(axes.xaxis, 3)
    axes.set_xlabel(quantity)


def _draw_curve(each: Dependence, shown: Sequence[int], ends: tuple[float, float], width: int, axes: Axes) -> None:
    for output in shown:
        look = _look(each.outputs, shown, output)
        values = [value[output] for value in each.values]
        axes.plot(
            each.places, values, color=look.color, marker=look.marker, markersize=3.0, dashes=look.dashes or (1, 0)
        )
    axes.set_ylim(*ends)
    _few_numbers(axes.yaxis, 5)
    show = day_text if each.kind == DATE_KIND else partial(significant, digits=3)
    texts = [show(tick) for tick in each.ticks]
    axes.set_xlim(*_widened(each.places))
    kept = _apart(each.ticks, texts, axes.get_xlim(), width)
    axes.set_xticks([each.ticks[place] for place in kept], [texts[place] for place in kept])


def _few_numbers(axis: Axis, most: int) -> None:
    """Few labels, thousands set apart."""
    axis.set_major_locator(MaxNLocator(most))
    axis.set_major_formatter(FuncFormatter(lambda value, _: significant(round(value, 9))))


def _widened(places: Sequence[float]) -> tuple[float, float]:
    room = 0.03 * (places[-1] - places[0]) or 1.0
    return places[0] - room, places[-1] + room


def _apart(ticks: Sequence[float], texts: Sequence[str], limits: tuple[float, float], width: int) -> list[int]:
    """Ticks whose labels do not run into each other: the middle one first, then outwards."""
    scale, kept = width / (limits[1] - limits[0]), list[int]()
    middle = (len(ticks) - 1) / 2
    for place in sorted(range(len(ticks)), key=lambda place: (abs(place - middle), place)):
        room = [(_width(texts[place]) + _width(texts[other])) / 2 + _GAP for other in kept]
        if all(abs(ticks[place] - ticks[other]) * scale > least for other, least in zip(kept, room, strict=True)):
            kept.append(place)
    return sorted(kept)
