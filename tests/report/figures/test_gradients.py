"""Gradient figures: their tables by value."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from matplotlib.figure import Figure

from nnjax.report.figures.gradients import (
    draw_ends,
    draw_heat,
    draw_layers,
    ends_table,
    heat_table,
    layer_table,
    with_expected,
)
from nnjax.report.histories import make_histories
from nnjax.report.theme import make_palette
from nnjax.statistics.mean_field import MeanField

PALETTE = make_palette({"activation": ["relu", "elu"]})
RUNS = pd.DataFrame({"run_id": ["a", "b"], "activation": "relu", "depth": 2, "epochs": 2})
HISTORIES = make_histories(
    pa.table(
        {"run_id": ["a", "b"], "g": [[[1e-3, 1e-2, 1e-1], [1.0, 1.0, 1.0]], [[3e-3, 3e-2, 3e-1], [1.0, 1.0, 1.0]]]}
    )
)


@pytest.fixture
def axes():
    return Figure().subplots()


def test_a_layer_s_value_is_the_median_over_epochs_then_over_runs():
    table = layer_table(RUNS, ["activation"], HISTORIES, "g", [1, 2])
    assert table["layer"].tolist() == [1, 2]
    assert table["median"].tolist() == pytest.approx([(0.055 + 0.165) / 2, 1.0])
    assert layer_table(RUNS, ["activation"], HISTORIES, "g", [0])["median"].tolist() == pytest.approx([2e-3, 1.0])


def test_a_run_without_a_finite_gradient_is_left_out():
    broken = make_histories(pa.table({"run_id": ["a", "b"], "g": [[[1.0, 1.0, np.nan]], [[2.0, 2.0, 2.0]]]}))
    assert layer_table(RUNS, ["activation"], broken, "g", [2])["runs"].tolist() == [1]


def test_the_ends_are_the_first_and_the_last_hidden_layer():
    table = ends_table(RUNS, ["activation"], HISTORIES, "g")
    assert table.groupby("end")["layer"].first().to_dict() == {"first": 1, "last": 2}
    assert table[table["end"] == "first"]["median"].tolist() == pytest.approx([2e-2, 2e-1])


def test_heat_is_the_mean_over_runs_that_have_a_number():
    runs = pd.DataFrame({"activation": "relu", "depth": [1, 2, 2], "slope": [np.nan, 0.2, 0.4]})
    table = heat_table(runs, ["activation", "depth"], "slope")
    assert table["depth"].tolist() == [2] and table["mean"].tolist() == pytest.approx([0.3])


def test_drawings_are_logarithmic_and_named(axes):
    draw_layers(layer_table(RUNS, ["activation"], HISTORIES, "g", [0]), axes, PALETTE, "activation")
    assert axes.get_yscale() == "log" and axes.get_xlabel() == "layer"


def test_the_last_layer_is_dashed(axes):
    draw_ends(ends_table(RUNS, ["activation"], HISTORIES, "g"), axes, PALETTE, "activation")
    assert [line.is_dashed() for line in axes.lines] == [False, True]


def test_heat_writes_every_number_and_tints_by_sign(axes):
    columns = {"mean": [0.5, -0.25], "row": [0, 0], "column": [0, 1], "row_name": "relu", "column_name": ["2", "8"]}
    draw_heat(pd.DataFrame(columns), axes, ["activation", "depth"], scale=0.5)
    assert [text.get_text() for text in axes.texts] == ["0.50", "−0.25"]
    assert axes.patches[0].get_alpha() == 0.75 and axes.patches[1].get_alpha() == pytest.approx(0.375)


def test_theory_starts_from_the_measured_last_layer_and_is_drawn_over_it():
    table = layer_table(RUNS, ["activation"], HISTORIES, "g", [0])
    last = table["median"].iloc[-1]
    field = MeanField(np.ones(len(table)), np.full(len(table) - 1, 0.1))
    level = table["activation"].iloc[0]
    added = with_expected(table, ["activation"], {(level,): field})
    assert added["expected"].tolist() == pytest.approx([last * 0.1**below for below in range(len(table))][::-1])
    assert with_expected(table, ["activation"], {})["expected"].isna().all()
    axes = Figure().subplots()
    draw_layers(added, axes, PALETTE, "activation")
    assert len(axes.get_lines()) == 2
