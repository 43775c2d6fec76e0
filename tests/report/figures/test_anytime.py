"""Anytime quality and seconds to the target, as tables and drawings."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from matplotlib.figure import Figure

from nnjax.report.figures.anytime import anytime_table, draw_anytime, draw_seconds, seconds_table
from nnjax.report.histories import make_histories
from nnjax.report.theme import make_palette

RUNS = pd.DataFrame(
    {
        "run_id": ["a", "b", "c"],
        "activation": ["relu", "relu", "tanh"],
        "status": "finished",
        "epochs": [4, 4, 4],
        "epochs_to_target": [1.0, np.nan, 2.0],
        "train_seconds": [8.0, 8.0, 4.0],
    }
)
CURVES = [[-9.0, 0.1, 0.2, 0.3, 0.4], [-9.0, 0.4, 0.4, 0.4, 0.4], [-9.0, 0.1, np.nan, np.nan, np.nan]]
HISTORIES = make_histories(pa.table({"run_id": ["a", "b", "c"], "fit": CURVES}))
PALETTE = make_palette({"activation": ["relu", "tanh"]})


def test_quality_is_the_mean_over_the_grid_and_a_lost_run_has_the_floor():
    table = anytime_table(RUNS, ["activation"], HISTORIES, "fit", floor=-1.0).set_index("activation")
    assert table.loc["relu", "anytime_mean"] == pytest.approx((0.25 + 0.4) / 2)
    assert table.loc["tanh", "anytime_mean"] == pytest.approx((0.1 - 3.0) / 4)
    assert table["grid"].tolist() == [4, 4] and table["runs"].tolist() == [2, 1]


def test_a_run_that_never_gets_there_costs_all_its_seconds():
    table = seconds_table(RUNS, ["activation"]).set_index("activation")
    assert table["seconds_to_target"].tolist() == pytest.approx([(2.0 + 8.0) / 2, 2.0])
    assert table["share_reached"].tolist() == [0.5, 1.0]


def test_runs_without_a_time_are_left_out():
    assert seconds_table(RUNS.assign(train_seconds=[8.0, np.nan, 4.0]), ["activation"])["runs"].tolist() == [1, 1]


def test_drawings_have_a_line_a_level_and_no_horizon_in_seconds():
    quality = anytime_table(RUNS, ["activation"], HISTORIES, "fit", floor=-1.0)
    seconds = seconds_table(RUNS, ["activation"])
    for draw, table in ((draw_anytime, quality), (draw_seconds, seconds)):
        axes = Figure().subplots()
        draw(table.assign(place=[0, 0], place_name="2", depth=2), axes, PALETTE, ("activation", "depth"))
        assert axes.get_xlabel() == "depth" and all(len(line.get_xdata()) == 1 for line in axes.get_lines())
