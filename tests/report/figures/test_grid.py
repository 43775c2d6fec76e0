"""The picture of the grid: every cell has one square of its own, and its marks are those of the numbers."""

import html

import numpy as np
import pandas as pd
import pytest
from fakes.grid import FACTORS, grid, layout_of
from hypothesis import given
from hypothesis import strategies as st

from nnjax.report.best_cell import choose_best_cell
from nnjax.report.drawing import Shape, draw_panels
from nnjax.report.figures.grid import FAINTEST, STRONGEST, draw_grid, grid_table, placed_grid, tint_range
from nnjax.report.figures.grid_axes import GridAxes, grid_axes
from nnjax.report.layout import make_layout


def table_of(results, tied=()):
    best = choose_best_cell(results)
    return grid_table(results, FACTORS, best, [cell_id in tied for cell_id in best.cell_ids]).set_index("cell_id")


def test_every_cell_has_a_place_of_its_own():
    results = grid()
    layout = layout_of(results)
    sides = grid_axes(layout, FACTORS)
    placed = placed_grid(table_of(results), layout, sides, (0.0, 0.23))
    assert len(placed[["x", "y"]].drop_duplicates()) == len(placed) == 24
    assert sides.rows[0] == "activation" and sides.columns[0] == "depth"
    assert sorted([*sides.rows, *sides.columns]) == sorted(FACTORS)
    assert sides.shape(layout)[0] * sides.shape(layout)[1] == 24
    assert placed["tint"].is_monotonic_increasing


def test_scores_are_means_and_losses_are_counted():
    results = grid()
    results.loc[results["cell_id"] == "c1", "status"] = ["diverged", "missing"]
    lost = (results["cell_id"] == "c1") & (results["split"] == 1)
    results.loc[lost, ["test_score", "validation_score"]] = np.nan
    table = table_of(results, {"c22", "c23"})
    assert table.loc["c1", ["diverged", "missing", "runs"]].tolist() == [1, 1, 2]
    assert table.loc["c1", "test_score"] == pytest.approx(0.01)
    assert table.loc["c1", "tied"] is None, "an incomplete cell is not judged"
    assert table.index[table["tied"].eq(True)].tolist() == ["c22", "c23"]
    assert table.index[table["is_best"]].tolist() == ["c23"]


def test_what_each_split_chooses_is_counted():
    results = grid(splits=3)
    results.loc[(results["cell_id"] == "c5") & (results["split"] == 2), "validation_score"] = 0.9
    chosen = table_of(results)["chosen_splits"]
    assert chosen[chosen > 0].to_dict() == {"c5": 1, "c23": 2}


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=40))
def test_tints_lie_between_the_faintest_and_the_strongest_and_keep_the_order(scores):
    table = pd.DataFrame({"activation": "relu", "test_score": scores})
    limits = tint_range(table["test_score"], -0.25)
    layout = make_layout(pd.DataFrame({"activation": ["relu", "tanh"]}), ["activation"], [], 265)
    placed = placed_grid(table, layout, GridAxes(("activation",), ()), limits).sort_values("test_score")
    assert placed["tint"].between(FAINTEST - 1e-9, STRONGEST + 1e-9).all()
    assert placed["tint"].is_monotonic_increasing
    assert placed["tint"].iloc[-1] == pytest.approx(STRONGEST)


def test_one_failure_does_not_make_the_others_look_alike():
    low, high = tint_range(pd.Series([-1.0, *np.linspace(0.40, 0.48, 20)]), -0.25)
    assert 0.2 < low <= 0.40 and high == 0.48


def drawn(table, layout, sides):
    limits = tint_range(table["test_score"], -0.25)
    placed = placed_grid(table.reset_index(), layout, sides, limits)
    draw = lambda axes: draw_grid(placed, axes, layout, sides, limits)  # noqa: E731
    return str(draw_panels("grid", [("", draw)], Shape(440, 300, 120, 6, 70, 28))[0].svg)


def test_squares_are_marks_of_their_cells_and_the_scale_has_its_ends():
    results = grid()
    results.loc[results["cell_id"] == "c0", ["test_score", "validation_score"]] = np.nan
    layout = layout_of(results)
    svg = html.unescape(drawn(table_of(results), layout, grid_axes(layout, FACTORS)))
    assert svg.count("data-cell=") == 23, "a cell without a run has no square"
    assert 'data-cell="c0"' not in svg
    for text in ("activation × batch_size ↓", "depth →", ">0.230<"):
        assert text in svg
