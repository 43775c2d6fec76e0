"""Predictions of classes on test rows, and who is taken for whom."""

from collections.abc import Mapping, Set

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.space import Space
from nnjax.training.class_scores import confusion_matrix, predicted_classes
from nnjax.training.thresholds import USUAL_THRESHOLD

Predictions = Mapping[str, NDArray[np.float64]]
"""Run id -> predictions for its test rows at the best epoch, row by row [T · O]."""


def read_predictions(journal: Journal, run_ids: Set[str]) -> Predictions:
    """Predictions of those runs of the journal; those that it lacks are left out."""
    table = journal.read(["test_prediction"], run_ids)
    columns = zip(table["run_id"].to_pylist(), table["test_prediction"], strict=True)
    return {run_id: np.asarray(each.values, dtype=np.float64) for run_id, each in columns if each.is_valid}


def confusion_table(runs: pd.DataFrame, predictions: Predictions, space: Space) -> pd.DataFrame:
    """Test rows of all splits and seeds: true, predicted, rows, share (of the true class); diverged runs have none."""
    labels, names = space.table.labels, space.table.class_names
    assert labels is not None, "classes are confused, targets of a regression are not"
    total = np.zeros((len(names), len(names)), dtype=np.int64)
    cuts = runs["decision_threshold"] if "decision_threshold" in runs else [USUAL_THRESHOLD] * len(runs)
    for run_id, split, cut in zip(runs["run_id"], runs["split"], cuts, strict=True):
        probability = predictions.get(run_id, np.full(len(names), np.nan)).reshape(-1, len(names))
        if np.isfinite(probability).all():
            true = labels[space.splits[int(split)].test]
            predicted = predicted_classes(probability)
            if cut != USUAL_THRESHOLD:
                predicted = (probability[:, 1] >= cut).astype(np.int64)
            total += confusion_matrix(true, predicted, len(names))
    shares = total / np.maximum(total.sum(axis=1, keepdims=True), 1)
    return pd.DataFrame(
        {"true": names[i], "predicted": names[j], "rows": int(total[i, j]), "share": float(shares[i, j])}
        for i in range(len(names))
        for j in range(len(names))
    )
