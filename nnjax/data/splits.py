"""Splits of a table into training, validation and test rows, the same for every cell of a study."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from nnjax.data.arrangement import Arrangement, Labels, Parts, Role, RowNumbers, SplitsError
from nnjax.data.group_splits import GroupedRows, fold_sizes, folded_tests, group_parts
from nnjax.data.known_intervals import (
    ALONG_TIME,
    FOR_EACH_GROUP,
    FOR_FOLDS,
    FOR_GROUPS,
    FOR_SHARES,
    OF_MADE_FOLDS,
    KnownInterval,
)
from nnjax.data.random_rows import DRAWN_FOLDS, DRAWN_SHARE, RandomRows, folds_of, part_at_random, training_rows
from nnjax.data.streams import split_stream
from nnjax.data.time_splits import TimedRows, time_parts


@dataclass(frozen=True)
class SplitPlan:
    """How the rows of a table are split.

    Attributes:
        method: A key of `SPLITTERS`.
        splits: Number of splits; a multiple of `folds`.
        test_share: Share of the rows that are test rows; nothing to methods that follow a column.
        validation_share: Share of the other rows that choose the epoch and the nuisance levels.
        base_seed: What all shuffles are derived from.
        n_folds: Splits in one repeat, for a method that is told.
        gap: Instants between two parts of a time series that are left out.
    """

    method: str
    splits: int
    test_share: float
    validation_share: float
    base_seed: int
    n_folds: int = 0
    gap: int = 0

    @property
    def folds(self) -> int:
        """Splits in one repeat: k of the k-fold, 1 for shuffled splits, all where there is but one repeat."""
        splitter = SPLITTERS[self.method]
        if splitter.role is None:
            return folds_of(self.test_share) if splitter.has_folds else 1
        return self.n_folds if splitter.has_folds else self.splits


@dataclass(frozen=True)
class SplitSizes:
    """Numbers of rows: training rows are the same in all splits, the others the least or the most of any split."""

    train: int
    validation: int
    test: int


@dataclass(frozen=True)
class Split:
    """Row numbers of one split, each sorted; none is in two parts, and those in no part are used nowhere.

    Attributes:
        train: Rows that the weights see, int32.
        validation: Rows that choose the epoch and the nuisance levels, int32.
        test: Rows that the scores are measured on, int32.
        digest: sha256 over the three; part of every run's identity.
        room: The most rows that the parts of any split of the plan can have, however many it has; None where the
            splits of one repeat show it.
    """

    train: RowNumbers
    validation: RowNumbers
    test: RowNumbers
    digest: str
    room: SplitSizes | None = None

    @property
    def used(self) -> int:
        """Rows in any part."""
        return len(self.train) + len(self.validation) + len(self.test)


def split_sizes(n_examples: int, plan: SplitPlan) -> SplitSizes:
    """Numbers of rows that random splits of a plan will have; negative or zero if the table has too few.

    Every split trains on the same number of rows, so that all of them share one program and one meaning of "full
    batch"; where a fold is a row smaller, the spare row goes to validation.

    >>> split_sizes(442, SplitPlan("repeated_k_fold", 20, 0.25, 0.2, 5))
    SplitSizes(train=265, validation=66, test=110)
    """
    smallest_test, largest_test = _drawn(plan).test_sizes(n_examples, plan.test_share)
    outside = n_examples - largest_test
    train = training_rows(outside, plan.validation_share)
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


def make_splits(
    n_examples: int, plan: SplitPlan, labels: Labels | None = None, arrangement: Arrangement | None = None
) -> tuple[Split, ...]:
    """All splits of a plan, repeat by repeat. A plan with more splits starts with the splits of the smaller one.

    A method with a role follows that column of the table, its arrangement. With labels, the class number of every row
    [N], the other methods' splits of the same sizes are stratified: of a class with m rows, a fold of a k-fold has
    ⌊m/k⌋ or ⌈m/k⌉, and every other part its share of the rows that it is drawn from, rounded down or up.

    Raises:
        ValueError: If the table has too few rows for the plan, or a class has too few to be in every part.
        SplitsError: If its arrangement leaves a part of a split without rows.

    >>> plan = SplitPlan("repeated_k_fold", 4, 0.25, 0.2, 5)
    >>> first = make_splits(442, plan)[0]
    >>> len(first.train), len(first.validation), len(first.test)
    (265, 66, 111)
    >>> labels = np.repeat([0, 1, 2], 40)
    >>> np.bincount(labels[make_splits(120, plan, labels)[0].test]).tolist()
    [10, 10, 10]
    """
    splitter = SPLITTERS[plan.method]
    if labels is not None and labels.shape != (n_examples,):
        raise ValueError(f"labels of shape {labels.shape} do not fit {n_examples} rows")
    if splitter.follow is None:
        return _drawn_splits(n_examples, plan, labels)
    if arrangement is None or arrangement.role != splitter.role or arrangement.codes.shape != (n_examples,):
        raise ValueError(f"{plan.method} follows the {splitter.role} of all {n_examples} rows")
    parts, room = splitter.follow(arrangement, labels, plan)
    return tuple(_sealed(each, room and SplitSizes(*room)) for each in parts)


def _drawn_splits(n_examples: int, plan: SplitPlan, labels: Labels | None) -> tuple[Split, ...]:
    sizes = split_sizes(n_examples, plan)
    if min(sizes.train, sizes.validation, sizes.test) < 1:
        raise ValueError(f"{n_examples} rows are too few for {plan}")
    if labels is not None and (problem := check_labels(labels, plan)):
        raise ValueError(problem)
    return tuple(
        _sealed(
            part_at_random(
                n_examples,
                _test_rows(n_examples, plan, index, labels),
                sizes.train,
                split_stream(plan.base_seed, "validation", index),
                labels,
            )
        )
        for index in range(plan.splits)
    )


def _sealed(parts: Parts, room: SplitSizes | None = None) -> Split:
    """Sorted, read-only rows and their digest."""
    digest, ordered = hashlib.sha256(), [np.sort(rows) for rows in parts]
    for rows in ordered:
        # With their lengths: [1, 2] and [3] are not [1] and [2, 3]. In one byte order, whatever the machine's.
        digest.update(len(rows).to_bytes(8, "little") + rows.astype("<i4").tobytes())
        rows.setflags(write=False)
    train, validation, test = ordered
    return Split(train, validation, test, digest.hexdigest(), room)


def all_rows(n_examples: int) -> Split:
    """Every row trains, and nothing is left to choose or to score by: a first row stands in for either.

    >>> all_rows(3).train.tolist()
    [0, 1, 2]
    """
    first = np.zeros(1, dtype=np.int32)
    return _sealed(Parts(np.arange(n_examples, dtype=np.int32), first, first))


def _test_rows(n_examples: int, plan: SplitPlan, index: int, labels: Labels | None) -> RowNumbers:
    repeat, fold = divmod(index, plan.folds)
    draws = split_stream(plan.base_seed, "split", repeat)
    shuffled = draws.permutation(n_examples).astype(np.int32)
    return _drawn(plan).test_rows(shuffled, plan.test_share, fold, labels, draws)


def _drawn(plan: SplitPlan) -> RandomRows:
    rows = SPLITTERS[plan.method].rows
    assert rows is not None
    return rows


def _fewest_of_a_class(n_examples: int, n_class: int, plan: SplitPlan) -> int:
    """The smallest number of rows of a class that any part of any split may get."""
    n_train, drawn = split_sizes(n_examples, plan).train, _drawn(plan)
    _, largest = drawn.test_sizes(n_examples, plan.test_share)
    least, most = drawn.class_sizes(n_class, n_examples, plan.test_share)
    outside, of_class = n_examples - largest, n_class - most
    return min(least, of_class * n_train // (outside + 1), of_class * (outside - n_train) // outside)


Followed = tuple[Sequence[Parts], tuple[int, int, int] | None]
"""The splits, and the most rows of each part in any number of repeats; None if there are no repeats."""


@dataclass(frozen=True)
class Splitter:
    """A method of splitting.

    Attributes:
        name: The value of `method` in a study's `[replicates]`.
        meaning: What it does, in the report's words.
        keys: Those keys of `[replicates]` that it takes and other methods do not.
        has_folds: Whether a repeat has several splits, of which `splits` must be a multiple.
        rows: How rows are drawn; None for a method that follows a column.
        role: What the column that it follows says of the rows; None for a method that draws them.
        follow: (column, labels for stratified splits, plan) -> its splits; raises `SplitsError`.
        interval: What is known of intervals of a mean over its splits.
    """

    name: str
    meaning: str
    keys: tuple[str, ...]
    interval: KnownInterval
    has_folds: bool = False
    rows: RandomRows | None = None
    role: Role | None = None
    follow: Callable[[Arrangement, Labels | None, SplitPlan], Followed] | None = None

    @property
    def grows(self) -> bool:
        """Whether there can be more splits of the same table."""
        return "splits" in self.keys


def _follow_groups(arrangement: Arrangement, labels: Labels | None, plan: SplitPlan) -> Followed:
    rows, folds = GroupedRows(arrangement.codes, labels), plan.n_folds
    if arrangement.count < folds:
        problem = f"{arrangement.count:,} groups are fewer than {folds} folds"
        raise SplitsError("folds", problem, "write fewer folds, or take a table of more groups")
    tests = islice(folded_tests(rows, folds, plan.base_seed), plan.splits)
    return group_parts(rows, tests, fold_sizes(rows, folds), plan.validation_share, plan.base_seed)


def _leave_groups_out(arrangement: Arrangement, labels: Labels | None, plan: SplitPlan) -> Followed:
    _check_count(arrangement, "groups")
    rows = GroupedRows(arrangement.codes, labels)
    bounds = int(rows.sizes.min()), int(rows.sizes.max())
    tests = (np.array([group]) for group in range(plan.splits))
    return group_parts(rows, tests, bounds, plan.validation_share, plan.base_seed)


def _check_count(arrangement: Arrangement, noun: str) -> None:
    if arrangement.count > MOST_LEFT_OUT:
        problem = f"{arrangement.count:,} {noun} are more than {MOST_LEFT_OUT:,}, a split each"
        raise SplitsError("method", problem, 'write method = "group_k_fold" and groups = "…"')


def _follow_order(arrangement: Arrangement, labels: Labels | None, plan: SplitPlan) -> Followed:
    streams = [split_stream(plan.base_seed, "validation", index) for index in range(plan.splits)]
    return time_parts(TimedRows(arrangement.codes), plan.splits, plan.gap, plan.validation_share, streams), None


def _follow_folds(arrangement: Arrangement, labels: Labels | None, plan: SplitPlan) -> Followed:
    _check_count(arrangement, "folds")
    codes = arrangement.codes
    outside = len(codes) - int(np.bincount(codes[codes >= 0]).max())
    n_train = training_rows(outside, plan.validation_share)
    tests = (np.flatnonzero(codes == fold).astype(np.int32) for fold in range(plan.splits))
    streams = (split_stream(plan.base_seed, "validation", index) for index in range(plan.splits))
    pairs = zip(tests, streams, strict=True)
    return [part_at_random(len(codes), test, n_train, draws, labels) for test, draws in pairs], None


MOST_LEFT_OUT = 1_000
"""Splits of a method that makes one of every group or fold."""

REPEATED_K_FOLD = "repeated_k_fold"
"""The usual method."""

SPLITTERS = {splitter.name: splitter for splitter in (
    Splitter(REPEATED_K_FOLD, "repeated k-fold: every row is a test row once a repeat", ("splits", "test_share"),
             FOR_FOLDS, has_folds=True, rows=DRAWN_FOLDS),
    Splitter("shuffle_split", "shuffled splits: fresh test rows in every split", ("splits", "test_share"), FOR_SHARES,
             rows=DRAWN_SHARE),
    Splitter("group_k_fold", "k-fold of whole groups: every row is a test row once a repeat, and no group is on two "
             "sides", ("splits", "folds", "groups"), FOR_GROUPS, has_folds=True, role="groups", follow=_follow_groups),
    Splitter("leave_one_group_out", "every group is the test part once", ("groups",), FOR_EACH_GROUP, role="groups",
             follow=_leave_groups_out),
    Splitter("time_series", "along time: the latest half of the rows in test blocks, each after the rows that it is "
             "predicted from", ("folds", "order", "gap"), ALONG_TIME, role="order", follow=_follow_order),
    Splitter("predefined", "the table's own folds: each is the test part once", ("fold",), OF_MADE_FOLDS, role="fold",
             follow=_follow_folds),
)}  # fmt: skip
"""Name -> method of splitting."""
