"""How well class probabilities meet the classes, on the host in float64, as scikit-learn defines each number."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# What `class_measures` has of many runs at once adds up in another order: all but accuracy may differ in last bits,
# and these stand in the journal.

Classes = NDArray[np.integer]
Probabilities = NDArray[np.float64]


class ClassScores(NamedTuple):
    """The measures of N predicted rows of class probabilities, as `nnjax.metrics` has them.

    Recalls are averaged over the classes that the rows contain; of ties in the area half count as won, and it is NaN
    if a class has no row. Of two classes the Brier score and the area are the second one's.
    """

    accuracy: float
    balanced_accuracy: float
    log_loss: float
    brier: float
    roc_auc: float


def score_classes(
    target_index: Classes, probability: NDArray[np.floating], weights: NDArray[np.float64] | None = None
) -> ClassScores:
    """Accuracy, balanced accuracy, log loss, Brier score and area under the ROC curve.

    Args:
        target_index: True classes, 0 … K − 1 [N].
        probability: One row an example, each summing to 1 [N, K], K at least 2.
        weights: What the rows count, in any unit [N]; None if all count alike.

    Returns:
        The scores; all NaN if a probability is not finite, as those of a diverged run are.

    Raises:
        ValueError: No rows, shapes that do not match, or a class outside 0 … K − 1.

    Source:
        scikit-learn's accuracy_score, balanced_accuracy_score, log_loss (probabilities held between ε and 1 − ε of
        float64), brier_score_loss and roc_auc_score (macro average, one against the rest).

    >>> scores = score_classes(np.array([0, 1, 1]), np.array([[0.8, 0.2], [0.4, 0.6], [0.7, 0.3]]))
    >>> [round(value, 4) for value in scores]
    [0.6667, 0.75, 0.646, 0.23, 1.0]
    """
    rows = np.asarray(probability, dtype=np.float64)
    if rows.ndim != 2 or rows.shape[1] < 2 or np.shape(target_index) != rows.shape[:1] or not len(rows):
        raise ValueError(f"classes {np.shape(target_index)} do not go with probabilities {rows.shape}")
    n_classes = rows.shape[1]
    target = _checked(target_index, n_classes)
    if not np.isfinite(rows).all():
        return ClassScores(*[float("nan")] * 5)
    confusion = _confusion(target, predicted_classes(rows), n_classes, weights)
    one_hot = np.eye(n_classes)[target]
    squares = np.sum((rows - one_hot) ** 2, axis=1) if n_classes > 2 else (rows[:, 1] - one_hot[:, 1]) ** 2
    return ClassScores(
        accuracy=float(np.trace(confusion) / confusion.sum()),
        balanced_accuracy=_balanced_accuracy(confusion),
        log_loss=_log_loss(target, rows, weights),
        brier=float(_mean(squares, weights)),
        roc_auc=_roc_auc(one_hot, rows, weights),
    )


def _mean(values: NDArray[np.float64], weights: NDArray[np.float64] | None) -> float:
    return float(np.mean(values) if weights is None else np.average(values, weights=weights))


def predicted_classes(probability: NDArray[np.floating]) -> NDArray[np.int64]:
    """The most probable class of each row [..., K]; in a tie the first, but of two classes the second, as p ≥ ½ says.

    >>> predicted_classes(np.array([[0.5, 0.5], [0.6, 0.4]])).tolist()
    [1, 0]
    """
    if probability.shape[-1] == 2:
        return np.asarray(probability[..., 1] >= probability[..., 0], dtype=np.int64)
    return np.asarray(np.argmax(probability, axis=-1), dtype=np.int64)


def confusion_matrix(target: Classes, predicted: Classes, n_classes: int) -> NDArray[np.int64]:
    """Number of rows by true class (line) and predicted class (column), both 0 … K − 1 [N]: [K, K].

    Raises:
        ValueError: A class outside 0 … K − 1.

    >>> confusion_matrix(np.array([0, 1, 1]), np.array([0, 1, 0]), 2).tolist()
    [[1, 0], [1, 1]]
    """
    return _confusion(target, predicted, n_classes, None).astype(np.int64)


def _confusion(
    target: Classes, predicted: Classes, n_classes: int, weights: NDArray[np.float64] | None
) -> NDArray[np.float64]:
    """Rows, or what they count."""
    cells = _checked(target, n_classes) * n_classes + _checked(predicted, n_classes)
    counted = np.bincount(cells, weights, n_classes**2).reshape(n_classes, n_classes)
    return np.asarray(counted, dtype=np.float64)


def class_probabilities(output_values: NDArray[np.floating]) -> Probabilities:
    """One probability a class [N, K], float64, from what a logistic or softmax output gives: [N, O] in 0 … 1, or NaN.

    (1 − p, p) for one output; for several, rows divided by their sum, which leaves a softmax's as they are up to
    rounding. A row of zeros says nothing and becomes 1/K each.

    Raises:
        ValueError: A value outside 0 … 1.

    >>> class_probabilities(np.array([[0.25]])).tolist()
    [[0.75, 0.25]]
    >>> class_probabilities(np.array([[0.6, 0.6, 0.3]])).round(6).tolist()
    [[0.4, 0.4, 0.2]]
    """
    values = np.asarray(output_values, dtype=np.float64)
    if np.any((values < 0) | (values > 1 + 1e-6)):
        raise ValueError("an output of a classification lies outside 0 … 1: it needs a logistic or softmax output")
    if values.shape[1] == 1:
        return np.hstack([1 - values, values])
    total = np.sum(values, axis=1, keepdims=True)
    level = np.full_like(values, 1 / values.shape[1])
    np.divide(values, total, out=level, where=total != 0)
    return level


def true_classes(encoded: NDArray[np.float32]) -> NDArray[np.int64]:
    """Class numbers [N] of targets as the network is given them: one column of 0 and 1, or one a class.

    >>> true_classes(np.array([[0.0], [1.0]])).tolist(), true_classes(np.eye(3)[[2, 0]]).tolist()
    ([0, 1], [2, 0])
    """
    if encoded.shape[1] == 1:
        return np.asarray(encoded[:, 0] >= 0.5, dtype=np.int64)
    return np.asarray(np.argmax(encoded, axis=1), dtype=np.int64)


def _checked(classes: Classes, n_classes: int) -> NDArray[np.int64]:
    indices = np.asarray(classes)
    if not np.issubdtype(indices.dtype, np.integer) or np.any((indices < 0) | (indices >= n_classes)):
        raise ValueError(f"classes must be integers from 0 to {n_classes - 1}")
    return indices.astype(np.int64)


def _balanced_accuracy(confusion: NDArray[np.float64]) -> float:
    rows = confusion.sum(axis=1)
    present = rows > 0
    return float(np.mean(np.diagonal(confusion)[present] / rows[present]))


def _log_loss(target: NDArray[np.int64], probability: Probabilities, weights: NDArray[np.float64] | None) -> float:
    smallest = float(np.finfo(np.float64).eps)
    true = np.clip(probability[np.arange(len(target)), target], smallest, 1 - smallest)
    return -_mean(np.log(true), weights)


def _roc_auc(one_hot: Probabilities, probability: Probabilities, weights: NDArray[np.float64] | None) -> float:
    classes = [1] if one_hot.shape[1] == 2 else range(one_hot.shape[1])
    counts = np.ones(len(one_hot)) if weights is None else weights
    return float(np.mean([_area(one_hot[:, k] > 0, probability[:, k], counts) for k in classes]))


def _area(is_member: NDArray[np.bool_], value: Probabilities, weights: NDArray[np.float64]) -> float:
    """The share of pairs of a member and another that the member wins, a pair counting the product of its weights."""
    levels, place = np.unique(value, return_inverse=True)
    members, others = (np.bincount(place, weights * rows, len(levels)) for rows in (is_member, ~is_member))
    if is_member.all() or not is_member.any():
        return float("nan")
    below = np.cumsum(others) - others / 2
    return float(np.sum(members * below) / (members.sum() * others.sum()))
