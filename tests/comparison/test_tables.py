"""Tables of two sweeps."""

from dataclasses import replace

import numpy as np
import pytest
from fakes.known import TWO_CLAIMS

from nnjax.comparison.tables import compared_cells_table, compared_shares_table, study_table


def test_a_cell_that_lacks_a_run_is_not_compared(make):
    one, other = make(), make(TWO_CLAIMS, "replicates.splits=16")
    lost = one.results.assign(status=one.results["status"].mask(one.results.index == 0, "missing"))
    lost.loc[0, "test_score"] = np.nan
    whole, lacking = (compared_cells_table(each, other) for each in (one, replace(one, results=lost)))
    assert set(whole["cell"]) - set(lacking["cell"]) == {one.results["cell"][0]}


def test_tables_say_what_differs_and_who_moved(make):
    one, other = make(), make(TWO_CLAIMS, "epochs=4", name="longer")
    differing = study_table(one, other).set_index("what")
    assert differing.loc["epochs"].tolist() == ["3", "4"] and "data" not in differing.index
    cells = compared_cells_table(one, other)
    assert len(cells) == 5
    assert cells["difference"].abs().is_monotonic_decreasing
    assert (cells["B"] - cells["A"]).tolist() == pytest.approx(cells["difference"].tolist())
    assert compared_shares_table(one, other).empty, "one factor alone has no shares"
