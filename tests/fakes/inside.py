"""One small table that every tool of scikit-learn's world is given, and how our estimators are called there."""

import warnings
from functools import partial

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from nnjax.estimators import MLPClassifier, MLPRegressor, VectorizedSearchCV

FEW = {"hidden_layer_sizes": (8,), "batch_size": 50, "max_iter": 5, "learning_rate_init": 0.01, "random_state": 0}
"""A training of a moment. The table, four fifths of it, and four fifths of those are two mini-batches: one program."""

regressor = partial(MLPRegressor, **FEW)
classifier = partial(MLPClassifier, **FEW)
search = partial(VectorizedSearchCV, cv=5)
GRID = {"alpha": [1e-4, 1.0]}


def table(rows=100):
    """Flats: two numbers, a word, and a rent that hangs on all three."""
    draw = np.random.default_rng(0)
    town = draw.choice(["Aarau", "Bern", "Chur"], rows)
    area, rooms = draw.uniform(20, 120, rows), draw.integers(1, 6, rows).astype(float)
    frame = pd.DataFrame({"area": area, "rooms": rooms, "town": town})
    rent = (area - 70) / 30 + (rooms - 3) / 2 + 2.0 * (town == "Bern") + draw.normal(0, 0.3, rows)
    return frame, pd.Series(rent, name="rent")


def labels(rent):
    """Three classes of rents."""
    return pd.Series(np.array(["low", "middle", "high"])[np.digitize(rent, [-1.0, 1.5])], name="class")


def by_columns(encoder=None, numbers=None):
    """Two columns of numbers and the word as four columns."""
    encoder = encoder or OneHotEncoder(drop="first", sparse_output=False)
    return ColumnTransformer(
        [("numbers", numbers or StandardScaler(), ["area", "rooms"]), ("words", encoder, ["town"])],
        sparse_threshold=1.0,
    )


def numbers():
    """The table as four columns of numbers, and the rent."""
    frame, rent = table()
    return by_columns().fit_transform(frame), rent.to_numpy()


def scores_of_a_search(n_jobs=None):
    """The mean scores of two candidates; what a worker is given to do."""
    with warnings.catch_warnings(action="ignore", category=ConvergenceWarning):
        return search(regressor(), GRID, n_jobs=n_jobs).fit(*numbers()).cv_results_["mean_test_score"]
