"""One look for all figures: level -> colour, marker and dash; every colour with its twin for dark pages."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.colors import to_hex, to_rgb

from nnjax.network.activations import ACTIVATIONS
from nnjax.results.columns import LEVEL_COLORS

PAGE = "#fdfdfb"  # the page itself: the inside of hollow markers
INK = "#1b1e23"  # text and axes
MUTED = "#68707c"  # secondary text, reference lines
GRID = "#d9dce1"  # grid lines
SHADE = "#c9cfd8"  # the band of practical equality
POSITIVE = "#b3401f"  # heat maps above zero
NEGATIVE = "#1f6fb3"  # heat maps below zero
ACCENT = "#0f6a5b"  # a single series without levels

FONT = "DejaVu Sans"  # matplotlib brings it along

_ORDERED = ("#c97a00", "#c23a50", "#7f2f8c", "#2f2a85")
_ORDERED_DARK = ("#ffc55e", "#ff8795", "#d690e4", "#a3a8ff")
_ORDERED_STEPS = 12
_UNORDERED = ("relu", "logistic", "elu", "softplus", "tanh", "maxout", "identity", "gelu", "leaky_relu", "binary_step")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "p", "<", ">", "h", "*", "d")
_DASHES: tuple[tuple[float, ...], ...] = ((), (5, 2), (1.5, 1.5), (6, 2, 1.5, 2), (3, 1.5), (8, 3), (1, 3))


@dataclass(frozen=True)
class LevelStyle:
    """How one level of a factor looks in every figure."""

    color: str
    """Colour on light pages, "#rrggbb"; `DARK` has its twin."""
    marker: str
    """Matplotlib marker: the second channel, for those who do not see the first."""
    dashes: tuple[float, ...]
    """Dash pattern in line widths; empty: solid."""


def _ordered_color(position: float, anchors: Sequence[str] = _ORDERED) -> str:
    """Colour along the anchors, at the step that is nearest to a position 0 … 1."""
    step = round(position * (_ORDERED_STEPS - 1)) / (_ORDERED_STEPS - 1)
    places, channels = np.linspace(0, 1, len(anchors)), zip(*map(to_rgb, anchors), strict=True)
    red, green, blue = (float(np.interp(step, places, channel)) for channel in channels)
    return to_hex((red, green, blue))


DARK: dict[str, str] = {
    PAGE: "#15181c",
    INK: "#e6e8eb",
    MUTED: "#9aa3b0",
    GRID: "#333a44",
    SHADE: "#48515e",
    POSITIVE: "#f0744c",
    NEGATIVE: "#4aa3ea",
    ACCENT: "#4cc9b0",
    **dict(each.colors for each in ACTIVATIONS.values()),
    **{
        _ordered_color(step / (_ORDERED_STEPS - 1)): _ordered_color(step / (_ORDERED_STEPS - 1), _ORDERED_DARK)
        for step in range(_ORDERED_STEPS)
    },
}
"""Colour on light pages -> the same thing on dark pages. A figure may use no other colour."""


def variable(color: str) -> str:
    """CSS variable that stands for a colour of the theme.

    Raises:
        KeyError: If the colour has no twin for dark pages.

    >>> variable(LEVEL_COLORS["relu"])
    'var(--c0072b2)'
    """
    if color not in DARK:
        raise KeyError(f"{color} is no colour of the theme")
    return f"var(--c{color[1:]})"


def css_variables(is_dark: bool) -> str:
    """Declarations of all colours, for a style sheet."""
    return "".join(f"--c{light[1:]}:{dark if is_dark else light};" for light, dark in DARK.items())


Palette = Mapping[tuple[str, object], LevelStyle]
"""(factor, level) -> style, fixed once a report. Not the level's text: 16 is the same as the 16.0 of a table."""


def make_palette(factors: Mapping[str, Sequence[object]]) -> Palette:
    """Give each level its style: activations their own colour, numbers a sequence from light to dark.

    >>> palette = make_palette({"activation": ["relu", "elu"], "depth": [1, 2, 4]})
    >>> palette["activation", "relu"].color, palette["depth", 4].color
    ('#0072b2', '#2f2a85')
    """
    styles: dict[tuple[str, object], LevelStyle] = {}
    for factor, levels in factors.items():
        for index, level in enumerate(levels):
            color = _level_color(factor, levels, index)
            styles[factor, level] = LevelStyle(color, _MARKERS[index % len(_MARKERS)], _DASHES[index % len(_DASHES)])
    return styles


def _level_color(factor: str, levels: Sequence[object], index: int) -> str:
    level = str(levels[index])
    if factor == "activation" and level in LEVEL_COLORS:
        return LEVEL_COLORS[level]
    if all(isinstance(other, int | float) for other in levels):
        return _ordered_color(index / max(1, len(levels) - 1))
    return LEVEL_COLORS[_UNORDERED[index % len(_UNORDERED)]]


@contextmanager
def style(font_size: float = 11.0) -> Iterator[None]:
    """Matplotlib's settings for one figure of the report, whatever a person has set; restored afterwards.

    The size of tick labels and text is in units of the panel's width (1 unit = 1 px where it is not scaled).
    """
    current: Any = mpl.rcParams
    with mpl.rc_context():
        dict.update(current, _settings(font_size))  # checked already: to check all 300 again takes 10 ms a figure
        yield


@cache
def _settings(font_size: float) -> dict[str, Any]:
    """Matplotlib's own settings and ours over them, checked by it."""
    ours: Any = {  # matplotlib's types know each name
        "lines.solid_capstyle": "round",
        "svg.fonttype": "none",
        "svg.hashsalt": "nnjax",
        "font.family": [FONT],
        **dict.fromkeys(("font.size", "axes.titlesize", "axes.labelsize"), font_size),
        **dict.fromkeys(("xtick.labelsize", "ytick.labelsize"), font_size - 0.5),
        **dict.fromkeys(("text.color", "axes.labelcolor", "xtick.labelcolor", "ytick.labelcolor"), INK),
        **dict.fromkeys(("axes.edgecolor", "xtick.color", "ytick.color"), MUTED),
        **dict.fromkeys(("axes.facecolor", "figure.facecolor", "savefig.facecolor", "patch.edgecolor"), "none"),
        "grid.color": GRID,
        "axes.grid": True,
        "axes.axisbelow": True,
        "axes.linewidth": 0.8,
        "grid.linewidth": 0.7,
        "lines.linewidth": 1.7,
        "lines.markersize": 5.0,
        **dict.fromkeys(("axes.spines.top", "axes.spines.right"), False),
        "axes.unicode_minus": True,
        "axes.titley": 1.0,  # else each drawing looks for room above ticks: a quarter of its time, and none are there
        "text.parse_math": False,
        "patch.force_edgecolor": False,
        "path.simplify": True,
        "path.simplify_threshold": 0.3,
    }
    with mpl.rc_context():
        mpl.rcdefaults()  # a person's matplotlibrc or theme would show through wherever nothing is set here
        mpl.rcParams.update(ours)
        return {name: value for name, value in dict.items(mpl.rcParams) if not name.startswith("backend")}
