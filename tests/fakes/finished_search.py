"""Finished searches whose scores are a formula's, with the luck of splits: nothing is trained."""

import numpy as np
from sklearn.model_selection import KFold, ParameterGrid

from nnjax.estimators.finished import FinishedSearch
from nnjax.estimators.search_splits import judge_splits
from nnjax.estimators.training_course import TrainingCourse

GRID = {
    "mlp__activation": ["relu", "tanh", "logistic"],
    "mlp__alpha": [0.001, 1.0],
    "mlp__hidden_layer_sizes": [(8,), (16, 8)],
}
WORTH = {"relu": 0.0, "tanh": -0.01, "logistic": -0.3}


def scores_of(params, n_splits=10, seed=0, noise=0.02):
    """Only the activation matters, and the logistic one alone by more than luck."""
    random = np.random.default_rng(seed)
    worth = [0.5 + WORTH[each.get("mlp__activation", "relu")] for each in params]
    luck = 0.05 * random.standard_normal(n_splits)
    return np.array(worth)[:, None] + luck + noise * random.standard_normal((len(worth), n_splits))


def results_of(params, scores, metric="score"):
    """As a search keeps them."""
    splits = {f"split{split}_test_{metric}": column for split, column in enumerate(np.transpose(scores))}
    return {"params": list(params), "mean_fit_time": np.linspace(1.0, 2.0, len(scores)), **splits}


def make_finished(params=None, scores=None, cv=None, sizes=(90, 10), groups=None, **fields):
    """A finished search; 10 folds of 100 rows unless said otherwise."""
    params = list(ParameterGrid(GRID)) if params is None else params
    scores = scores_of(params) if scores is None else np.asarray(scores, dtype=float)
    n_splits = scores.shape[1]
    splits = judge_splits(cv or KFold(n_splits, shuffle=True, random_state=0), [sizes] * n_splits, groups)
    means = np.where(np.isfinite(scores).all(axis=1), scores.mean(axis=1), -np.inf)
    given = {"best": int(means.argmax()), "quantity": "R²", "call": "search = Search()\nsearch.fit(X, y)"} | fields
    return FinishedSearch(results_of(params, scores), splits=splits, **given)


def make_course(scores, best):
    """Every candidate trained for 20 epochs and more; the last one was cut short."""
    n_candidates, n_splits = np.shape(scores)
    epochs = 20.0 + np.add.outer(np.arange(n_candidates), np.arange(n_splits))
    is_cut = np.zeros((n_candidates, n_splits), dtype=bool)
    is_cut[-1, 0] = True
    losses = tuple(np.exp(-np.arange(int(length)) / 9) for length in epochs[best])
    return TrainingCourse(losses, "the best candidate in each split", epochs, is_cut)
