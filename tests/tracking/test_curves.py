import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnjax.metrics import TASKS
from nnjax.sweep.cost import MLFLOW_EPOCHS
from nnjax.tracking.curves import curve_names, thin_curves, tracked_epochs


@given(st.integers(0, 3000))
def test_tracked_epochs_begin_at_0_and_1_end_at_the_last_and_are_few(last):
    epochs = tracked_epochs(last)
    assert epochs[0] == 0
    assert epochs[-1] == last
    assert last == 0 or epochs[1] == 1
    assert list(epochs) == sorted(set(epochs))
    assert len(epochs) == min(last + 1, MLFLOW_EPOCHS)


def long_table(owner: str, values: list[float], curve: str = "fit_train_loss", layer: int = 0) -> pd.DataFrame:
    return pd.DataFrame({"run_id": owner, "epoch": range(len(values)), "curve": curve, "layer": layer, "value": values})


def test_a_point_that_is_not_finite_is_left_out():
    (curve,) = thin_curves(long_table("a", [1.0, np.nan, np.inf, 0.5]), "run_id").of("a")
    assert curve == ("fit/train_loss", [0, 3], [1.0, 0.5])


def test_each_run_keeps_its_own_last_epoch():
    table = pd.concat([long_table("short", [1.0] * 51), long_table("long", [1.0] * 201)])
    points = thin_curves(table, "run_id")
    assert {owner: curve[1][-1] for owner in ("short", "long") for curve in points.of(owner)} == {
        "short": 50,
        "long": 200,
    }


def test_layers_are_told_apart_whatever_the_order_of_rows():
    table = pd.concat([long_table("a", [2.0, 2.0], "grad_norm", 2), long_table("a", [1.0, 1.0], "grad_norm", 1)])
    curves = thin_curves(table.sample(frac=1, random_state=0), "run_id").of("a")
    assert [(key, values) for key, _, values in curves] == [
        ("grad_norm/layer_01", [1.0, 1.0]),
        ("grad_norm/layer_02", [2.0, 2.0]),
    ]


def test_no_curves_are_no_curves():
    assert thin_curves(pd.DataFrame(), "run_id").of("a") == ()
    assert thin_curves(long_table("a", [np.nan]), "run_id").of("a") == ()


@pytest.mark.parametrize("task", TASKS)
def test_more_is_asked_for_from_none_to_all(task):
    counts = [len(curve_names(curves, task)) for curves in ("none", "reference", "main", "all")]
    assert counts == sorted(set(counts))
    assert counts[0] == 0
