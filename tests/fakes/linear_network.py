"""Estimators that ask the ledger as networks do, and a trainer that solves them at once: no program is compiled."""

import sys
import types

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils.validation import check_is_fitted, validate_data

from nnjax.estimators import ledger
from nnjax.estimators.problem import Examples, Fitted, Improvement, NetworkDesign, Problem, RateCourse, Stopping
from nnjax.estimators.so_far import SoFar
from nnjax.network.mlp import Layer
from nnjax.training.optimizers import Hyperparameters


class _Linear(ledger.TrainedTogether, BaseEstimator):
    def __init__(self, alpha=1.0, width=1, random_state=None, fails=False):
        self.alpha, self.width, self.random_state, self.fails = alpha, width, random_state, fails

    def fit(self, X, y, sample_weight=None):
        X, y = validate_data(self, X, y, dtype=np.float64)
        if self.fails:
            raise ValueError("as was asked for")
        first = ledger.seed_of(self.random_state).standard_normal(X.shape[1]).astype(np.float32)
        targets = self._targets(y).astype(np.float32)
        weights = None if sample_weight is None else np.asarray(sample_weight, np.float32)
        design = NetworkDesign("regression", "squared_error", "identity", (self.width,), ("relu",))
        rows = Examples(X.astype(np.float32), targets, weights)
        numbers = Hyperparameters(0.1, float(self.alpha))
        fitted = ledger.obtain(
            Problem(design, numbers, Stopping(), RateCourse(), rows, None, (Layer(first, first),), noise_seed=1)
        )
        if fitted.why == "diverged":
            raise ValueError("not finite")
        self.coef_, self.loss_curve_, self.history_ = fitted.parameters[0].weights, fitted.loss_curve, fitted.history
        return self

    def _outputs(self, X):
        check_is_fitted(self)
        return validate_data(self, X, dtype=np.float64, reset=False) @ self.coef_


class LinearRegressor(RegressorMixin, _Linear):
    def _targets(self, y):
        return y[:, None]

    def predict(self, X):
        return self._outputs(X)[:, 0]


class LinearClassifier(ClassifierMixin, _Linear):
    def _targets(self, y):
        self.classes_, targets = np.unique(y), LabelBinarizer(neg_label=-1).fit_transform(y)
        return targets if targets.shape[1] > 1 else np.hstack([-targets, targets])

    def predict(self, X):
        return self.classes_[self._outputs(X).argmax(1)]


class LinearTrainer:
    """Ridge regression for `nnjax.estimators.trainer`; the first weights move the result a little.

    `diverges` is a penalty at which it does; `fails` is what is raised instead of the n-th result.
    """

    def __init__(self, diverges=None, fails=None):
        self.diverges, self.fails, self.calls = diverges, fails or {}, []

    def train(self, problems, workers=1, watches=False, slots=None, report=None, keep=None):
        self.calls.append((len(problems), workers, watches))
        results = []
        for index, each in enumerate(problems):
            if index in self.fails and len(problems) > 1:
                raise self.fails[index]
            results.append(self._solve(each, watches))
            if keep is not None:
                keep(index, results[-1])
            if report is not None:
                report(SoFar(len(problems), done=index + 1))
        return results

    def _solve(self, problem, watches):
        x, y, alpha = problem.train.x.astype(float), problem.train.y.astype(float), problem.numbers.l2
        weights = np.ones(len(x)) if problem.train.weights is None else problem.train.weights.astype(float)
        first = problem.parameters[0].weights.astype(float)
        gram = (x.T * weights) @ x + alpha * np.eye(x.shape[1])
        coef = np.linalg.solve(gram, (x.T * weights) @ y + 1e-3 * first[:, None])
        return Fitted(
            parameters=(Layer(coef, first),),
            moments=(),
            loss_curve=np.array([2.0, 1.0]),
            validation_scores=None,
            n_iter=2,
            improvement=Improvement(1.0),
            why="diverged" if alpha == self.diverges else "tol",
            state=(np.int32(3), {"mean": [None, coef]}),
            seconds=8.0,
            history={"grad_norm": np.ones((2, 1))} if watches else {},
        )

    @property
    def n_trained(self):
        return sum(n for n, *_ in self.calls)


def install(monkeypatch, **given):
    """Have searches, and fits, train by one of these."""
    made = LinearTrainer(**given)
    monkeypatch.setitem(sys.modules, "nnjax.estimators.trainer", types.SimpleNamespace(train=made.train))
    return made
