"""Baselines on the very same splits: no feature at all, a linear model, gradient boosting, scikit-learn's own network.

Where a number of theirs could change, `BASELINES_VERSION` changes, beside the file that they are kept in.
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier, MLPRegressor
from threadpoolctl import threadpool_limits

from nnjax.data.autologging import without_autologging
from nnjax.data.preparation import AS_THEY_ARE, Preparation
from nnjax.data.prepared import prepare
from nnjax.data.reader import Task
from nnjax.data.scaling import ScaledSplit, scale_split
from nnjax.data.splits import Split
from nnjax.data.streams import derive_seed
from nnjax.data.tables import Table
from nnjax.execution.cores import usable_cores
from nnjax.report.boosting import Boosted, ColumnRows, Numbers, boost_classifier, boost_regressor, boosting_columns
from nnjax.report.second_process import SecondProcess, make_all
from nnjax.report.task import CLASSIFICATION, REGRESSION, TERMS, baseline_measures, cut_column
from nnjax.sweep.cost import BASELINE_BATCH, baseline_batch, baseline_seconds
from nnjax.terminal import Say, to_nobody
from nnjax.training.class_measures import CONFUSION_MEASURES, ClassPredictions, measure_classes
from nnjax.training.class_scores import score_classes
from nnjax.training.finals import score
from nnjax.training.number_measures import NumberPredictions, measure_numbers
from nnjax.training.thresholds import choose_thresholds
from nnjax.training.weights import score_weights

PENALTIES = np.logspace(-3, 4, 29)
"""Ridge penalties on standardised inputs and target: Σ residual² + penalty · ‖w‖²."""

LOGISTIC_PENALTIES = np.logspace(3, -2, 11)
"""Penalties of logistic regression on standardised inputs, strong to weak: Σ log loss + penalty/2 · ‖w‖²."""

MOST_ITERATIONS = 1000

SECONDS_FOR_TWO = 10.0
"""Of fitting that are worth a second process, which imports for two seconds what this one has imported."""

BaselineRows = tuple[Numbers, NDArray[np.generic], *tuple[Numbers, ...]]
"""Standardised inputs, and targets: standardised [N] or [N, O], or class numbers [N]; and what the rows count [N],
where they count differently, so that the training rows count one on average."""


class Fit(NamedTuple):
    """Predictions for standardised inputs, and what was chosen on the way."""

    predict: Callable[[Any], Numbers]
    """Inputs as it was fitted on -> standardised predictions, or one probability a class [T, K]."""
    detail: str
    """The penalty or the number of trees chosen, or the epochs trained."""
    majority: int | None = None
    """Number of the class that is named whatever the inputs say."""


def fit_mean(train: BaselineRows, validation: BaselineRows, seed: int) -> Fit:
    """The mean of the training rows: R² of 0 up to sampling."""
    mean = np.asarray(np.average(train[1].astype(np.float64), axis=0, weights=_weights(train)))
    return Fit(lambda x: np.broadcast_to(mean, (len(x), *mean.shape)), "")


def fit_ridge(train: BaselineRows, validation: BaselineRows, seed: int) -> Fit:
    """Ridge on the training rows, penalty chosen on the validation rows: what the networks are allowed, too."""
    predict = _ridge_path(*train)
    best = max(PENALTIES, key=lambda penalty: _goodness(validation, predict(validation[0], penalty)))
    return Fit(lambda x: predict(x, best), f"penalty {best:.3g}")


def _weights(rows: BaselineRows | ColumnRows) -> Numbers | None:
    return rows[2] if len(rows) > 2 else None


def _ridge_path(
    x: Numbers, y: NDArray[np.generic], weights: Numbers | None = None
) -> Callable[[Numbers, float], Numbers]:
    """Inputs and a penalty -> predictions: one decomposition serves every penalty, of XᵀX or, if smaller, of XXᵀ."""
    outputs = np.asarray(y, dtype=np.float64).reshape(len(y), -1)
    x_mean, y_mean = (np.average(each, axis=0, weights=weights) for each in (x, outputs))
    centred, target = x - x_mean, outputs - y_mean
    if weights is not None:
        centred, target = (np.sqrt(weights)[:, None] * each for each in (centred, target))
    is_wide = x.shape[1] > len(x)
    squared, vectors = np.linalg.eigh(centred @ centred.T if is_wide else centred.T @ centred)
    moments = vectors.T @ (target if is_wide else centred.T @ target)

    def predict(inputs: Numbers, penalty: float) -> Numbers:
        solution = vectors @ (moments / (np.maximum(squared, 0.0) + penalty)[:, None])
        explained = (inputs - x_mean) @ (centred.T @ solution if is_wide else solution)
        return np.asarray((explained + y_mean).reshape(len(inputs), *y.shape[1:]))

    return predict


def _goodness(true: BaselineRows, predicted: Numbers) -> float:
    """R² less 1, the mean of all outputs; of an output that is the same in all rows, less the squared error."""
    rows, weights = np.asarray(true[1], dtype=np.float64), _weights(true)
    squares = [(rows - other) ** 2 for other in (predicted, np.average(rows, axis=0, weights=weights))]
    errors, spread = (each.sum(axis=0) if weights is None else weights @ each for each in squares)
    return -float(np.mean(errors / np.where(spread > 0, spread, 1.0)))


def fit_ridge_refit(train: BaselineRows, validation: BaselineRows, seed: int) -> Fit:
    """Ridge on training and validation rows together, penalty by leave-one-out: what all rows are worth to it."""
    model = RidgeCV(alphas=PENALTIES).fit(*_joined(train, validation))
    return Fit(model.predict, f"penalty {model.alpha_:.3g}")


def fit_boosting_regressor(train: ColumnRows, validation: ColumnRows, seed: int) -> Fit:
    """scikit-learn's HistGradientBoostingRegressor on the training rows, as long as the validation rows gain by it."""
    return _told(boost_regressor(train, validation, seed))


