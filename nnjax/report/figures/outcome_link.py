"""Gradient slope against outcome: one dot a combination of the studied factors."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from nnjax.claims.target import target_times, trained
from nnjax.report.figures.scales import decades, plain_numbers
from nnjax.report.theme import MUTED, Palette
from nnjax.statistics.convergence import log2_times

LINKED = ("grad_slope", "test_score", "log2_epochs")
"""The quantity, then the outcomes it is compared with."""


def split_means(runs: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Slope over the first tenth of the training and both outcomes, seeds averaged.

    Args:
        runs: One row a run, of networks with more than one hidden layer; at least one is there.
        by: Factors that separate the combinations.

    Returns:
        Columns of `by`, split, and those of `LINKED`.
    """
    known = trained(runs)
    times = log2_times(target_times(known), float(known["epochs"].max()))
    return known.assign(log2_epochs=times).groupby([*by, "split"], sort=False)[list(LINKED)].mean().reset_index()


def link_table(means: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Means over all splits, a row a combination.

    Returns:
        Columns of `by`, then grad_slope, test_score and epochs_to_target (geometric mean of min(T, E)).
    """
    table = means.groupby(list(by), sort=False)[list(LINKED)].mean().reset_index()
    return table.assign(epochs_to_target=np.exp2(table.pop("log2_epochs")))


def draw_link(table: pd.DataFrame, axes: Axes, palette: Palette, factor: str, outcome: str) -> None:
    """A dot a combination: outcome against slope, in the colour of its level."""
    for level, cells in table.groupby(factor, sort=False):
        style = palette.style(factor, level)
        axes.plot(cells["grad_slope"], cells[outcome], style.marker, color=style.color, alpha=0.75)
    axes.axvline(0, color=MUTED, linewidth=1)
    axes.set_xlabel("grad_slope (decades a layer)")
    plain_numbers(axes.xaxis)
    if outcome == "epochs_to_target":
        decades(axes)
    else:
        plain_numbers(axes.yaxis)
