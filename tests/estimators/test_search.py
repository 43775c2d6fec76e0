import inspect
import os
import pickle
import re
import signal
import subprocess
import sys
import warnings
from contextlib import contextmanager

import numpy as np
import pandas as pd
import pytest
from fakes.linear_network import LinearClassifier, LinearRegressor, install
from scipy.stats import loguniform
from sklearn import config_context
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import BaggingRegressor, StackingRegressor
from sklearn.exceptions import FitFailedWarning
from sklearn.linear_model import Ridge
from sklearn.metrics import make_scorer, r2_score
from sklearn.model_selection import GridSearchCV, GroupKFold, KFold, RandomizedSearchCV, ShuffleSplit, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, PolynomialFeatures, StandardScaler
from sklearn.utils import get_tags
from sklearn.utils._param_validation import InvalidParameterError
from sklearn.utils.estimator_checks import parametrize_with_checks

from nnjax.estimators.search import VectorizedSearchCV
from nnjax.estimators.shared_preprocessing import SharedPreprocessing

pytestmark = pytest.mark.usefixtures("trainer")
ALPHAS = {"alpha": [0.1, 1.0, 10.0]}
GRID_OF_CHAIN = {"linearregressor__alpha": [0.1, 1.0]}
NETWORK = LinearRegressor(random_state=0)


@pytest.fixture
def trainer(monkeypatch):
    return install(monkeypatch)


def rows(n=60, seed=0):
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(n, 4))
    return x, x[:, 0] - 2 * x[:, 1] ** 2 + generator.normal(size=n)


X, Y = rows()
SHUFFLED = KFold(3, shuffle=True, random_state=0)
CLASSES = np.digitize(Y, [-2.0, 0.0])


def assert_same(ours, theirs):
    """Equal results but for the seconds, down to dtypes and masks."""
    assert set(ours.cv_results_) == set(theirs.cv_results_)
    for key, expected in theirs.cv_results_.items():
        seen = ours.cv_results_[key]
        assert type(seen) is type(expected)
        if key == "params":
            assert seen == expected
        elif "time" not in key:
            assert seen.dtype == expected.dtype
            np.testing.assert_array_equal(np.ma.getmaskarray(seen), np.ma.getmaskarray(expected), key)
            np.testing.assert_array_equal(np.ma.filled(seen, 0), np.ma.filled(expected, 0), key)
    for name in ("best_index_", "best_params_", "best_score_", "n_splits_", "multimetric_"):
        assert getattr(ours, name, None) == getattr(theirs, name, None)


GRIDS = {
    "grid": ALPHAS,
    "array": {"alpha": np.logspace(-1, 1, 3)},
    "list of grids": [{"alpha": [0.1, 2.0]}, {"width": [1, 2], "alpha": [3.0]}, {}],
}


@pytest.mark.parametrize("grid", GRIDS.values(), ids=GRIDS)
def test_it_finds_what_a_grid_search_finds_and_trains_once(grid, trainer):
    ours = VectorizedSearchCV(NETWORK, grid, return_train_score=True).fit(X, Y)
    n_fits = 5 * len(ours.cv_results_["params"])
    assert [n for n, *_ in trainer.calls] == [n_fits, 1]
    theirs = GridSearchCV(NETWORK, grid, return_train_score=True).fit(X, Y)
    assert_same(ours, theirs)
    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))


@pytest.mark.parametrize(
    "distributions",
    [{"alpha": loguniform(0.1, 10), "width": [1, 2]}, [{"alpha": [1.0, 2.0, 3.0]}, {"width": [1, 2]}]],
    ids=["distribution", "lists"],
)
@pytest.mark.parametrize("state", [3, np.random.RandomState(3)], ids=["seed", "generator"])
def test_it_draws_the_candidates_of_a_randomized_search(distributions, state):
    ours = VectorizedSearchCV(NETWORK, distributions, n_iter=4, random_state=clone(state, safe=False)).fit(X, Y)
    theirs = RandomizedSearchCV(NETWORK, distributions, n_iter=4, random_state=clone(state, safe=False)).fit(X, Y)
    assert_same(ours, theirs)