def fit_boosting_classifier(train: ColumnRows, validation: ColumnRows, seed: int) -> Fit:
    """scikit-learn's HistGradientBoostingClassifier likewise."""
    return _told(boost_classifier(train, validation, seed, _class_count(train, validation)))


def _told(boosted: Boosted) -> Fit:
    return Fit(boosted.predict, f"trees {', '.join(map(str, boosted.trees))}")


def fit_sklearn_regressor(train: BaselineRows, validation: BaselineRows, seed: int) -> Fit:
    """scikit-learn's MLPRegressor 64-64, ReLU, Adam, early stopping on its own share of the same rows, if two."""
    options = _network_options(train, validation, seed) | {"early_stopping": len(validation[1]) > 1}
    x, y, *weights = _joined(train, validation)
    model = MLPRegressor(**options).fit(x.astype(np.float32), y.astype(np.float32), *weights)
    return Fit(model.predict, f"{model.n_iter_} epochs")


def fit_majority(train: BaselineRows, validation: BaselineRows, seed: int) -> Fit:
    """The classes' shares among the training rows, whatever the features say."""
    counts = np.bincount(train[1].astype(np.int64), _weights(train), _class_count(train, validation))
    return Fit(lambda x: np.tile(counts / counts.sum(), (len(x), 1)), "", int(counts.argmax()))


def fit_logistic(train: BaselineRows, validation: BaselineRows, seed: int, refit: bool = False) -> Fit:
    """Logistic regression, penalty chosen by log loss on the validation rows; to refit is to fit on these rows, too."""
    penalty, rows = choose_logistic_penalty(train, validation), _joined(train, validation) if refit else train
    return _fit_classifier(_logistic(penalty), rows, _class_count(train, validation), f"penalty {penalty:.3g}")


def fit_sklearn_classifier(train: BaselineRows, validation: BaselineRows, seed: int) -> Fit:
    """scikit-learn's MLPClassifier, as the regressor; without early stopping where a class has too few rows for it."""
    options, rows = _network_options(train, validation, seed), _joined(train, validation)
    n_classes = _class_count(train, validation)
    rarest = int(np.unique(rows[1], return_counts=True)[1].min())
    options["early_stopping"] = rarest >= 2 and len(validation[1]) > n_classes
    x, y, *weights = rows
    few_bits = x.astype(np.float32), y, *weights
    fit = _fit_classifier(model := MLPClassifier(**options), few_bits, n_classes, "")
    return fit._replace(detail=f"{model.n_iter_} epochs")


def choose_logistic_penalty(train: BaselineRows, validation: BaselineRows) -> float:
    """The penalty with the lowest log loss on the validation rows; the strongest on ties.

    The path goes from strong to weak, each fit starting where the last one ended.
    """
    model, n_classes = _logistic(LOGISTIC_PENALTIES[0]).set_params(warm_start=True), _class_count(train, validation)
    losses = []
    for penalty in LOGISTIC_PENALTIES:
        fit = _fit_classifier(model.set_params(C=1 / penalty), train, n_classes, "")
        probability, weights = fit.predict(validation[0]), _weights(validation)
        losses.append(log_loss(validation[1], probability, labels=range(n_classes), sample_weight=weights))
    return float(LOGISTIC_PENALTIES[int(np.argmin(losses))])


def _logistic(penalty: float) -> LogisticRegression:
    return LogisticRegression(C=1 / penalty, max_iter=MOST_ITERATIONS)


