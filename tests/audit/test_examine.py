"""What was written down against the journal, read to the last digit."""

import numpy as np
import pandas as pd
import pytest

from nnjax.audit.examine import examine_report

COLUMNS = ["test_r2", "best_epoch"]


@pytest.fixture
def there():
    """Three runs; one has no score."""
    return pd.DataFrame(
        {"run_id": ["a", "b", "c"], "status": "finished", "test_r2": [0.1 + 0.2, 1e-300 / 3, np.nan], "best_epoch": 3}
    )


def written(folder, table):
    (folder / "tables").mkdir()
    table.to_csv(folder / "tables" / "runs.csv", index=False)
    return folder


def test_the_report_is_read_to_the_last_digit(there, tmp_path):
    line = examine_report(written(tmp_path, there), there, COLUMNS)
    assert line.is_ok and line.seen == "3 runs, 6 numbers"


def test_a_last_digit_that_differs_is_seen(there, tmp_path):
    other = there.assign(test_r2=[np.nextafter(0.1 + 0.2, 1), 1e-300 / 3, np.nan])
    line = examine_report(written(tmp_path, other), there, COLUMNS)
    assert not line.is_ok and "1 differs: test_r2 of run a" in line.seen


@pytest.mark.parametrize("table", [pd.DataFrame({"run_id": ["a"]}), None])
def test_a_report_without_its_table_is_said_to_be_so(table, there, tmp_path):
    if table is not None:
        written(tmp_path, table.assign(status="finished", test_r2="x", best_epoch=3))
    line = examine_report(tmp_path, there, COLUMNS)
    assert not line.is_ok and "cannot be read as the table it was" in line.seen