def test_candidates_that_make_no_difference_are_trained_once(trainer):
    search = VectorizedSearchCV(NETWORK, {"alpha": [1.0, 1], "fails": [False]}).fit(X, Y)
    assert [n for n, *_ in trainer.calls] == [5, 1]
    assert search.cv_results_["mean_fit_time"] == pytest.approx([4.0, 4.0], abs=1.0)


def test_each_fit_takes_its_share_of_the_training(monkeypatch):
    search = VectorizedSearchCV(NETWORK, ALPHAS).fit(X, Y)
    assert (search.cv_results_["mean_fit_time"] >= 8.0).all() and (search.cv_results_["mean_fit_time"] < 9.0).all()


PIPELINES = {
    "pipeline": (make_pipeline(StandardScaler(), NETWORK), GRID_OF_CHAIN),
    "columns": (
        make_pipeline(
            ColumnTransformer([("poly", make_pipeline(StandardScaler(), PolynomialFeatures()), [0, 1])]), NETWORK
        ),
        {"columntransformer__poly__polynomialfeatures__degree": [1, 2], "linearregressor__alpha": [0.1, 1.0]},
    ),
    "target": (
        TransformedTargetRegressor(make_pipeline(StandardScaler(), NETWORK), transformer=StandardScaler()),
        {"regressor__linearregressor__alpha": [0.1, 1.0]},
    ),
    "step": (make_pipeline(StandardScaler(), NETWORK), {"standardscaler": [StandardScaler(), "passthrough", None]}),
    "lambda": (make_pipeline(FunctionTransformer(lambda x: x * 2), NETWORK), GRID_OF_CHAIN),
}


@pytest.mark.parametrize(("estimator", "grid"), PIPELINES.values(), ids=PIPELINES)
def test_whatever_ends_in_a_network_is_searched_alike(estimator, grid, trainer):
    ours = VectorizedSearchCV(estimator, grid).fit(X, Y)
    assert len(trainer.calls) == 2
    theirs = GridSearchCV(estimator, grid).fit(X, Y)
    assert_same(ours, theirs) if "standardscaler" not in grid else None
    np.testing.assert_array_equal(ours.cv_results_["mean_test_score"], theirs.cv_results_["mean_test_score"])
    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))


class Counted(TransformerMixin, BaseEstimator):
    """Counts its fits, and writes into its rows."""

    fits = 0

    def __init__(self, factor=2.0):
        self.factor = factor

    def fit(self, X, y=None):
        type(self).fits += 1
        warnings.warn("was fitted", RuntimeWarning, stacklevel=2)
        return self

    def transform(self, X):
        X *= self.factor
        return X


def test_preprocessing_is_fitted_once_a_fold_and_tells_what_it_told(monkeypatch):
    monkeypatch.setattr(Counted, "fits", 0)
    chain = make_pipeline(StandardScaler(), Counted(), Counted(3.0), NETWORK)
    with pytest.warns(RuntimeWarning, match="was fitted") as told:
        ours = VectorizedSearchCV(chain, {"linearregressor__alpha": [0.1, 1.0, 10.0]}, cv=2).fit(X, Y)
    assert Counted.fits == 2 * 2 + 2  # folds, and the refit
    assert len(told) == (3 * 2 + 1) * 2
    with pytest.warns(RuntimeWarning):
        theirs = GridSearchCV(chain, {"linearregressor__alpha": [0.1, 1.0, 10.0]}, cv=2).fit(X, Y)
    assert_same(ours, theirs)


