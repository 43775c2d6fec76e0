"""Gradient boosting by scikit-learn, on a table's columns as they were read: words as such, gaps as such."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from nnjax.data.column import DATE_KIND, WORD_KIND, Column
from nnjax.data.dates import calendar, has_times
from nnjax.data.splits import Split
from nnjax.data.tables import Table

MOST_TREES, MOST_OF_MANY = 500, 100
"""Trees of which the validation rows choose the first so many; of each of more than two classes, which are as dear."""

PATIENCE = 10
"""Trees that bring nothing on the validation rows before no more are grown."""

MOST_LEVELS = 255
"""Different words of a column that scikit-learn can part; the rarest ones beyond are taken for one."""

Numbers = NDArray[np.float64]
ColumnRows = tuple[pd.DataFrame, NDArray[np.generic], *tuple[Numbers, ...]]
"""Columns, words as categories, and targets: standardised [N] or [N, O], or class numbers [N]; and what the rows count
[N] where they count differently."""


class Boosted(NamedTuple):
    """Predictions for columns, and how many trees were chosen for each output."""

    predict: Callable[[pd.DataFrame], Numbers]
    """Columns -> standardised predictions [T] or [T, O], or one probability a class [T, K]."""
    trees: tuple[int, ...]


def boosting_columns(table: Table, split: Split) -> pd.DataFrame:
    """Columns as they were read, where a table has them, else its features; gaps are NaN.

    Dates are seconds; behind all columns stand their days of the year, weekdays and seconds of the day, for trees cut a
    line, and would need two cuts for each summer. No number of a row outside the training rows decides anything.
    """
    if not table.columns:
        return pd.DataFrame(table.features)
    as_read = [_values(column, split) for column in table.columns]
    dates = [column.values for column in table.columns if column.kind == DATE_KIND]
    places = [place for moments in dates for place in calendar(moments, has_times(moments)).T]
    return pd.DataFrame(dict(enumerate([*as_read, *places])))


def _values(column: Column, split: Split) -> "Numbers | pd.Categorical[int]":
    if column.kind != WORD_KIND:
        return column.values
    codes = np.where(np.isnan(column.values), -1, column.values).astype(np.int64)
    if len(column.words) > MOST_LEVELS:
        seen = codes[split.train]
        counts = np.bincount(seen[seen >= 0], minlength=len(column.words))
        place = np.empty(len(counts), dtype=np.int64)
        place[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
        codes = np.where(codes < 0, -1, np.minimum(place[codes], MOST_LEVELS - 1))
    return pd.Categorical.from_codes(codes, categories=pd.Index(range(min(len(column.words), MOST_LEVELS))))


def boost_regressor(train: ColumnRows, validation: ColumnRows, seed: int) -> Boosted:
    """A row of trees for each output, its length chosen by squared error on the validation rows."""
    outputs = train[1].reshape(len(train[1]), -1).T
    others = validation[1].reshape(len(validation[1]), -1).T
    models = [
        _grow(
            HistGradientBoostingRegressor,
            (train[0], y, *train[2:]),
            (validation[0], y_validation, *validation[2:]),
            seed,
        )
        for y, y_validation in zip(outputs, others, strict=True)
    ]
    trees = tuple(map(_best_length, models))

    def predict(x: pd.DataFrame) -> Numbers:
        parts = [_after(model.staged_predict(x), length) for model, length in zip(models, trees, strict=True)]
        return np.column_stack(parts).reshape(len(x), *train[1].shape[1:])

    return Boosted(predict, trees)


def boost_classifier(train: ColumnRows, validation: ColumnRows, seed: int, n_classes: int) -> Boosted:
    """Trees for the classes, their number chosen by log loss on the validation rows of classes with training rows."""
    is_known = np.isin(validation[1], train[1])
    known = train
    if is_known.any():
        known = (validation[0][is_known], validation[1][is_known], *(weights[is_known] for weights in validation[2:]))
    most = MOST_TREES if n_classes == 2 else MOST_OF_MANY
    model = _grow(HistGradientBoostingClassifier, train, known, seed, most)
    length, classes = _best_length(model), model.classes_.astype(np.int64)

    def predict(x: pd.DataFrame) -> Numbers:
        probability = np.zeros((len(x), n_classes))
        probability[:, classes] = _after(model.staged_predict_proba(x), length)
        return probability

    return Boosted(predict, (length,))


def _grow(kind: Any, train: ColumnRows, validation: ColumnRows, seed: int, most: int = MOST_TREES) -> Any:
    model = kind(max_iter=most, early_stopping=True, n_iter_no_change=PATIENCE, random_state=seed)
    others = dict(zip(("X_val", "y_val", "sample_weight_val"), validation, strict=False))
    return model.fit(*train, **others)


def _best_length(model: Any) -> int:
    """Trees after which the validation rows were predicted best; before the first one nothing is known but a mean."""
    return 1 + int(np.argmax(model.validation_score_[1:]))


def _after(stages: Iterator[Numbers], length: int) -> Numbers:
    """Predictions after so many trees, the later ones not made."""
    return next(islice(stages, length - 1, None))
