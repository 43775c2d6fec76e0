import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnjax.metrics import CURVES, TASKS
from nnjax.metrics import names as names_of
from nnjax.sweep.space import level_text
from nnjax.tracking import names
from nnjax.tracking.curves import curve_names


def test_all_curves_are_those_of_the_journal():
    told = [name for task in TASKS for name in curve_names("all", task)]
    assert set(told) == set(names_of(CURVES))


@pytest.mark.parametrize("level", [0.1, 1.0, 1e-05, "full", (64, 32), (), ("tanh", "relu")])
def test_a_level_is_written_as_in_labels(level):
    assert names.param_text(level) == level_text(level)


@pytest.mark.parametrize("level", [np.int64(265), 265, 265.0])
def test_a_number_has_one_text_whatever_its_type(level):
    assert names.param_text(level) == "265"


def test_an_unknown_number_has_no_text():
    assert names.param_text(float("nan")) == ""


@given(st.integers(0, 2**32 - 1))
def test_no_seed_loses_a_digit(seed):
    assert int(names.param_text(seed)) == seed


@given(st.text(min_size=1, max_size=9), st.text(min_size=1, max_size=9))
def test_run_ids_differ_where_identities_do(one, other):
    ids = {names.run_uuid("1", "sweep", one), names.run_uuid("1", "sweep", other)}
    assert len(ids) == len({one, other})
    assert all(len(run_id) == 32 for run_id in ids)


@given(st.floats(-1e6, 1e6))
def test_rounding_keeps_six_digits(value):
    assert names.rounded(value) == pytest.approx(value, rel=5.1e-6, abs=1e-300)