def _fit_classifier(
    model: LogisticRegression | MLPClassifier, rows: tuple[Any, ...], n_classes: int, detail: str
) -> Fit:
    model.fit(*rows)

    def predict(x: Numbers) -> Numbers:
        probability = np.zeros((len(x), n_classes))
        probability[:, model.classes_.astype(np.int64)] = model.predict_proba(x)
        return probability

    return Fit(predict, detail)


def _network_options(train: BaselineRows, validation: BaselineRows, seed: int) -> dict[str, object]:
    rows = len(train[1]) + len(validation[1])
    batch = baseline_batch(rows)
    return {
        "hidden_layer_sizes": (64, 64),
        "batch_size": min(batch, len(train[1])),
        "max_iter": 500,
        "validation_fraction": len(validation[1]) / rows,
        "n_iter_no_change": 20 if batch == BASELINE_BATCH else 10,
        "random_state": seed,
    }


def _joined(train: BaselineRows, validation: BaselineRows) -> BaselineRows:
    x, y, *weights = (np.concatenate(pair) for pair in zip(train, validation, strict=True))
    return x, y, *weights


def _class_count(train: BaselineRows | ColumnRows, validation: BaselineRows | ColumnRows) -> int:
    """Classes 0 … K − 1 that have a row among these: all of them, where splits are stratified."""
    return 1 + int(max(rows[1].max() for rows in (train, validation)))


Fitter = Callable[[Any, Any, int], Fit]
"""Training rows, validation rows and a seed -> what was fitted; its rows are columns or standardised inputs."""

BASELINES: dict[Task, dict[str, Fitter]] = {
    "regression": {
        REGRESSION.naive: fit_mean,
        REGRESSION.reference: fit_ridge,
        REGRESSION.refitted: fit_ridge_refit,
        REGRESSION.boosted: fit_boosting_regressor,
        REGRESSION.other_network: fit_sklearn_regressor,
    },
    "classification": {
        CLASSIFICATION.naive: fit_majority,
        CLASSIFICATION.reference: fit_logistic,
        CLASSIFICATION.refitted: partial(fit_logistic, refit=True),
        CLASSIFICATION.boosted: fit_boosting_classifier,
        CLASSIFICATION.other_network: fit_sklearn_classifier,
    },
}
"""Task -> name in the report -> how it is fitted."""


@dataclass(frozen=True)
class Fitting:
    """What baselines are fitted on: a table, its splits, and how the networks of one cell see it."""

    table: Table
    splits: Sequence[Split]
    preparation: Preparation
    _last: dict[int, tuple[Table, ScaledSplit]] = field(default_factory=dict, compare=False)

    def seen(self, index: int) -> tuple[Table, ScaledSplit]:
        """The table as the networks see it in a split, prepared and scaled; that of the last split is kept."""
        if index not in self._last:
            prepared = prepare(self.table, self.preparation, self.splits[index])
            self._last.clear()
            self._last[index] = prepared, scale_split(prepared, self.splits[index])
        return self._last[index]

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_last": {}}  # another process makes its own; here it may be changing


def baseline_scores(
    table: Table,
    splits: Sequence[Split],
    names: Sequence[str] | None = None,
    say: Say = to_nobody,
    preparation: Preparation = AS_THEY_ARE,
) -> pd.DataFrame:
    """Fit baselines of the table's task on every split: those of `BASELINES` that are named, or all.

    The table is prepared as the networks of one cell see it. On a large one a second process fits from the last on.

    One row a model and split: model, split, detail, then test_r2, test_rmse, test_mae (in the target's own unit), or
    test_accuracy and the other scores of classes.
    """
    wanted = BASELINES[table.task] if names is None else names
    fits = [partial(_score, name=name, index=index) for index, name in product(range(len(splits)), wanted)]
    is_long = names is None and _seconds(table, splits) > SECONDS_FOR_TWO and len(usable_cores()) > 1
    # Threads of the linear algebra cost more than they give on matrices of this size: 23 s against 0.4 s for a path of
    # logistic regressions on digits, on two busy cores.
    with ExitStack() as around:
        second = around.enter_context(closing(SecondProcess(_get_ready))) if is_long else None
        around.enter_context(without_autologging())
        around.enter_context(warnings.catch_warnings())
        around.enter_context(threadpool_limits(1))
        warnings.simplefilter("ignore", ConvergenceWarning)
        return pd.DataFrame(make_all(fits, Fitting(table, splits, preparation), second, say, "baseline"))


def _seconds(table: Table, splits: Sequence[Split]) -> float:
    rows = max(len(split.train) + len(split.validation) for split in splits)
    return baseline_seconds(rows, len(splits), table.outputs)


