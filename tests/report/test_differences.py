"""Paired differences, by value."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnjax.claims.choice import choose_on_validation
from nnjax.judged import USUAL
from nnjax.report.differences import (
    FIXED,
    OWN_BEST,
    differences_table,
    disagreements,
    fixed_nuisance,
    models_table,
    readings_table,
    split_spread,
    with_intervals,
)
from nnjax.report.layout import make_layout
from nnjax.results.scores import with_scores

SIZES = (331, 111)


def grid(test_r2, validation_r2=None):
    """Two activations × two depths × three splits."""
    rows = [(a, d, s) for a in ("elu", "relu") for d in (1, 2) for s in range(3)]
    table = pd.DataFrame(rows, columns=["activation", "depth", "split"])
    table["cell_id"] = table["activation"] + table["depth"].astype(str)
    table = table.assign(
        status="finished", test_r2=test_r2, validation_r2=test_r2 if validation_r2 is None else validation_r2
    )
    return with_scores(table.assign(last_validation_r2=0.0, last_test_r2=0.0), USUAL["regression"])


def compare(results, layout):
    return differences_table(results, choose_on_validation(results, layout.studied), layout, SIZES)


def test_differences_are_paired_averaged_and_at_its_best():
    results = grid([0.5, 0.6, 0.7, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.3, 0.4, 0.5])
    layout = make_layout(results, ["activation", "depth"], [], 265, reference={"activation": "relu", "depth": 2})
    table = compare(results, layout).set_index(["factor", "view"])["estimate"]
    assert table["activation", "averaged"] == pytest.approx((0.1 - 0.2) / 2)
    assert table["activation", "at its best"] == pytest.approx(0.1)
    assert table["depth", "averaged"] == pytest.approx((0.4 + 0.1) / 2)


def test_levels_of_two_kinds_of_number_stay_what_they_are():
    results = grid([0.5, 0.6, 0.7, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.3, 0.4, 0.5])
    results["l2"] = results["activation"].map({"elu": 0.0, "relu": 0.5})
    table = compare(results, make_layout(results, ["depth", "l2"], [], 265, reference={"depth": 2}))
    assert [str(level) for level in table["level"]] == ["1", "1", "0.5", "0.5"]
    assert [str(level) for level in table["reference"]] == ["2", "2", "0.0", "0.0"]


def test_an_interval_leaves_out_zero_exactly_where_q_says_that_it_stands_out():
    noise = np.tile([0.0, 0.001, -0.001], 4)
    results = grid(np.repeat([0.5, 0.5, 0.1, 0.1], 3) + noise * np.repeat([1, 2, 3, 4], 3))
    table = compare(results, make_layout(results, ["activation", "depth"], [], 265))
    selected = table["q"] <= 0.05
    assert selected.tolist() == [True, True, False, False]
    assert table["interval_level"].tolist() == pytest.approx([1 - 0.05 * 2 / 4] * 4)


@given(st.integers(1, 8), st.floats(0.0, 0.06), st.integers(0, 2**31))
def test_q_and_interval_never_contradict_each_other(comparisons, effect, seed):
    d = np.random.default_rng(seed).normal(effect, 0.03, (comparisons, 8))
    table = with_intervals([{"factor": "depth", "d": row.tolist()} for row in d], SIZES)
    stands_out = (table["low"] > 0) | (table["high"] < 0)
    assert ((table["q"] <= 0.05) == stands_out).all()


def test_models_are_compared_with_the_reference_split_by_split():
    scores = {"ridge": pd.Series([0.4, 0.5]), "network": pd.Series([0.5, 0.8])}
    table = models_table(scores, "ridge", SIZES).set_index("name")
    assert table.loc["network", "estimate"] == pytest.approx(0.2) and table.loc["ridge", "estimate"] == 0
    assert table.loc["network", "test_score"] == pytest.approx(0.65)


def test_what_a_split_does_to_all_levels_is_told_from_the_rest():
    scores = [("relu", 0, 0.1), ("relu", 1, 0.3), ("relu", 2, 0.5), ("elu", 0, 0.2), ("elu", 1, 0.4), ("elu", 2, 0.6)]
    table = pd.DataFrame(scores, columns=["activation", "split", "test_score"])
    assert split_spread(table, ["activation"]) == pytest.approx((0.2, 0.0), abs=1e-12)
    assert split_spread(table[table["activation"] == "elu"], ["activation"]) is None


def tuned_runs():
    """relu is best without a penalty, tanh with one: at l2 = 0, best on average, tanh seems worse; tuned it is not."""
    score = {("relu", 0.0): 0.6, ("relu", 0.1): 0.2, ("tanh", 0.0): 0.3, ("tanh", 0.1): 0.6}
    rows = [(a, l2, split, value + 0.001 * split) for (a, l2), value in score.items() for split in range(6)]
    table = pd.DataFrame(rows, columns=["activation", "l2", "split", "test_score"])
    jitter = 0.002 * np.sin(np.arange(len(table)))
    return table.assign(
        cell_id=table["activation"] + table["l2"].astype(str),
        validation_score=table["test_score"],
        test_score=table["test_score"] + jitter,
    )


def tuned_layout():
    order = {"activation": ["relu", "tanh"], "l2": [0.0, 0.1]}
    return make_layout(tuned_runs(), ["activation"], ["l2"], 265, order)


def test_the_fixed_setting_is_the_best_on_validation_rows_over_all_cells():
    assert fixed_nuisance(tuned_runs(), tuned_layout()) == {"l2": 0.0}


def test_both_readings_stand_beside_each_other_and_part_where_tuning_matters():
    table = readings_table(
        tuned_runs(), choose_on_validation(tuned_runs(), ["activation"]), tuned_layout(), {"l2": 0.0}, SIZES
    )
    estimates = table.set_index("view")["estimate"]
    assert estimates[FIXED] == pytest.approx(-0.3, abs=0.005)
    assert estimates[OWN_BEST] == pytest.approx(0.0, abs=0.005)
    assert disagreements(table)["view"].tolist() == [OWN_BEST, FIXED]


def test_readings_that_agree_are_not_listed():
    table = pd.DataFrame(
        {"factor": "depth", "level": [2, 2, 4, 4], "q": [0.01, 0.02, 0.5, 0.6], "estimate": [0.1, 0.2, 0.0, -0.1]}
    )
    assert disagreements(table).empty
    assert len(disagreements(table.assign(estimate=[0.1, -0.2, 0.0, 0.0]))) == 2
