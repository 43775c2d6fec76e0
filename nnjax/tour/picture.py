"""A figure as an SVG file of its own: on its own background, light or dark as the reader's screen is."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from nnjax.report.svg import inline_svg
from nnjax.report.theme import PAGE, css_variables, style, variable

SANS = "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,'Liberation Sans',sans-serif"

_OUTLINE = re.compile(r' d="([MLz\d\s.-]+)"')


@contextmanager
def drawing(width: int, height: int, font_size: float = 11.0) -> Iterator[Figure]:
    """A figure to draw on, in the report's style; all sizes in pixels where it is not scaled."""
    with style(font_size):
        yield Figure(figsize=(width / 72, height / 72), dpi=72)


def draw_dots(points: Float[np.ndarray, "N 2"], color: str, size: float, axes: Axes) -> None:
    """Round dots of so many pixels as one path, where a marker each would be ten times the file."""
    steps = np.tile(np.array([Path.MOVETO, Path.LINETO], dtype=Path.code_type), len(points))
    path = Path(np.repeat(points, 2, axis=0), steps)
    path.should_simplify = False
    axes.add_patch(PathPatch(path, fill=False, edgecolor=color, linewidth=size, capstyle="round"))


def figure_svg(figure: Figure, title: str) -> str:
    """A figure drawn within `drawing` as the text of an SVG file that refers to nothing outside it.

    Its colours are the theme's and follow the reader's preference for light or dark; so does its background, so that
    it can be read on any page. The same figure gives the same text. The title is what a screen reader says.

    Raises:
        KeyError: If a colour is not one of the theme's.
    """
    opening, _, rest = _OUTLINE.sub(_shorten, str(inline_svg(figure, "p", title))).partition(">")
    width, height = (round(72 * side) for side in figure.get_size_inches())
    size = f'xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
    ground = f'<rect width="100%" height="100%" style="fill:{variable(PAGE)}"/>'
    return f"{opening.replace('<svg', f'<svg {size}', 1)}><style>{_rules(ground + rest)}</style>{ground}{rest}\n"


def _rules(drawn: str) -> str:
    """Font and colours, of the theme's colours only those that occur."""
    light, dark = (
        ";".join(rule for rule in css_variables(is_dark).split(";") if rule and f"var({rule.split(':')[0]})" in drawn)
        for is_dark in (False, True)
    )
    return f":root{{{light};font-family:{SANS}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}"


def _shorten(outline: re.Match[str]) -> str:
    """The same polygons in fewer letters: after M every further pair is a line, and equal neighbours are one."""
    parts = []
    for polygon in re.findall(r"M([^M]*)", outline[1]):
        points = [" ".join(re.sub(r"\.0\b", "", number) for number in pair.split()) for pair in polygon.split("L")]
        is_closed = points[-1].endswith("z")
        points = [point.removesuffix("z").strip() for point in points]
        kept = [point for point, before in zip(points, ["", *points], strict=False) if point != before]
        end = "z" if is_closed else "h0" if len(kept) == 1 else ""
        parts.append(f"M{' '.join(kept)}{end}")
    return f' d="{"".join(parts)}"'