def _get_ready() -> None:
    """In the second process: what is around every fit here."""
    warnings.simplefilter("ignore", ConvergenceWarning)
    threadpool_limits(1)


def _score(given: Fitting, name: str, index: int) -> dict[str, object]:
    (table, scaled), split = given.seen(index), given.splits[index]
    if table.labels is None:
        targets = _standardised(scaled.y_train, scaled.y_validation)
    else:
        targets = [table.labels[split.train], table.labels[split.validation]]
    inputs = _columns(table, split) if name == TERMS[table.task].boosted else _standard_inputs(scaled)
    is_of_one_class = table.labels is not None and len(np.unique(targets[0])) == 1  # as groups or time may have it
    fitter: Fitter = fit_majority if is_of_one_class else BASELINES[table.task][name]
    pairs = zip(inputs[:2], targets, _row_weights(scaled), strict=True)
    train, validation = ((x, y, *weights) for x, y, weights in pairs)
    fit = fitter(train, validation, derive_seed("baseline", name, index))
    scores = {
        **_test_scores(table, split, scaled, fit.predict(inputs[2])),
        **_cut_scores(given, index, fit, inputs[1:]),
    }
    detail = fit.detail if fit.majority is None else f"class {table.class_names[fit.majority]}"
    return {"model": name, "split": index, "detail": detail} | {f"test_{key}": scores[key] for key in scores}


def _row_weights(scaled: ScaledSplit) -> tuple[list[Numbers], list[Numbers]]:
    """What training and validation rows count; nothing where they count alike."""
    if scaled.weights is None:
        return [], []
    mean = scaled.weights.train.mean()
    return [scaled.weights.train / mean], [scaled.weights.validation / mean]


def _columns(table: Table, split: Split) -> list[pd.DataFrame]:
    columns = boosting_columns(table, split)
    return [columns.iloc[rows] for rows in (split.train, split.validation, split.test)]


def _standard_inputs(scaled: ScaledSplit) -> list[Numbers]:
    return [np.asarray(x, dtype=np.float64) for x in (scaled.x_train, scaled.x_validation, scaled.x_test)]


def _test_scores(table: Table, split: Split, scaled: ScaledSplit, predicted: Numbers) -> Mapping[str, float]:
    weights, others = score_weights(scaled, "test"), of_predictions(table.task)
    if table.labels is not None:
        unseen = len(table.class_names) - predicted.shape[1]
        target, probability = table.labels[split.test], np.pad(predicted, ((0, 0), (0, unseen)))
        further = measure_classes(ClassPredictions(target, probability[None], weights), others)
        return score_classes(target, probability, weights)._asdict() | _first(further)
    in_unit = predicted.reshape(len(predicted), -1) * scaled.y_scale + scaled.y_mean
    further = measure_numbers(NumberPredictions(table.target[split.test], in_unit[None], weights), others)
    return score(table.target[split.test], in_unit, weights)._asdict() | _first(further)


def _cut_scores(given: Fitting, index: int, fit: Fit, inputs: Sequence[Any]) -> dict[str, float]:
    """Of two classes the scores at the thresholds that validation rows choose, by each measure of where one is cut."""
    (table, scaled), split = given.seen(index), given.splits[index]
    if table.labels is None or len(table.class_names) != 2:
        return {}
    (seen, tested), found = (np.atleast_2d(fit.predict(part)) for part in inputs), dict[str, float]()
    said = [np.pad(each, ((0, 0), (0, 2 - each.shape[1])))[None] for each in (seen, tested)]
    chosen_on, told_on = (
        ClassPredictions(table.labels[rows], probability, score_weights(scaled, part))
        for rows, probability, part in zip((split.validation, split.test), said, ("validation", "test"), strict=True)
    )
    for measure in CONFUSION_MEASURES:
        at = replace(told_on, threshold=choose_thresholds(chosen_on, measure))
        values = _first(measure_classes(at, tuple(CONFUSION_MEASURES)))
        found |= {cut_column(name, measure).removeprefix("test_"): value for name, value in values.items()}
    return found


def of_predictions(task: Task) -> tuple[str, ...]:
    """The measures that baselines have beside those of the engine."""
    return tuple(each.name for each in baseline_measures(task) if each.is_of_predictions)


def _first(measured: Mapping[str, Numbers]) -> dict[str, float]:
    return {name: float(values[0]) for name, values in measured.items()}


def _standardised(*targets: NDArray[np.float32]) -> list[NDArray[np.generic]]:
    """One column as a vector, as scikit-learn likes it."""
    return [np.asarray(y[:, 0] if y.shape[1] == 1 else y, dtype=np.float64) for y in targets]
