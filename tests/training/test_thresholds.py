"""Thresholds against every candidate tried with scikit-learn."""

import numpy as np
import pytest
from sklearn import metrics

from nnjax.training.class_measures import CONFUSION_MEASURES, ClassPredictions
from nnjax.training.thresholds import choose_thresholds

PEERS = {
    "accuracy": metrics.accuracy_score,
    "balanced_accuracy": metrics.balanced_accuracy_score,
    "f1": metrics.f1_score,
    "matthews": metrics.matthews_corrcoef,
}


def candidates(second):
    edges = np.unique(np.r_[0.0, second, 1.0])
    return np.r_[0.5, (edges[1:] + edges[:-1]) / 2]


def of_second(*runs):
    second = np.array(runs)
    return np.stack([1 - second, second], axis=2)


@pytest.mark.parametrize("measure", CONFUSION_MEASURES)
@pytest.mark.parametrize("is_weighted", [False, True])
def test_no_other_cut_is_better_and_of_those_that_tie_the_nearest_to_a_half_is_taken(measure, is_weighted):
    rng = np.random.default_rng(4)
    target, weights = rng.integers(0, 2, 30), rng.integers(1, 4, 30).astype(float) if is_weighted else None
    probability = of_second(*(rng.integers(0, 9, (4, 30)) / 16 * (1 + target) / 2 + 0.05))
    chosen = choose_thresholds(ClassPredictions(target, probability, weights), measure)
    for run, threshold in enumerate(chosen):
        second = probability[run, :, 1]
        tried = candidates(second)
        values = np.array([PEERS[measure](target, second >= each, sample_weight=weights) for each in tried])
        best = tried[values >= values.max() - 1e-9]
        assert threshold == pytest.approx(best[np.argmin(np.abs(best - 0.5))], abs=1e-12)


def test_a_half_is_kept_where_nothing_is_better():
    given = ClassPredictions(np.array([0, 1]), of_second([0.2, 0.9], [0.5, 0.5], [1.0, 1.0]))
    assert choose_thresholds(given, "accuracy").tolist() == [0.5, 0.5, 0.5]


def test_a_lost_run_has_none():
    given = ClassPredictions(np.array([0, 1]), of_second([0.2, np.nan], [0.2, 0.4]))
    chosen = choose_thresholds(given, "f1")
    assert np.isnan(chosen[0]) and chosen[1] == pytest.approx(0.3)
