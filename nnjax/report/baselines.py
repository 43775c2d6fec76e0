"""Baselines on the very same splits: no feature at all, a linear model, scikit-learn's own network.

Where a number of theirs could change, `BASELINES_VERSION` changes, beside the file that they are kept in.
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from itertools import product
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge, RidgeCV
from sklearn.metrics import log_loss, r2_score
from sklearn.neural_network import MLPClassifier, MLPRegressor
from threadpoolctl import threadpool_limits

from nnjax.data.autologging import without_autologging
from nnjax.data.preparation import AS_THEY_ARE, Preparation
from nnjax.data.prepared import prepare
from nnjax.data.reader import Task
from nnjax.data.scaling import scale_split
from nnjax.data.splits import Split
from nnjax.data.streams import derive_seed
from nnjax.data.tables import Table
from nnjax.report.task import CLASSIFICATION, REGRESSION
from nnjax.terminal import Say, counted, to_nobody
from nnjax.training.class_scores import score_classes
from nnjax.training.finals import score
from nnjax.training.weights import score_weights

PENALTIES = np.logspace(-3, 4, 29)
"""Ridge penalties on standardised inputs and target: Σ residual² + penalty · ‖w‖²."""

LOGISTIC_PENALTIES = np.logspace(3, -2, 11)
"""Penalties of logistic regression on standardised inputs, strong to weak: Σ log loss + penalty/2 · ‖w‖²."""

MOST_ITERATIONS = 1000

Numbers = NDArray[np.float64]
BaselineRows = tuple[Numbers, NDArray[np.generic]]
"""Standardised inputs, and targets: standardised [N] or [N, O], or class numbers [N]."""


class Fit(NamedTuple):
    """Predictions for standardised inputs, and what was chosen on the way."""

    predict: Callable[[Numbers], Numbers]
    """Standardised inputs -> standardised predictions, or one probability a class [T, K]."""
    detail: str
    """The penalty chosen, or the epochs trained."""
    majority: int | None = None
    """Number of the class that is named whatever the inputs say."""


def fit_mean(train: BaselineRows, validation: BaselineRows, seed: int) -> Fit:
    """The mean of the training rows: R² of 0 up to sampling."""
    mean = np.asarray(np.mean(train[1].astype(np.float64), axis=0))
    return Fit(lambda x: np.broadcast_to(mean, (len(x), *mean.shape)), "")


def fit_ridge(train: BaselineRows, validation: BaselineRows, seed: int) -> Fit:
    """Ridge on the training rows, penalty chosen on the validation rows: what the networks are allowed, too."""
    models = [Ridge(alpha=penalty).fit(*train) for penalty in PENALTIES]
    best = max(models, key=lambda model: _goodness(validation[1], model.predict(validation[0])))
    return Fit(best.predict, f"penalty {best.alpha:.3g}")


def _goodness(target: NDArray[np.generic], predicted: Numbers) -> float:
    """R²; of a single row, which has none, less the squared error."""
    if len(target) > 1:
        return float(r2_score(target, predicted))
    return -float(np.mean((np.asarray(target, dtype=np.float64) - predicted) ** 2))


def fit_ridge_refit(train: BaselineRows, validation: BaselineRows, seed: int) -> Fit:
    """Ridge on training and validation rows together, penalty by leave-one-out: what all rows are worth to it."""
    x, y = _joined(train, validation)
    model = RidgeCV(alphas=PENALTIES).fit(x, y)
    return Fit(model.predict, f"penalty {model.alpha_:.3g}")


def fit_sklearn_regressor(train: BaselineRows, validation: BaselineRows, seed: int) -> Fit:
    """scikit-learn's MLPRegressor 64-64, ReLU, Adam, early stopping on its own share of the same rows, if two."""
    options = _network_options(train, validation, seed) | {"early_stopping": len(validation[1]) > 1}
    model = MLPRegressor(**options).fit(*_joined(train, validation))
    return Fit(model.predict, f"{model.n_iter_} epochs")


def fit_majority(train: BaselineRows, validation: BaselineRows, seed: int) -> Fit:
    """The classes' shares among the training rows, whatever the features say."""
    counts = np.bincount(train[1].astype(np.int64), minlength=_class_count(train, validation))
    return Fit(lambda x: np.tile(counts / counts.sum(), (len(x), 1)), "", int(counts.argmax()))


def fit_logistic(train: BaselineRows, validation: BaselineRows, seed: int, refit: bool = False) -> Fit:
    """Logistic regression, penalty chosen by log loss on the validation rows; to refit is to fit on these rows, too."""
    penalty, rows = choose_logistic_penalty(train, validation), _joined(train, validation) if refit else train
    return _fit_classifier(_logistic(penalty), rows, _class_count(train, validation), f"penalty {penalty:.3g}")


def fit_sklearn_classifier(train: BaselineRows, validation: BaselineRows, seed: int) -> Fit:
    """scikit-learn's MLPClassifier, as the regressor; without early stopping where a class has too few rows for it."""
    options, rows = _network_options(train, validation, seed), _joined(train, validation)
    n_classes = _class_count(train, validation)
    rarest = int(np.bincount(rows[1].astype(np.int64)).min())
    options["early_stopping"] = rarest >= 2 and len(validation[1]) > n_classes
    fit = _fit_classifier(model := MLPClassifier(**options), rows, n_classes, "")
    return fit._replace(detail=f"{model.n_iter_} epochs")


