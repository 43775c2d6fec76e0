"""Splits of a table into training, validation and test rows, the same for every cell of a study."""

import hashlib
from dataclasses import dataclass
from math import floor

import numpy as np
from numpy.typing import NDArray

from nnjax.data.streams import derive_seed, stream

Rows = NDArray[np.int32]


@dataclass(frozen=True)
class SplitPlan:
    """How the rows of a table are split.

    Attributes:
        method: "repeated_k_fold" (every row is a test row once a repeat) or "shuffle_split" (fresh draws).
        splits: Number of splits; for repeated k-fold a multiple of `folds`.
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
        return round(1 / self.test_share) if self.method == "repeated_k_fold" else 1


@dataclass(frozen=True)
class Split:
    """Row numbers of one split, each sorted; together they are all rows, none twice.

    Attributes:
        train: Rows that the weights see, int32.
        validation: Rows that choose the epoch and the nuisance levels.
        test: Rows that the scores are measured on.
        digest: sha256 over the three; part of every run's identity.
    """

    train: Rows
    validation: Rows
    test: Rows
    digest: str


@dataclass(frozen=True)
class SplitSizes:
    """Numbers of rows: training rows are the same in all splits, the others the smallest of any split."""

    train: int
    validation: int
    test: int


def split_sizes(n_examples: int, plan: SplitPlan) -> SplitSizes:
    """Numbers of rows that the splits of a plan will have.

    Every split trains on the same number of rows, so that all of them share one program and one meaning of "full
    batch"; where a fold is a row smaller, the spare row goes to validation.

    Args:
        n_examples: Rows of the table.
        plan: How to split.

    Returns:
        Rows for training (exact), for validation and test (smallest of any split). Negative or zero if impossible.

    Example:
        >>> split_sizes(442, SplitPlan("repeated_k_fold", 20, 0.25, 0.2, 5))
        SplitSizes(train=265, validation=66, test=110)
    """
    if plan.method == "repeated_k_fold":
        smallest_test, largest_test = n_examples // plan.folds, -(-n_examples // plan.folds)
    else:
        smallest_test = largest_test = floor(n_examples * plan.test_share + 0.5)
    outside = n_examples - largest_test
    train = floor(outside * (1 - plan.validation_share) + 0.5)
    return SplitSizes(train, outside - train, smallest_test)


def make_splits(n_examples: int, plan: SplitPlan) -> tuple[Split, ...]:
    """All splits of a plan. A plan with more splits starts with the splits of the smaller one.

    Args:
        n_examples: Rows of the table.
        plan: How to split.

    Returns:
        `plan.splits` splits, repeat by repeat.

    Raises:
        ValueError: If the table has too few rows for the plan.

    Example:
        >>> first = make_splits(442, SplitPlan("repeated_k_fold", 4, 0.25, 0.2, 5))[0]
        >>> len(first.train), len(first.validation), len(first.test)
        (265, 66, 111)
    """
    sizes = split_sizes(n_examples, plan)
    if min(sizes.train, sizes.validation, sizes.test) < 1:
        raise ValueError(f"{n_examples} rows are too few for {plan}")
    return tuple(_make_split(n_examples, plan, index, sizes.train) for index in range(plan.splits))


def _make_split(n_examples: int, plan: SplitPlan, index: int, n_train: int) -> Split:
    test = np.sort(_test_rows(n_examples, plan, index))
    outside = np.setdiff1d(np.arange(n_examples, dtype=np.int32), test)
    shuffled = stream(derive_seed(plan.base_seed, "validation", index), "split").permutation(outside)
    train, validation = np.sort(shuffled[:n_train]), np.sort(shuffled[n_train:])
    digest = hashlib.sha256()
    for rows in (train, validation, test):
        digest.update(len(rows).to_bytes(8, "little") + rows.astype("<i4").tobytes())
        rows.setflags(write=False)
    return Split(train, validation, test, digest.hexdigest())


def _test_rows(n_examples: int, plan: SplitPlan, index: int) -> Rows:
    repeat, fold = divmod(index, plan.folds)
    shuffled = stream(derive_seed(plan.base_seed, "split", repeat), "split").permutation(n_examples).astype(np.int32)
    if plan.method == "repeated_k_fold":
        return np.array_split(shuffled, plan.folds)[fold]
    return shuffled[: split_sizes(n_examples, plan).test]
