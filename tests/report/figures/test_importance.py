"""What carries the variance: tables by value."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from nnjax.report.figures.importance import (
    budget_of,
    budget_table,
    draw_shares,
    draw_unbiased,
    importance_table,
    score_grid,
)
from nnjax.report.layout import make_layout


@pytest.fixture
def axes():
    return Figure().subplots()


def known_grid(splits=3):
    """The grid whose shares are known, the same on every split."""
    cells = [(a, b, v) for a, line in enumerate([[0, 0.1, 0.2], [0.1, 0.2, 0.6]]) for b, v in enumerate(line)]
    rows = [(a, b, split, 0, v) for a, b, v in cells for split in range(splits)]
    table = pd.DataFrame(rows, columns=["depth", "width", "split", "seed_index", "test_score"])
    return table.assign(cell_id=table["depth"].astype(str) + table["width"].astype(str))


def layout_of(results):
    return make_layout(results, ["depth", "width"], [], 265)


def test_importance_is_the_known_answer():
    table = importance_table(known_grid(), layout_of(known_grid())).set_index("effect")
    expected = {"depth": 0.272727, "width": 0.590909, "depth × width": 0.136364}
    assert table["share"].to_dict() == pytest.approx(expected, abs=1e-6)
    assert table["unbiased_share"].to_dict() == pytest.approx(expected, abs=1e-6)  # no noise to take off
    assert (table["high"] - table["low"]).to_numpy() == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("rows", [slice(0, -1), slice(0, -3), slice(0, 3)])
def test_without_a_complete_grid_there_is_no_importance(rows):
    results = known_grid()[rows]
    layout = layout_of(known_grid())
    assert importance_table(results, layout).empty
    assert score_grid(results, layout) is None


def test_interactions_of_three_and_more_are_one_line_without_an_interval():
    both = [known_grid().assign(l2=l2, cell_id=known_grid()["cell_id"] + str(l2)) for l2 in (0.0, 0.1)]
    results = pd.concat(both, ignore_index=True)
    results["test_score"] += 0.01 * np.sin(np.arange(len(results)))
    layout = make_layout(results, ["depth", "width"], ["l2"], 265)
    table = importance_table(results, layout).set_index("effect")
    assert table["share"].sum() == pytest.approx(1.0)
    assert table.index[-1] == "three and more" and len(table) == 3 + 3 + 1
    assert np.isnan(table.loc["three and more", "low"])


def test_a_budget_tells_seeds_apart_only_where_there_are_two(study_results, classes):
    assert len(budget_table(budget_of(study_results.results))) == 3
    table = budget_table(budget_of(classes.results))
    assert table["source"].tolist() == ["setting", "split", "split × setting", "seed"]
    assert table["share"].sum() == pytest.approx(1.0)


def test_one_cell_has_no_budget():
    assert budget_of(known_grid()[:3]) is None


def test_cells_that_do_not_differ_have_no_importance_and_a_drawing(axes):
    draw_shares(pd.DataFrame({"effect": ["depth", "width"], "share": [0.0, 0.0]}), axes, "effect")
    assert axes.get_xlim()[1] > 0


def test_importance_bars_carry_their_percentage(axes):
    draw_shares(pd.DataFrame({"effect": ["depth", "width"], "share": [0.7, 0.3]}), axes, "effect")
    assert [text.get_text().strip("\u00a0") for text in axes.texts] == ["70 %", "30 %"]


def test_an_unbiased_share_stands_in_its_interval(axes):
    table = pd.DataFrame({"effect": ["depth"], "unbiased_share": [0.2], "low": [0.1], "high": [0.3]})
    draw_unbiased(table, axes)
    assert list(axes.lines[1].get_xdata()) == pytest.approx([10, 30])
    assert axes.lines[2].get_xdata()[0] == pytest.approx(20)
