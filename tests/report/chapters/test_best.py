"""Best cells."""

from dataclasses import replace

import numpy as np
import pytest

from nnjax.report.chapters.best import CELLS_LISTED, best_chapter, compare_cells
from nnjax.report.write import write_material


def test_the_leaderboard_is_sorted_by_validation_rows(material):
    view = best_chapter(material).tables["top"]
    assert view.frame["validation_r2"].is_monotonic_decreasing
    assert len(view.rows) == CELLS_LISTED and len(view.frame) == 24


def test_every_complete_cell_is_compared_with_the_best_on_validation_rows(material):
    comparison = compare_cells(material)
    table = comparison.table.set_index("cell_id")
    best = material.best.cell_ids[comparison.tied.best]
    assert table["p_best"].sum() == pytest.approx(1)
    assert table.loc[best, "difference"] == 0 and table.loc[best, "tied"]
    assert table["difference"].isna().sum() == 1 and not table.loc[table["difference"].isna(), "tied"].any()
    assert table.loc[list(material.best.cell_ids), "tied"].sum() == comparison.tied.size


def test_the_smallest_of_the_tied_is_named_with_its_score(material):
    facts, table = best_chapter(material).facts, compare_cells(material).table
    parameters = int(str(facts["smallest_parameters"]).replace(",", ""))
    assert parameters == table.loc[table["tied"], "n_parameters"].min()
    assert facts["tied"] == table["tied"].sum()


def test_the_page_is_the_same_when_made_again(material):
    assert best_chapter(material).facts == best_chapter(material).facts


def test_the_figure_fills_the_tied_cells(material):
    view = best_chapter(material).figures["ties"]
    assert [key.label for key in view.keys] == ["tied with the best", "worse than the best"]
    assert view.table.frame["place"].tolist() == list(range(1, 24))


def test_the_nested_figure_stands_beside_the_naive_maximum(material):
    facts = best_chapter(material).facts
    assert float(facts["nested"]) <= float(facts["naive"])
    assert float(facts["flattery"]) > 0
    assert facts["cells"] == 23


def test_the_chosen_cells_are_counted_over_all_splits(material):
    chosen = best_chapter(material).tables["chosen"].frame
    assert chosen["splits"].sum() == 4


@pytest.mark.parametrize(("chosen", "words"), [([1, 1, 1, 1], "All splits choose"), ([1, 2, 1, 1], "2 different ones")])
def test_the_page_says_whether_the_splits_agree(material, tmp_path, chosen, words):
    selection = replace(material.best.selection, chosen=np.array(chosen))
    agreed = replace(material, best=replace(material.best, selection=selection))
    assert words in " ".join(write_material(agreed, tmp_path).page.read_text().split())


def test_counts_that_are_the_same_for_every_cell_are_left_to_the_file(material):
    view = best_chapter(material).tables["top"]
    assert "runs" in view.frame.columns and ("runs" in view.columns) is (view.frame["runs"].nunique() > 1)
