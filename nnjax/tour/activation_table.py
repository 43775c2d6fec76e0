"""The lecture's table of activation functions, from the registry: name, plot, equation, derivative, what to know."""

from collections.abc import Mapping

import jax
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from nnjax.network.activations import ACTIVATIONS, Activation, ActivationParameters
from nnjax.report.figures.scales import plain_numbers
from nnjax.report.theme import ACCENT, GRID, INK
from nnjax.tour.errata import markdown_row
from nnjax.tour.picture import drawing, figure_svg

PICTURES_FOLDER = "pictures/activations"
"""Where the plots lie, seen from docs/."""

RANGE = 4.0
"""Plots reach from −RANGE to RANGE."""

SLOPES_DRAWN: Mapping[str, float] = {"leaky_relu": 0.1, "prelu": 0.25}
"""Slope below zero in the plots: the lecture's 0.1, because 0.01 cannot be seen; where PReLU's begins."""

PIECES_DRAWN = ((1.0, 0.0), (-0.5, 0.0), (0.2, 0.8))
"""Slope and intercept of the three pieces of the maxout unit that is drawn."""

HEAD = """# Activation functions

Written by `make docs` from `nnjax/network/activations.py`; each is a level of the factor `activation`. The plots show
f(z) as a solid and f′(z) as a dashed line for z from −4 to 4; leaky_relu is drawn with the slope 0.1 of one of the
slides (0.01 could not be seen), maxout with three pieces of one input. A unit counts as *saturated* where its slope is
below 7 % of the steepest one.

`auto` is the initialiser that a study gets where it names none.

| name | plot | f(z) | f′(z) | steepest | auto | what to know |
|---|---|---|---|---|---|---|
"""


def activation_curve(activation: Activation) -> pd.DataFrame:
    """What is plotted of an activation: z, value, slope. In float64, so that digits do not depend on the machine.

    >>> curve = activation_curve(ACTIVATIONS["relu"])
    >>> curve.iloc[[0, -1]].to_numpy().tolist()
    [[-4.0, 0.0, 0.0], [4.0, 4.0, 1.0]]
    """
    z = np.linspace(-RANGE, RANGE, 161)
    if activation.structure == "maxout":
        slopes, intercepts = np.transpose(PIECES_DRAWN)
        sums = z[:, None] * slopes + intercepts
        return pd.DataFrame({"z": z, "value": sums.max(axis=1), "slope": slopes[sums.argmax(axis=1)]})
    constants = ActivationParameters(SLOPES_DRAWN.get(activation.name, 0.01), 1.0)
    with jax.enable_x64(True):
        points = jax.numpy.asarray(z)
        value, slope = activation.function(points, constants), activation.derivative(points, constants)
        return pd.DataFrame({"z": z, "value": np.asarray(value), "slope": np.asarray(slope)})


def draw_activation(table: pd.DataFrame, axes: Axes) -> None:
    """The function as a solid, its derivative as a dashed line, on one scale for all activations."""
    for line in (axes.axhline, axes.axvline):
        line(0, color=GRID, linewidth=1)
    axes.plot(table["z"], table["slope"], color=ACCENT, dashes=(4, 2), linewidth=1.4)
    axes.plot(table["z"], table["value"], color=INK, linewidth=1.8)
    axes.set_xlim(-RANGE, RANGE)
    axes.set_ylim(-2.1, 4.1)
    axes.set_xticks([-4, 0, 4])
    axes.set_yticks([-2, 0, 2, 4])
    axes.grid(visible=False)
    for axis in (axes.xaxis, axes.yaxis):
        ticks = axis.get_ticklocs()
        plain_numbers(axis)
        axis.set_ticks(ticks)


def activation_pictures() -> dict[str, str]:
    """File name -> SVG, one plot an activation."""
    pictures = {}
    for name, activation in ACTIVATIONS.items():
        with drawing(170, 120, font_size=10) as figure:
            axes = figure.subplots()
            figure.subplots_adjust(left=0.14, right=0.97, top=0.95, bottom=0.17)
            draw_activation(activation_curve(activation), axes)
            pictures[f"{name}.svg"] = figure_svg(figure, f"{name} and its derivative")
    return pictures


def activation_page() -> str:
    """The table as Markdown, to lie in docs/."""
    return HEAD + "".join(_row(activation) for activation in ACTIVATIONS.values())


def _row(activation: Activation) -> str:
    cells = (
        f"`{activation.name}`",
        f"![{activation.name}]({PICTURES_FOLDER}/{activation.name}.svg)",
        activation.equation,
        activation.slope_equation,
        f"{activation.peak_slope:.4g}",
        activation.initializer,
        ", ".join(filter(None, (activation.alias, activation.remark))),
    )
    return markdown_row(cells)
