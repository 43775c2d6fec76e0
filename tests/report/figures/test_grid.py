"""The picture of the grid: every cell has one square of its own, and the words are those of the numbers."""

import pandas as pd
import pytest

from nnjax.report.chapters.grid import grid_chapter
from nnjax.report.figures.grid import Sides, extremes, grid_sides, grid_table, is_turned, placed_grid
from nnjax.report.layout import make_layout

LEVELS = {"activation": ["relu", "tanh"], "depth": [1, 2, 4], "batch_size": [8, 32], "l2": [0.0, 0.001]}


def grid(levels=LEVELS, splits=2):
    cells = pd.MultiIndex.from_product(levels.values(), names=levels).to_frame(index=False)
    cells = cells.assign(cell_id=[f"c{i}" for i in range(len(cells))])
    cells = cells.assign(cell=cells["cell_id"], test_score=[0.01 * i for i in range(len(cells))], status="finished")
    return pd.concat([cells.assign(split=split) for split in range(splits)], ignore_index=True)


def layout_of(table, studied=("activation", "depth", "batch_size"), nuisance=("l2",)):
    return make_layout(table, studied, nuisance, 265)


def test_every_cell_has_a_place_of_its_own():
    results = grid()
    layout = layout_of(results)
    sides = grid_sides(layout, list(LEVELS))
    table = grid_table(results, list(LEVELS), {"c0": True, "c1": False}, "c3")
    placed = placed_grid(table, layout, sides)
    assert len(placed[["x", "y"]].drop_duplicates()) == len(placed) == 24
    assert sides.rows[0] == "activation" and sides.columns[0] == "depth"
    assert sorted([*sides.rows, *sides.columns]) == sorted(LEVELS)
    assert table["tied"].tolist()[:2] == [True, False] and table["is_best"].tolist().index(True) == 3


def test_scores_are_means_and_losses_are_counted():
    results = grid()
    results.loc[results["cell_id"] == "c1", "status"] = ["diverged", "missing"]
    results.loc[(results["cell_id"] == "c1") & (results["split"] == 1), "test_score"] = float("nan")
    table = grid_table(results, list(LEVELS), {}, "c0").set_index("cell_id")
    assert table.loc["c1", ["diverged", "missing", "runs"]].tolist() == [1, 1, 2]
    assert table.loc["c1", "test_score"] == pytest.approx(0.01)


def test_words_name_the_palest_level_and_its_worst_partner():
    results = grid()
    words = extremes(grid_table(results, list(LEVELS), {}, "c0"), layout_of(results), list(LEVELS))
    assert words == "Palest: activation = relu (mean 0.055; with depth = 1, 0.015)."


def test_long_names_are_turned():
    results = grid()
    layout = layout_of(results)
    assert is_turned(layout, Sides(("activation",), ("depth", "l2"))) is True
    assert is_turned(layout, Sides(("activation", "l2"), ("depth",))) is False


def test_the_chapter_of_a_study_with_a_nuisance_factor(material):
    chapter = grid_chapter(material)
    table = chapter.figures["grid"].table.frame
    assert len(table) == len(material.space.cells)
    assert int(table["diverged"].sum()) == 1 and int(table["missing"].sum()) == 1
    assert table["is_best"].sum() == 1
    assert "1 runs diverged" in chapter.figures["grid"].caption


def test_a_classification_with_a_cell_left_out(classes):
    table = grid_chapter(classes).figures["grid"].table.frame
    assert len(table) == 3
    assert "test_accuracy" in grid_chapter(classes).figures["grid"].caption


def test_a_large_grid_shows_its_studied_factors_alone(make_space, make_results, make_material):
    levels = ", ".join(f"{0.001 * i:.3f}" for i in range(1, 41))
    space = make_space(
        'question = "Which?"\n[data]\nname = "diabetes"\n[replicates]\nsplits = 4\n'
        f'[studied]\nactivation = ["relu", "tanh"]\ndepth = [1, 2]\n[nuisance]\nl2 = [{levels}]\n'
        "[fixed]\nwidth = 8\nepochs = 12\n"
    )
    figure = grid_chapter(make_material(space, make_results(space))).figures["grid"]
    assert len(figure.table.frame) == 4 and "as the validation rows chose" in figure.caption
    assert figure.table.frame["runs"].tolist() == [4] * 4


def test_one_cell_is_no_grid(make_space, make_results, make_material):
    space = make_space(
        'question = "Which?"\n[data]\nname = "diabetes"\n[replicates]\nsplits = 4\n[studied]\nactivation = ["relu"]\n'
        "[fixed]\nwidth = 8\nepochs = 12\n"
    )
    assert grid_chapter(make_material(space, make_results(space))).figures == {}
