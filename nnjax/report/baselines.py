"""Baselines on the very same splits: the mean, ridge regression, scikit-learn's own network."""

import hashlib
import io
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Ridge, RidgeCV
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error
from sklearn.neural_network import MLPRegressor

from nnjax.data.scaling import scale_split
from nnjax.data.splits import Split
from nnjax.data.streams import derive_seed
from nnjax.data.tables import Table
from nnjax.sweep.durable import write_durably

BASELINES_VERSION = "1"
"""Changed whenever a baseline's numbers could change: part of the name of the kept file."""

PENALTIES = np.logspace(-3, 4, 29)
"""Ridge penalties on standardised inputs and target: Σ residual² + penalty · ‖w‖²."""

RIDGE = "ridge"
"""The baseline that headlines compare with: it may look at exactly what the networks look at."""

Rows = tuple[NDArray[np.float64], NDArray[np.float64]]


class Fit(NamedTuple):
    """Predictions for standardised inputs, and what was chosen on the way."""

    predict: Callable[[NDArray[np.float64]], NDArray[np.float64]]
    """Standardised inputs -> standardised predictions."""
    detail: str
    """The penalty chosen, or the epochs trained."""


def fit_mean(train: Rows, validation: Rows, seed: int) -> Fit:
    """The mean of the training rows: R² of 0 up to sampling."""
    mean = float(train[1].mean())
    return Fit(lambda x: np.full(len(x), mean), "")


def fit_ridge(train: Rows, validation: Rows, seed: int) -> Fit:
    """Ridge on the training rows, penalty chosen on the validation rows: what the networks are allowed, too."""
    models = [Ridge(alpha=penalty).fit(*train) for penalty in PENALTIES]
    best = max(models, key=lambda model: r2_score(validation[1], model.predict(validation[0])))
    return Fit(best.predict, f"penalty {best.alpha:.3g}")


def fit_ridge_refit(train: Rows, validation: Rows, seed: int) -> Fit:
    """Ridge on training and validation rows together, penalty by leave-one-out: what all rows are worth to it."""
    x, y = _joined(train, validation)
    model = RidgeCV(alphas=PENALTIES).fit(x, y)
    return Fit(model.predict, f"penalty {model.alpha_:.3g}")


def fit_sklearn_network(train: Rows, validation: Rows, seed: int) -> Fit:
    """scikit-learn's MLPRegressor 64-64, ReLU, Adam, early stopping on its own fifth of the same rows."""
    model = MLPRegressor(
        hidden_layer_sizes=(64, 64),
        batch_size=32,
        max_iter=500,
        early_stopping=True,
        validation_fraction=len(validation[1]) / (len(train[1]) + len(validation[1])),
        n_iter_no_change=20,
        random_state=seed,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(*_joined(train, validation))
    return Fit(model.predict, f"{model.n_iter_} epochs")


def _joined(train: Rows, validation: Rows) -> Rows:
    return np.concatenate([train[0], validation[0]]), np.concatenate([train[1], validation[1]])


BASELINES: dict[str, Callable[[Rows, Rows, int], Fit]] = {
    "mean": fit_mean,
    RIDGE: fit_ridge,
    "ridge, all rows": fit_ridge_refit,
    "MLPRegressor": fit_sklearn_network,
}
"""Name in the report -> how it is fitted."""


def baseline_scores(table: Table, splits: Sequence[Split]) -> pd.DataFrame:
    """Fit every baseline on every split.

    Args:
        table: The data set.
        splits: The study's splits.

    Returns:
        One row a model and split: model, split, detail, test_r2, test_rmse, test_mae (in the target's own unit).
    """
    return pd.DataFrame(_score(table, split, index, name) for name in BASELINES for index, split in enumerate(splits))


def _score(table: Table, split: Split, index: int, name: str) -> dict[str, object]:
    scaled = scale_split(table, split)
    rows = [
        (np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64).ravel())
        for x, y in ((scaled.x_train, scaled.y_train), (scaled.x_validation, scaled.y_validation))
    ]
    fit = BASELINES[name](rows[0], rows[1], derive_seed("baseline", name, index))
    predicted = fit.predict(np.asarray(scaled.x_test, dtype=np.float64)) * scaled.y_scale + scaled.y_mean
    target = table.target[split.test].ravel()
    return {
        "model": name,
        "split": index,
        "detail": fit.detail,
        "test_r2": r2_score(target, predicted),
        "test_rmse": root_mean_squared_error(target, predicted),
        "test_mae": mean_absolute_error(target, predicted),
    }


def kept_baselines(table: Table, splits: Sequence[Split], home: Path) -> pd.DataFrame:
    """Baselines of these splits, from the file that an earlier report left, else fitted now and kept.

    Args:
        table: The data set.
        splits: The study's splits.
        home: The home folder.
    """
    path = home / "journal" / "baselines" / f"{_key(table, splits)}.csv"
    try:
        kept = pd.read_csv(path, keep_default_na=False)
        if set(kept["model"]) == set(BASELINES) and len(kept) == len(BASELINES) * len(splits):
            return kept
    except (OSError, ValueError, KeyError):
        pass
    scores = baseline_scores(table, splits)
    write_durably(path, scores.to_csv(index=False).encode())
    return pd.read_csv(io.StringIO(scores.to_csv(index=False)), keep_default_na=False)


def _key(table: Table, splits: Sequence[Split]) -> str:
    parts = [BASELINES_VERSION, table.digest, *(split.digest for split in splits)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
