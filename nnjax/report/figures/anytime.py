"""Quality at any time, and what the target costs in seconds."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from nnjax.claims.target import target_times, trained
from nnjax.report.figures.curves import draw_restricted
from nnjax.report.figures.marks import each_level
from nnjax.report.figures.scales import named_x, plain_numbers
from nnjax.report.histories import Histories, drawn_epochs
from nnjax.report.layout import each_group
from nnjax.report.theme import Palette
from nnjax.statistics.bands import quartile_band
from nnjax.statistics.convergence import anytime_quality, share_reached


def anytime_table(
    runs: pd.DataFrame, by: Sequence[str], histories: Histories, curve: str, floor: float
) -> pd.DataFrame:
    """Mean of each run's curve over log-spaced epochs, the same for all; what is lower, or lost, counts as the floor.

    Returns:
        Columns of `by`, then anytime_mean, low, median, high (quartiles over runs), runs and grid (number of epochs
        averaged over, up to where the shortest training of the table ends).
    """
    rows = []
    grid = drawn_epochs(int(runs["epochs"].min()))
    for levels, group in each_group(runs, by):
        values = histories.values(curve, 0, group["run_id"].tolist(), range(grid[-1] + 1))
        if len(values):
            quality = anytime_quality(values, grid, floor)
            band = {name: float(side[0]) for name, side in quartile_band(quality[:, None])._asdict().items()}
            rows.append(
                levels | {"anytime_mean": float(quality.mean())} | band | {"runs": len(values), "grid": len(grid)}
            )
    return pd.DataFrame(rows, columns=[*by, "anytime_mean", "low", "median", "high", "runs", "grid"])


def draw_anytime(table: pd.DataFrame, axes: Axes, palette: Palette, factors: Sequence[str]) -> None:
    """Median against the second factor's levels (a column place), with the middle half of the runs as a bar."""
    for level, line in each_level(axes, table, factors[0]):
        style = palette[factors[0], level]
        axes.vlines(line["place"], line["low"], line["high"], color=style.color, linewidth=3.5, alpha=0.25)
        axes.plot(line["place"], line["median"], color=style.color, dashes=style.dashes, marker=style.marker)
    named_x(axes, table.drop_duplicates("place").sort_values("place")["place_name"].tolist())
    axes.set_xlabel(factors[1])
    plain_numbers(axes.yaxis)


def seconds_table(runs: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Seconds to the target: each run's own share of its chunk's training time, times its share of the epochs.

    Returns:
        Columns of `by`, then seconds_to_target (mean of train_seconds · min(T, E) / E: a run that never reaches the
        target counts with all of its time), share_reached and runs (those whose time is known).
    """
    rows = []
    for levels, group in each_group(trained(runs).dropna(subset=["train_seconds"]), by):
        times, epochs = target_times(group), group["epochs"].to_numpy(dtype=float)
        share = np.minimum(times, epochs) / epochs
        seconds = group["train_seconds"].to_numpy(dtype=float) * share
        reached = share_reached(times, float(epochs.max()))
        rows.append(levels | {"seconds_to_target": seconds.mean(), "share_reached": reached, "runs": len(group)})
    return pd.DataFrame(rows, columns=[*by, "seconds_to_target", "share_reached", "runs"])


def draw_seconds(table: pd.DataFrame, axes: Axes, palette: Palette, factors: Sequence[str]) -> None:
    """As `draw_restricted`, in seconds and without a horizon."""
    draw_restricted(table.assign(restricted_mean=table["seconds_to_target"], horizon=np.nan), axes, palette, factors)
