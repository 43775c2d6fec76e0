"""Convergence figures: their tables by value, their drawings by what they draw."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from matplotlib.figure import Figure

from nnjax.report.figures.curves import (
    anytime_table,
    cost_table,
    draw_anytime,
    draw_fit,
    draw_restricted,
    draw_seconds,
    draw_steps,
    fit_table,
    restricted_table,
    seconds_table,
    steps_table,
)
from nnjax.report.histories import make_histories
from nnjax.report.theme import make_palette

PALETTE = make_palette({"activation": ["relu", "elu", "tanh"]})


@pytest.fixture
def axes():
    return Figure().subplots()


def test_curves_are_medians_and_quartiles_with_r2_clipped():
    runs = pd.DataFrame({"run_id": list("abc"), "activation": "relu", "epochs": 2})
    curves = {"run_id": list("abc"), "fit": [[0, 0.1, 0.4], [0, 0.3, 0.5], [0, -9.0, np.nan]]}
    table = fit_table(runs, ["activation"], make_histories(pa.table(curves)), "fit", floor=-1.0)
    assert table["epoch"].tolist() == [1, 2]
    assert table["median"].tolist() == pytest.approx([0.1, 0.4])
    assert table["low"].tolist() == pytest.approx([-0.45, -0.3])
    assert table["runs"].tolist() == [3, 3]


def test_curves_against_cost_hold_the_last_epoch_that_was_paid_for():
    runs = pd.DataFrame({"run_id": list("ab"), "optimizer": ["sgd", "lbfgs"], "epochs": 3})
    histories = make_histories(
        pa.table(
            {
                "run_id": list("ab"),
                "fit": [[0.0, 0.1, 0.2, 0.3], [0.0, 0.4, 0.6, 0.8]],
                "fit_evaluations": [[0.0, 1.0, 2.0, 3.0], [0.0, 2.0, 3.0, 5.0]],
            }
        )
    )
    table = cost_table(runs, ["optimizer"], histories, "fit", floor=-1.0).set_index(["optimizer", "passes"])["median"]
    assert table["sgd"].to_dict() == pytest.approx({1: 0.1, 2: 0.2, 3: 0.3})
    assert table["lbfgs"].to_dict() == pytest.approx({1: 0.0, 2: 0.4, 3: 0.6, 4: 0.6, 5: 0.8})


def test_without_counted_passes_there_are_no_curves_against_cost():
    runs = pd.DataFrame({"run_id": ["a"], "optimizer": "sgd", "epochs": 1})
    table = cost_table(
        runs, ["optimizer"], make_histories(pa.table({"run_id": ["a"], "fit": [[0.0, 0.1]]})), "fit", 0.0
    )
    assert table.empty


def test_the_staircase_counts_runs_that_never_arrive():
    runs = pd.DataFrame(
        {"activation": "relu", "epochs": 50, "status": "finished", "epochs_to_target": [5, 10, np.nan, 10]}
    )
    table = steps_table(runs, ["activation"])
    assert table["epoch"].tolist() == [1, 5, 10, 50] and table["share"].tolist() == [0, 0.25, 0.75, 0.75]


def test_the_restricted_mean_is_the_known_answer():
    runs = pd.DataFrame(
        {"activation": "relu", "epochs": 50, "status": "finished", "epochs_to_target": [5, 10, np.nan, 20]}
    )
    row = restricted_table(runs, ["activation"]).iloc[0]
    assert row["restricted_mean"] == 21.25 and row["share_reached"] == 0.75 and row["horizon"] == 50


def test_a_target_met_at_the_first_epoch_is_drawn_there():
    runs = pd.DataFrame({"activation": "relu", "epochs": 5, "status": "finished", "epochs_to_target": [1.0, 1.0]})
    assert steps_table(runs, ["activation"])["share"].tolist() == [1.0, 1.0]


def test_drawings_have_one_line_a_level(axes):
    table = pd.DataFrame(
        {"activation": ["relu", "elu"] * 2, "epoch": [1, 1, 9, 9], "low": 0.1, "median": 0.2, "high": 0.3}
    )
    draw_fit(table, axes, PALETTE, "activation")
    assert [line.get_color() for line in axes.lines] == [PALETTE["activation", name].color for name in ("relu", "elu")]
    assert axes.get_xlabel() == "epoch" and axes.get_xlim() == (1, 9)


def test_staircases_end_in_a_circle(axes):
    draw_steps(pd.DataFrame({"activation": "relu", "epoch": [1, 9], "share": [0.0, 0.5]}), axes, PALETTE, "activation")
    assert axes.lines[1].get_xydata().tolist() == [[9, 0.5]]


def test_restricted_means_under_half_reached_are_hollow(axes):
    columns = {"activation": "relu", "place": [0, 1], "place_name": ["1", "8"], "restricted_mean": [9.0, 48.0]}
    draw_restricted(
        pd.DataFrame(columns | {"share_reached": [0.9, 0.1], "horizon": 50}), axes, PALETTE, ["activation", "depth"]
    )
    faces = [line.get_markerfacecolor() for line in axes.lines if line.get_marker() == "o"]
    assert len(set(faces)) == 2 and [tick.get_text() for tick in axes.get_xticklabels()] == ["1", "8"]


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
