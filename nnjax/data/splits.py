"""Splits of a table into training, validation and test rows, the same for every cell of a study."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import floor

import numpy as np
from numpy.typing import NDArray

from nnjax.data.streams import derive_seed, stream

RowNumbers = NDArray[np.int32]
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class SplitPlan:
    """How the rows of a table are split.

    Attributes:
        method: A key of `SPLITTERS`.
        splits: Number of splits; a multiple of `folds`.
        test_share: Share of the rows that are test rows.
        validation_share: Share of the other rows that choose the epoch and the nuisance levels.
        base_seed: What all shuffles are derived from.
    """

    method: str
    splits: int
    test_share: float
    validation_share: float
    base_seed: int

    @property
    def folds(self) -> int:
        """Splits in one repeat: k of the k-fold, 1 for shuffled splits."""
        return round(1 / self.test_share) if SPLITTERS[self.method].has_folds else 1


@dataclass(frozen=True)
class Split:
    """Row numbers of one split, each sorted; together they are all rows, none twice.

    Attributes:
        train: Rows that the weights see, int32.
        validation: Rows that choose the epoch and the nuisance levels, int32.
        test: Rows that the scores are measured on, int32.
        digest: sha256 over the three; part of every run's identity.
    """

    train: RowNumbers
    validation: RowNumbers
    test: RowNumbers
    digest: str


@dataclass(frozen=True)
class SplitSizes:
    """Numbers of rows: training rows are the same in all splits, the others the least or the most of any split."""

    train: int
    validation: int
    test: int


def split_sizes(n_examples: int, plan: SplitPlan) -> SplitSizes:
    """Numbers of rows that the splits of a plan will have; negative or zero if the table has too few.

    Every split trains on the same number of rows, so that all of them share one program and one meaning of "full
    batch"; where a fold is a row smaller, the spare row goes to validation.

    >>> split_sizes(442, SplitPlan("repeated_k_fold", 20, 0.25, 0.2, 5))
    SplitSizes(train=265, validation=66, test=110)
    """
    smallest_test, largest_test = SPLITTERS[plan.method].test_sizes(n_examples, plan)
    outside = n_examples - largest_test
    # Not round(): half to even would make the next table's rows jump by two.
    train = floor(outside * (1 - plan.validation_share) + 0.5)
    return SplitSizes(train, outside - train, smallest_test)


def check_labels(labels: Labels, plan: SplitPlan, names: Sequence[str] = ()) -> str | None:
    """Whether stratified splits can have every class in the training, validation and test rows of every split.

    Args:
        labels: Class number of every row, int [N].
        plan: How to split.
        names: What the classes are called, in the order of their numbers; by their numbers if empty.

    Returns:
        A sentence if that is not certain for the rarest class, else None; None too where no labels could help, since
        `split_sizes` leaves a part empty.

    >>> check_labels(np.repeat([0, 1], [36, 4]), SplitPlan("repeated_k_fold", 4, 0.25, 0.2, 5), ["no", "yes"])
    'class yes has 4 of 40 rows, too few to be among the 24 training, 6 validation and 10 test rows of every split'
    """
    sizes = split_sizes(len(labels), plan)
    if min(sizes.train, sizes.validation, sizes.test) < 1:
        return None
    classes, counts = np.unique(labels, return_counts=True)
    rarest = int(counts.argmin())
    if _fewest_of_a_class(len(labels), int(counts[rarest]), plan) >= 1:
        return None
    parts = f"{sizes.train} training, {sizes.validation} validation and {sizes.test} test rows"
    name = names[classes[rarest]] if names else classes[rarest]
    rows = f"class {name} has {counts[rarest]} of {len(labels)} rows"
    return f"{rows}, too few to be among the {parts} of every split"


def make_splits(n_examples: int, plan: SplitPlan, labels: Labels | None = None) -> tuple[Split, ...]:
    """All splits of a plan, repeat by repeat. A plan with more splits starts with the splits of the smaller one.

    With labels, the class number of every row [N], splits of the same sizes are stratified: of a class with m rows, a
    fold of a k-fold has ⌊m/k⌋ or ⌈m/k⌉, and every other part its share of the rows that it is drawn from, rounded down
    or up.

    Raises:
        ValueError: If the table has too few rows for the plan, or a class has too few to be in every part.

    >>> plan = SplitPlan("repeated_k_fold", 4, 0.25, 0.2, 5)
    >>> first = make_splits(442, plan)[0]
    >>> len(first.train), len(first.validation), len(first.test)
    (265, 66, 111)
    >>> labels = np.repeat([0, 1, 2], 40)
    >>> np.bincount(labels[make_splits(120, plan, labels)[0].test]).tolist()
    [10, 10, 10]
    """
    sizes = split_sizes(n_examples, plan)
    if min(sizes.train, sizes.validation, sizes.test) < 1:
        raise ValueError(f"{n_examples} rows are too few for {plan}")
    if labels is not None:
        if labels.shape != (n_examples,):
            raise ValueError(f"labels of shape {labels.shape} do not fit {n_examples} rows")
        if problem := check_labels(labels, plan):
            raise ValueError(problem)
    return tuple(_make_split(n_examples, plan, index, labels) for index in range(plan.splits))


def _make_split(n_examples: int, plan: SplitPlan, index: int, labels: Labels | None) -> Split:
    n_train = split_sizes(n_examples, plan).train
    test = np.sort(_test_rows(n_examples, plan, index, labels))
    outside = np.setdiff1d(np.arange(n_examples, dtype=np.int32), test)
    draws = stream(derive_seed(plan.base_seed, "validation", index), "split")
    shuffled = draws.permutation(outside)
    if labels is not None:
        shuffled = _spread_to_front(_sort_by_class(shuffled, labels), n_train, draws)
    train, validation = np.sort(shuffled[:n_train]), np.sort(shuffled[n_train:])
    digest = hashlib.sha256()
    for rows in (train, validation, test):
        # With their lengths: [1, 2] and [3] are not [1] and [2, 3]. In one byte order, whatever the machine's.
        digest.update(len(rows).to_bytes(8, "little") + rows.astype("<i4").tobytes())
        rows.setflags(write=False)
    return Split(train, validation, test, digest.hexdigest())


def _test_rows(n_examples: int, plan: SplitPlan, index: int, labels: Labels | None) -> RowNumbers:
    repeat, fold = divmod(index, plan.folds)
    draws = stream(derive_seed(plan.base_seed, "split", repeat), "split")
    shuffled = draws.permutation(n_examples).astype(np.int32)
    return SPLITTERS[plan.method].test_rows(shuffled, plan, fold, labels, draws)


def _sort_by_class(shuffled: RowNumbers, labels: Labels) -> RowNumbers:
    """Rows class by class, in shuffled order within each; the order of the classes is that of the shuffle too."""
    _, first, number = np.unique(labels[shuffled], return_index=True, return_inverse=True)
    return shuffled[np.argsort(first[number], kind="stable")]


def _spread_to_front(rows: RowNumbers, size: int, draws: np.random.Generator) -> RowNumbers:
    """`size` evenly spaced rows first, from a random start, then the others.

    Every row is equally likely to be in front, and of any m neighbours ⌊m·size/N⌋ or ⌈m·size/N⌉ are: systematic
    sampling. So each class of class-sorted rows has its share.
    """
    steps = (np.arange(len(rows) + 1) * size + draws.integers(len(rows))) // len(rows)
    return rows[np.argsort(np.diff(steps) == 0, kind="stable")]


def _fewest_of_a_class(n_examples: int, n_class: int, plan: SplitPlan) -> int:
    """The smallest number of rows of a class that any part of any split may get."""
    n_train, splitter = split_sizes(n_examples, plan).train, SPLITTERS[plan.method]
    _, largest = splitter.test_sizes(n_examples, plan)
    least, most = splitter.class_sizes(n_class, n_examples, plan)
    outside, of_class = n_examples - largest, n_class - most
    return min(least, of_class * n_train // (outside + 1), of_class * (outside - n_train) // outside)


@dataclass(frozen=True)
class Splitter:
    """A method of splitting: which rows are test rows. The others are parted alike by all methods.

    Attributes:
        name: The value of `method` in a study's `[replicates]`.
        meaning: What it does, in the report's words.
        has_folds: Whether a repeat has 1 / test_share splits, so that this must be a whole number.
        test_sizes: (rows, plan) -> the smallest and the largest number of test rows of any split.
        class_sizes: (rows of a class, rows, plan) -> the same of that class, where splits are stratified.
        test_rows: (all rows shuffled for this repeat, plan, number of the split in it, labels for stratified splits,
            the repeat's stream) -> the test rows, in any order.
    """

    name: str
    meaning: str
    has_folds: bool
    test_sizes: Callable[[int, SplitPlan], tuple[int, int]]
    class_sizes: Callable[[int, int, SplitPlan], tuple[int, int]]
    test_rows: Callable[[RowNumbers, SplitPlan, int, Labels | None, np.random.Generator], RowNumbers]


def _fold_sizes(n_examples: int, plan: SplitPlan) -> tuple[int, int]:
    return n_examples // plan.folds, -(-n_examples // plan.folds)


def _fold_rows(
    shuffled: RowNumbers, plan: SplitPlan, fold: int, labels: Labels | None, draws: np.random.Generator
) -> RowNumbers:
    if labels is not None:
        return _sort_by_class(shuffled, labels)[fold :: plan.folds]  # dealt like cards, class by class
    return np.array_split(shuffled, plan.folds)[fold]


def _share_sizes(n_examples: int, plan: SplitPlan) -> tuple[int, int]:
    size = floor(n_examples * plan.test_share + 0.5)
    return size, size


def _class_in_a_share(n_class: int, n_examples: int, plan: SplitPlan) -> tuple[int, int]:
    _, n_test = _share_sizes(n_examples, plan)
    return n_class * n_test // n_examples, -(-n_class * n_test // n_examples)


def _share_rows(
    shuffled: RowNumbers, plan: SplitPlan, fold: int, labels: Labels | None, draws: np.random.Generator
) -> RowNumbers:
    _, n_test = _share_sizes(len(shuffled), plan)
    if labels is not None:
        shuffled = _spread_to_front(_sort_by_class(shuffled, labels), n_test, draws)
    return shuffled[:n_test]


REPEATED_K_FOLD = "repeated_k_fold"
"""The usual method."""

SPLITTERS = {splitter.name: splitter for splitter in (
    Splitter(REPEATED_K_FOLD, "repeated k-fold: every row is a test row once a repeat", True,
             _fold_sizes, lambda n_class, n_examples, plan: _fold_sizes(n_class, plan), _fold_rows),
    Splitter("shuffle_split", "shuffled splits: fresh test rows in every split", False,
             _share_sizes, _class_in_a_share, _share_rows),
)}  # fmt: skip
"""Name -> method of splitting."""
