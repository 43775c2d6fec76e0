"""Small tables and estimators that tests of `estimators/` share, so that they share programs."""

import numpy as np

from nnjax.estimators import MLPClassifier, MLPRegressor

HELD_OUT = {"early_stopping": True, "validation_fraction": 0.4}
"""Of the 40 rows, 16 decide when to stop."""

SMALL = {"hidden_layer_sizes": (4,), "activation": "tanh", "learning_rate_init": 0.05, "random_state": 0}


def numbers(dtype=np.float32, rows=40):
    """Features [40, 3] and a target [40]."""
    generator = np.random.default_rng(0)
    x = generator.standard_normal((rows, 3)).astype(dtype)
    return x, (x[:, 0] + np.sin(2 * x[:, 1])).astype(dtype)


def words():
    """The same features, and one of three words."""
    x, y = numbers()
    return x, np.array(["high", "low", "middle"])[np.digitize(y, [-0.7, 0.7])]


def regressor(**given):
    """A small regressor that says nothing of not having converged: its tol is large."""
    return MLPRegressor(**{**SMALL, "max_iter": 30, "tol": 10.0} | given)


def classifier(**given):
    return MLPClassifier(**{**SMALL, "max_iter": 30, "tol": 10.0} | given)
