"""The candidates of a search: what is drawn is scikit-learn's own, and a wrong name is answered with the right one."""

import numpy as np
import pytest
from scipy.stats import loguniform
from sklearn.linear_model import Lasso, Ridge
from sklearn.model_selection import ParameterGrid, ParameterSampler
from sklearn.pipeline import Pipeline

from nnjax.estimators.candidates import check_parameter_names, draw_candidates

CHAIN = Pipeline([("ridge", Ridge())])


def test_candidates_are_those_of_scikit_learn():
    grid = [{"a": [1, 2], "b": [3]}, {"a": [4]}]
    assert draw_candidates(grid, None, np.random.RandomState(0)) == list(ParameterGrid(grid))
    spread = {"a": loguniform(1e-3, 1.0), "b": [1, 2]}
    drawn = draw_candidates(spread, 5, np.random.RandomState(3))
    assert drawn == list(ParameterSampler(spread, 5, random_state=3))


@pytest.mark.parametrize("params", [{"a": loguniform(1, 2)}, [{"b": [1]}, {"a": loguniform(1, 2)}]])
def test_a_distribution_wants_to_know_how_many(params):
    with pytest.raises(TypeError, match=r"^a is a distribution: say how many candidates to draw, n_iter=10$"):
        draw_candidates(params, None, np.random.RandomState(0))


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("ridge__alhpa", "did you mean 'ridge__alpha'?"),
        ("alpha", "did you mean 'ridge__alpha'?"),
        ("rigde__alpha", "did you mean 'ridge__alpha'?"),
        ("nothing_of_the_kind", "name one of its get_params()"),
    ],
)
def test_a_wrong_name_is_refused_with_the_one_that_may_be_meant(name, remedy):
    with pytest.raises(ValueError, match="Invalid parameter") as refused:
        check_parameter_names(CHAIN, [{"ridge__alpha": 1.0}, {"ridge__alpha": 1.0, name: 2.0}])
    assert str(refused.value) == f"Invalid parameter {name!r} for estimator Pipeline; {remedy}"


class TakesAnything(Ridge):
    def set_params(self, **given):
        return self


def test_what_an_estimator_takes_or_a_candidate_brings_along_is_no_wrong_name():
    check_parameter_names(CHAIN, [{"ridge": Lasso(), "ridge__selection": "random"}])
    check_parameter_names(TakesAnything(), [{"beta": 1.0}])
