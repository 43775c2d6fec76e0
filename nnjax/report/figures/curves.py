"""Convergence: curves against the epoch, quality at any time, and what a target takes in epochs and in seconds."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from nnjax.claims.target import target_times, trained
from nnjax.report.figures.marks import each_level
from nnjax.report.figures.scales import decades, log_epochs, named_x, plain_numbers
from nnjax.report.histories import Histories, drawn_epochs
from nnjax.report.layout import each_group
from nnjax.report.theme import MUTED, PAGE, Palette
from nnjax.statistics.bands import quartile_band
from nnjax.statistics.convergence import anytime_quality, restricted_mean, share_reached, step_curve

ReadTimes = Callable[[pd.DataFrame], NDArray[np.float64]]
"""Epoch at which each run of a table comes to something."""


def fit_table(runs: pd.DataFrame, by: Sequence[str], histories: Histories, curve: str, floor: float) -> pd.DataFrame:
    """Median and quartiles over runs of a curve of the judged measure; what is lower, or lost, counts as the floor.

    Columns of `by`, then epoch (log-spaced, to where the shortest run of the line ends), low, median, high, runs.
    """
    parts = []
    for levels, group in each_group(runs, by):
        epochs = drawn_epochs(int(group["epochs"].min()))
        values = histories.values(curve, 0, group["run_id"].tolist(), epochs)
        if len(values):
            band = quartile_band(np.maximum(np.nan_to_num(values, nan=floor), floor))
            part = pd.DataFrame({"epoch": epochs, **band._asdict(), "runs": len(values)})
            parts.append(part.assign(**levels))
    columns = [*by, "epoch", "low", "median", "high", "runs"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def cost_table(runs: pd.DataFrame, by: Sequence[str], histories: Histories, curve: str, floor: float) -> pd.DataFrame:
    """The same against what was computed: passes over the training rows that took loss and gradient (fit_evaluations).

    Columns of `by`, then passes (log-spaced, to where the cheapest run of the line ends), low, median, high, runs.
    """
    parts = []
    for levels, group in each_group(runs, by):
        epochs, run_ids = range(int(group["epochs"].max()) + 1), group["run_id"].tolist()
        values, passes = (histories.values(name, 0, run_ids, epochs) for name in (curve, "fit_evaluations"))
        if len(values) and len(values) == len(passes):
            reached = drawn_epochs(int(np.nanmax(passes, axis=1).min()))
            at = [np.searchsorted(run[np.isfinite(run)], reached, side="right") - 1 for run in passes]
            scores = np.take_along_axis(values, np.array(at), axis=1)
            band = quartile_band(np.maximum(np.nan_to_num(scores, nan=floor), floor))
            part = pd.DataFrame({"passes": reached, **band._asdict(), "runs": len(values)})
            parts.append(part.assign(**levels))
    columns = [*by, "passes", "low", "median", "high", "runs"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def draw_cost(table: pd.DataFrame, axes: Axes, palette: Palette, factor: str) -> None:
    """As `draw_fit`, against passes over the training rows."""
    draw_fit(table.rename(columns={"passes": "epoch"}), axes, palette, factor)
    axes.set_xlabel("passes over the training rows")


def draw_fit(table: pd.DataFrame, axes: Axes, palette: Palette, factor: str) -> None:
    """One line a level: the median, with the middle half of the runs shaded."""
    for level, line in each_level(axes, table, factor):
        style = palette[factor, level]
        axes.fill_between(line["epoch"], line["low"], line["high"], color=style.color, alpha=0.16, linewidth=0)
        axes.plot(line["epoch"], line["median"], color=style.color, dashes=style.dashes)
    log_epochs(axes, int(table["epoch"].max()))
    plain_numbers(axes.yaxis)


def steps_table(runs: pd.DataFrame, by: Sequence[str], times: ReadTimes = target_times) -> pd.DataFrame:
    """Share of runs that have reached the target, against the epoch; missing ones, of which nothing is known, left out.

    Columns of `by`, then epoch (1 … E) and share: a step upwards at each epoch listed. Other `times` are of another
    event than the target.
    """
    parts = []
    for levels, group in each_group(trained(runs), by):
        horizon = int(group["epochs"].max())
        curve = step_curve(times(group), horizon)
        part = pd.DataFrame({"epoch": np.maximum(curve.epochs, 1.0), "share": curve.share})
        parts.append(part.drop_duplicates("epoch", keep="last").assign(**levels))
    columns = [*by, "epoch", "share"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def draw_steps(table: pd.DataFrame, axes: Axes, palette: Palette, factor: str) -> None:
    """One staircase a level; where it ends below 1, the rest never got there (a circle marks the end)."""
    for level, line in each_level(axes, table, factor):
        style = palette[factor, level]
        axes.plot(line["epoch"], line["share"], drawstyle="steps-post", color=style.color, dashes=style.dashes)
        last = line.iloc[-1]
        axes.plot(last["epoch"], last["share"], "o", color=style.color, clip_on=False, mfc=PAGE)
    log_epochs(axes, int(table["epoch"].max()))
    axes.set_ylim(-0.03, 1.03)
    plain_numbers(axes.yaxis)


def restricted_table(runs: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Restricted mean epochs to target: mean of min(T, E); of missing runs nothing is known, they are left out.

    Columns of `by`, then restricted_mean (epochs), share_reached, runs and horizon (epochs).
    """
    rows = []
    for levels, group in each_group(trained(runs), by):
        times, horizon = target_times(group), int(group["epochs"].max())
        rows.append(
            levels
            | {"restricted_mean": restricted_mean(times, horizon), "share_reached": share_reached(times, horizon)}
            | {"runs": len(group), "horizon": horizon}
        )
    return pd.DataFrame(rows)


def draw_restricted(table: pd.DataFrame, axes: Axes, palette: Palette, factors: Sequence[str]) -> None:
    """Restricted mean against the second factor's levels (`place`); hollow where under half of the runs arrived."""
    line_factor, x_factor = factors
    for level, line in each_level(axes, table, line_factor):
        style = palette[line_factor, level]
        axes.plot(line["place"], line["restricted_mean"], color=style.color, dashes=style.dashes)
        for reached, part in line.groupby(line["share_reached"] >= 0.5):
            face = style.color if reached else PAGE
            axes.plot(part["place"], part["restricted_mean"], style.marker, color=style.color, mfc=face, markersize=6)
    if np.isfinite(table["horizon"].max()):
        axes.axhline(table["horizon"].max(), color=MUTED, linewidth=1, dashes=(2, 2))
    names = table.drop_duplicates("place").sort_values("place")["place_name"].tolist()
    named_x(axes, names)
    axes.set_xlabel(x_factor)
    decades(axes)


def anytime_table(
    runs: pd.DataFrame, by: Sequence[str], histories: Histories, curve: str, floor: float
) -> pd.DataFrame:
    """Mean of each run's curve over log-spaced epochs, the same for all; what is lower, or lost, counts as the floor.

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

    Columns of `by`, then seconds_to_target (mean of train_seconds · min(T, E) / E: a run that never reaches the target
    counts with all of its time), share_reached and runs (those whose time is known).
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
