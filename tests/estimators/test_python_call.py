"""The lines that make a search again do make it again."""

import numpy as np
import pytest
from scipy.stats import loguniform, randint
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV, RepeatedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from nnjax.estimators import MLPRegressor, VectorizedSearchCV
from nnjax.estimators.python_call import python_call, python_code

CHAIN = make_pipeline(StandardScaler(), Ridge(alpha=2.0))


@pytest.mark.parametrize(
    "search",
    [
        GridSearchCV(CHAIN, {"standardscaler": [MinMaxScaler(), None]}, cv=RepeatedKFold(n_splits=3, random_state=1)),
        RandomizedSearchCV(
            Ridge(), {"alpha": loguniform(1e-5, scale=2, b=1.0)}, n_iter=3, random_state=0, scoring="r2"
        ),
        VectorizedSearchCV(MLPRegressor((8,), alpha=0.5), [{"hidden_layer_sizes": [(4,), (4, 2)]}], error_score=0.0),
    ],
)
def test_what_is_printed_makes_the_search_again(search):
    lines = python_call(search)
    namespace = {}
    exec(lines.removesuffix("search.fit(X, y)"), namespace)
    again = namespace["search"]
    assert type(again) is type(search)
    assert python_call(again) == lines
    assert repr(again.estimator) == repr(search.estimator)


def test_nothing_is_cut_and_defaults_are_left_out():
    search = GridSearchCV(Ridge(), {"alpha": np.arange(90.0).tolist()}, error_score=np.nan)
    lines = python_call(search)
    assert "89.0" in lines and "..." not in lines and "error_score" not in lines


def test_values_as_they_are_written():
    assert python_code({"a": [np.float64(0.1)], "b": (1,), "c": len}) == "{'a': [0.1], 'b': (1,), 'c': len}"
    assert python_code(randint(1, high=5)) == "randint(1, high=5)"
