"""How well kept class probabilities meet the classes, of many runs at once, as scikit-learn defines each measure."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nnjax.training.class_scores import predicted_classes

_Floats = NDArray[np.float64]

CALIBRATION_BINS = 15
"""Of equal width, as Guo et al. have them."""


@dataclass(frozen=True)
class ClassPredictions:
    """What R runs say of the same N rows.

    Attributes:
        target: True classes, 0 … K − 1 [N].
        probability: Of each class [R, N, K].
        weights: What the rows count, in any unit [N]; None if all count alike.
        threshold: Probability of the second of two classes from which on a row is put into it [R]; ½ if None.
    """

    target: NDArray[np.int64]
    probability: _Floats
    weights: _Floats | None = None
    threshold: _Floats | None = None

    @cached_property
    def counts(self) -> _Floats:
        """What each row counts [N]."""
        return np.ones(len(self.target)) if self.weights is None else np.asarray(self.weights, dtype=np.float64)

    @cached_property
    def predicted(self) -> NDArray[np.int64]:
        """The class that each row is put into [R, N]: the most probable one, the first in a tie; of two the second."""
        if self.threshold is None or self.probability.shape[2] > 2:
            return predicted_classes(self.probability)
        return np.asarray(self.probability[:, :, 1] >= self.threshold[:, None], dtype=np.int64)

    @cached_property
    def confusion(self) -> _Floats:
        """What rows of a true class (line) that are put into a class (column) count, of each run [R, K, K]."""
        runs, _, classes = self.probability.shape
        cells = (np.arange(runs)[:, None] * classes + self.target) * classes + self.predicted
        counted = np.bincount(cells.ravel(), np.tile(self.counts, runs), runs * classes**2)
        return np.asarray(counted.reshape(runs, classes, classes))

    def mean(self, values: _Floats) -> _Floats:
        """Weighted mean over the rows of values [R, N]."""
        return np.asarray(values @ self.counts / self.counts.sum())


_Measured = Callable[[ClassPredictions], _Floats]


def _accuracy(confusion: _Floats) -> _Floats:
    return np.asarray(np.trace(confusion, axis1=1, axis2=2) / confusion.sum(axis=(1, 2)))


def _balanced_accuracy(confusion: _Floats) -> _Floats:
    """Mean recall of the classes that have a row."""
    rows = confusion.sum(axis=2)
    right = np.diagonal(confusion, axis1=1, axis2=2)
    recall = np.divide(right, rows, out=np.zeros_like(rows), where=rows > 0)
    return np.asarray(recall.sum(axis=1) / (rows > 0).sum(axis=1))


def _f1(confusion: _Floats) -> _Floats:
    """2 TP / (2 TP + FP + FN) of the second of two classes, 0 where no row is in it or put into it.

    Of more classes the mean over those that have a row or are predicted (scikit-learn's f1_score, "macro").
    """
    right = np.diagonal(confusion, axis1=1, axis2=2)
    either = confusion.sum(axis=1) + confusion.sum(axis=2)
    scores = np.divide(2 * right, either, out=np.zeros_like(either), where=either > 0)
    if scores.shape[1] == 2:
        return np.asarray(scores[:, 1])
    return np.asarray(scores.sum(axis=1) / (either > 0).sum(axis=1))


def _matthews(confusion: _Floats) -> _Floats:
    """Correlation of true and predicted classes; 0 where one of them is the same for all rows.

    Source: Gorodkin 2004; scikit-learn's matthews_corrcoef.
    """
    true, predicted = confusion.sum(axis=2), confusion.sum(axis=1)
    total, right = true.sum(axis=1), np.trace(confusion, axis1=1, axis2=2)
    together = right * total - np.sum(true * predicted, axis=1)
    spread = (total**2 - np.sum(true**2, axis=1)) * (total**2 - np.sum(predicted**2, axis=1))
    is_flat = spread <= 1e-12 * total**4
    return np.where(is_flat, 0.0, together / np.sqrt(np.where(is_flat, 1.0, spread)))


CONFUSION_MEASURES = {
    "accuracy": _accuracy,
    "balanced_accuracy": _balanced_accuracy,
    "f1": _f1,
    "matthews": _matthews,
}
"""Those that depend on nothing but who is put into which class: confusion [R, K, K], as `ClassPredictions` -> [R]."""


def _of_confusion(name: str) -> _Measured:
    return lambda given: CONFUSION_MEASURES[name](given.confusion)


def _log_loss(given: ClassPredictions) -> _Floats:
    smallest = float(np.finfo(np.float64).eps)
    true = given.probability[:, np.arange(len(given.target)), given.target]
    return given.mean(-np.log(np.clip(true, smallest, 1 - smallest)))


def _brier(given: ClassPredictions) -> _Floats:
    classes = given.probability.shape[2]
    errors = (given.probability - np.eye(classes)[given.target]) ** 2
    return given.mean(errors[:, :, 1] if classes == 2 else errors.sum(axis=2))


def _calibration_error(given: ClassPredictions) -> _Floats:
    """Σ over bins of the share of rows in it · |share of them put into the right class − their mean confidence|.

    The confidence is the largest probability of a row, whatever the threshold; a bin m of M = 15 holds
    (m − 1)/M < confidence ≤ m/M.

    Source: Guo et al. 2017, On calibration of modern neural networks; bins as scikit-learn's calibration_curve.
    """
    runs = len(given.probability)
    confidence = given.probability.max(axis=2)
    plain = ClassPredictions(given.target, given.probability)
    surplus = (plain.predicted == given.target) - confidence
    edges = np.linspace(0, 1, CALIBRATION_BINS + 1)[1:-1]
    bins = np.arange(runs)[:, None] * CALIBRATION_BINS + np.searchsorted(edges, confidence)
    summed = np.bincount(bins.ravel(), (surplus * given.counts).ravel(), runs * CALIBRATION_BINS)
    return np.asarray(np.abs(summed.reshape(runs, -1)).sum(axis=1) / given.counts.sum())


@dataclass(frozen=True)
class RankedValues:
    """The distinct values of each run, from the highest, end to end [L], and what lies at or above each of them.

    Attributes:
        run: Which run a value is of.
        value: The value.
        members: What the members of a class at this value count; others, the rest.
        members_above: What members at or above it count; others_above, the rest.
        total: What all members count, of each run [R] the same; total_others, the rest.
    """

    run: NDArray[np.int64]
    value: _Floats
    members: _Floats
    others: _Floats
    members_above: _Floats
    others_above: _Floats
    total: float
    total_others: float


def rank_values(value: _Floats, is_member: NDArray[np.bool_], counts: _Floats) -> RankedValues:
    """Sort the values of each run [R, N]; rows are members of a class, or not [N], and count what they count [N]."""
    runs, rows = value.shape
    order = np.argsort(-value, axis=1, kind="stable")
    ranked = np.take_along_axis(value, order, axis=1)
    is_new = np.ones((runs, rows), dtype=bool)
    is_new[:, 1:] = ranked[:, 1:] != ranked[:, :-1]
    place = np.cumsum(is_new.ravel()) - 1
    run = np.nonzero(is_new)[0]
    members, others = (
        np.asarray(np.bincount(place, (counts * each)[order].ravel()), dtype=np.float64)
        for each in (is_member, ~is_member)
    )
    first = place[::rows][run]

    def above(each: _Floats) -> _Floats:
        summed = np.cumsum(each)
        return np.asarray(summed - (summed - each)[first])

    return RankedValues(
        run, ranked[is_new], members, others, above(members), above(others),
        float(counts[is_member].sum()), float(counts[~is_member].sum()),
    )  # fmt: skip


def _over_classes(one: Callable[[RankedValues, int], _Floats]) -> _Measured:
    """Of two classes that of the second; of more the mean over the classes, each against the rest."""

    def measured(given: ClassPredictions) -> _Floats:
        runs, _, classes = given.probability.shape
        chosen = [1] if classes == 2 else range(classes)
        levels = (rank_values(given.probability[:, :, k], given.target == k, given.counts) for k in chosen)
        return np.asarray(np.mean([one(each, runs) for each in levels], axis=0))

    return measured


def _area(levels: RankedValues, runs: int) -> _Floats:
    """Share of pairs of a member and another that the member wins; NaN if there are none."""
    if not levels.total or not levels.total_others:
        return np.full(runs, np.nan)
    below = levels.total_others - levels.others_above + levels.others / 2
    won = np.bincount(levels.run, levels.members * below, runs)
    return np.asarray(won / (levels.total * levels.total_others))


def _precision(levels: RankedValues, runs: int) -> _Floats:
    """Σ over thresholds of the gain in recall · precision; NaN where the class has no row."""
    if not levels.total:
        return np.full(runs, np.nan)
    precision = levels.members_above / (levels.members_above + levels.others_above)
    return np.asarray(np.bincount(levels.run, levels.members * precision, runs) / levels.total)


CLASS_MEASURES: dict[str, _Measured] = {
    "accuracy": _of_confusion("accuracy"),
    "balanced_accuracy": _of_confusion("balanced_accuracy"),
    "log_loss": _log_loss,
    "brier": _brier,
    "roc_auc": _over_classes(_area),
    "average_precision": _over_classes(_precision),
    "f1": _of_confusion("f1"),
    "matthews": _of_confusion("matthews"),
    "calibration_error": _calibration_error,
}
"""Name of a measure in `nnjax.metrics` -> its value of every run [R]."""


def measure_classes(given: ClassPredictions, wanted: tuple[str, ...]) -> dict[str, _Floats]:
    """Some measures of every run [R]; NaN for a run with a probability that is not finite.

    >>> chances = np.array([[[0.8, 0.2], [0.4, 0.6], [0.7, 0.3]]])
    >>> given = ClassPredictions(np.array([0, 1, 1]), chances)
    >>> {name: float(value[0].round(4)) for name, value in measure_classes(given, ("f1", "average_precision")).items()}
    {'f1': 0.6667, 'average_precision': 1.0}
    """
    is_known = np.asarray(np.isfinite(given.probability).all(axis=(1, 2)))
    held = np.where(is_known[:, None, None], given.probability, 1 / given.probability.shape[2])
    sound = ClassPredictions(given.target, held, given.weights, given.threshold)
    return {name: np.where(is_known, CLASS_MEASURES[name](sound), np.nan) for name in wanted}
