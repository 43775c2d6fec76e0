"""Results as files that other programs read."""

import numpy as np
import pandas as pd
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from nnjax.metrics import names
from nnjax.results.columns import RESULT_COLUMNS
from nnjax.results.export import read_results, result_rows, to_arrow, write_results
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.space import expand
from nnjax.sweep.study.study import load_study


@pytest.mark.parametrize(("name", "read"), [("runs.csv", pd.read_csv), ("runs.parquet", pd.read_parquet)])
def test_runs_as_a_file(swept, tmp_path, name: str, read) -> None:
    write_results(read_results(swept.space, swept.home), tmp_path / name)
    table = read(tmp_path / name)
    assert list(table.columns) == names(RESULT_COLUMNS)
    assert table["run_id"].tolist() == [run.run_id for run in swept.space.runs]


def test_a_number_that_a_run_does_not_have_is_nan_and_a_run_that_was_not_trained_is_null(swept, tmp_path) -> None:
    more = expand(load_study(swept.space.study.path, ["replicates.splits=8"]))
    write_results(read_results(more, swept.home), tmp_path / "runs.parquet")
    written = pq.read_table(tmp_path / "runs.parquet")
    journal = Journal(swept.home).read(["test_accuracy", "test_r2", "best_epoch"], {run.run_id for run in more.runs})
    assert written["status"].to_pylist().count("missing") == 16 and len(journal) == 16
    for name in ("test_accuracy", "test_r2", "best_epoch"):
        theirs, ours = journal[name], written[name]
        assert (ours.type, ours.null_count, theirs.null_count) == (theirs.type, 16, 0)
        for aggregate in (pc.max, pc.mean, pc.sum):
            assert aggregate(ours).as_py() == pytest.approx(aggregate(theirs).as_py(), nan_ok=True)


def test_nan_is_not_null() -> None:
    numbers = [0.5, np.nan, np.nan]
    column = to_arrow(pd.DataFrame({"status": ["finished", "diverged", "missing"], "test_r2": numbers}))["test_r2"]
    assert column.is_null().to_pylist() == [False, False, True]
    assert np.isnan(pc.max(column.slice(1)).as_py()) and column[0].as_py() == 0.5
    histories = to_arrow(pd.DataFrame({"epoch": [0, 1, 2], "value": np.array(numbers, np.float32)}))["value"]
    assert histories.null_count == 0 and histories.type == "float"


def test_whole_numbers_stay_whole_beside_runs_that_are_missing(swept, tmp_path) -> None:
    more = expand(load_study(swept.space.study.path, ["replicates.splits=8"]))
    write_results(read_results(more, swept.home), tmp_path / "runs.csv")
    table = pd.read_csv(tmp_path / "runs.csv", dtype=str)
    assert table["best_epoch"].isna().sum() == 16 and not table["best_epoch"].str.endswith(".0").any()


def test_histories_as_a_file(swept, tmp_path) -> None:
    table = read_results(swept.space, swept.home, curves=True)
    write_results(table, tmp_path / "curves.parquet")
    assert len(pd.read_parquet(tmp_path / "curves.parquet")) == len(table) > 16


def test_rows_for_programs_are_plain_python(swept) -> None:
    more = expand(load_study(swept.space.study.path, ["replicates.splits=8"]))
    rows = result_rows(read_results(more, swept.home))
    trained, missing = rows[0], rows[-1]
    assert len(rows) == 32 and list(trained) == names(RESULT_COLUMNS)
    assert type(trained["best_epoch"]) is int and type(trained["test_r2"]) is float
    assert missing["status"] == "missing" and missing["best_epoch"] is missing["test_r2"] is None


def test_standard_output_is_csv(swept, capsys: pytest.CaptureFixture[str]) -> None:
    write_results(read_results(swept.space, swept.home))
    assert capsys.readouterr().out.startswith("run_id,cell_id,cell,")


def test_another_ending_is_refused(swept, tmp_path) -> None:
    with pytest.raises(ValueError, match=r"end it in \.csv or \.parquet"):
        write_results(pd.DataFrame(), tmp_path / "runs.xlsx")
