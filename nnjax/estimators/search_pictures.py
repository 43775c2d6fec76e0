"""The pictures of a search: scores beside the best with their intervals, scores without, losses by epoch."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator
from numpy.typing import NDArray

from nnjax.estimators.score_bounds import BOUNDLESS, ScoreBounds
from nnjax.estimators.varied import ABSENT, ComparedValues, VariedParameter
from nnjax.report.figures.scales import decades, log_epochs, named_x, number_text, plain_numbers
from nnjax.report.theme import ACCENT, MUTED, PAGE

MOST_CANDIDATES = 400
"""Candidates in a picture; more are narrower than a pixel."""

MOST_DOTS = 1_000
"""Candidates that are drawn at their values: the best of them."""

_TURNED = 18
"""Letters that the names below a picture have together before they are turned."""

_RIM = 0.04
"""Share of an axis that is left beyond the highest score that there can be, for a dot to be whole."""

_MANY_DECADES = 1.5
"""Powers of ten between the smallest and the largest number from which on an axis is logarithmic."""

_LOGARITHMIC = 10
"""Ratio of the largest loss to the smallest from which on the axis is logarithmic."""

_MOST_NAMED = 8
"""Words below a picture that are all written."""


def against_best(table: pd.DataFrame) -> pd.DataFrame:
    """Scores and where they may lie beside the best one, in the order of the table.

    The table has mean_test_score, difference, low, high (of the best minus each) and is_tied. One row each: place,
    mean, lowest, highest, is_tied; without those that lack a mean.
    """
    known = table[table["mean_test_score"].notna()]
    best = known["mean_test_score"] + known["difference"]
    return pd.DataFrame(
        {
            "place": np.arange(len(known)),
            "mean": known["mean_test_score"].to_numpy(),
            "lowest": (best - known["high"]).to_numpy(),
            "highest": (best - known["low"]).to_numpy(),
            "is_tied": known["is_tied"].to_numpy(dtype=bool),
        }
    )


def draw_against_best(
    table: pd.DataFrame, axes: Axes, names: Sequence[str] = (), label: str = "", bounds: ScoreBounds = BOUNDLESS
) -> None:
    """A dot a score, a bar over where it may lie beside the best, a line at the best; filled where the bar reaches it.

    The axis follows the dots: a bar that says next to nothing is cut where the picture ends, or where no score can be.
    """
    is_best = (table["lowest"] == table["highest"]).to_numpy()
    line = float(table["mean"].to_numpy()[is_best.argmax()])
    table = table.assign(place=table["place"] + (not names))  # ranks begin with 1
    axes.axhline(line, color=MUTED, linewidth=1, dashes=(4, 2))
    low, high = _reach(table)
    table = table.assign(lowest=table["lowest"].clip(*bounds), highest=table["highest"].clip(*bounds))
    rim = _RIM * (high - low)
    low, high = max(low, bounds[0] - rim), min(high, bounds[1] + rim)
    for is_tied, group in table.groupby("is_tied"):
        color = ACCENT if is_tied else MUTED
        ends = group["lowest"].clip(low, high), group["highest"].clip(low, high)
        width = 5.0 if len(table) <= _MOST_NAMED else max(1.2, 90 / len(table))
        axes.vlines(group["place"], *ends, color=color, linewidth=width, alpha=0.35)
        size = 6.0 if len(table) <= _MOST_NAMED else 3.4
        axes.plot(
            group["place"], group["mean"], "o", color=color, mfc=color if is_tied else PAGE, markersize=size, lw=0
        )
    axes.set_ylim(low, high)
    axes.set_xlim(table["place"].min() - 0.6, table["place"].max() + 0.6)
    if names:
        named_x(axes, names)
        axes.tick_params(axis="x", rotation=40 if has_long_names(names) else 0)
    else:
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True, min_n_ticks=1))
    axes.set_xlabel(label)
    plain_numbers(axes.yaxis)


def has_long_names(names: Sequence[str]) -> bool:
    """Whether names below a picture are too long to stand side by side."""
    return sum(map(len, names)) > _TURNED and len(names) <= _MOST_NAMED


def _reach(table: pd.DataFrame) -> tuple[float, float]:
    """Ends of the axis: all dots, and of the bars as much as does not squeeze the dots together."""
    lowest, highest = float(table["mean"].min()), float(table["mean"].max())
    widths = (table["highest"] - table["lowest"])[table["highest"] > table["lowest"]] / 2
    typical = float(widths[np.isfinite(widths)].median()) if np.isfinite(widths).any() else 0.0
    room = min(max(0.7 * (highest - lowest), 1.4 * typical), 2.5 * typical) or 0.1 * (highest - lowest) or 0.01
    return lowest - room, highest + room


def value_names(parameter: VariedParameter, compared: ComparedValues) -> list[str]:
    """The compared values of a parameter, in their own order."""
    return [text for text in parameter.texts if text in compared.texts]


def draw_values(means: Float[NDArray[np.float64], " C"], parameter: VariedParameter, best: int, axes: Axes) -> None:
    """A dot a candidate at its value and mean score, without an interval: nothing was compared. The best is marked."""
    places = _places(parameter)
    is_known = np.isfinite(places) & np.isfinite(means)
    is_known &= means >= np.sort(means[is_known])[-MOST_DOTS:].min(initial=np.inf)
    axes.plot(places[is_known], means[is_known], "o", color=ACCENT, alpha=0.5, markersize=4.5, linewidth=0)
    if is_known[best]:
        axes.plot(places[best], means[best], "D", color=ACCENT, markersize=8, mfc=PAGE, markeredgewidth=2)
    if parameter.numbers is None:
        shown = [text if len(parameter.texts) <= _MOST_NAMED else "" for text in parameter.texts]
        named_x(axes, shown)
        axes.tick_params(axis="x", rotation=40 if has_long_names(shown) else 0)
    elif parameter.numbers[0] > 0 and np.log10(parameter.numbers[-1] / parameter.numbers[0]) > _MANY_DECADES:
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(numticks=5))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number_text(value)))
        axes.xaxis.set_minor_locator(NullLocator())
    else:
        plain_numbers(axes.xaxis)
    axes.set_xlabel(parameter.short)
    plain_numbers(axes.yaxis)


def _places(parameter: VariedParameter) -> Float[NDArray[np.float64], " C"]:
    numbers = np.arange(len(parameter.texts)) if parameter.numbers is None else parameter.numbers
    place = {ABSENT: np.nan} | dict(zip(parameter.texts, numbers.tolist(), strict=True))
    return np.array([place[text] for text in parameter.of_candidate], dtype=np.float64)


def draw_losses(curves: Sequence[Float[NDArray[np.float64], " E"]], axes: Axes) -> None:
    """A line a training: the loss of every epoch; a dot where it ended."""
    for curve in curves:
        epochs = np.arange(1, len(curve) + 1)
        axes.plot(epochs, curve, color=ACCENT, alpha=0.75 if len(curves) < 3 else 0.5, linewidth=1.4)
        axes.plot(epochs[-1], curve[-1], "o", color=ACCENT, markersize=4, clip_on=False)
    log_epochs(axes, max(len(curve) for curve in curves))
    low, high = min(float(curve.min()) for curve in curves), max(float(curve.max()) for curve in curves)
    if low > 0 and high / low > _LOGARITHMIC:
        decades(axes)
    else:
        plain_numbers(axes.yaxis)
