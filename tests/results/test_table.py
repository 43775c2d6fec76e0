"""One row a planned run, with the journal's numbers under the documented names."""

import numpy as np
import pandas as pd
import pytest

from nnjax.judged import USUAL
from nnjax.metrics import FINALS, names
from nnjax.results.columns import RESULT_COLUMNS
from nnjax.results.table import cells_table, load_results, results_table, results_with_curves
from nnjax.sweep.journal.schema import JOURNAL_FINALS, JOURNAL_SCHEMA
from nnjax.sweep.study.reading import find_study


def test_columns_and_rows_are_the_planned_ones(swept) -> None:
    table = results_table(swept.space, swept.journal)
    assert list(table.columns) == names(RESULT_COLUMNS)
    assert table["run_id"].tolist() == [run.run_id for run in swept.space.runs]
    assert set(table["status"]) == {"finished"}


def test_numbers_are_the_journals(swept) -> None:
    table = results_table(swept.space, swept.journal).set_index("run_id")
    stored = swept.journal.read(JOURNAL_FINALS).to_pandas().set_index("run_id").loc[table.index]
    pd.testing.assert_frame_equal(table[list(JOURNAL_FINALS)], stored[list(JOURNAL_FINALS)])


def test_curves_read_along_are_the_journals_and_leave_the_results_as_they_are(swept) -> None:
    columns = ("fit_train_r2", "preactivation_grad_norm", "test_prediction")
    results, along = results_with_curves(swept.space, swept.journal, columns)
    pd.testing.assert_frame_equal(results, results_table(swept.space, swept.journal))
    assert along.equals(swept.journal.read(columns))


def test_factors_are_numbers_where_they_are_ordered(swept) -> None:
    table = results_table(swept.space, swept.journal)
    assert table["batch_size"].unique().tolist() == [265]
    assert table["depth"].unique().tolist() == [1, 2]
    assert table["hidden_layer_sizes"].unique().tolist() == ["4", "4-4"]
    assert table["cell"].unique().tolist() == ["tanh d1", "tanh d2", "relu d1", "relu d2"]


def test_a_missing_run_has_a_row_without_numbers(own_home) -> None:
    next(own_home.home.glob("journal/*.parquet")).unlink()
    table = results_table(own_home.space, own_home.journal)
    missing = table[table["status"] == "missing"]
    assert (len(table), len(missing)) == (16, 4)
    assert missing[[name for name in names(FINALS) if name != "target_r2"]].isna().all(axis=None)


def change(home, run_id: str, **changes: object) -> None:
    """Put another outcome of one run in the place of its chunk."""
    for path in home.home.glob("journal/*.parquet"):
        rows = pd.read_parquet(path)["run_id"]
        if run_id in set(rows):
            kept = home.journal.read(JOURNAL_SCHEMA.names, set(rows)).to_pylist()
            path.unlink()
            home.journal.append([{**row, **(changes if row["run_id"] == run_id else {})} for row in kept])


def test_a_diverged_run_keeps_its_epoch_and_no_score(own_home) -> None:
    run_id = own_home.space.runs[0].run_id
    change(own_home, run_id, status="diverged", diverged_epoch=2, best_epoch=-1, test_r2=float("nan"))
    row = results_table(own_home.space, own_home.journal).set_index("run_id").loc[run_id]
    assert (row["status"], row["diverged_epoch"]) == ("diverged", 2)
    assert row[["best_epoch", "test_r2", "epochs_to_target"]].isna().all()


@pytest.mark.parametrize(
    ("curve", "epoch"),
    [([0.9, 0.1, 0.4, 0.9], 2), ([0, 0.1, 0.2, 0.3], np.nan), ([0, 0.5, 0, 0], 1), ([0, np.nan, 0.5, 0], 2)],
)
def test_epochs_to_target_is_the_first_epoch_at_or_above_it(own_home, curve: list[float], epoch: float) -> None:
    run_id = own_home.space.runs[3].run_id
    change(own_home, run_id, fit_validation_r2=np.array(curve, np.float32))
    table = results_table(own_home.space, own_home.journal).set_index("run_id")
    np.testing.assert_equal(table.loc[run_id, "epochs_to_target"], epoch)
    assert table["target_r2"].unique().tolist() == [0.4]


def test_cells_are_means_over_replicates_best_first(swept) -> None:
    results = results_table(swept.space, swept.journal)
    cells = cells_table(results, USUAL["regression"])
    assert cells["validation_score"].is_monotonic_decreasing
    assert cells[["replicates", "diverged", "missing"]].to_numpy().tolist() == [[4, 0, 0]] * 4
    scores = results.loc[results["cell_id"] == cells["cell_id"][0], "test_r2"].clip(lower=-1)
    assert cells["test_score"][0] == pytest.approx(scores.mean())
    assert cells["test_score_sd"][0] == pytest.approx(scores.std(ddof=1))


def test_a_cell_that_lost_three_of_four_runs_is_not_the_best(swept) -> None:
    results = results_table(swept.space, swept.journal).assign(validation_r2=0.4, test_r2=0.4, test_rmse=50.0)
    lost, best = results["cell_id"].unique()[:2]
    results.loc[results["cell_id"] == lost, ["validation_r2", "test_r2"]] = 0.5
    results.loc[results["cell_id"] == best, "validation_r2"] = 0.41
    three = results.index[results["cell_id"] == lost][:3]
    results.loc[three, ["validation_r2", "test_r2", "test_rmse"]] = np.nan
    results.loc[three, "status"] = "diverged"
    cells = cells_table(results, USUAL["regression"])
    assert cells["cell_id"][0] == best
    worst = cells.set_index("cell_id").loc[lost]
    assert worst["validation_score"] == pytest.approx((0.5 - 3) / 4)
    assert worst["test_score_sd"] == pytest.approx(np.std([-1, -1, -1, 0.5], ddof=1))
    assert worst[["diverged", "replicates", "test_rmse"]].tolist() == [3, 4, 50.0]


def test_classes_are_ranked_by_accuracy(swept) -> None:
    results = results_table(swept.space, swept.journal)
    results = results.assign(**{name: np.nan for name in results if name.endswith("_r2")})
    cells = cells_table(results.assign(validation_accuracy=np.arange(16) / 16), USUAL["classification"])
    assert cells["validation_score"].is_monotonic_decreasing and cells["validation_score"].notna().all()
    assert not [name for name in cells if "r2" in name]


def test_a_study_is_found_by_path_and_by_name(swept) -> None:
    path = swept.home / "experiments" / "small.toml"
    for study in (path, "small"):
        assert len(load_results(study, swept.home)) == 16
    assert len(load_results("small", swept.home, ["replicates.splits=8"])) == 32
    assert find_study(path) == path
