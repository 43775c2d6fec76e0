import numpy as np
import pandas as pd
import pytest

from nnjax.judged import USUAL
from nnjax.metrics import judged, names
from nnjax.results.columns import RESULT_COLUMNS
from nnjax.results.table import cells_table
from nnjax.tracking.best import best_keys, best_row, best_table, describe_outcome, sweep_points

R2 = USUAL["regression"]


def test_the_best_cell_is_chosen_on_validation_rows(sweep):
    best = best_row(sweep.tables.cells)
    assert best["validation_score"] == sweep.tables.cells["validation_score"].max()


def test_a_cell_is_not_the_best_by_losing_its_bad_runs():
    """Three of four runs diverged and the fourth at 0.5, against four at 0.4."""
    lost = pd.DataFrame(
        {"cell_id": "a", "status": ["diverged"] * 3 + ["finished"], "validation_r2": [np.nan] * 3 + [0.5]}
    )
    kept = pd.DataFrame({"cell_id": "b", "status": "finished", "validation_r2": [0.4] * 4})
    runs = pd.concat([lost, kept], ignore_index=True)
    results = runs.reindex(columns=names(RESULT_COLUMNS)).assign(cell=runs["cell_id"], test_r2=runs["validation_r2"])
    cells = cells_table(results, R2)
    best = best_row(cells)
    assert best["cell_id"] == "b"
    assert "**b**, test R² 0.400 ± 0.000 (sd) over 4 replicates. 8 runs" in describe_outcome(results, best, R2)
    [worst] = cells[cells["cell_id"] == "a"].to_dict("records")
    assert (worst["validation_score"], worst["diverged"]) == (pytest.approx((0.5 - 3) / 4), 3)
    assert "over 4 replicates, 3 of them diverged." in describe_outcome(results, worst, R2)


def test_an_incomplete_cell_is_never_the_best(tables):
    cells = tables.cells.copy()
    cells.loc[cells["validation_score"].idxmax(), "missing"] = 1
    assert best_row(cells)["validation_score"] < tables.cells["validation_score"].max()


def test_a_sweep_that_diverged_altogether_says_so(tables):
    cells = tables.cells.assign(validation_score=np.nan)
    assert best_row(cells) is None
    headline = describe_outcome(tables.results, None, R2)
    assert headline.startswith("No run reached a finite score. 48 runs in 16 cells")
    assert {point.key for point in sweep_points(tables.results, None, 0, R2)} == {"runs", "runs_diverged"}


def test_the_headline_names_cell_score_and_counts(sweep):
    best = best_row(sweep.tables.cells)
    headline = describe_outcome(sweep.tables.results, best, sweep.description.judged)
    assert best["cell"] in headline
    assert {"regression": "test R² 0.", "classification": "test accuracy 0."}[sweep.task] in headline
    assert "over 3 replicates. 48 runs in 16 cells, 1 diverged." in headline


def test_the_sweep_repeats_the_scores_of_its_task_alone(sweep):
    points = sweep_points(sweep.tables.results, best_row(sweep.tables.cells), 0, sweep.description.judged)
    assert {point.key for point in points} == {"runs", "runs_diverged", *best_keys(sweep.description.judged)}


def test_a_single_replicate_has_no_spread(tables):
    best = dict(best_row(tables.cells)) | {"test_score_sd": np.nan}
    assert "nan" not in describe_outcome(tables.results, best, R2)


def test_the_table_keeps_order_factors_and_six_digits(sweep):
    table = best_table(sweep.tables.cells, sweep.description.factors, sweep.description.judged)
    assert list(table.columns[:5]) == ["cell", "activation", "depth", "batch_size", "l2"]
    assert pd.Series(table[judged("test", sweep.task)]).map(lambda value: len(str(value)) <= 9).all()
    assert not table.isna().all().any()
