import warnings

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn import metrics

from nnjax.network.outputs import OUTPUTS, predicted_correctly
from nnjax.training.class_scores import (
    class_probabilities,
    confusion_matrix,
    predicted_classes,
    score_classes,
    true_classes,
)


@st.composite
def predictions(draw):
    """Classes, and probabilities on a coarse grid, so that ties, zeros and ones are common."""
    n_classes, n = draw(st.integers(2, 5)), draw(st.integers(1, 25))
    target = draw(arrays(np.int64, n, elements=st.integers(0, n_classes - 1)))
    counts = draw(arrays(np.int64, (n, n_classes), elements=st.integers(0, 4))) + np.eye(n_classes, dtype=int)[0]
    return target, counts / counts.sum(axis=1, keepdims=True)


def peers(target, probability, weights=None):
    n_classes = probability.shape[1]
    predicted, labels = predicted_classes(probability), np.arange(n_classes)
    is_binary = n_classes == 2
    scores = probability[:, 1] if is_binary else probability
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a class without rows
        return {
            "accuracy": metrics.accuracy_score(target, predicted, sample_weight=weights),
            "balanced_accuracy": metrics.balanced_accuracy_score(target, predicted, sample_weight=weights),
            "log_loss": metrics.log_loss(target, probability, labels=labels, sample_weight=weights),
            "brier": metrics.brier_score_loss(target, scores, labels=labels, sample_weight=weights),
            "roc_auc": metrics.roc_auc_score(target, scores, labels=labels, multi_class="ovr", sample_weight=weights)
            if len(np.unique(target)) == n_classes
            else np.nan,
        }


@given(case=predictions())
def test_scores_equal_scikit_learns(case):
    ours, theirs = score_classes(*case)._asdict(), peers(*case)
    for name, value in theirs.items():
        np.testing.assert_allclose(ours[name], value, rtol=1e-9, atol=1e-12, err_msg=name)


@given(case=predictions(), seed=st.integers(0, 9))
def test_weighted_scores_equal_scikit_learns(case, seed):
    weights = np.random.default_rng(seed).uniform(0.1, 9, len(case[0]))
    ours, theirs = score_classes(*case, weights)._asdict(), peers(*case, weights)
    for name, value in theirs.items():
        np.testing.assert_allclose(ours[name], value, rtol=1e-9, atol=1e-12, err_msg=name)


@given(case=predictions())
def test_confusion_matrix_equals_scikit_learns(case):
    target, probability = case
    n_classes, predicted = probability.shape[1], predicted_classes(probability)
    theirs = metrics.confusion_matrix(target, predicted, labels=np.arange(n_classes))
    np.testing.assert_array_equal(confusion_matrix(target, predicted, n_classes), theirs)


def test_a_class_without_rows_leaves_no_roc_auc_and_the_other_scores():
    scores = score_classes(np.array([0, 0, 1]), np.full((3, 3), 1 / 3))
    assert np.isnan(scores.roc_auc)
    assert scores.balanced_accuracy == 0.5  # of the two classes that are there
    assert np.isfinite(scores[:4]).all()


def test_tied_probabilities_count_half():
    assert score_classes(np.array([0, 1, 0, 1]), np.full((4, 2), 0.5)).roc_auc == 0.5


def test_a_diverged_runs_scores_are_unknown():
    assert np.isnan(score_classes(np.array([0, 1]), np.array([[np.nan, np.nan], [0.5, 0.5]]))).all()


@pytest.mark.parametrize(
    ("target", "rows", "message"),
    [
        (np.array([0, 2]), np.full((2, 2), 0.5), "integers from 0 to 1"),
        (np.array([0, -1]), np.full((2, 2), 0.5), "integers from 0 to 1"),
        (np.array([0.0, 1.0]), np.full((2, 2), 0.5), "integers from 0 to 1"),
        (np.array([0]), np.full((2, 2), 0.5), "do not go with"),
        (np.array([0, 1]), np.full((2, 1), 0.5), "do not go with"),
        (np.array([], int), np.zeros((0, 2)), "do not go with"),
    ],
)
def test_misuse_is_refused(target, rows, message):
    with pytest.raises(ValueError, match=message):
        score_classes(target, rows)


@given(p=arrays(np.float32, (6, 1), elements=st.floats(0, 1, width=32)))
def test_one_output_is_the_second_classs_probability(p):
    np.testing.assert_array_equal(class_probabilities(p), np.hstack([1 - np.float64(p), np.float64(p)]))


@given(values=arrays(np.float32, (6, 3), elements=st.floats(0, 1, width=32)))
def test_several_outputs_become_rows_that_sum_to_one(values):
    assume((values.sum(axis=1) > 1e-30).all())
    rows = class_probabilities(values)
    np.testing.assert_allclose(rows.sum(axis=1), 1, rtol=1e-12)
    exact = np.float64(values)
    np.testing.assert_allclose(rows * exact.sum(axis=1, keepdims=True), exact, rtol=1e-12)
    np.testing.assert_allclose(class_probabilities(rows), rows, rtol=1e-12)


def test_a_row_of_zeros_says_nothing_and_a_diverged_one_stays_unknown():
    np.testing.assert_array_equal(class_probabilities(np.zeros((1, 4))), np.full((1, 4), 0.25))
    assert np.isnan(class_probabilities(np.full((1, 2), np.nan))).all()


@pytest.mark.parametrize("width", [1, 3])
@pytest.mark.parametrize("value", [-0.1, 1.1])
def test_an_output_that_is_no_probability_is_refused(value, width):
    with pytest.raises(ValueError, match="outside 0 … 1"):
        class_probabilities(np.full((2, width), value))


@pytest.mark.parametrize(("output", "width"), [("logistic", 1), ("softmax", 2), ("softmax", 3), ("logistic", 3)])
@given(data=st.data())
def test_accuracy_on_the_host_equals_the_share_that_training_counts(output, width, data):
    steps = arrays(np.float32, width, elements=st.integers(-3, 3).map(float))
    z, target = jnp.asarray(data.draw(steps)), data.draw(st.integers(0, max(1, width - 1)))
    encoded = jnp.array([float(target)]) if width == 1 else jnp.eye(width)[target]
    probability = class_probabilities(np.asarray(OUTPUTS[output].apply(z))[None])
    accuracy = score_classes(np.array([target]), probability).accuracy
    assert accuracy == float(predicted_correctly(z, encoded))


def test_true_classes_undo_the_encoding():
    assert true_classes(np.float32([[0], [1], [1]])).tolist() == [0, 1, 1]
    assert true_classes(np.eye(4, dtype=np.float32)[[3, 1]]).tolist() == [3, 1]
