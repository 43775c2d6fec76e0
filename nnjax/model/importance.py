"""Which columns of the table a model leans on: how far its score falls when the rows of a column are shuffled."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nnjax.data.column import Column
from nnjax.data.streams import derive_seed, some_rows, stream
from nnjax.judged import Judged
from nnjax.model.related import related_groups
from nnjax.statistics.interval import paired_interval
from nnjax.training.class_measures import ClassPredictions, measure_classes
from nnjax.training.number_measures import NumberPredictions, measure_numbers

PERMUTATIONS = 10
"""Shufflings of a column in each split."""

MOST_PREDICTED, FEWEST_SHUFFLED = 4_000_000, 500
"""Rows that all shufflings together predict, about, some seconds of work: where the test rows are more, those of each
split are drawn at random, but never fewer than so many."""

ColumnValues = NDArray[np.float64]
Predict = Callable[[ColumnValues], ColumnValues]
"""Columns of the table as they were read [N, C] -> predictions in the target's own unit [N, T], or one probability a
class [N, K]. As `Column.values` has them: numbers, 0 and 1, seconds, numbers of words, NaN for a gap."""


@dataclass(frozen=True)
class TestedFold:
    """The networks of a split, with the rows that none of them was trained on, nor its epoch chosen.

    Attributes:
        predict: What the split's networks say together.
        values: The table's columns of the test rows [N, C], as `Predict` takes them.
        target: In its own unit [N, T]; class numbers [N, 1].
        weights: What the rows count, in any unit [N]; None if all count alike.
        threshold: Probability of the second of two classes from which on a row is put into it; None for ½.
    """

    __test__ = False  # no test of pytest's

    predict: Predict
    values: ColumnValues
    target: ColumnValues
    weights: NDArray[np.float64] | None = None
    threshold: float | None = None


@dataclass(frozen=True)
class Scoring:
    """How falls of a score are measured and judged.

    Attributes:
        judged: What the study is judged by; scores are not clipped.
        rows: Training and test rows of a split as the correction of an interval counts them: `Space.correction_rows`.
        doubt: `Space.doubt`; where there is one there are no intervals.
        quantile: Of the pinball loss.
        level: Of each interval by itself.
    """

    judged: Judged
    rows: tuple[int, int]
    doubt: str = ""
    quantile: float = 0.5
    level: float = 0.95


@dataclass(frozen=True)
class Drop:
    """How far the score falls when some columns are shuffled together.

    Attributes:
        columns: Their names: one, or those of a group.
        by_split: The fall in each split, mean over shufflings.
        estimate: Mean over splits; NaN if a split has none.
        low: Lower end of its interval; None where there is no interval.
        high: Upper end.
    """

    columns: tuple[str, ...]
    by_split: tuple[float, ...]
    estimate: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Importance:
    """Falls of the score, the deepest first.

    Attributes:
        measure: Name of the measure in `nnjax.metrics` whose score falls.
        score_by_split: The score with every column as it is, of each split.
        columns: Of every column alone.
        groups: Of the columns that go together, shuffled as one.
        permutations: Shufflings in each split.
        rows: Test rows in all, over splits.
        level: Confidence level of each interval.
        doubt: Why there are no intervals; empty where there are.
    """

    measure: str
    score_by_split: tuple[float, ...]
    columns: tuple[Drop, ...]
    groups: tuple[Drop, ...]
    permutations: int
    rows: int
    level: float
    doubt: str = ""

    def group_of(self, column: str) -> Drop | None:
        """The group that a column belongs to; None if it stands alone."""
        return next((group for group in self.groups if column in group.columns), None)

    def first(self, most: int) -> tuple[str, ...]:
        """The columns that matter most, a group's as much as the group, at most so many; those without a fall last."""

        def depth(drop: Drop) -> tuple[float, float]:
            group = self.group_of(drop.columns[0])
            falls = [each.estimate for each in (group or drop, drop)]
            return falls[0] if np.isfinite(falls[0]) else -np.inf, falls[1]

        return tuple(drop.columns[0] for drop in sorted(self.columns, key=depth, reverse=True)[:most])


