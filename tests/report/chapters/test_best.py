"""Best cells."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from nnjax.report.chapters.best import best_chapter, tied_facts, top_cells


def test_the_leaderboard_is_sorted_by_validation_rows(study_results):
    scores = top_cells(study_results)["validation_score"]
    assert scores.is_monotonic_decreasing
    assert len(scores) == 20


def test_the_nested_figure_stands_beside_the_naive_maximum(study_results):
    best = best_chapter(study_results).facts["best"]
    assert best.selection.mean <= best.selection.naive_maximum
    assert best.validation_mean > best.selection.mean
    assert len(best.cell_ids) == 23


def test_the_chosen_cells_are_counted_over_all_splits(study_results):
    chosen = best_chapter(study_results).tables["chosen"].frame
    assert chosen["splits"].sum() == 4


@pytest.mark.parametrize(("chosen", "words"), [([1, 1, 1, 1], "All splits choose"), ([1, 2, 1, 1], "2 different ones")])
def test_the_page_says_whether_the_splits_agree(study_results, words_of, chosen, words):
    selection = replace(study_results.best.selection, chosen=np.array(chosen))
    agreed = replace(study_results, best=replace(study_results.best, selection=selection))
    assert words in words_of(best_chapter(agreed))


def test_counts_that_are_the_same_for_every_cell_are_left_to_the_file(study_results):
    view = best_chapter(study_results).tables["top"]
    assert "runs" in view.frame.columns and ("runs" in view.columns) is (view.frame["runs"].nunique() > 1)


def test_the_smallest_of_the_tied_cells_is_named():
    tied = pd.DataFrame(
        {
            "cell": ["wide", "narrow", "tiny"],
            "n_parameters": [100, 10, 1],
            "validation_score": [0.5, 0.4, 0.1],
            "test_score": [0.4, 0.41, 0.1],
            "tied": [True, True, False],
            "p_best": [0.4, 0.6, 0.0],
        }
    )
    facts = tied_facts(tied)
    assert (facts["tied"], facts["smallest"], facts["smallest_parameters"]) == (2, "narrow", "10")
    assert (facts["probable"], facts["probability"], facts["together"]) == ("narrow", "60 %", "100 %")
