"""The chapter of the grid: as many factors as a page has room for, and words that are those of the numbers."""

import pandas as pd
import pytest

from nnjax.report.chapters.grid import common_levels, extremes, grid_chapter
from nnjax.report.layout import make_layout

HEAD = 'question = "Which?"\n[data]\nname = "diabetes"\n[replicates]\nsplits = 4\n'
FIXED = "[fixed]\nwidth = 8\nepochs = 12\n"


@pytest.fixture
def figure_of(make_space, make_results, make_study_results):
    """Study's factors -> the picture of its grid, of results that nobody trained; change: results -> results."""

    def make(factors, change=lambda results: results):
        space = make_space(f"{HEAD}{factors}{FIXED}")
        return grid_chapter(make_study_results(space, change(make_results(space)))).figures.get("grid")

    return make


def test_a_study_with_a_nuisance_factor_has_a_square_a_cell(study_results):
    figure = grid_chapter(study_results).figures["grid"]
    table = figure.table.frame
    assert len(table) == len(study_results.space.cells)
    assert int(table["diverged"].sum()) == 1 and int(table["missing"].sum()) == 1
    assert table["is_best"].sum() == 1 and table["chosen_splits"].sum() == len(study_results.space.splits)
    assert "Crosses: runs that diverged, 1 in 1 of 24 squares." in figure.caption
    assert "Dashes: runs that are missing, 1 in 1 of 24 squares." in figure.caption


def test_the_tied_cells_are_those_of_the_best_cells_chapter(study_results):
    from nnjax.report.chapters.best import best_chapter

    here = grid_chapter(study_results).figures["grid"].table.frame.set_index("cell_id")["tied"].dropna().astype(bool)
    there = best_chapter(study_results).figures["tied"].table.frame.set_index("cell_id")["tied"]
    pd.testing.assert_series_equal(here.sort_index(), there.sort_index())


def test_a_classification_with_a_cell_left_out(classes):
    figure = grid_chapter(classes).figures["grid"]
    assert len(figure.table.frame) == 3
    assert "test_accuracy" in figure.caption


def test_worse_cells_are_counted_and_what_they_have_in_common_is_said(figure_of):
    def spoil(results):
        bad = (results["activation"] == "tanh") & (results["depth"] == 2)
        return results.assign(test_r2=results["test_r2"].mask(bad, results["test_r2"] - 0.9))

    figure = figure_of('[studied]\nactivation = ["relu", "tanh"]\ndepth = [1, 2]\n', spoil)
    assert figure.table.frame["tied"].tolist() == [True, True, True, False]
    assert "Struck through: 1 that is worse" in figure.caption
    assert ", with activation = tanh and depth = 2; the other 2 cannot" in figure.caption
    assert (
        "Faintest on average: activation = tanh" in figure.caption or "Faintest on average: depth = 2" in figure.caption
    )


def test_one_factor_has_one_column(figure_of):
    figure = figure_of('[studied]\nactivation = ["relu", "tanh", "elu"]\n')
    assert len(figure.table.frame) == 3 and "activation down. The tint" in figure.caption


def test_factors_varied_together_are_one(figure_of):
    factors = '[studied]\nactivation = ["relu", "tanh"]\ndepth = [1, 2]\nmomentum = [0.5, 0.9]\n'
    figure = figure_of(f'{factors}[grid]\nzip = [["depth", "momentum"]]\n')
    assert "activation down, depth across." in figure.caption and len(figure.table.frame) == 4


LEARNING_RATES = f"[nuisance]\nlearning_rate = [{', '.join(f'{0.001 * i:.3f}' for i in range(1, 41))}]\n"


def test_a_large_grid_shows_its_studied_factors_alone(figure_of):
    def lose_a_setting(results):
        lost = (results["activation"] == "tanh") & (results["depth"] == 2)
        numbers = [name for name in results if name.endswith("_r2")]
        return results.assign(
            status=results["status"].mask(lost, "missing"),
            **{name: results[name].mask(lost) for name in numbers},
        )

    factors = '[studied]\nactivation = ["relu", "tanh"]\ndepth = [1, 2]\n' + LEARNING_RATES
    figure = figure_of(factors, lose_a_setting)
    assert "learning_rate as the validation rows chose in each split" in figure.caption
    table = figure.table.frame
    assert table["runs"].tolist() == [4, 4, 4, 160] and table["missing"].tolist() == [0, 0, 0, 160]
    assert table["test_score"].isna().tolist() == [False, False, False, True]
    assert "data-cell" not in figure.panels[0].svg, "no square is one cell"


def test_a_larger_one_shows_two_factors_with_the_others_at_their_reference(figure_of):
    rates = LEARNING_RATES.replace("[nuisance]\n", "").replace("[0.001,", "[0.5, 0.6, 0.7, 0.001,")
    figure = figure_of(f'[studied]\nactivation = ["relu", "tanh"]\ndepth = [1, 2]\n{rates}')
    assert len(figure.table.frame) == 4
    assert "Every combination of these factors, learning_rate = 0.001: activation down" in figure.caption


def test_one_cell_is_no_grid(figure_of):
    assert figure_of('[studied]\nactivation = ["relu"]\n') is None


TABLE = pd.DataFrame(
    {
        "activation": ["relu", "relu", "tanh", "tanh"],
        "depth": [1, 2, 1, 2],
        "test_score": [0.4, 0.3, 0.4, 0.1],
    }
)
FACTORS = ["activation", "depth"]
LAYOUT = make_layout(TABLE, FACTORS, [], 265)


def test_the_faintest_level_and_its_worst_partner_are_named():
    assert extremes(TABLE, LAYOUT, FACTORS) == "Faintest on average: depth = 2 (0.200; with activation = tanh, 0.100)."


def test_a_level_without_a_score_is_not_named():
    table = TABLE.assign(test_score=[0.4, None, 0.2, None])
    assert extremes(table, LAYOUT, FACTORS) == "Faintest on average: activation = tanh (0.200; with depth = 1, 0.200)."


def test_what_some_cells_have_in_common():
    assert common_levels(TABLE.iloc[[3]], TABLE, LAYOUT, FACTORS) == "activation = tanh and depth = 2"
    assert common_levels(TABLE.iloc[[1, 3]], TABLE, LAYOUT, FACTORS) == "depth = 2"
    assert common_levels(TABLE.iloc[[0, 3]], TABLE, LAYOUT, FACTORS) == ""