def permutation_importance(
    folds: Sequence[TestedFold],
    columns: Sequence[Column],
    scoring: Scoring,
    seed: int,
    permutations: int = PERMUTATIONS,
) -> Importance:
    """Shuffle every column of the table among a split's test rows, and see how far the score falls.

    A column is shuffled as it was read, so that its zero-one columns and its mark of gaps move together. Columns that
    go together (`related_groups`) are shuffled one by one and also as a group, by one shuffling for all: alone, each of
    them is stood in for by the others. The fall is a mean over shufflings, one number a split, whose mean has the
    corrected interval of the report.

    Args:
        folds: A model and its test rows, split by split.
        columns: The table's, all rows: names, and what goes together.
        scoring: How a fall is measured and judged.
        seed: The study's base seed; the shufflings of a split are the same for all columns.
        permutations: Shufflings of a column in each split.

    Source: Breiman 2001, Random forests; Fisher, Rudin and Dominici 2019, All models are wrong, but many are useful;
        the interval: Nadeau and Bengio 2003.
    """
    names = [column.name for column in columns]
    groups = related_groups(columns, seed)
    shuffled = [*((place,) for place in range(len(names))), *groups]
    most = max(FEWEST_SHUFFLED, MOST_PREDICTED // max(1, len(folds) * len(shuffled) * permutations))
    held = [_at_most(fold, most, derive_seed(seed, "importance rows", index)) for index, fold in enumerate(folds)]
    scores = [float(_score(fold, fold.values, scoring)) for fold in held]
    falls = np.array(
        [
            _falls(fold, shuffled, score, scoring, _orders(len(fold.values), seed, index, permutations))
            for index, (fold, score) in enumerate(zip(held, scores, strict=True))
        ]
    )
    drops = [
        _drop(tuple(names[place] for place in places), by_split, scoring)
        for places, by_split in zip(shuffled, falls.T, strict=True)
    ]
    return Importance(
        measure=scoring.judged.measure.name,
        score_by_split=tuple(scores),
        columns=_deepest_first(drops[: len(names)]),
        groups=_deepest_first(drops[len(names) :]),
        permutations=permutations,
        rows=sum(len(fold.values) for fold in held),
        level=scoring.level,
        doubt=scoring.doubt or ("one split alone has no interval" if len(folds) < 2 else ""),
    )


def _at_most(fold: TestedFold, most: int, seed: int) -> TestedFold:
    rows = some_rows(len(fold.values), most, seed, "rows")
    weights = None if fold.weights is None else fold.weights[rows]
    return replace(fold, values=fold.values[rows], target=fold.target[rows], weights=weights)


def _orders(rows: int, seed: int, split: int, permutations: int) -> list[NDArray[np.int64]]:
    draws = stream(derive_seed(seed, "importance", split), "permutation")
    return [draws.permutation(rows) for _ in range(permutations)]


def _falls(
    fold: TestedFold,
    shuffled: Sequence[tuple[int, ...]],
    score: float,
    scoring: Scoring,
    orders: Sequence[NDArray[np.int64]],
) -> list[float]:
    """Mean fall over the shufflings of each set of columns."""
    found = []
    for places in shuffled:
        scores = []
        for order in orders:
            values = fold.values.copy()
            values[:, places] = values[order][:, places]
            scores.append(_score(fold, values, scoring))
        found.append(score - float(np.mean(scores)))
    return found


def _score(fold: TestedFold, values: ColumnValues, scoring: Scoring) -> float:
    """The judged measure of a fold's predictions, higher is better."""
    measure = scoring.judged.measure
    predicted = np.asarray(fold.predict(values), dtype=np.float64)[None]
    if measure.task == "regression":
        numbers = NumberPredictions(fold.target, predicted, fold.weights, scoring.quantile)
        measured = measure_numbers(numbers, (measure.name,))
    else:
        cut = None if fold.threshold is None else np.array([fold.threshold])
        given = ClassPredictions(fold.target[:, 0].astype(np.int64), predicted, fold.weights, cut)
        measured = measure_classes(given, (measure.name,))
    return scoring.judged.sign * float(measured[measure.name][0])


def _drop(names: tuple[str, ...], by_split: ColumnValues, scoring: Scoring) -> Drop:
    numbers, estimate = tuple(by_split.tolist()), float(by_split.mean())
    if scoring.doubt or len(numbers) < 2 or not np.isfinite(by_split).all():
        return Drop(names, numbers, estimate)
    interval = paired_interval(by_split, *scoring.rows, scoring.level)
    return Drop(names, numbers, estimate, interval.low, interval.high)


def _deepest_first(drops: Sequence[Drop]) -> tuple[Drop, ...]:
    return tuple(sorted(drops, key=lambda drop: -drop.estimate if np.isfinite(drop.estimate) else np.inf))
