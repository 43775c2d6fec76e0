"""Rows drawn at random: test rows in folds or as a share, of every class its part, and what is left for training."""

from collections.abc import Callable
from dataclasses import dataclass
from math import floor

import numpy as np

from nnjax.data.arrangement import Labels, Parts, RowNumbers


@dataclass(frozen=True)
class RandomRows:
    """Test rows that are drawn at random; the others are parted alike by all such methods.

    Attributes:
        test_sizes: (rows, test share) -> the smallest and the largest number of test rows of any split.
        class_sizes: (rows of a class, rows, test share) -> the same of that class, where splits are stratified.
        test_rows: (all rows shuffled for this repeat, test share, number of the split in it, labels for stratified
            splits, the repeat's stream) -> the test rows, in any order.
    """

    test_sizes: Callable[[int, float], tuple[int, int]]
    class_sizes: Callable[[int, int, float], tuple[int, int]]
    test_rows: Callable[[RowNumbers, float, int, Labels | None, np.random.Generator], RowNumbers]


def folds_of(share: float) -> int:
    """Folds of a k-fold with such a share of test rows."""
    return round(1 / share)


def sort_by_class(shuffled: RowNumbers, labels: Labels) -> RowNumbers:
    """Rows class by class, in shuffled order within each; the order of the classes is that of the shuffle too."""
    _, first, number = np.unique(labels[shuffled], return_index=True, return_inverse=True)
    return shuffled[np.argsort(first[number], kind="stable")]


def spread_to_front(rows: RowNumbers, size: int, draws: np.random.Generator) -> RowNumbers:
    """`size` evenly spaced rows first, from a random start, then the others.

    Every row is equally likely to be in front, and of any m neighbours ⌊m·size/N⌋ or ⌈m·size/N⌉ are: systematic
    sampling. So each class of class-sorted rows has its share.
    """
    steps = (np.arange(len(rows) + 1) * size + draws.integers(len(rows))) // len(rows)
    return rows[np.argsort(np.diff(steps) == 0, kind="stable")]


def training_rows(outside: int, validation_share: float) -> int:
    """How many of the rows outside the test part train; the others validate."""
    # Not round(): half to even would make the next table's rows jump by two.
    return floor(outside * (1 - validation_share) + 0.5)


def part_at_random(
    n_examples: int, test: RowNumbers, n_train: int, draws: np.random.Generator, labels: Labels | None
) -> Parts:
    """The split with these test rows, the others parted at random."""
    shuffled = draws.permutation(np.setdiff1d(np.arange(n_examples, dtype=np.int32), test))
    if labels is not None:
        shuffled = spread_to_front(sort_by_class(shuffled, labels), n_train, draws)
    return Parts(shuffled[:n_train], shuffled[n_train:], test)


def _fold_sizes(n_examples: int, share: float) -> tuple[int, int]:
    return n_examples // folds_of(share), -(-n_examples // folds_of(share))


def _class_in_a_fold(n_class: int, n_examples: int, share: float) -> tuple[int, int]:
    return _fold_sizes(n_class, share)


def _fold_rows(
    shuffled: RowNumbers, share: float, fold: int, labels: Labels | None, draws: np.random.Generator
) -> RowNumbers:
    if labels is not None:
        return sort_by_class(shuffled, labels)[fold :: folds_of(share)]  # dealt like cards, class by class
    return np.array_split(shuffled, folds_of(share))[fold]


def _share_sizes(n_examples: int, share: float) -> tuple[int, int]:
    size = floor(n_examples * share + 0.5)
    return size, size


def _class_in_a_share(n_class: int, n_examples: int, share: float) -> tuple[int, int]:
    _, n_test = _share_sizes(n_examples, share)
    return n_class * n_test // n_examples, -(-n_class * n_test // n_examples)


def _share_rows(
    shuffled: RowNumbers, share: float, fold: int, labels: Labels | None, draws: np.random.Generator
) -> RowNumbers:
    _, n_test = _share_sizes(len(shuffled), share)
    if labels is not None:
        shuffled = spread_to_front(sort_by_class(shuffled, labels), n_test, draws)
    return shuffled[:n_test]


DRAWN_FOLDS = RandomRows(_fold_sizes, _class_in_a_fold, _fold_rows)
"""Every row is a test row once a repeat."""

DRAWN_SHARE = RandomRows(_share_sizes, _class_in_a_share, _share_rows)
"""Fresh test rows in every split."""
