"""Scores count every run that was trained; what was measured stays as it was measured."""

import numpy as np
import pandas as pd
import pytest

from nnjax.judged import USUAL
from nnjax.metrics import JUDGED, TASKS, judged
from nnjax.results.scores import clipped_scores, with_scores

LOWEST = JUDGED["regression"].lowest

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
    scores = {task: with_scores(RUNS, USUAL[task])["test_score"].to_numpy() for task in TASKS}
    np.testing.assert_equal(scores["regression"], [0.5, -1.0, np.nan, -1.0])
    np.testing.assert_equal(scores["classification"], [0.9, 0.0, np.nan, 0.2])


def test_a_study_in_which_all_diverged_has_the_lowest_scores() -> None:
    lost = RUNS.assign(status="diverged", test_r2=np.nan)
    assert with_scores(lost, USUAL["regression"])["test_score"].tolist() == [-1.0] * 4


@pytest.mark.parametrize("task", TASKS)
def test_every_number_stays_under_its_name(task: str) -> None:
    pd.testing.assert_frame_equal(with_scores(RUNS, USUAL[task])[list(RUNS)], RUNS)


@pytest.mark.parametrize("task", TASKS)
def test_there_is_a_score_for_each_column_of_the_measure(task: str) -> None:
    parts = ("validation", "test", "last_validation", "last_test")
    runs = RUNS.assign(**{judged(part, task): 0.5 for part in parts})
    assert set(with_scores(runs, USUAL[task])) - set(runs) == {f"{part}_score" for part in parts}


def test_explosions_and_diverged_runs_score_the_floor() -> None:
    scores = clipped_scores([[0.5, -40.0], [np.nan, 0.9]], [[False, False], [False, True]], USUAL["regression"])
    np.testing.assert_array_equal(scores, [[0.5, LOWEST], [LOWEST, LOWEST]])


def test_infinitely_bad_predictions_score_the_floor() -> None:
    assert clipped_scores([-np.inf], [False], USUAL["regression"]).tolist() == [LOWEST]
