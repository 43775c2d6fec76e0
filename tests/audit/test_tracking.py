"""A copy against the journal: every kind of difference is told, and nothing else."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnjax.audit.examine import examine_sample
from nnjax.audit.stamp import AuditStamp, Line
from nnjax.audit.tracking import compare_copy
from nnjax.sweep.rerun import ElsewhereError

COLUMNS = ["test_r2", "test_rmse"]
RUNS = pd.DataFrame({"run_id": ["a", "b", "c"], "test_r2": [0.1, 0.2, np.nan], "test_rmse": [55.0, 54.0, 60.0]})


def test_a_faithful_copy_in_any_order_is_fine():
    line = compare_copy("It", RUNS, RUNS.sample(frac=1, random_state=1), COLUMNS)
    assert line == Line("It", "3 runs, 6 numbers", True)


@given(st.integers(0, 2), st.sampled_from(COLUMNS), st.floats(allow_nan=False, allow_infinity=False))
def test_one_changed_number_is_found_however_little_it_changed(row, column, number):
    changed = RUNS.copy()
    changed.loc[row, column] = number
    line = compare_copy("It", RUNS, changed, COLUMNS)
    assert line.is_ok == (RUNS.loc[row, column] == number)
    assert line.is_ok or f"{column} of run {RUNS.loc[row, 'run_id']}" in line.seen


def test_the_last_bit_counts():
    changed = RUNS.assign(test_r2=np.nextafter(RUNS["test_r2"], 1))
    assert "2 differ" in compare_copy("It", RUNS, changed, COLUMNS).seen


@pytest.mark.parametrize(
    ("copy", "words"),
    [
        (RUNS[:2], "1 not there"),
        (pd.concat([RUNS, RUNS[:1].assign(run_id="z")]), "1 of no planned run"),
        (pd.concat([RUNS, RUNS[:1]]), "1 there twice"),
        (RUNS.assign(test_r2=[0.1, 0.2, 0.3]), "test_r2 of run c is nan"),
    ],
)
def test_runs_that_lack_are_foreign_or_doubled_are_told(copy, words):
    line = compare_copy("It", RUNS, copy, COLUMNS)
    assert not line.is_ok and words in line.seen


def test_what_cannot_be_seen_here_is_neither_fine_nor_wrong(tmp_path, monkeypatch):
    def rerun(home, run_id):
        raise ElsewhereError(f"run {run_id} cannot be trained again on this machine")

    monkeypatch.setattr("nnjax.audit.examine.rerun", rerun)
    lines = (Line("a", "b", True), *examine_sample(["one", "two"], tmp_path, sample=2, seed=0))
    assert [line.is_ok for line in lines] == [True, None, None]
    stamp = AuditStamp("2026-01-01 00:00 UTC", 7, lines)
    assert stamp.is_clean and stamp.words == "Clean: 1 of 1 looks were fine, 2 not possible here"
