"""R² figures: their tables by value."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from nnjax.report.figures.scores import (
    differences_table,
    draw_intervals,
    draw_spread,
    models_table,
    split_spread,
    spread_table,
)
from nnjax.report.layout import make_layout
from nnjax.report.theme import INK, PAGE, make_palette
from nnjax.results.scores import with_scores

SIZES = (331, 111)


def grid(test_r2, validation_r2=None):
    """Two activations × two depths × three splits."""
    rows = [(a, d, s) for a in ("elu", "relu") for d in (1, 2) for s in range(3)]
    table = pd.DataFrame(rows, columns=["activation", "depth", "split"])
    table["cell_id"] = table["activation"] + table["depth"].astype(str)
    table = table.assign(
        status="finished", test_r2=test_r2, validation_r2=test_r2 if validation_r2 is None else validation_r2
    )
    return with_scores(table.assign(last_validation_r2=0.0, last_test_r2=0.0), "regression")


@pytest.fixture
def axes():
    return Figure().subplots()


def test_differences_are_paired_averaged_and_at_its_best():
    results = grid([0.5, 0.6, 0.7, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.3, 0.4, 0.5])
    layout = make_layout(results, ["activation", "depth"], [], 265, reference={"activation": "relu", "depth": 2})
    table = differences_table(results, layout, SIZES).set_index(["factor", "view"])["estimate"]
    assert table["activation", "averaged"] == pytest.approx((0.1 - 0.2) / 2)
    assert table["activation", "at its best"] == pytest.approx(0.1)
    assert table["depth", "averaged"] == pytest.approx((0.4 + 0.1) / 2)


def test_levels_of_two_kinds_of_number_stay_what_they_are():
    results = grid([0.5, 0.6, 0.7, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.3, 0.4, 0.5])
    results["l2"] = results["activation"].map({"elu": 0.0, "relu": 0.5})
    table = differences_table(results, make_layout(results, ["depth", "l2"], [], 265, reference={"depth": 2}), SIZES)
    assert [str(level) for level in table["level"]] == ["1", "1", "0.5", "0.5"]
    assert [str(level) for level in table["reference"]] == ["2", "2", "0.0", "0.0"]


def test_selected_differences_have_the_wider_interval_of_the_selected():
    noise = np.tile([0.0, 0.001, -0.001], 4)
    results = grid(np.repeat([0.5, 0.5, 0.1, 0.1], 3) + noise * np.repeat([1, 2, 3, 4], 3))
    table = differences_table(results, make_layout(results, ["activation", "depth"], [], 265), SIZES)
    selected = table["q"] <= 0.05
    assert selected.tolist() == [True, True, False, False]
    assert table["interval_level"].tolist() == pytest.approx([1 - 0.05 * 2 / 4] * 2 + [0.95] * 2)


def test_models_are_compared_with_the_reference_split_by_split():
    scores = {"ridge": pd.Series([0.4, 0.5]), "network": pd.Series([0.5, 0.8])}
    table = models_table(scores, "ridge", SIZES).set_index("name")
    assert table.loc["network", "estimate"] == pytest.approx(0.2) and table.loc["ridge", "estimate"] == 0
    assert table.loc["network", "test_score"] == pytest.approx(0.65)


def test_seeds_are_averaged_within_a_split():
    runs = pd.DataFrame({"activation": "relu", "split": [0, 0, 1], "test_score": [0.2, 0.4, 0.5]})
    assert spread_table(runs, ["activation"])["test_score"].tolist() == pytest.approx([0.3, 0.5])


def test_what_a_split_does_to_all_levels_is_told_from_the_rest():
    scores = [("relu", 0, 0.1), ("relu", 1, 0.3), ("relu", 2, 0.5), ("elu", 0, 0.2), ("elu", 1, 0.4), ("elu", 2, 0.6)]
    table = pd.DataFrame(scores, columns=["activation", "split", "test_score"])
    assert split_spread(table, ["activation"]) == pytest.approx((0.2, 0.0), abs=1e-12)
    assert split_spread(table[table["activation"] == "elu"], ["activation"]) is None


def test_intervals_are_drawn_thick_thin_and_with_their_point(axes):
    row = {"name": "a", "estimate": 0.1, "low": -0.1, "high": 0.3, "low_plain": 0.0, "high_plain": 0.2}
    draw_intervals(pd.DataFrame([row | {"place": 0, "color": INK, "is_hollow": True}]), axes, 0.02)
    _, thick, thin, point = axes.lines
    assert thick.get_xdata().tolist() == [-0.1, 0.3] and thin.get_xdata().tolist() == [0.0, 0.2]
    assert thick.get_linewidth() > thin.get_linewidth() and point.get_markerfacecolor() == PAGE


def test_spread_marks_mean_and_baseline(axes):
    table = pd.DataFrame(
        {"activation": "relu", "test_score": [0.2, 0.4], "place": 0, "place_name": "relu", "offset": [-0.1, 0.1]}
    )
    draw_spread(table.assign(mean=0.3), axes, make_palette({"activation": ["relu"]}), "activation", 0.45)
    assert axes.lines[0].get_ydata()[0] == 0.45 and list(axes.lines[2].get_ydata()) == [0.3, 0.3]
