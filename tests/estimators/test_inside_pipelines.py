"""Our estimators at the end of scikit-learn's pipelines, by themselves and in a search."""

import numpy as np
import pytest
import sklearn
from fakes.inside import FEW, by_columns, classifier, labels, regressor, search, table
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor, make_column_transformer
from sklearn.model_selection import GridSearchCV, GroupKFold, KFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, PolynomialFeatures, StandardScaler, TargetEncoder

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@pytest.fixture(autouse=True)
def _engine(engine_here):
    """The real engine, compiled quickly."""


def products(**given):
    return make_pipeline(PolynomialFeatures(2, interaction_only=True, **given), StandardScaler())


PREPARATIONS = {
    "columns": by_columns(),
    "sparse": by_columns(OneHotEncoder(drop="first")),
    "target": by_columns(TargetEncoder(cv=KFold(5, shuffle=True, random_state=0)), products(include_bias=False)),
    "polynomial": make_column_transformer((products(), ["area", "rooms"])),
}
"""What may stand before a network -> a transformer."""


@pytest.mark.parametrize("name", PREPARATIONS)
def test_a_search_over_a_pipeline_scores_as_scikit_learn_s_own_does(name):
    x, y = table()
    pipeline = Pipeline([("prepare", PREPARATIONS[name]), ("network", regressor())])
    grid = {"network__alpha": [1e-4, 1.0]}
    ours, theirs = search(pipeline, grid).fit(x, y), GridSearchCV(pipeline, grid, cv=5).fit(x, y)
    for key in ("mean_test_score", "split0_test_score", "rank_test_score"):
        np.testing.assert_allclose(ours.cv_results_[key], theirs.cv_results_[key], rtol=1e-5)
    assert ours.best_params_ == theirs.best_params_
    np.testing.assert_allclose(ours.predict(x), theirs.predict(x), rtol=1e-4, atol=1e-5)


def test_the_preparation_is_a_candidate_like_any_other():
    x, y = table()
    network = regressor(max_iter=100, learning_rate_init=0.03)
    pipeline = Pipeline([("prepare", PREPARATIONS["target"]), ("network", network)])
    found = search(pipeline, {"prepare__words__smooth": [1e9, 1.0], "network__alpha": [1e-4]}).fit(x, y)
    assert found.best_params_["prepare__words__smooth"] == 1.0, "the mean of the town says what the town costs"


def test_a_target_on_another_scale_is_turned_back():
    x, y = table()
    scaled = TransformedTargetRegressor(regressor(), transformer=StandardScaler())
    found = search(
        make_pipeline(PREPARATIONS["columns"], scaled), {"transformedtargetregressor__regressor__alpha": [1.0, 2.0]}
    )
    assert abs(found.fit(x, y).predict(x).mean() - y.mean()) < 1


def test_a_pipeline_with_frames_between_its_steps_knows_its_columns():
    x, y = table()
    pipeline = make_pipeline(PREPARATIONS["columns"], regressor()).set_output(transform="pandas").fit(x, y)
    assert list(pipeline[-1].feature_names_in_) == list(pipeline[:-1].get_feature_names_out())
    assert "words__town_Bern" in pipeline[-1].feature_names_in_
    with sklearn.config_context(transform_output="pandas"):
        assert clone(pipeline).fit(x, y)[-1].n_features_in_ == 4


def test_a_clone_is_unfitted_and_comes_to_the_same():
    x, y = table()
    fitted = make_pipeline(PREPARATIONS["columns"], classifier()).fit(x, labels(y))
    again = clone(fitted)
    assert again[-1].get_params() == fitted[-1].get_params() and not hasattr(again[-1], "coefs_")
    np.testing.assert_array_equal(again.fit(x, labels(y)).predict_proba(x), fitted.predict_proba(x))


@pytest.mark.slow
def test_weights_and_groups_find_their_way_under_routing():
    x, y = table()
    weights, groups = np.repeat([1.0, 0.0, 2.0, 1.0], 25), np.tile(np.arange(10), 10)
    with sklearn.config_context(enable_metadata_routing=True):
        network = regressor().set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
        pipeline = make_pipeline(PREPARATIONS["columns"], network)
        for step in pipeline[0].transformers:
            if hasattr(step[1], "set_fit_request") and "sample_weight" in step[1].fit.__code__.co_varnames:
                step[1].set_fit_request(sample_weight=False)
        grid, given = {"mlpregressor__alpha": [1e-4, 1.0]}, {"sample_weight": weights, "groups": groups}
        ours = search(pipeline, grid, cv=GroupKFold(5)).fit(x, y, **given)
        theirs = GridSearchCV(pipeline, grid, cv=GroupKFold(5)).fit(x, y, **given)
    np.testing.assert_allclose(ours.cv_results_["mean_test_score"], theirs.cv_results_["mean_test_score"], rtol=1e-5)
    without = search(pipeline, grid, cv=GroupKFold(5)).fit(x, y, groups=groups)
    assert (without.cv_results_["mean_test_score"] != ours.cv_results_["mean_test_score"]).all(), "weights counted"


@pytest.mark.slow
def test_weights_go_by_the_step_s_name_without_routing():
    x, y = table()
    weights = np.repeat([1.0, 0.0, 2.0, 1.0], 25)
    pipeline = make_pipeline(PREPARATIONS["columns"], regressor())
    grid = {"mlpregressor__alpha": [1e-4, 1.0]}
    ours = search(pipeline, grid).fit(x, y, mlpregressor__sample_weight=weights)
    theirs = GridSearchCV(pipeline, grid, cv=5).fit(x, y, mlpregressor__sample_weight=weights)
    np.testing.assert_allclose(ours.cv_results_["mean_test_score"], theirs.cv_results_["mean_test_score"], rtol=1e-5)


def test_a_preparation_that_is_kept_on_disk_is_kept_there(tmp_path):
    x, y = table()
    pipeline = make_pipeline(PREPARATIONS["columns"], regressor(), memory=str(tmp_path))
    found = search(pipeline, {"mlpregressor__alpha": [1e-4, 1.0]}).fit(x, y)
    assert found.best_estimator_.memory == str(tmp_path)
    assert len(list(tmp_path.rglob("output.pkl"))) == 6, "five folds and the refit"


def test_a_parameter_says_what_it_is_in_scikit_learn_s_words():
    assert {name: regressor().get_params()[name] for name in FEW} == FEW