def test_nothing_of_the_search_is_left_in_what_it_found():
    columns = ColumnTransformer([("scaled", make_pipeline(StandardScaler()), [0, 1])])
    chain = make_pipeline(columns, NETWORK, memory=None)
    search = VectorizedSearchCV(chain, {"linearregressor__alpha": [0.1]}).fit(X, Y)
    assert search.estimator is chain and chain.memory is None and chain.get_params()["columntransformer"] is columns
    assert search.best_estimator_.memory is None
    assert search.best_estimator_[0].transformers_[0][1].memory is None
    assert SharedPreprocessing.__name__.encode() not in pickle.dumps(search)
    assert not [name for name in vars(search) if name.startswith("_running")]


def test_a_memory_of_ones_own_is_left_alone(tmp_path):
    chain = make_pipeline(StandardScaler(), NETWORK, memory=str(tmp_path))
    search = VectorizedSearchCV(chain, GRID_OF_CHAIN).fit(X, Y)
    assert search.best_estimator_.memory == str(tmp_path)


def test_frames_keep_their_names():
    table = pd.DataFrame(X, columns=list("abcd")).assign(kind=np.where(X[:, 0] > 0, "u", "v"))
    columns = ColumnTransformer([("kind", OneHotEncoder(), ["kind"])], remainder="passthrough", sparse_threshold=0)
    chain, grid = make_pipeline(columns, NETWORK), GRID_OF_CHAIN
    ours, theirs = (each(chain, grid).fit(table, Y) for each in (VectorizedSearchCV, GridSearchCV))
    assert_same(ours, theirs)
    assert ours.feature_names_in_.tolist() == [*"abcd", "kind"]


def test_several_networks_in_one_are_trained_in_rounds(trainer):
    stack = StackingRegressor([("a", LinearRegressor(random_state=0)), ("b", Ridge())], LinearRegressor(2.0), cv=2)
    grid = {"a__alpha": [0.1, 1.0], "final_estimator__random_state": [0]}
    ours = VectorizedSearchCV(stack, grid, cv=SHUFFLED).fit(X, Y)
    # On all rows, on two halves of them, and the last one on what those predict; the refit one by one.
    assert [n for n, *_ in trainer.calls] == [6, 6, 6, 6, 1, 1, 1, 1]
    assert_same(ours, GridSearchCV(stack, grid, cv=SHUFFLED).fit(X, Y))


def test_an_estimator_that_is_never_the_same_is_trained_one_by_one(trainer):
    bag = BaggingRegressor(LinearRegressor(), n_estimators=2)
    search = VectorizedSearchCV(bag, {"estimator__alpha": [0.1]}, cv=2).fit(X, Y)
    assert np.isfinite(search.best_score_) and max(n for n, *_ in trainer.calls) == 2
    trainer.calls.clear()
    VectorizedSearchCV(clone(bag).set_params(random_state=0), {"estimator__alpha": [0.1]}, cv=2).fit(X, Y)
    assert [n for n, *_ in trainer.calls] == [2, 2, 1, 1]


def test_a_search_inside_a_search_trains_with_the_outer_one(trainer):
    inner = VectorizedSearchCV(make_pipeline(StandardScaler(), NETWORK), GRID_OF_CHAIN, cv=2)
    ours = VectorizedSearchCV(inner, {"estimator__linearregressor__width": [1, 2]}, cv=SHUFFLED).fit(X, Y)
    # Inner folds, inner refits; and once more for the outer refit.
    assert [n for n, *_ in trainer.calls] == [2 * 3 * 2 * 2, 2 * 3, 4, 1]
    theirs = GridSearchCV(
        GridSearchCV(inner.estimator, inner.params, cv=2), {"estimator__linearregressor__width": [1, 2]}, cv=SHUFFLED
    )
    assert_same(ours, theirs.fit(X, Y))


def test_other_estimators_are_fitted_as_they_are(trainer):
    ours = VectorizedSearchCV(make_pipeline(Ridge()), {"ridge": [Ridge(), DummyRegressor(), NETWORK]}).fit(X, Y)
    assert [n for n, *_ in trainer.calls] == [5] + [1] * isinstance(ours.best_params_["ridge"], LinearRegressor)
    theirs = GridSearchCV(make_pipeline(Ridge()), {"ridge": [Ridge(), DummyRegressor(), NETWORK]}).fit(X, Y)
    np.testing.assert_array_equal(ours.cv_results_["rank_test_score"], theirs.cv_results_["rank_test_score"])


