"""Seconds."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from nnjax.report.figures.cost import draw_stages, run_cost_table, stages_table


def test_stages_come_in_their_order_and_the_clock_is_no_stage():
    table = stages_table({"wall": 9.0, "train": 6.0, "setup": 2.0})
    assert table["stage"].tolist() == ["setup", "train"] and table["share"].tolist() == [0.25, 0.75]


def test_nothing_measured_is_an_empty_table():
    assert stages_table({}).empty


def test_a_run_costs_its_mean_in_milliseconds():
    results = pd.DataFrame({"depth": [1, 1, 2], "train_seconds": [0.1, 0.3, np.nan]})
    table = run_cost_table(results, ["depth"])
    assert table["milliseconds"].tolist() == pytest.approx([200.0]) and table["runs"].tolist() == [2]


def test_bars_carry_their_seconds():
    axes = Figure().subplots()
    draw_stages(stages_table({"train": 6.04}), axes)
    assert axes.texts[0].get_text().strip("\u00a0") == "6.0 s"
