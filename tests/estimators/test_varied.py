"""The parameters of a search as people read them, and their values side by side."""

import numpy as np
import pandas as pd
import pytest
from fakes.finished_search import GRID, scores_of
from scipy.stats import loguniform
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, ParameterGrid, ParameterSampler
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from nnjax.claims.answer import Sizes
from nnjax.estimators.varied import (
    ABSENT,
    ALONE,
    NO_SPREAD,
    as_layout,
    compare_values,
    score_table,
    value_intervals,
    varied_parameters,
)
from nnjax.statistics.interval import bonferroni_level, paired_interval

SIZES = Sizes(90, 10, 90)
PARAMS = list(ParameterGrid(GRID))


def compared(params, scores, name):
    varied = varied_parameters(params)
    parameter = next(each for each in varied if each.short == name)
    return parameter, compare_values(score_table(np.asarray(scores, dtype=float), varied), parameter, varied, SIZES)


def test_values_are_named_ordered_and_told_apart():
    values = [np.float64(0.5), 0.000123456, 1e9, 1, 1.0]
    [parameter] = varied_parameters([{"mlp__alpha": value} for value in values])
    assert (parameter.short, parameter.texts) == ("alpha", ("0.000123", "0.5", "1", "1e+09"))
    assert parameter.of_candidate == ("0.5", "0.000123", "1e+09", "1", "1")
    [close] = varied_parameters([{"a": 0.12341}, {"a": 0.12344}, {"a": 0.5}])
    assert close.texts == ("0.12341", "0.12344", "0.5")


def test_objects_words_and_sizes_are_values_too():
    params = [{"s": StandardScaler(), "h": (8,)}, {"s": MinMaxScaler(), "h": [16, 8]}, {"s": None, "h": ()}]
    scaler, sizes = varied_parameters(params)
    assert scaler.texts == ("StandardScaler()", "MinMaxScaler()", "None")
    assert sizes.texts == ("(8,)", "[16, 8]", "()")
    assert scaler.numbers is None
    flags = varied_parameters([{"early_stopping": True}, {"early_stopping": 1}])[0]
    assert flags.texts == ("True", "1")


def test_short_names_stay_long_where_two_would_be_the_same():
    params = [{"a__alpha": 1, "b__alpha": 1, "c": 0}, {"a__alpha": 2, "b__alpha": 2, "c": 0}]
    assert [each.short for each in varied_parameters(params)] == ["a__alpha", "b__alpha"]


def test_a_parameter_is_compared_over_all_combinations_of_the_others_with_all_pairs():
    scores = scores_of(PARAMS)
    parameter, found = compared(PARAMS, scores, "activation")
    means = pd.DataFrame(scores).groupby([each["mlp__activation"] for each in PARAMS]).mean()
    expected = paired_interval(
        means.loc["relu"] - means.loc["logistic"], SIZES.n_train, SIZES.n_test, level=bonferroni_level(0.05, 3)
    )
    row = value_intervals(parameter, found).set_index("value").loc["logistic"]
    assert (row["difference"], row["low"], row["high"]) == pytest.approx(
        (expected.estimate, expected.low, expected.high)
    )
    assert (found.combinations, row["is_tied"]) == (4, False)
    assert value_intervals(parameter, found)["value"].tolist() == ["relu", "tanh", "logistic"]


def test_a_failed_candidate_takes_its_combination_with_it():
    scores = scores_of(PARAMS)
    scores[0, 3] = np.nan
    assert compared(PARAMS, scores, "activation")[1].combinations == 3


def test_where_no_two_candidates_differ_in_one_parameter_alone_nothing_is_compared():

    drawn = ParameterSampler(
        {"mlp__alpha": loguniform(1e-5, 1), "mlp__activation": ["relu", "tanh"]}, 12, random_state=0
    )
    params = list(drawn)
    for name in ("alpha", "activation"):
        assert compared(params, scores_of(params), name)[1] == ALONE


def test_in_a_list_of_grids_a_parameter_that_some_lack_is_compared_among_the_others():
    params = list(ParameterGrid([{"solver": ["sgd"], "momentum": [0.5, 0.9]}, {"solver": ["adam"], "alpha": [1, 2]}]))
    parameter, found = compared(params, scores_of(params), "momentum")
    assert parameter.of_candidate.count(ABSENT) == 2
    assert set(found.texts) == {"0.5", "0.9"}
    assert compared(params, scores_of(params), "solver")[1] == ALONE


def test_a_value_that_one_grid_sets_and_another_leaves_is_compared_with_the_default():
    params = list(ParameterGrid([{"a": [1, 2], "b": [3]}, {"a": [1, 2]}]))
    scores = scores_of(params)
    parameter, found = compared(params, scores, "b")
    assert parameter.of_candidate == ("3", "3", ABSENT, ABSENT)
    assert found.combinations == 2
    table = value_intervals(parameter, found).set_index("value")["mean_test_score"]
    assert table.to_dict() == pytest.approx({"3": scores[:2].mean(), "default": scores[2:].mean()})
    assert varied_parameters([{"b": "default"}, {}])[0].of_candidate == ("default (1)", "default")


def test_values_that_differ_by_the_same_everywhere_are_not_taken_for_certain():
    scores = [[0.9, 0.8, 0.7], [0.8, 0.7, 0.6]]
    assert compared([{"a": 1}, {"a": 2}], scores, "a")[1] == NO_SPREAD
    assert compared([{"a": 1}, {"a": 2}], [scores[0]] * 2, "a")[1].ranked.is_level


def test_scikit_learn_s_own_search_is_read():
    x = np.random.default_rng(0).normal(size=(40, 2))
    search = GridSearchCV(Ridge(), {"alpha": [0.1, 1000.0], "fit_intercept": [True, False]}, cv=4).fit(x, x[:, 0])
    scores = np.stack([search.cv_results_[f"split{n}_test_score"] for n in range(4)], axis=1)
    parameter, found = compared(search.cv_results_["params"], scores, "alpha")
    assert (parameter.texts, found.combinations) == (("0.1", "1000"), 2)
    assert as_layout(varied_parameters(search.cv_results_["params"])).studied == ("alpha", "fit_intercept")