def test_groups_weights_and_metrics_reach_where_they_belong():
    groups, weights = np.arange(60) % 5, np.linspace(0.5, 2.0, 60)
    options = {"cv": GroupKFold(3), "scoring": ["r2", "neg_mean_absolute_error"], "refit": "neg_mean_absolute_error"}
    ours, theirs = (
        each(NETWORK, ALPHAS, **options).fit(X, Y, groups=groups, sample_weight=weights)
        for each in (VectorizedSearchCV, GridSearchCV)
    )
    assert_same(ours, theirs)
    assert ours.score(X, Y) == theirs.score(X, Y) and list(ours.scorer_) == list(theirs.scorer_)


def test_metadata_is_routed():
    weights = np.linspace(0.5, 2.0, 60)
    with config_context(enable_metadata_routing=True):
        network = clone(NETWORK).set_fit_request(sample_weight=True)
        chain = make_pipeline(StandardScaler().set_fit_request(sample_weight=True), network)
        scorer = make_scorer(r2_score).set_score_request(sample_weight=True)
        ours, theirs = (
            each(chain, {"linearregressor__alpha": [0.1, 10.0]}, scoring=scorer, cv=GroupKFold(3)).fit(
                X, Y, sample_weight=weights, groups=np.arange(60) % 5
            )
            for each in (VectorizedSearchCV, GridSearchCV)
        )
    assert_same(ours, theirs)


def test_refit_may_be_a_function_or_none():
    worst = VectorizedSearchCV(NETWORK, ALPHAS, refit=lambda results: int(results["rank_test_score"].argmax()))
    worst.fit(X, Y)
    assert worst.best_index_ == worst.cv_results_["rank_test_score"].argmax() and not hasattr(worst, "best_score_")
    without = VectorizedSearchCV(NETWORK, ALPHAS, refit=False).fit(X, Y)
    assert_same(without, GridSearchCV(NETWORK, ALPHAS, refit=False).fit(X, Y))
    assert not hasattr(without, "best_estimator_") and not hasattr(without, "predict")


def test_a_splitter_that_draws_is_asked_once(trainer):
    search = VectorizedSearchCV(NETWORK, ALPHAS, cv=ShuffleSplit(3, random_state=np.random.RandomState(0))).fit(X, Y)
    assert [n for n, *_ in trainer.calls] == [9, 1]
    assert search.split_sizes_.tolist() == [[54, 6]] * 3
    masks = [(np.arange(60) < 40, np.arange(60) >= 40)]
    assert VectorizedSearchCV(NETWORK, ALPHAS, cv=masks).fit(X, Y).split_sizes_.tolist() == [[40, 20]]


def test_without_a_seed_all_fits_of_a_search_share_one(trainer):
    network = LinearRegressor()
    search = VectorizedSearchCV(network, {"alpha": [1.0], "width": [1, 2]}, random_state=5).fit(X, Y)
    assert [n for n, *_ in trainer.calls] == [10, 1]
    assert len(set(search.cv_results_["mean_test_score"])) == 1
    again, other = (VectorizedSearchCV(network, {"alpha": [1.0]}, random_state=seed).fit(X, Y) for seed in (5, 6))
    assert again.best_score_ == search.best_score_ != other.best_score_
    np.random.seed(0)
    first, second = (VectorizedSearchCV(network, {"alpha": [1.0]}).fit(X, Y).best_score_ for _ in range(2))
    assert first != second


FAILING = {"fails": [False, True], "alpha": [1.0, 2.0]}


