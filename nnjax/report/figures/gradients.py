"""Vanishing gradients: the signal against layer and epoch, its slope, and the units that have stopped responding."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from nnjax.report.figures.marks import each_level
from nnjax.report.figures.scales import decades, log_epochs, named_x, named_y, whole_numbers
from nnjax.report.formats import decimals
from nnjax.report.histories import Histories, drawn_epochs
from nnjax.report.layout import each_group
from nnjax.report.theme import INK, NEGATIVE, POSITIVE, Palette
from nnjax.statistics.bands import quartile_band
from nnjax.statistics.mean_field import MeanField


def layer_table(
    runs: pd.DataFrame, by: Sequence[str], histories: Histories, curve: str, epochs: Sequence[int]
) -> pd.DataFrame:
    """A layer curve against the layer: each run's median over some epochs, then median and quartiles over runs.

    Columns of `by`, then layer (1 = next to the input), low, median, high, runs.
    """
    rows = []
    for levels, group in each_group(runs, by):
        run_ids = group["run_id"].tolist()
        for layer in histories.layers(curve):
            values = histories.values(curve, layer, run_ids, epochs)
            values = values[np.isfinite(values).all(axis=1)]
            if len(values):
                band = quartile_band(np.median(values, axis=1)[:, None])
                line = {"layer": layer, **{name: float(side[0]) for name, side in band._asdict().items()}}
                rows.append(levels | line | {"runs": len(values)})
    return pd.DataFrame(rows, columns=[*by, "layer", "low", "median", "high", "runs"])


def with_expected(
    table: pd.DataFrame, by: Sequence[str], fields: Mapping[tuple[object, ...], MeanField | None]
) -> pd.DataFrame:
    """Add what mean field expects, from the last layer's median backwards: it gives ratios, not sizes; NaN without."""
    parts = []
    for levels, line in each_group(table, by):
        field, last = fields.get(tuple(levels.values())), line["median"].iloc[-1]
        is_there = field is not None and len(field.variances) == len(line)
        decades_below = field.log10_gradients if field is not None and is_there else np.full(len(line), np.nan)
        parts.append(line.assign(expected=last * 10.0**decades_below))
    return pd.concat(parts).sort_index() if parts else table.assign(expected=np.nan)


def draw_layers(table: pd.DataFrame, axes: Axes, palette: Palette, factor: str) -> None:
    """One line a level: the median, the middle half as a bar; a column `expected`, if there is one, thin and dotted."""
    for level, line in each_level(axes, table, factor):
        style = palette[factor, level]
        if "expected" in line:
            axes.plot(line["layer"], line["expected"], color=INK, dashes=(1.5, 2.5), linewidth=0.9, zorder=4)
        axes.vlines(line["layer"], line["low"], line["high"], color=style.color, linewidth=3.5, alpha=0.25)
        axes.plot(line["layer"], line["median"], color=style.color, dashes=style.dashes, marker=style.marker)
    decades(axes)
    whole_numbers(axes)


def ends_table(runs: pd.DataFrame, by: Sequence[str], histories: Histories, curve: str) -> pd.DataFrame:
    """Ends of a layer curve, quartiles over runs: `by`, end (first or last), layer, epoch, low, median, high, runs."""
    parts = []
    for levels, group in each_group(runs, by):
        epochs = drawn_epochs(int(group["epochs"].min()))
        ends = {"first": 1, "last": int(group["depth"].max())}
        for end, layer in ends.items():
            values = histories.values(curve, layer, group["run_id"].tolist(), epochs)
            values = values[np.isfinite(values).all(axis=1)]
            if len(values):
                part = pd.DataFrame({"epoch": epochs, **quartile_band(values)._asdict(), "runs": len(values)})
                parts.append(part.assign(end=end, layer=layer, **levels))
    columns = [*by, "end", "layer", "epoch", "low", "median", "high", "runs"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def draw_ends(table: pd.DataFrame, axes: Axes, palette: Palette, factor: str) -> None:
    """Two lines: the first hidden layer solid, the last one dashed."""
    for (level, end), line in each_level(axes, table, [factor, "end"]):
        color = palette[factor, level].color
        axes.fill_between(line["epoch"], line["low"], line["high"], color=color, alpha=0.16, linewidth=0)
        axes.plot(line["epoch"], line["median"], color=color, dashes=() if end == "first" else (4, 2))
    decades(axes)
    log_epochs(axes, int(table["epoch"].max()))


def heat_table(runs: pd.DataFrame, factors: Sequence[str], column: str) -> pd.DataFrame:
    """Mean and standard deviation of a column over the runs at each pair of levels, and how many have a number."""
    groups = runs.groupby(list(factors), sort=False)[column]
    table = groups.agg(mean="mean", standard_deviation="std", runs="count").reset_index()
    return table[table["runs"] > 0].reset_index(drop=True)


def draw_heat(table: pd.DataFrame, axes: Axes, factors: Sequence[str], scale: float) -> None:
    """A tinted square with its number at row and column (named row_name, column_name); the tint is full at ± scale."""
    for mean, row, column in table[["mean", "row", "column"]].to_numpy(dtype=float):
        color = POSITIVE if mean > 0 else NEGATIVE
        tint = 0.75 * min(1.0, abs(mean) / scale) if scale else 0.0
        axes.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor=color, alpha=tint, linewidth=0))
        axes.text(column, row, decimals(mean, 2), color=INK, ha="center", va="center")
    named_x(axes, table.drop_duplicates("column").sort_values("column")["column_name"].tolist())
    named_y(axes, table.drop_duplicates("row").sort_values("row")["row_name"].tolist())
    axes.grid(visible=False)
    axes.set_xlabel(factors[1])
