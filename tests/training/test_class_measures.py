"""Every measure of class probabilities against scikit-learn's, of several runs at once."""

import itertools
import warnings

import numpy as np
import pytest
from sklearn import metrics
from sklearn.calibration import calibration_curve

from nnjax.metrics import MEASURES
from nnjax.training.class_measures import CALIBRATION_BINS, CLASS_MEASURES, ClassPredictions, measure_classes
from nnjax.training.class_scores import score_classes


def drawn(classes, runs=3, rows=40, seed=0):
    """Rows of few distinct probabilities, so that values tie; the last run is sure of itself."""
    rng = np.random.default_rng(seed)
    target = np.r_[np.arange(classes), rng.integers(0, classes, rows - classes)]
    counts = rng.integers(0, 4, (runs, rows, classes)) + 2 * np.eye(classes, dtype=int)[target]
    counts[-1] = np.eye(classes, dtype=int)[0]
    return target, counts / counts.sum(axis=2, keepdims=True), rng.uniform(0.1, 9, rows)


def calibration_error(target, probability, weights):
    confidence, right = probability.max(axis=1), probability.argmax(axis=1) == target
    if weights is None:
        share, said = calibration_curve(right, confidence, n_bins=CALIBRATION_BINS)
        rows = np.histogram(confidence - 1e-12, np.linspace(0, 1, CALIBRATION_BINS + 1))[0]
        return float(np.sum(np.abs(share - said) * rows[rows > 0]) / len(target))
    edges = np.linspace(0, 1, CALIBRATION_BINS + 1)
    places = [(low < confidence) & (confidence <= high) for low, high in itertools.pairwise(edges)]
    return sum(abs(np.sum(weights[rows] * (right - confidence)[rows])) for rows in places) / weights.sum()


def peers(target, probability, weights, threshold=0.5):
    classes = probability.shape[1]
    is_binary = classes == 2
    predicted = (probability[:, 1] >= threshold).astype(int) if is_binary else probability.argmax(axis=1)
    each, one_hot = probability[:, 1] if is_binary else probability, np.eye(classes)[target]
    told = {"sample_weight": weights}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a class that is never predicted
        return {
            "accuracy": metrics.accuracy_score(target, predicted, **told),
            "balanced_accuracy": metrics.balanced_accuracy_score(target, predicted, **told),
            "log_loss": metrics.log_loss(target, probability, **told),
            "brier": metrics.brier_score_loss(target, each, **told),
            "roc_auc": metrics.roc_auc_score(target, each, multi_class="ovr", **told),
            "average_precision": metrics.average_precision_score(
                target if is_binary else one_hot, each, average="macro", **told
            ),
            "f1": metrics.f1_score(target, predicted, average="binary" if is_binary else "macro", **told),
            "matthews": metrics.matthews_corrcoef(target, predicted, **told),
            "calibration_error": calibration_error(target, probability, weights),
        }


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("is_weighted", [False, True])
@pytest.mark.parametrize("threshold", [0.5, 0.3])
def test_measures_equal_scikit_learns(classes, is_weighted, threshold):
    target, probability, weights = drawn(classes)
    if classes > 2 or not is_weighted:
        probability = probability[:, ::-1] if classes > 2 else probability  # rows that say nothing of the target
    weights = weights if is_weighted else None
    given = ClassPredictions(target, probability, weights, np.full(3, threshold))
    ours = measure_classes(given, tuple(CLASS_MEASURES))
    for run, each in enumerate(probability):
        for name, value in peers(target, each, weights, threshold).items():
            np.testing.assert_allclose(ours[name][run], value, rtol=1e-9, atol=1e-12, err_msg=f"{name} of {run}")


def test_those_of_the_engine_are_the_same():
    for classes in (2, 4):
        target, probability, weights = drawn(classes)
        for given in (None, weights):
            ours = measure_classes(ClassPredictions(target, probability, given), tuple(CLASS_MEASURES))
            for run, each in enumerate(probability):
                for name, value in score_classes(target, each, given)._asdict().items():
                    assert ours[name][run] == pytest.approx(value, abs=1e-12), name


def test_a_constant_has_the_share_of_the_second_class_as_average_precision():
    given = ClassPredictions(np.array([0, 0, 0, 1]), np.full((1, 4, 2), 0.5))
    assert measure_classes(given, ("average_precision", "matthews")) == {"average_precision": 0.25, "matthews": 0.0}


def test_a_class_without_rows_and_a_run_that_is_lost_have_no_number():
    given = ClassPredictions(np.array([0, 0]), np.array([[[0.5, 0.5]] * 2, [[np.nan, 0.5]] * 2]))
    found = measure_classes(given, tuple(CLASS_MEASURES))
    assert np.isnan(found["average_precision"]).all() and np.isnan(found["roc_auc"]).all()
    assert found["f1"][0] == 1.0 - 1.0 and all(np.isnan(values[1]) for values in found.values())


def test_every_measure_of_classes_is_there():
    declared = [measure.name for measure in MEASURES if measure.task == "classification"]
    assert declared == list(CLASS_MEASURES)