def test_what_fails_counts_as_in_scikit_learn(monkeypatch):
    install(monkeypatch, diverges=2.0)
    with pytest.warns(FitFailedWarning, match="10 fits failed with") as ours_told, pytest.warns(match="non-finite"):
        ours = VectorizedSearchCV(NETWORK, FAILING).fit(X, Y)
    with pytest.warns(FitFailedWarning, match="10 fits failed with"), pytest.warns(match="non-finite"):
        theirs = GridSearchCV(NETWORK, FAILING).fit(X, Y)
    assert_same(ours, theirs)
    assert "15 fits failed out of a total of 20" in str(ours_told[0].message)
    with pytest.warns(FitFailedWarning):
        replaced = VectorizedSearchCV(NETWORK, FAILING, error_score=-9.0).fit(X, Y)
    assert replaced.cv_results_["mean_test_score"][1:].tolist() == [-9.0] * 3


def test_all_that_fail_end_the_search():
    with pytest.raises(ValueError, match="All the 5 fits failed"):
        VectorizedSearchCV(NETWORK, {"fails": [True]}).fit(X, Y)


def test_a_failure_that_is_to_be_raised_is_raised_before_anything_is_trained(trainer):
    with pytest.raises(ValueError, match="as was asked for"):
        VectorizedSearchCV(NETWORK, FAILING, error_score="raise").fit(X, Y)
    with pytest.raises(ValueError, match="Invalid parameter 'beta'"):
        VectorizedSearchCV(NETWORK, [ALPHAS, {"beta": [1]}]).fit(X, Y)
    assert not trainer.calls


def test_no_candidate_without_a_finite_score_is_best():
    search = VectorizedSearchCV(NETWORK, ALPHAS, scoring=lambda *_: np.nan)
    with pytest.warns(UserWarning, match="non-finite"), pytest.raises(ValueError, match="no candidate has a finite"):
        search.fit(X, Y)
    assert not hasattr(search, "best_estimator_") and np.isnan(search.cv_results_["mean_test_score"]).all()
    with pytest.warns(UserWarning, match="non-finite"), pytest.raises(ValueError, match="no candidate has a finite"):
        search.set_params(refit=False).fit(X, Y)


def test_networks_that_cannot_be_trained_together_are_trained_one_by_one(monkeypatch):
    made = install(monkeypatch, fails={2: MemoryError("too large")})
    with pytest.warns(RuntimeWarning, match="could not be trained together.*MemoryError: too large"):
        ours = VectorizedSearchCV(NETWORK, ALPHAS).fit(X, Y)
    assert [n for n, *_ in made.calls] == [15] + [1] * 14
    with pytest.raises(MemoryError):
        VectorizedSearchCV(NETWORK, ALPHAS, error_score="raise").fit(X, Y)
    assert_same(ours, GridSearchCV(NETWORK, ALPHAS).fit(X, Y))


def test_scikit_learns_names_of_the_grid_are_answered_with_ours(trainer):
    with pytest.raises(TypeError, match="no argument 'param_grid'; pass the grid as params="):
        VectorizedSearchCV(NETWORK, param_grid=ALPHAS)
    with pytest.raises(TypeError, match=r"no argument 'param_distributions'; .* params=, and .* n_iter=10"):
        VectorizedSearchCV(NETWORK, param_distributions=ALPHAS)
    with pytest.raises(TypeError, match="unexpected keyword argument 'grid'"):
        VectorizedSearchCV(NETWORK, grid=ALPHAS)
    assert list(inspect.signature(VectorizedSearchCV).parameters)[:3] == ["estimator", "params", "n_iter"]
    assert clone(VectorizedSearchCV(NETWORK, params=ALPHAS, cv=3)).get_params(deep=False)["params"] == ALPHAS


