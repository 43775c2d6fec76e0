"""Histories as long tables: every value of the journal in its place."""

import numpy as np
import pandas as pd
import pytest

from nnjax.metrics import FIT_CURVES, LAYER_CURVES
from nnjax.results.curves import cell_curves, curves_table

COLUMNS = ["run_id", "cell_id", "split", "epoch", "curve", "layer", "value"]


def test_every_value_is_there_in_its_place(swept) -> None:
    table = curves_table(swept.space, swept.journal)
    long = table.set_index(["run_id", "curve", "layer", "epoch"])["value"].sort_index()
    stored = {row["run_id"]: row for row in swept.journal.read([*FIT_CURVES, *LAYER_CURVES]).to_pylist()}
    expected = 0
    for run_id, row in stored.items():
        for curve in (*FIT_CURVES, *LAYER_CURVES):
            layers = {0: row[curve]} if curve.startswith("fit_") else dict(enumerate(row[curve], 1))
            for layer, values in layers.items():
                np.testing.assert_array_equal(long.loc[run_id, curve, layer], np.float32(values))
                expected += len(values)
    assert len(long) == expected


def test_curves_epochs_and_runs_can_be_chosen(swept) -> None:
    run_id = swept.space.runs[2].run_id
    table = curves_table(swept.space, swept.journal, ["fit_train_loss", "unit_dead"], [0, 3], {run_id})
    assert list(table.columns) == COLUMNS
    assert set(table["run_id"]) == {run_id}
    assert table[["curve", "layer", "epoch"]].to_numpy().tolist() == [
        ["fit_train_loss", 0, 0],
        ["fit_train_loss", 0, 3],
        ["unit_dead", 1, 0],
        ["unit_dead", 1, 3],
    ]


def test_no_runs_no_rows(swept, tmp_path) -> None:
    from nnjax.sweep.journal.journal import Journal

    table = curves_table(swept.space, Journal(tmp_path))
    assert list(table.columns) == COLUMNS
    assert table.empty


def test_a_cells_curve_is_the_mean_of_its_replicates(swept) -> None:
    long = curves_table(swept.space, swept.journal, ["grad_norm"])
    mean = cell_curves(long).set_index(["cell_id", "curve", "layer", "epoch"])["value"]
    cell = swept.space.cells[3].cell_id
    at = (long["cell_id"] == cell) & (long["layer"] == 2) & (long["epoch"] == 1)
    assert mean[cell, "grad_norm", 2, 1] == pytest.approx(long.loc[at, "value"].mean(), rel=1e-6)
    assert len(mean) == len(long) // 4


def test_a_value_that_is_not_finite_hides_its_mean() -> None:
    rows = [("a", 1, "fit_train_loss", 0, 1.0), ("a", 1, "fit_train_loss", 0, np.inf)]
    curves = pd.DataFrame(rows, columns=["cell_id", "epoch", "curve", "layer", "value"])
    assert cell_curves(curves)["value"].isna().tolist() == [True]
