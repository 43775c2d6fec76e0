"""Measures from the predictions in the journal, whoever wrote them: against scikit-learn, run by run."""

from dataclasses import replace

import numpy as np
import pytest
from fakes.rows import fake_row
from fakes.studies import write_small
from sklearn.metrics import average_precision_score, f1_score, mean_pinball_loss

from nnjax.metrics import FINALS
from nnjax.results import from_predictions
from nnjax.results.table import results_table
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.space import expand
from nnjax.sweep.study.study import load_study

OF_TEST_ROWS = [final.name for final in FINALS if final.is_of_predictions and final.epoch == "best"]


def small(tmp_path, *overrides):
    return expand(load_study(write_small(tmp_path), overrides))


def fill(space, home, **last):
    """All runs with predictions of the right length; something else is said of the last one."""
    rng, width = np.random.default_rng(3), len(space.table.class_names) or 1
    for run in space.runs:
        rows = len(space.splits[run.replicate.split].test)
        drawn = rng.dirichlet(np.ones(width), rows) if width > 1 else rng.normal(150, 50, (rows, 1))
        row = fake_row(run.run_id) | {"test_prediction": drawn.astype(np.float32).ravel()}
        Journal(home).append([row | (last if run is space.runs[-1] else {})])
    return results_table(space, Journal(home)).set_index("run_id")


@pytest.mark.parametrize("last", [{"test_prediction": None}, {"status": "diverged"}], ids=str)
def test_measures_of_classes_are_those_of_the_kept_predictions(tmp_path, monkeypatch, last):
    monkeypatch.setattr(from_predictions, "NUMBERS_AT_ONCE", 200)
    space = small(tmp_path, "data.name=iris", "replicates.splits=4")
    results = fill(space, tmp_path, **last)
    joined = [len(part) for part in from_predictions.together(Journal(tmp_path).read_by_file(["test_prediction"]))]
    assert max(joined) < len(space.runs) == sum(joined), "never all runs at once"
    kept = Journal(tmp_path).read(["test_prediction"]).to_pydict()
    told = dict(zip(kept["run_id"], kept["test_prediction"], strict=True))
    for run in space.runs[:-1]:
        true = np.eye(3)[space.table.labels[space.splits[run.replicate.split].test]]
        expected = average_precision_score(true, np.reshape(told[run.run_id], true.shape), average="macro")
        assert results.loc[run.run_id, "test_average_precision"] == pytest.approx(expected, rel=1e-9)
    assert results.loc[space.runs[-1].run_id, OF_TEST_ROWS].isna().all()
    assert results["test_pinball_loss"].isna().all()


def test_the_pinball_loss_is_at_the_studys_quantile_whatever_trained_the_run(tmp_path):
    told = ("studied.loss=['quantile', 'huber']", "studied.depth=[1]", "fixed.loss_quantile=0.9")
    space = small(tmp_path, *told, "studied.activation=['relu']")
    results = fill(space, tmp_path)
    run = space.runs[-1]
    assert run.cell.configuration.loss == "huber"
    true = space.table.target[space.splits[run.replicate.split].test]
    [said] = Journal(tmp_path).read(["test_prediction"], {run.run_id})["test_prediction"].to_pylist()
    expected = mean_pinball_loss(true, np.reshape(said, true.shape), alpha=0.9)
    assert results.loc[run.run_id, "test_pinball_loss"] == pytest.approx(expected, rel=1e-9)
    assert results["test_poisson_deviance"].isna().all() and results["test_f1"].isna().all()


def test_a_threshold_that_validation_rows_chose_is_that_of_the_test_rows(tmp_path):
    space = small(
        tmp_path, "data.name=breast_cancer", 'decision_threshold="validation"', 'metric="f1"', "studied.depth=[1]"
    )
    rng = np.random.default_rng(5)
    for run in space.runs:
        split, said = space.splits[run.replicate.split], {}
        for part in ("validation", "test"):
            second = rng.uniform(0, 0.6, len(getattr(split, part))).astype(np.float32)
            said[f"{part}_prediction"] = np.stack([1 - second, second], axis=1).ravel()
        again = {f"last_{name}": values for name, values in said.items()}
        Journal(tmp_path).append([fake_row(run.run_id) | said | again])
    results = results_table(space, Journal(tmp_path)).set_index("run_id")
    kept = Journal(tmp_path).read(["test_prediction", "validation_prediction"]).to_pylist()
    splits = {run.run_id: space.splits[run.replicate.split] for run in space.runs}
    for row in kept:
        found, split = results.loc[row["run_id"]], splits[row["run_id"]]
        for part in ("validation", "test"):
            predicted = np.reshape(row[f"{part}_prediction"], (-1, 2))[:, 1] >= found["decision_threshold"]
            expected = f1_score(space.table.labels[getattr(split, part)], predicted)
            assert found[f"{part}_f1"] == pytest.approx(expected, rel=1e-9)
        assert found["test_accuracy"] == np.mean(predicted == space.table.labels[split.test])
        assert found["last_test_f1"] == found["test_f1"]
    assert not (results["decision_threshold"] == 0.5).all()
    plain = replace(space, study=replace(space.study, decision_threshold=0.5))
    assert "decision_threshold" not in results_table(plain, Journal(tmp_path))
