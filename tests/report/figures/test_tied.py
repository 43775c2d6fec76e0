"""The tied-best set as a table and a drawing."""

import pandas as pd
import pytest
from matplotlib.figure import Figure

from nnjax.report.figures.tied import draw_tied, tied_table


def test_the_best_by_validation_rows_comes_first_and_is_tied(study_results):
    table = tied_table(study_results.best, study_results.results, study_results.sizes.pair, seed=5)
    assert table["validation_score"].is_monotonic_decreasing
    assert table["tied"].iloc[0] and table["difference"].iloc[0] == 0
    assert table["p_best"].sum() == pytest.approx(1.0)
    assert (table["low"] <= table["difference"]).all()


def test_the_draws_are_the_studys_own(study_results):
    tables = [
        tied_table(study_results.best, study_results.results, study_results.sizes.pair, seed) for seed in (5, 5, 6)
    ]
    assert tables[0].equals(tables[1]) and not tables[0].equals(tables[2])


def test_tied_cells_are_filled():
    axes = Figure().subplots()
    draw_tied(
        pd.DataFrame({"difference": [0.0, 0.3], "low": [0.0, 0.1], "tied": [True, False], "cell_id": ["a", "b"]}), axes
    )
    drawn = {line.get_xdata()[0]: line.get_markerfacecolor() == line.get_color() for line in axes.lines[1:]}
    assert drawn == {1: True, 2: False}
