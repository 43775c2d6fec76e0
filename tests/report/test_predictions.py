"""Predictions of classes."""

import numpy as np
import pytest
from fakes.rows import fake_row
from sklearn.metrics import confusion_matrix

from nnjax.report.best_cell import best_runs
from nnjax.report.predictions import confusion_table, read_predictions
from nnjax.sweep.journal.journal import Journal


@pytest.fixture
def runs(classes):
    return best_runs(classes.results, classes.best)


def test_the_confusion_is_scikit_learns_summed_over_splits(classes, runs):
    labels, total = classes.space.table.labels, np.zeros((3, 3), dtype=int)
    for run_id, split in zip(runs["run_id"], runs["split"], strict=True):
        predicted = classes.predictions[run_id].reshape(-1, 3).argmax(axis=1)
        total += confusion_matrix(labels[classes.space.splits[split].test], predicted)
    table = confusion_table(runs, classes.predictions, classes.space)
    assert table["rows"].tolist() == total.ravel().tolist()
    assert table["rows"].sum() == sum(len(classes.space.splits[split].test) for split in runs["split"])


def test_shares_are_of_the_rows_of_the_true_class(classes, runs):
    shares = confusion_table(runs, classes.predictions, classes.space).groupby("true", sort=False)["share"].sum()
    assert shares.index.tolist() == list(classes.space.table.class_names) and shares.tolist() == pytest.approx([1] * 3)


def test_runs_without_predictions_or_with_broken_ones_are_not_counted(classes, runs):
    assert confusion_table(runs, {}, classes.space)["rows"].sum() == 0
    broken = {run_id: np.full_like(values, np.nan) for run_id, values in classes.predictions.items()}
    assert confusion_table(runs, broken, classes.space)["rows"].sum() == 0


def test_predictions_come_from_the_journal(tmp_path):
    row = fake_row("a") | {"test_prediction": np.array([0.25, 0.75], dtype=np.float32)}
    Journal(tmp_path).append([row])
    found = read_predictions(Journal(tmp_path), {"a", "b"})
    assert list(found) == ["a"] and found["a"].tolist() == [0.25, 0.75]