def test_a_wrong_name_is_refused_without_a_word_of_what_is_inside(trainer):
    chain = make_pipeline(StandardScaler(), NETWORK)
    words = "Invalid parameter 'linearregressor__alhpa' for estimator Pipeline; did you mean 'linearregressor__alpha'?"
    with pytest.raises(ValueError, match=rf"^{re.escape(words)}$"):
        VectorizedSearchCV(chain, {"linearregressor__alhpa": [1.0]}).fit(X, Y)
    replaced = {"linearregressor": [Ridge()], "linearregressor__width": [1]}
    with pytest.raises(ValueError, match="Invalid parameter 'width' for estimator Ridge"):
        VectorizedSearchCV(chain, replaced).fit(X, Y)
    assert not trainer.calls and repr(clone(chain).set_params(memory=SharedPreprocessing())) == repr(chain)


WRONG = {
    "a distribution": ({"alpha": loguniform(1, 2)}, TypeError, "alpha is a distribution: .* draw, n_iter=10"),
    "no grid": ("alpha", InvalidParameterError, "'params' parameter of VectorizedSearchCV"),
    "no list": ({"alpha": 1.0}, TypeError, "needs to be a list or a numpy array"),
    "empty": ({"alpha": []}, ValueError, "non-empty sequence"),
    "a table": ({"alpha": np.ones((2, 2))}, ValueError, "one-dimensional"),
    "no grid in it": ([3], TypeError, "not a dict"),
}


@pytest.mark.parametrize(("grid", "error", "words"), WRONG.values(), ids=WRONG)
def test_wrong_grids_are_refused_in_the_known_words(grid, error, words, trainer):
    with pytest.raises(error, match=words):
        VectorizedSearchCV(NETWORK, grid).fit(X, Y)
    assert not trainer.calls


def test_what_scikit_learn_refuses_is_refused_in_its_words():
    with pytest.raises(ValueError, match="No fits were performed"):
        VectorizedSearchCV(NETWORK, ALPHAS, cv=[]).fit(X, Y)
    with pytest.raises(ValueError, match="Cannot have number of splits n_splits=70"):
        VectorizedSearchCV(NETWORK, ALPHAS, cv=70).fit(X, Y)
    with pytest.raises(TypeError, match="should have a 'score' method"):
        VectorizedSearchCV(StandardScaler(), {"with_mean": [True]}).fit(X)
    with pytest.raises(ValueError, match="requires y to be passed"):
        VectorizedSearchCV(NETWORK, ALPHAS).fit(X)
    with pytest.raises(ValueError, match="multi-metric scoring, the parameter refit"):
        VectorizedSearchCV(NETWORK, ALPHAS, scoring=["r2"]).fit(X, Y)


def test_progress_says_how_many_networks_are_trained(monkeypatch):
    said = []

    class Told:
        @contextmanager
        def stage(self, what):
            said.append(what)
            yield said.append

    monkeypatch.setattr("nnjax.estimators.search.choose_progress", Told)
    VectorizedSearchCV(NETWORK, {"alpha": [1.0]}, cv=2, verbose=1).fit(X, Y)
    folds = ["training 2 networks", "1 of 2 done", "2 of 2 done"]
    assert said == [*folds, "refitting the best candidate on all rows", "1 of 1 done"]


def test_a_second_search_trains_what_is_new(tmp_path, trainer):
    first = VectorizedSearchCV(NETWORK, ALPHAS, memory=tmp_path / "kept").fit(X, Y)
    trainer.calls.clear()
    again = VectorizedSearchCV(NETWORK, ALPHAS, memory=str(tmp_path / "kept")).fit(X, Y)
    assert not trainer.calls
    assert_same(again, first)
    assert again.best_estimator_.history_["grad_norm"].tolist() == [[1.0], [1.0]]
    VectorizedSearchCV(NETWORK, {"alpha": [0.1, 5.0]}, memory=tmp_path / "kept", refit=False).fit(X, Y)
    assert [n for n, *_ in trainer.calls] == [5]


def test_what_a_killed_search_has_trained_is_kept(tmp_path, monkeypatch):
    install(monkeypatch, fails={7: KeyboardInterrupt()})
    search = VectorizedSearchCV(NETWORK, ALPHAS, memory=tmp_path)
    with pytest.raises(KeyboardInterrupt):
        search.fit(X, Y)
    assert search.estimator is NETWORK
    made = install(monkeypatch)
    search.fit(X, Y)
    assert [n for n, *_ in made.calls] == [8, 1]


