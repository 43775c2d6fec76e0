"""What the validation rows choose."""

import numpy as np
import pandas as pd
import pytest
from fakes.results import runs, scored

from nnjax.judged import USUAL
from nnjax.report.against_baseline import candidates_words
from nnjax.report.best_cell import best_runs, choose_best_cell
from nnjax.results.scores import with_scores


def test_a_diverged_run_has_accuracy_0_and_a_missing_one_none():
    columns = dict.fromkeys(("validation_accuracy", "last_validation_accuracy", "last_test_accuracy"), 0.5)
    table = pd.DataFrame({"status": ["finished", "diverged", "missing"], "test_accuracy": [0.9, np.nan, np.nan]})
    scores = with_scores(table.assign(**columns), USUAL["classification"])["test_score"]
    assert scores.tolist()[:2] == [0.9, 0.0] and np.isnan(scores.iloc[2])


def test_r2_is_clipped_and_a_diverged_run_scores_minus_one():
    table = runs(status=["finished", "finished", "diverged", "missing"], validation_r2=[0.5, -7.0, np.nan, np.nan])
    scores = scored(table)["validation_score"]
    assert scores.tolist()[:3] == [0.5, -1.0, -1.0] and np.isnan(scores.iloc[3])


def test_the_best_cell_is_chosen_on_validation_rows_and_scored_on_test_rows():
    table = scored(
        runs(
            split=[0, 1, 0, 1],
            cell_id=["a", "a", "b", "b"],
            validation_r2=[0.5, 0.1, 0.4, 0.3],
            test_r2=[0.3, 0.6, 0.2, 0.5],
        )
    )
    best = choose_best_cell(table)
    assert best.scores().to_dict() == {0: 0.3, 1: 0.5}
    assert best_runs(table, best)[["split", "cell_id"]].to_numpy().tolist() == [[0, "a"], [1, "b"]]
    assert best.selection.naive_maximum == pytest.approx(0.45)


def test_without_a_complete_cell_there_is_no_best_one():
    table = scored(runs(split=[0, 1], cell_id=["a", "a"], status=["finished", "missing"], validation_r2=[0.5, np.nan]))
    assert choose_best_cell(table) is None


def seeded(**columns):
    """Two cells of two splits and two seeds; a has the better validation scores."""
    return scored(runs(split=[0, 0, 1, 1] * 2, cell_id=list("aaaabbbb"), **columns))


def test_a_cell_that_lacks_a_run_is_not_complete_and_no_candidate():
    whole = seeded(validation_r2=[0.5] * 4 + [0.4] * 4)
    assert choose_best_cell(whole).cell_ids == ("a", "b") and choose_best_cell(whole).is_complete
    lost = seeded(status=["missing"] + ["finished"] * 7, validation_r2=[np.nan] + [0.5] * 3 + [0.4] * 4)
    assert choose_best_cell(lost).cell_ids == ("b",) and choose_best_cell(lost).is_complete
    assert candidates_words(choose_best_cell(lost)) == "1 complete cell"


def test_where_every_cell_lacks_runs_the_choice_says_so():
    status = ["missing", *["finished"] * 3] * 2
    lost = choose_best_cell(seeded(status=status, validation_r2=[np.nan, 0.5, 0.5, 0.5, np.nan, 0.4, 0.4, 0.4]))
    assert lost.cell_ids == ("a", "b") and not lost.is_complete
    assert "every cell of the study lacks runs" in candidates_words(lost) and "complete" not in candidates_words(lost)
