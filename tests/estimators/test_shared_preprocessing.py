import copy
import pickle
import warnings

import joblib
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from nnjax.estimators.shared_preprocessing import (
    SharedPreprocessing,
    share_preprocessing,
    unshare_preprocessing,
)


class Step:
    """A function that counts its calls and warns."""

    def __init__(self):
        self.calls, self.__qualname__ = 0, "step"

    def __call__(self, scaler, X, y=None, caller=None):
        self.calls += 1
        warnings.warn("once a call", UserWarning, stacklevel=2)
        return X * 2.0, scaler


SCALER = StandardScaler()
TABLES = {
    "array": np.arange(6.0).reshape(3, 2),
    "columns first": np.asfortranarray(np.arange(6.0).reshape(3, 2)),
    "no rows": np.ones((0, 2)),
    "frame": pd.DataFrame({"a": [1.0, 2.0]}),
    "sparse": sparse.csr_array(np.eye(3)),
    "objects": np.array([[1], [2]], dtype=object),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_equal_calls_are_made_once_whoever_calls(table):
    step, shared = Step(), SharedPreprocessing()
    call = shared.cache(step, ignore=["caller"])
    first, _ = call(SCALER, table, caller=1)
    second, scaler = call(clone(SCALER), table.copy(), caller=2)
    assert step.calls == 1 and scaler is SCALER
    assert second is not first and type(second) is type(first)
    call(SCALER, table * 3.0, caller=1)
    call(StandardScaler(with_mean=False), table, caller=1)
    assert step.calls == 3 - (0 in table.shape)


@pytest.mark.filterwarnings("ignore")
def test_who_writes_into_its_rows_writes_into_nobody_elses():
    call = SharedPreprocessing().cache(Step())
    first, _ = call(SCALER, np.ones((2, 2)))
    first[:] = 7.0
    assert call(SCALER, np.ones((2, 2)))[0].tolist() == [[2.0, 2.0]] * 2


@pytest.mark.filterwarnings("ignore")
def test_arrays_differ_by_dtype_and_shape_too():
    step = Step()
    call = SharedPreprocessing().cache(step)
    for array in (np.zeros((2, 4)), np.zeros((4, 2)), np.zeros((2, 4), dtype=np.int64), np.zeros((2, 8), np.float32)):
        call(SCALER, array)
    assert step.calls == 4


@pytest.mark.filterwarnings("ignore")
def test_metadata_counts_where_there_is_some():
    step = Step()
    call = SharedPreprocessing().cache(step)
    for weights in (np.ones(2), np.ones(2), np.zeros(2)):
        call(SCALER, np.ones((2, 2)), y={"fit": {"sample_weight": weights}, "transform": {}})
    call(SCALER, np.ones((2, 2)), y={"fit": {}, "transform": {}})
    assert step.calls == 3


def test_a_warning_comes_with_every_call_and_may_be_an_error():
    call = SharedPreprocessing().cache(Step())
    for _ in range(2):
        with pytest.warns(UserWarning, match="once a call"):
            call(SCALER, np.ones((2, 2)))
    with pytest.raises(UserWarning):  # as all warnings are in tests
        call(SCALER, np.ones((2, 2)))


@pytest.mark.filterwarnings("ignore")
def test_what_has_no_hash_is_called_every_time():
    step = Step()
    call = SharedPreprocessing().cache(step)
    for _ in range(2):
        call(SCALER, np.ones((2, 2)), y=lambda: None)
    assert step.calls == 2


@pytest.mark.filterwarnings("ignore")
def test_no_more_is_held_than_said_and_the_oldest_goes():
    step = Step()
    call = SharedPreprocessing(most_bytes=3 * 800).cache(step)
    for value in (1, 2, 3, 1, 4, 1, 2):  # 4 is held in the place of 2, and 2 comes anew
        call(SCALER, np.full(100, float(value)))
    assert step.calls == 5
    large = np.zeros(1000)
    assert call(SCALER, large)[0].shape == call(SCALER, large)[0].shape == (1000,)


@pytest.mark.filterwarnings("ignore")
def test_it_goes_into_no_pickle_and_no_hash_and_ends_with_its_search():
    shared, step = SharedPreprocessing(), Step()
    call = shared.cache(step)
    call(SCALER, np.ones((2, 2)))
    assert copy.deepcopy(shared) is clone(shared, safe=False) is shared
    assert pickle.loads(pickle.dumps(shared)) is None
    assert joblib.hash(shared) == joblib.hash(SharedPreprocessing())
    shared.close()
    call(SCALER, np.ones((2, 2)))
    assert step.calls == 2


def test_every_pipeline_in_an_estimator_shares_until_it_does_not():
    inner, own = make_pipeline(StandardScaler()), make_pipeline(StandardScaler(), memory="kept")
    outer = make_pipeline(ColumnTransformer([("inner", inner, [0]), ("own", own, [1])]), StandardScaler())
    shared = SharedPreprocessing()
    share_preprocessing(outer, shared)
    assert outer.memory is inner.memory is shared and own.memory == "kept"
    fitted = clone(outer)
    share_preprocessing(fitted, shared)
    unshare_preprocessing(outer)
    assert outer.memory is inner.memory is None and own.memory == "kept"
