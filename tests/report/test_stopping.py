"""When to stop."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from nnjax.report.histories import make_histories
from nnjax.report.stopping import lost_interval, lost_table, stopping_table
from nnjax.report.task import CLASSIFICATION, REGRESSION

LOSS = [9.0, 5.0, 4.0, 4.5, 4.2, 3.0, 3.5]
"""Falls to epoch 2, rises, falls lower at epoch 5; patience 1 and 2 never see that."""


def replay(curves, terms=REGRESSION, status="finished", epochs=6):
    columns = {"run_id": ["a"], **{name: [values] for name, values in curves.items()}}
    runs = pd.DataFrame({"run_id": ["a"], "status": status, "epochs": epochs})
    return stopping_table(runs, make_histories(pa.table(columns)), terms)


def test_what_the_last_epoch_costs_is_a_paired_interval_over_splits(study_results):
    runs = study_results.results.assign(
        lost=study_results.results["test_score"] - study_results.results["last_test_score"]
    )
    assert lost_interval(study_results).estimate == pytest.approx(runs.groupby("split")["lost"].mean().mean())


def test_every_level_of_every_factor_has_its_cost(study_results):
    table = lost_table(study_results)
    assert set(table["factor"]) == set(study_results.layout.levels)
    deep, shallow = (
        table[(table["factor"] == "depth") & (table["level"] == level)]["estimate"].item() for level in "31"
    )
    assert deep > shallow


def test_one_training_answers_every_patience():
    r2 = [0.0, 0.1, 0.3, 0.25, 0.28, 0.4, 0.35]
    table = replay({"fit_validation_loss": LOSS, "fit_validation_r2": r2}).set_index("patience")
    assert table.index.tolist() == [1, 2, 5]
    assert table["stop_epoch"].tolist() == [3, 4, 6]
    assert table["share_saved"].tolist() == pytest.approx([1 / 2, 1 / 3, 0])
    assert table["validation_score_lost"].tolist() == pytest.approx([0.1, 0.1, 0.0], abs=1e-6)
    assert table["test_score_lost"].isna().all()


def test_where_test_rows_were_scored_their_loss_is_said_too():
    curves = {
        "fit_validation_loss": LOSS,
        "fit_validation_accuracy": [0.3, 0.6, 0.9, 0.9, 0.9, 0.9, 0.9],
        "fit_test_accuracy": [0.3, 0.6, 0.9, 0.8, 0.7, 0.6, 0.5],
    }
    table = replay(curves, CLASSIFICATION).set_index("patience")
    assert table.loc[1, "test_score_lost"] == pytest.approx(-0.3), "stopping early was luck here"
    assert table.loc[1, "validation_score_lost"] == pytest.approx(0.0)


def test_a_score_below_the_floor_counts_as_the_floor():
    r2 = [0.0, 0.1, -50.0, 0.25, 0.28, 0.4, 0.35]
    table = replay({"fit_validation_loss": LOSS, "fit_validation_r2": r2})
    assert table["validation_score_lost"].iloc[0] == pytest.approx(1.4)


@pytest.mark.parametrize("status", ["diverged", "missing"])
def test_runs_that_did_not_finish_have_no_say(status):
    assert replay({"fit_validation_loss": LOSS, "fit_validation_r2": LOSS}, status=status).empty


def test_without_the_curve_there_is_no_table():
    table = replay({"fit_validation_r2": LOSS})
    assert table.empty and "patience" in table.columns


def test_a_shorter_training_is_replayed_to_its_own_end():
    runs = pd.DataFrame({"run_id": ["a", "b"], "status": "finished", "epochs": [6, 2]})
    curves = {"fit_validation_loss": [LOSS, LOSS[:3]], "fit_validation_r2": [np.zeros(7), np.zeros(3)]}
    table = stopping_table(runs, make_histories(pa.table({"run_id": ["a", "b"], **curves})), REGRESSION)
    assert table["runs"].tolist() == [2, 2, 2]
    assert table["share_saved"].tolist() == pytest.approx([1 / 4, 1 / 6, 0])
