"""Where the probability of the second of two classes is cut: chosen on some rows by a measure of where it is cut."""

import numpy as np
from numpy.typing import NDArray

from nnjax.training.class_measures import CONFUSION_MEASURES, ClassPredictions, rank_values

USUAL_THRESHOLD = 0.5

DIGITS = 12
"""To so many decimals two values of a measure tie."""


def choose_thresholds(given: ClassPredictions, measure: str) -> NDArray[np.float64]:
    """The threshold of each run at which a measure of its confusion is best on these rows [R]; NaN for a lost run.

    Candidates are ½, the middles between neighbouring probabilities of the run, and those between the outermost ones
    and 0 and 1: every way to cut its rows. Of those that tie the one nearest to ½ is taken, the lower if two are.

    >>> given = ClassPredictions(np.array([0, 1, 1]), np.array([[[0.9, 0.1], [0.8, 0.2], [0.6, 0.4]]]))
    >>> choose_thresholds(given, "accuracy").round(6).tolist()
    [0.15]
    """
    is_known = np.asarray(np.isfinite(given.probability).all(axis=(1, 2)))
    chosen = np.full(len(is_known), np.nan)
    if not is_known.any():
        return chosen
    second = given.probability[is_known, :, 1]
    levels = rank_values(second, given.target == 1, given.counts)
    below = np.append(levels.value[1:], 0.0)
    below[np.append(levels.run[1:] != levels.run[:-1], True)] = 0.0
    highest = second.max(axis=1)
    none = np.zeros(len(second))  # of a run, the cut above all its rows
    run = np.concatenate([levels.run, np.arange(len(second))])
    upper, lower = np.concatenate([levels.value, none + 1.0]), np.concatenate([below, highest])
    right, wrong = np.concatenate([levels.members_above, none]), np.concatenate([levels.others_above, none])
    confusion = np.array([[levels.total_others - wrong, wrong], [levels.total - right, right]]).transpose(2, 0, 1)
    values = np.round(CONFUSION_MEASURES[measure](confusion), DIGITS)
    values[len(levels.run) :][highest >= 1] = -np.inf  # nothing lies above it
    threshold = np.where((lower < USUAL_THRESHOLD) & (upper >= USUAL_THRESHOLD), USUAL_THRESHOLD, (lower + upper) / 2)
    order = np.lexsort((threshold, np.abs(threshold - USUAL_THRESHOLD), -values, run))
    first = np.searchsorted(run[order], np.arange(len(second)))
    chosen[is_known] = threshold[order][first]
    return chosen
