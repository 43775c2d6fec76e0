"""The search over the real estimators; what needs no network is in `test_search.py`."""

import subprocess
import sys

import numpy as np
import pytest
from fakes.estimators import classifier, numbers, regressor, words
from sklearn.base import clone
from sklearn.exceptions import FitFailedWarning
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from nnjax.estimators import VectorizedSearchCV, trainer

pytestmark = pytest.mark.usefixtures("engine_here")
X, Y = numbers()
GRID = {"alpha": [1e-4, 1.0], "learning_rate_init": [0.01, 0.05]}


@pytest.fixture
def trained(monkeypatch):
    """How many networks each call of the trainer was given."""
    given, real = [], trainer.train

    def train(problems, **options):
        given.append(len(problems))
        return real(problems, **options)

    monkeypatch.setattr(trainer, "train", train)
    return given


@pytest.fixture(scope="module")
def both():
    """Our search and scikit-learn's over the same network."""
    return [
        kind(regressor(), GRID, cv=2, return_train_score=True).fit(X, Y) for kind in (VectorizedSearchCV, GridSearchCV)
    ]


def test_scores_are_those_of_a_grid_search(both):
    ours, theirs = (each.cv_results_ for each in both)
    assert list(ours) == list(theirs) and ours["params"] == theirs["params"]
    for key in (key for key in ours if "score" in key and "time" not in key):
        assert ours[key].dtype == theirs[key].dtype
        np.testing.assert_allclose(ours[key], theirs[key], atol=1e-5, err_msg=key)


def test_the_refit_is_a_fit_to_the_last_bit(both):
    search = both[0]
    alone = regressor(**search.best_params_).fit(X, Y)
    for found, expected in zip(search.best_estimator_.coefs_, alone.coefs_, strict=True):
        np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(search.best_estimator_.history_, alone.history_)


def test_every_network_ends_where_it_would_alone(trained):
    seen = []

    def score(estimator, x, y):
        seen.append((estimator.n_iter_, len(estimator.loss_curve_)))
        return estimator.score(x, y)

    grid = {"tol": [1e-5, 1e-2, 0.05, 10.0], "n_iter_no_change": [2]}
    VectorizedSearchCV(regressor(), grid, cv=[(np.arange(20), np.arange(20, 40))], scoring=score, refit=False).fit(X, Y)
    assert trained == [4]
    alone = [regressor(tol=tol, n_iter_no_change=2).fit(X[:20], Y[:20]).n_iter_ for tol in grid["tol"]]
    assert seen == [(n, n) for n in alone] and len(set(alone)) > 2


def test_a_network_that_diverges_fails_on_its_fold_alone():
    grid = {"learning_rate_init": [0.05, 1e30]}
    with (
        pytest.warns(FitFailedWarning, match="2 fits failed out of a total of 4"),
        pytest.warns(match="scores are non-finite"),
    ):
        search = VectorizedSearchCV(regressor(), grid, cv=2, refit=False).fit(X, Y)
    assert np.isnan(search.cv_results_["mean_test_score"]).tolist() == [False, True]
    assert search.cv_results_["rank_test_score"].tolist() == [1, 2]


def test_a_second_search_trains_nothing_and_can_be_gone_on_with(tmp_path, trained):
    chain = make_pipeline(StandardScaler(), regressor())
    grid = {"mlpregressor__alpha": [1e-4, 1.0]}
    first, again = (VectorizedSearchCV(chain, grid, cv=2, memory=tmp_path).fit(X, Y) for _ in range(2))
    assert trained == [4, 1]
    np.testing.assert_array_equal(first.predict(X), again.predict(X))
    scaled = first.best_estimator_[0].transform(X)
    gone_on = [each.best_estimator_[1].partial_fit(scaled, Y).coefs_[0] for each in (first, again)]
    np.testing.assert_array_equal(*gone_on)


def test_threads_change_no_number(both):
    ours = both[0]
    threads = VectorizedSearchCV(ours.estimator, GRID, cv=2, n_jobs=3).fit(X, Y)
    np.testing.assert_array_equal(threads.cv_results_["mean_test_score"], ours.cv_results_["mean_test_score"])


@pytest.mark.slow
def test_classes_are_searched_by_accuracy():
    x, y = words()
    search = VectorizedSearchCV(classifier(), {"alpha": [1e-4, 1.0]}, cv=2).fit(x, y)
    assert search.score(x, y) > 0.5 and search.classes_.tolist() == ["high", "low", "middle"]
    assert search.predict_proba(x).shape == (40, 3)


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["threading", "loky"])
def test_it_searches_inside_of_workers(backend):
    from joblib import parallel_config

    search = VectorizedSearchCV(regressor(), GRID, cv=2, n_jobs=-1)
    expected = cross_val_score(search, X, Y, cv=2)
    with parallel_config(backend=backend, n_jobs=2):
        np.testing.assert_allclose(cross_val_score(clone(search), X, Y, cv=2), expected, atol=1e-5)


@pytest.mark.slow
def test_a_script_needs_no_main_guard():
    script = """
import numpy as np
from nnjax.estimators import MLPRegressor, VectorizedSearchCV
x = np.random.default_rng(0).standard_normal((40, 3))
network = MLPRegressor(hidden_layer_sizes=(4,), max_iter=30, tol=10.0, random_state=0)
print(VectorizedSearchCV(network, {"alpha": [1e-4, 1.0]}, n_jobs=2, cv=2).fit(x, x[:, 0]).best_params_)
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "alpha" in run.stdout


SMALL = {"max_iter": 100, "tol": 1e-4}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@parametrize_with_checks(
    [
        VectorizedSearchCV(regressor(**SMALL), {"alpha": [1e-4, 1e-2]}, cv=2, error_score="raise"),
        VectorizedSearchCV(classifier(**SMALL), {"alpha": [1e-4, 1e-2]}, cv=2, error_score="raise"),
        VectorizedSearchCV(
            make_pipeline(StandardScaler(), regressor(**SMALL)), {"mlpregressor__alpha": [1e-4, 1e-2]}, cv=2
        ),
        VectorizedSearchCV(classifier(**SMALL), {"alpha": [1e-4, 1e-2]}, n_iter=1, random_state=0, cv=2),
    ]
)
def test_scikit_learns_examiner_finds_nothing(estimator, check):
    check(estimator)
