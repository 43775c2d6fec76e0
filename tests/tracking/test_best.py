import numpy as np
import pandas as pd

from nnjax.tracking.best import best_row, best_table, default_headline, sweep_points


def test_the_best_cell_is_chosen_on_validation_rows(tables):
    best = best_row(tables.cells)
    assert best["validation_r2"] == tables.cells["validation_r2"].max()


def test_an_incomplete_cell_is_never_the_best(tables):
    cells = tables.cells.copy()
    cells.loc[cells["validation_r2"].idxmax(), "missing"] = 1
    assert best_row(cells)["validation_r2"] < tables.cells["validation_r2"].max()


def test_a_sweep_that_diverged_altogether_says_so(tables):
    cells = tables.cells.assign(validation_r2=np.nan)
    assert best_row(cells) is None
    assert default_headline(tables.results, None).startswith("No run reached a finite score. 48 runs in 16 cells")
    assert {point.key for point in sweep_points(tables.results, None, 0)} == {"runs", "runs_diverged"}


def test_the_headline_names_cell_score_and_counts(tables):
    headline = default_headline(tables.results, best_row(tables.cells))
    assert best_row(tables.cells)["cell"] in headline
    assert "over 3 replicates. 48 runs in 16 cells, 1 diverged." in headline


def test_the_table_keeps_order_factors_and_six_digits(tables, description):
    table = best_table(tables.cells, description.factors)
    assert list(table.columns[:5]) == ["cell", "activation", "depth", "batch_size", "l2"]
    assert pd.Series(table["test_r2"]).map(lambda value: len(str(value)) <= 9).all()
