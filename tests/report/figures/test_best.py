"""The leaderboard and the picture of the tied cells."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from nnjax.report.figures.best import draw_ties, places


def table(cells):
    difference = -0.01 * np.arange(cells)
    return pd.DataFrame({"difference": difference, "low": difference - 0.05, "high": difference + 0.05}).assign(
        tied=difference + 0.05 >= 0
    )


def test_cells_are_thinned_out_evenly_with_both_ends_kept():
    kept = places(table(300), 60)["place"].tolist()
    assert len(kept) == 60 and kept[0] == 1 and kept[-1] == 300 and np.diff(kept).max() <= 6
    assert places(table(7), 60)["place"].tolist() == list(range(1, 8))


def test_cells_that_were_not_compared_have_no_place():
    rows = table(4)
    rows.loc[1, "difference"] = np.nan
    assert places(rows, 60).index.tolist() == [0, 2, 3]


def test_tied_cells_are_filled_and_the_others_hollow():
    axes = Figure().subplots()
    draw_ties(places(table(10), 60), axes)
    hollow, filled = sorted(axes.get_lines()[1:], key=lambda line: line.get_markerfacecolor() == line.get_color())
    assert len(filled.get_xdata()) == 6 and len(hollow.get_xdata()) == 4
