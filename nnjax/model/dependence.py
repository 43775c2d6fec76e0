"""What the model says as one column changes and all others stay as they are: partial dependence."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnjax.data.column import TRUTH_KIND, WORD_KIND, Column, shown_words
from nnjax.data.preparation import MISSING_WORD
from nnjax.data.streams import some_rows
from nnjax.model.importance import ColumnValues, Predict

MOST_AVERAGED = 500
"""Rows of the table that predictions are averaged over, at most, drawn at random."""

QUANTILES_ASKED = 21
"""Quantiles of a column of numbers at which the model is asked."""

MOST_WORDS_SHOWN = 12
"""The most frequent ones."""

OUTERMOST = 0.02
"""Share of the rows at either end beyond which nothing is asked: there is too little to have learnt from."""

TICKED = (0.1, 0.25, 0.5, 0.75, 0.9)
"""Quantiles that are ticked."""


@dataclass(frozen=True)
class Dependence:
    """Mean predictions at some places of a column.

    Attributes:
        column: Its name.
        kind: Its kind, as `Column.kind`.
        places: Numbers, seconds, or 0, 1 and so on for words.
        names: The words, each with its place; empty for numbers and dates.
        ticks: Quantiles of the rows, at `TICKED`, or all places where they are few; empty for words.
        outputs: What is predicted: targets, or classes whose probability it is.
        values: Mean prediction at each place, of each output [G][O].
        rows: Rows that it is a mean over.
    """

    column: str
    kind: str
    places: tuple[float, ...]
    names: tuple[str, ...]
    ticks: tuple[float, ...]
    outputs: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]
    rows: int


def partial_dependence(
    predict: Predict,
    columns: Sequence[Column],
    wanted: Sequence[str],
    targets: Sequence[str],
    classes: Sequence[str],
    seed: int,
) -> tuple[Dependence, ...]:
    """Partial dependence of a model on some columns, one at a time.

    Every row of a sample is given the same value of the column, keeps its others, and the predictions are averaged.
    Numbers and dates are asked at quantiles of the table, so that nobody reads what lies beyond the data; words one by
    one, the most frequent first, a gap as one of them.

    Args:
        predict: The ensemble.
        columns: The table's, all rows.
        wanted: Names of columns.
        targets: Names of the targets.
        classes: Names of the classes; empty for a regression. Of two, the probability of the second is told.
        seed: The study's base seed.

    Source: Friedman 2001, Greedy function approximation, section 8.2.
    """
    values = np.column_stack([column.values for column in columns])
    values = values[some_rows(len(values), MOST_AVERAGED, seed, "dependence")]
    names = [column.name for column in columns]
    outputs = tuple(shown_words(tuple(classes)) or targets)
    return tuple(_dependence(predict, columns[place], place, values, outputs) for place in map(names.index, wanted))


def _dependence(
    predict: Predict, column: Column, place: int, values: ColumnValues, outputs: tuple[str, ...]
) -> Dependence:
    is_by_word = column.kind in (WORD_KIND, TRUTH_KIND)
    asked, names = _words_asked(column) if is_by_word else (_numbers_asked(column.values), ())
    means = []
    for value in asked:
        changed = values.copy()
        changed[:, place] = value
        means.append(tuple(np.mean(predict(changed), axis=0)[-len(outputs) :].tolist()))
    known = column.values[~np.isnan(column.values)]
    places = tuple(map(float, range(len(asked)))) if names else tuple(asked.tolist())
    ticks = () if names else tuple(np.quantile(known, TICKED, method="inverted_cdf").tolist())
    if len(np.unique(known)) == len(asked):
        ticks = () if names else places
    return Dependence(column.name, column.kind, places, names, ticks, outputs, tuple(means), len(values))


def _words_asked(column: Column) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Numbers of the most frequent words, and the words; a gap is one, and the last."""
    words = column.words or ("false", "true")
    known = column.values[~np.isnan(column.values)].astype(np.int64)
    counts = np.bincount(known, minlength=len(words))
    kept = np.argsort(-counts, kind="stable")[:MOST_WORDS_SHOWN] if column.kind == WORD_KIND else np.arange(2)
    asked, names = kept.astype(np.float64), tuple(words[number] for number in kept)
    return (np.append(asked, np.nan), (*names, MISSING_WORD)) if column.gaps else (asked, names)


def _numbers_asked(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Quantiles from `OUTERMOST` to 1 − `OUTERMOST` that rows have; all the different values where they are few."""
    known = values[~np.isnan(values)]
    distinct = np.unique(known)
    if len(distinct) <= QUANTILES_ASKED // 2:
        return np.asarray(distinct)
    return np.unique(np.quantile(known, np.linspace(OUTERMOST, 1 - OUTERMOST, QUANTILES_ASKED), method="inverted_cdf"))
