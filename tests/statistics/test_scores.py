"""Scores of runs."""

import numpy as np

from nnjax.statistics.scores import FLOOR, clipped_scores


def test_explosions_and_diverged_runs_score_the_floor() -> None:
    scores = clipped_scores([[0.5, -40.0], [np.nan, 0.9]], [[False, False], [False, True]])
    np.testing.assert_array_equal(scores, [[0.5, FLOOR], [FLOOR, FLOOR]])


def test_infinitely_bad_predictions_score_the_floor() -> None:
    assert clipped_scores([-np.inf], [False]).tolist() == [FLOOR]
