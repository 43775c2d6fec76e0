"""Results as files that other programs read."""

import pandas as pd
import pytest

from nnjax.results.columns import RESULT_COLUMNS, names
from nnjax.results.export import write_results


@pytest.mark.parametrize(("name", "read"), [("runs.csv", pd.read_csv), ("runs.parquet", pd.read_parquet)])
def test_runs_as_a_file(swept, tmp_path, name: str, read) -> None:
    assert write_results(swept.space, swept.home, tmp_path / name) == 16
    table = read(tmp_path / name)
    assert list(table.columns) == names(RESULT_COLUMNS)
    assert table["run_id"].tolist() == [run.run_id for run in swept.space.runs]


def test_histories_as_a_file(swept, tmp_path) -> None:
    rows = write_results(swept.space, swept.home, tmp_path / "curves.parquet", curves=True)
    assert len(pd.read_parquet(tmp_path / "curves.parquet")) == rows > 16


def test_standard_output_is_csv(swept, capsys: pytest.CaptureFixture[str]) -> None:
    write_results(swept.space, swept.home)
    assert capsys.readouterr().out.startswith("run_id,cell_id,cell,")


def test_another_ending_is_refused(swept, tmp_path) -> None:
    with pytest.raises(ValueError, match=r"end it in \.csv or \.parquet"):
        write_results(swept.space, swept.home, tmp_path / "runs.xlsx")
