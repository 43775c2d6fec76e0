"""Two readings of a factor."""

import numpy as np
import pandas as pd
import pytest

from nnjax.claims.choice import choose_on_validation
from nnjax.report.layout import make_layout
from nnjax.report.readings import FIXED, OWN_BEST, disagreements, fixed_nuisance, readings_table

SIZES = (331, 111)


def results():
    """relu is best without a penalty, tanh with one: at l2 = 0, best on average, tanh seems worse; tuned it is not."""
    score = {("relu", 0.0): 0.6, ("relu", 0.1): 0.2, ("tanh", 0.0): 0.3, ("tanh", 0.1): 0.6}
    rows = [(a, l2, split, value + 0.001 * split) for (a, l2), value in score.items() for split in range(6)]
    table = pd.DataFrame(rows, columns=["activation", "l2", "split", "test_score"])
    jitter = 0.002 * np.sin(np.arange(len(table)))
    return table.assign(
        cell_id=table["activation"] + table["l2"].astype(str),
        validation_score=table["test_score"],
        test_score=table["test_score"] + jitter,
    )


def layout():
    order = {"activation": ["relu", "tanh"], "l2": [0.0, 0.1]}
    return make_layout(results(), ["activation"], ["l2"], 265, order)


def test_the_fixed_setting_is_the_best_on_validation_rows_over_all_cells():
    assert fixed_nuisance(results(), layout()) == {"l2": 0.0}


def test_both_readings_stand_beside_each_other_and_part_where_tuning_matters():
    table = readings_table(results(), choose_on_validation(results(), ["activation"]), layout(), {"l2": 0.0}, SIZES)
    estimates = table.set_index("view")["estimate"]
    assert estimates[FIXED] == pytest.approx(-0.3, abs=0.005)
    assert estimates[OWN_BEST] == pytest.approx(0.0, abs=0.005)
    assert disagreements(table)["view"].tolist() == [OWN_BEST, FIXED]


def test_readings_that_agree_are_not_listed():
    table = pd.DataFrame(
        {"factor": "depth", "level": [2, 2, 4, 4], "q": [0.01, 0.02, 0.5, 0.6], "estimate": [0.1, 0.2, 0.0, -0.1]}
    )
    assert disagreements(table).empty
    assert len(disagreements(table.assign(estimate=[0.1, -0.2, 0.0, 0.0]))) == 2
