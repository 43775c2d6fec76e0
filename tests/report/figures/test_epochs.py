"""Last against best epoch."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from nnjax.report.figures.epochs import best_epoch_table, draw_epochs, draw_gap, epochs_table
from nnjax.report.theme import make_palette

PALETTE = make_palette({"activation": ["relu"]})


def test_a_cell_loses_the_difference_of_its_means():
    columns = {"cell_id": "c", "cell": "relu", "activation": "relu", "best_epoch": [3.0, 5.0]}
    results = pd.DataFrame(columns | {"test_score": [0.4, 0.5], "last_test_score": [0.1, 0.2]})
    row = epochs_table(results, ["activation"]).iloc[0]
    assert row["lost"] == pytest.approx(0.3) and row["best_epoch"] == 4


def test_the_best_epochs_of_finished_runs_make_a_staircase():
    runs = pd.DataFrame({"activation": "relu", "epochs": 10, "best_epoch": [2.0, 4.0, np.nan]})
    table = best_epoch_table(runs.assign(status=["finished", "finished", "diverged"]), ["activation"])
    assert table["epoch"].tolist() == [1, 2, 4, 10] and table["share"].tolist() == [0, 0.5, 1, 1]


def test_cells_are_dots_beside_the_diagonal():
    axes = Figure().subplots()
    table = pd.DataFrame({"activation": ["relu"] * 2, "test_score": [0.94, 0.95], "last_test_score": [0.91, 0.95]})
    draw_epochs(table, axes, PALETTE, "activation", "test_accuracy")
    assert axes.lines[0].get_xydata().tolist() == [[0.94, 0.91], [0.95, 0.95]]
    assert axes.get_xlabel() == "test_accuracy"
    assert axes.get_xlim()[0] > 0.9, "the diagonal must not stretch the axes to zero"


def test_training_rows_are_dashed():
    axes = Figure().subplots()
    fit = pd.DataFrame({"activation": "relu", "epoch": [1, 5] * 2, "low": 0.1, "median": 0.2, "high": 0.3})
    draw_gap(fit.assign(rows=["train"] * 2 + ["validation"] * 2), axes, PALETTE, "activation")
    assert [line.is_dashed() for line in axes.lines] == [True, False]
