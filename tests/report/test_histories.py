"""Curves as matrices."""

import pickle

import numpy as np
import pyarrow as pa
import pytest

from nnjax.report.histories import Curves, drawn_epochs, first_tenth, make_histories, read_histories
from nnjax.sweep.journal.journal import Journal


def test_layers_of_networks_of_different_depth_keep_their_runs():
    table = pa.table({"run_id": ["a", "b"], "g": [[[1.0, 2.0]], [[3.0, 4.0], [5.0, 6.0]]]})
    histories = make_histories(table)
    assert histories.layers("g") == [1, 2]
    assert histories.values("g", 1, ["a", "b"], [0, 1]).tolist() == [[1, 2], [3, 4]]
    assert histories.values("g", 2, ["a", "b"], [1]).tolist() == [[6]]


def test_a_shorter_run_is_nan_after_its_end():
    histories = make_histories(pa.table({"run_id": ["a", "b"], "fit": [[1.0], [1.0, 2.0]]}))
    assert np.isnan(histories.values("fit", 0, ["a"], [1])).all()


def test_a_run_without_the_curve_is_left_out_and_a_curve_that_nobody_has_is_absent():
    floats = pa.list_(pa.float32())
    schema = pa.schema({"run_id": pa.string(), "fit": floats, "test": floats, "g": pa.list_(floats)})
    rows = [{"run_id": "a", "fit": None, "g": []}, {"run_id": "b", "fit": [0.5], "g": [[1.0], [2.0]]}]
    histories = make_histories(pa.Table.from_pylist(rows, schema=schema))
    assert histories.values("fit", 0, ["a", "b"], [0]).tolist() == [[0.5]]
    assert histories.values("g", 1, ["a", "b"], [0]).tolist() == [[1.0]]
    assert ("test", 0) not in histories.matrices and histories.layers("g") == [1, 2]


def test_no_runs_give_no_layers(tmp_path):
    histories = read_histories(Curves(Journal(tmp_path)), {"a"}, ["fit_train_r2"])
    assert histories.layers("update_ratio") == []
    assert histories.values("fit_train_r2", 0, ["a"], [1]).shape == (0, 1)


def test_curves_that_were_read_along_are_read_no_more_but_by_another_process(tmp_path):
    along = pa.table({"run_id": ["a", "b"], "fit_train_r2": [[0.1], [0.2]], "fit_test_r2": [[0.3], [0.4]]})
    curves = Curves(Journal(tmp_path), along)
    histories = curves.read(("fit_train_r2",), {"b"})
    assert histories.matrices.keys() == {("fit_train_r2", 0)}
    assert histories.rows("fit_train_r2", 0, ["a", "b"], [0])[1] == pytest.approx(0.2)
    assert histories.matrices["fit_train_r2", 0].index.tolist() == ["b"]
    assert pickle.loads(pickle.dumps(curves)).read(("fit_train_r2",), {"b"}).matrices == {}


@pytest.mark.parametrize("epochs", [1, 2, 40, 200, 5000])
def test_drawn_epochs_go_from_first_to_last_and_are_few(epochs):
    drawn = drawn_epochs(epochs)
    assert drawn[0] == 1 and drawn[-1] == epochs and len(drawn) <= 64 and drawn == sorted(set(drawn))


def test_the_first_tenth_is_never_empty():
    assert first_tenth(1) == [1] and first_tenth(200)[-1] == 20
