"""Last epoch against the epoch chosen on validation rows: what training on costs."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes

from nnjax.report.figures.curves import steps_table
from nnjax.report.figures.marks import each_level
from nnjax.report.figures.scales import log_epochs, plain_numbers
from nnjax.report.theme import MUTED, Palette


def epochs_table(results: pd.DataFrame, factors: Sequence[str]) -> pd.DataFrame:
    """Means of every cell: cell, factors, best_epoch (median), test_score, last_test_score, lost (their difference)."""
    groups = results.groupby(["cell_id", "cell", *factors], sort=False)
    table = groups.agg(
        best_epoch=("best_epoch", "median"),
        test_score=("test_score", "mean"),
        last_test_score=("last_test_score", "mean"),
    ).reset_index()
    return table.assign(lost=table["test_score"] - table["last_test_score"]).drop(columns="cell_id")


def draw_epochs(table: pd.DataFrame, axes: Axes, palette: Palette, factor: str, metric: str) -> None:
    """A dot a cell, last epoch against chosen epoch; below the diagonal the last epoch is worse."""
    for level, cells in each_level(axes, table, factor):
        style = palette[factor, level]
        axes.plot(cells["test_score"], cells["last_test_score"], style.marker, color=style.color, alpha=0.6)
    scored = table[["test_score", "last_test_score"]].dropna()  # a cell without a run yet has no score
    highest = float(scored.to_numpy(dtype=float).max(initial=-1.0))
    axes.axline((highest, highest), slope=1, color=MUTED, linewidth=1)
    axes.set_xlabel(metric)
    plain_numbers(axes.xaxis)
    plain_numbers(axes.yaxis)


def draw_gap(table: pd.DataFrame, axes: Axes, palette: Palette, factor: str) -> None:
    """Validation rows solid, training rows dashed, in the colour of the level."""
    for (level, rows), line in each_level(axes, table, [factor, "rows"]):
        color = palette[factor, level].color
        axes.fill_between(line["epoch"], line["low"], line["high"], color=color, alpha=0.13, linewidth=0)
        axes.plot(line["epoch"], line["median"], color=color, dashes=() if rows == "validation" else (4, 2))
    log_epochs(axes, int(table["epoch"].max()))
    plain_numbers(axes.yaxis)


def best_epoch_table(runs: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Share of finished runs whose best epoch has come, against the epoch: columns of `by`, then epoch and share."""
    finished = runs[runs["status"] == "finished"]
    return steps_table(finished, by, lambda group: group["best_epoch"].to_numpy(dtype=float))