KILLED = """
import os, signal, sys, types
import numpy as np
from fakes.linear_network import LinearRegressor, LinearTrainer
from nnjax.estimators.search import VectorizedSearchCV

class Killed(LinearTrainer):
    def _solve(self, problem, watches):
        if len(os.listdir(sys.argv[1])) == 7:
            os.kill(os.getpid(), signal.SIGKILL)
        return super()._solve(problem, watches)

sys.modules["nnjax.estimators.trainer"] = types.SimpleNamespace(train=Killed().train)
x = np.random.default_rng(0).standard_normal((60, 4))
VectorizedSearchCV(LinearRegressor(random_state=0), {"alpha": [0.1, 1.0]}, memory=sys.argv[1]).fit(x, x[:, 0])
"""


@pytest.mark.slow
def test_a_process_that_is_killed_leaves_what_it_has_trained(tmp_path, trainer):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], env=environment, check=False)
    assert run.returncode == -signal.SIGKILL and len(list(tmp_path.iterdir())) == 7
    x = np.random.default_rng(0).standard_normal((60, 4))
    VectorizedSearchCV(NETWORK, {"alpha": [0.1, 1.0]}, memory=tmp_path).fit(x, x[:, 0])
    assert [n for n, *_ in trainer.calls] == [3, 1]


def test_threads_are_handed_on_and_progress_is_said_if_wanted(trainer, capsys):
    VectorizedSearchCV(NETWORK, ALPHAS, n_jobs=3).fit(X, Y)
    assert trainer.calls == [(15, 3, False), (1, 3, True)] and capsys.readouterr() == ("", "")
    VectorizedSearchCV(NETWORK, ALPHAS, n_jobs=3, verbose=1).fit(X, Y)
    assert "Fitting 5 folds for each of 3 candidates, totalling 15 fits" in capsys.readouterr().out


def test_it_is_an_estimator_like_those_in_it():
    search = VectorizedSearchCV(LinearClassifier(random_state=0), ALPHAS, cv=3)
    assert get_tags(search).estimator_type == "classifier" and get_tags(search).target_tags.required
    scores = cross_validate(search, X, CLASSES, cv=KFold(2), return_estimator=True)
    assert (scores["test_score"] > 0.3).all()
    assert scores["estimator"][0].classes_.tolist() == [0, 1, 2]
    loaded = pickle.loads(pickle.dumps(scores["estimator"][0]))
    np.testing.assert_array_equal(loaded.predict(X), scores["estimator"][0].predict(X))


class Heard:
    """A callback of scikit-learn's that counts the fits it hears of."""

    def __init__(self):
        self.set_up, self.begun = 0, 0

    def setup(self, estimator, context):
        self.set_up += 1

    def on_fit_task_begin(self, estimator, context):
        self.begun += context.task_name in ("candidate-split-evaluation", "fit")

    def on_fit_task_end(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass


def test_callbacks_hear_of_each_fit_once():
    for on_search in (True, False):
        counted = []
        for kind in (VectorizedSearchCV, GridSearchCV):
            heard, chain = Heard(), make_pipeline(StandardScaler(), NETWORK)
            search = kind(chain, GRID_OF_CHAIN, cv=2)
            (search if on_search else chain).set_callbacks(heard)
            search.fit(X, Y)
            counted.append((heard.set_up, heard.begun))
        assert counted[0] == counted[1] > (0, 0)


@pytest.mark.filterwarnings("ignore")
@parametrize_with_checks(
    [
        VectorizedSearchCV(NETWORK, ALPHAS, cv=2, error_score="raise"),
        VectorizedSearchCV(LinearClassifier(random_state=0), ALPHAS, n_iter=2, random_state=0, cv=2),
    ]
)
def test_scikit_learns_examiner_finds_nothing(estimator, check):
    check(estimator)