def choose_logistic_penalty(train: BaselineRows, validation: BaselineRows) -> float:
    """The penalty with the lowest log loss on the validation rows; the strongest on ties.

    The path goes from strong to weak, each fit starting where the last one ended.
    """
    model, n_classes = _logistic(LOGISTIC_PENALTIES[0]).set_params(warm_start=True), _class_count(train, validation)
    losses = []
    for penalty in LOGISTIC_PENALTIES:
        fit = _fit_classifier(model.set_params(C=1 / penalty), train, n_classes, "")
        losses.append(log_loss(validation[1], fit.predict(validation[0]), labels=range(n_classes)))
    return float(LOGISTIC_PENALTIES[int(np.argmin(losses))])


def _logistic(penalty: float) -> LogisticRegression:
    return LogisticRegression(C=1 / penalty, max_iter=MOST_ITERATIONS)


def _fit_classifier(model: LogisticRegression | MLPClassifier, rows: BaselineRows, n_classes: int, detail: str) -> Fit:
    model.fit(*rows)

    def predict(x: Numbers) -> Numbers:
        probability = np.zeros((len(x), n_classes))
        probability[:, model.classes_.astype(np.int64)] = model.predict_proba(x)
        return probability

    return Fit(predict, detail)


def _network_options(train: BaselineRows, validation: BaselineRows, seed: int) -> dict[str, object]:
    return {
        "hidden_layer_sizes": (64, 64),
        "batch_size": min(32, len(train[1])),
        "max_iter": 500,
        "validation_fraction": len(validation[1]) / (len(train[1]) + len(validation[1])),
        "n_iter_no_change": 20,
        "random_state": seed,
    }


def _joined(train: BaselineRows, validation: BaselineRows) -> BaselineRows:
    return np.concatenate([train[0], validation[0]]), np.concatenate([train[1], validation[1]])


def _class_count(train: BaselineRows, validation: BaselineRows) -> int:
    """Classes 0 … K − 1; each has a row among these, since splits of classes are stratified."""
    return 1 + int(max(rows[1].max() for rows in (train, validation)))


Fitter = Callable[[BaselineRows, BaselineRows, int], Fit]

BASELINES: dict[Task, dict[str, Fitter]] = {
    "regression": {
        REGRESSION.naive: fit_mean,
        REGRESSION.reference: fit_ridge,
        REGRESSION.refitted: fit_ridge_refit,
        REGRESSION.other_network: fit_sklearn_regressor,
    },
    "classification": {
        CLASSIFICATION.naive: fit_majority,
        CLASSIFICATION.reference: fit_logistic,
        CLASSIFICATION.refitted: partial(fit_logistic, refit=True),
        CLASSIFICATION.other_network: fit_sklearn_classifier,
    },
}
"""Task -> name in the report -> how it is fitted."""


def baseline_scores(
    table: Table,
    splits: Sequence[Split],
    names: Sequence[str] | None = None,
    say: Say = to_nobody,
    preparation: Preparation = AS_THEY_ARE,
) -> pd.DataFrame:
    """Fit baselines of the table's task on every split: those of `BASELINES` that are named, or all.

    The table is prepared as the networks of one cell see it.

    One row a model and split: model, split, detail, then test_r2, test_rmse, test_mae (in the target's own unit), or
    test_accuracy and the other scores of classes.
    """
    # Threads of the linear algebra cost more than they give on matrices of this size: 23 s against 0.4 s for a path of
    # logistic regressions on digits, on two busy cores.
    with without_autologging(), warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore", ConvergenceWarning)
        wanted = BASELINES[table.task] if names is None else names
        prepared = cache(lambda index: prepare(table, preparation, splits[index]))
        fits = list(product(wanted, range(len(splits))))
        return pd.DataFrame(
            _score(prepared(index), splits[index], index, name) for name, index in counted(fits, "baseline", say)
        )


def _score(table: Table, split: Split, index: int, name: str) -> dict[str, object]:
    scaled = scale_split(table, split)
    if table.labels is None:
        targets = _standardised(scaled.y_train, scaled.y_validation)
    else:
        targets = [table.labels[split.train], table.labels[split.validation]]
    inputs = [np.asarray(x, dtype=np.float64) for x in (scaled.x_train, scaled.x_validation, scaled.x_test)]
    fit = BASELINES[table.task][name](
        (inputs[0], targets[0]), (inputs[1], targets[1]), derive_seed("baseline", name, index)
    )
    predicted = fit.predict(inputs[2])
    scores: Mapping[str, float]
    if table.labels is not None:
        scores = score_classes(table.labels[split.test], predicted, score_weights(scaled, "test"))._asdict()
    else:
        in_unit = predicted.reshape(len(predicted), -1) * scaled.y_scale + scaled.y_mean
        scores = score(table.target[split.test], in_unit, score_weights(scaled, "test"))._asdict()
    detail = fit.detail if fit.majority is None else f"class {table.class_names[fit.majority]}"
    return {"model": name, "split": index, "detail": detail} | {f"test_{key}": scores[key] for key in scores}


def _standardised(*targets: NDArray[np.float32]) -> list[NDArray[np.generic]]:
    """One column as a vector, as scikit-learn likes it."""
    return [np.asarray(y[:, 0] if y.shape[1] == 1 else y, dtype=np.float64) for y in targets]
