"""Scores count every run that was trained."""

import numpy as np
import pandas as pd

from nnjax.results.scores import as_scores

RUNS = pd.DataFrame(
    {
        "status": ["finished", "diverged", "missing", "finished"],
        "test_r2": [0.5, np.nan, np.nan, -3.0],
        "test_accuracy": [0.9, np.nan, np.nan, 0.2],
        "test_rmse": [50.0, np.nan, np.nan, 90.0],
        "target_r2": [0.4, 0.4, 0.4, 0.4],
    }
)


def test_a_diverged_run_is_worst_and_a_missing_one_has_no_score() -> None:
    scores = {task: as_scores(RUNS, task) for task in ("regression", "classification")}
    np.testing.assert_equal(scores["regression"]["test_r2"].to_numpy(), [0.5, -1.0, np.nan, -1.0])
    np.testing.assert_equal(scores["classification"]["test_accuracy"].to_numpy(), [0.9, 0.0, np.nan, 0.2])


def test_a_study_in_which_all_diverged_has_the_lowest_scores() -> None:
    lost = RUNS.assign(status="diverged", test_r2=np.nan)
    assert as_scores(lost, "regression")["test_r2"].tolist() == [-1.0] * 4


def test_everything_else_stays() -> None:
    pd.testing.assert_frame_equal(
        as_scores(RUNS, "regression")[["test_rmse", "target_r2"]], RUNS[["test_rmse", "target_r2"]]
    )


def test_a_task_without_the_measure_gains_none() -> None:
    assert as_scores(RUNS.assign(test_accuracy=np.nan), "regression")["test_accuracy"].isna().all()
