"""What rows count: in scores what a column of the table says, in losses also what their class says."""

import numpy as np
from numpy.typing import NDArray

from nnjax.data.scaling import ScaledSplit
from nnjax.training.class_scores import true_classes
from nnjax.training.finals import FloatVector

NONE, BALANCED = "none", "balanced"
CLASS_WEIGHTS = (NONE, BALANCED)


def score_weights(scaled: ScaledSplit, part: str) -> FloatVector | None:
    """What the rows of "train", "validation" or "test" count in a score; None if all count alike."""
    return None if scaled.weights is None else getattr(scaled.weights, part)


def loss_weights(scaled: ScaledSplit, part: str, class_weight: str) -> FloatVector:
    """What they count in the loss, in any unit [N]; classes are counted in the training rows, whatever the part."""
    target, given = getattr(scaled, f"y_{part}"), score_weights(scaled, part)
    weights = np.ones(len(target)) if given is None else given
    if class_weight == NONE:
        return weights
    n_classes = max(2, target.shape[1])
    of_class = balanced_weights(true_classes(scaled.y_train), n_classes, score_weights(scaled, "train"))
    return weights * of_class[true_classes(target)]


def balanced_weights(classes: NDArray[np.integer], n_classes: int, weights: FloatVector | None = None) -> FloatVector:
    """What a row of each class counts, so that all classes count the same: rows / (classes · rows of the class) [K].

    Rows may count differently themselves. A class without rows counts as if it had one.

    Source: King & Zeng 2001; scikit-learn's compute_class_weight.

    >>> balanced_weights(np.array([0, 0, 0, 1]), 2).round(3).tolist()
    [0.667, 2.0]
    """
    counts = np.bincount(classes, weights, n_classes)
    one = counts.sum() / len(classes)
    return np.asarray(counts.sum() / (n_classes * np.where(counts > 0, counts, one)))
