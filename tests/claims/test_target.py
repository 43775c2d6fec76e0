"""Never and missing: both empty in the results table, two things wherever epochs to the target are looked at."""

import numpy as np
import pandas as pd
import pytest

from nnjax.claims.target import target_times, trained
from nnjax.report.figures.curves import restricted_table, seconds_table, steps_table
from nnjax.report.outcome_link import split_means

RUNS = pd.DataFrame(
    {
        "activation": "relu",
        "split": [0, 0, 1, 1],
        "status": ["finished", "finished", "diverged", "missing"],
        "epochs": 32,
        "epochs_to_target": [4.0, np.nan, np.nan, np.nan],
        "train_seconds": 2.0,
        "grad_slope": 0.1,
        "test_score": 0.5,
    }
)


def test_never_is_infinite_and_missing_is_nothing():
    assert target_times(RUNS).tolist()[:3] == [4.0, np.inf, np.inf] and np.isnan(target_times(RUNS)[3])
    assert trained(RUNS)["status"].tolist() == ["finished", "finished", "diverged"]


@pytest.mark.parametrize("look", [steps_table, restricted_table, seconds_table, split_means])
def test_a_missing_run_changes_nothing(look):
    pd.testing.assert_frame_equal(look(RUNS, ["activation"]), look(RUNS.iloc[:3], ["activation"]))


@pytest.mark.parametrize("look", [steps_table, restricted_table, seconds_table, split_means])
def test_a_run_that_never_arrives_does(look):
    assert not look(RUNS.iloc[:1], ["activation"]).equals(look(RUNS.iloc[:2], ["activation"]))
