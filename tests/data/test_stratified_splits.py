"""Stratified splits: the sizes of the plain ones, and every class in its share."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.model_selection import StratifiedKFold

from nnjax.data.splits import SPLITTERS, Split, SplitPlan, check_labels, make_splits, split_sizes
from nnjax.data.tables import load_table

DRAWN = [name for name, splitter in SPLITTERS.items() if splitter.role is None]
K_FOLD = SplitPlan("repeated_k_fold", 8, 0.25, 0.2, 5)
PLANS = st.builds(
    lambda method, folds, share, seed: SplitPlan(method, 2 * folds, 1 / folds, share, seed),
    st.sampled_from(DRAWN),
    st.integers(2, 6),
    st.floats(0.1, 0.5),
    st.integers(0, 2**63),
)
CLASS_SIZES = st.lists(st.integers(6, 60), min_size=2, max_size=5)


def labels_of(sizes: list[int], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).permutation(np.repeat(np.arange(len(sizes)), sizes))


def count(labels: np.ndarray, rows: np.ndarray) -> np.ndarray:
    return np.bincount(labels[rows], minlength=labels.max() + 1)


def outside(split: Split) -> np.ndarray:
    return np.concatenate([split.train, split.validation])


@given(PLANS, CLASS_SIZES)
def test_sizes_are_those_of_plain_splits_and_rows_are_parted(plan: SplitPlan, sizes: list[int]) -> None:
    labels = labels_of(sizes)
    assume(check_labels(labels, plan) is None)
    for split, plain in zip(make_splits(len(labels), plan, labels), make_splits(len(labels), plan), strict=True):
        assert [len(split.train), len(split.validation), len(split.test)] == [
            len(plain.train),
            len(plain.validation),
            len(plain.test),
        ]
        parts = np.concatenate([split.train, split.validation, split.test])
        assert np.array_equal(np.sort(parts), np.arange(len(labels)))


@given(PLANS, CLASS_SIZES)
def test_every_class_has_its_share_within_a_row(plan: SplitPlan, sizes: list[int]) -> None:
    labels = labels_of(sizes)
    assume(check_labels(labels, plan) is None)
    test_share = (
        1 / plan.folds if SPLITTERS[plan.method].has_folds else split_sizes(len(labels), plan).test / len(labels)
    )
    for split in make_splits(len(labels), plan, labels):
        rest = outside(split)
        assert (np.abs(count(labels, split.test) - np.array(sizes) * test_share) < 1).all()
        for part in (split.train, split.validation):
            assert (np.abs(count(labels, part) - count(labels, rest) * len(part) / len(rest)) < 1).all()
        assert all(count(labels, part).min() >= 1 for part in (split.train, split.validation, split.test))


@given(PLANS, CLASS_SIZES)
def test_more_splits_begin_with_the_fewer(plan: SplitPlan, sizes: list[int]) -> None:
    labels = labels_of(sizes)
    assume(check_labels(labels, plan) is None)
    few, many = (make_splits(len(labels), replace(plan, splits=n * plan.folds), labels) for n in (1, 3))
    assert [split.digest for split in many[: plan.folds]] == [split.digest for split in few]


@pytest.mark.parametrize("method", DRAWN)
def test_splits_differ_and_come_out_the_same_again(method: str) -> None:
    plan, labels = replace(K_FOLD, method=method), load_table("iris").labels
    digests = [split.digest for split in make_splits(150, plan, labels)]
    assert len(set(digests)) == 8
    assert digests == [split.digest for split in make_splits(150, plan, labels)]
    assert digests[0] != make_splits(150, replace(plan, base_seed=6), labels)[0].digest


def test_each_row_is_tested_once_a_repeat() -> None:
    splits = make_splits(178, K_FOLD, load_table("wine").labels)
    for repeat in (splits[:4], splits[4:]):
        assert sorted(np.concatenate([split.test for split in repeat]).tolist()) == list(range(178))


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer", "digits"])
def test_folds_are_as_even_as_scikit_learns(name: str) -> None:
    labels = load_table(name).labels
    theirs = StratifiedKFold(4, shuffle=True, random_state=0).split(np.zeros(len(labels)), labels)
    spread = np.ptp([count(labels, test) for _, test in theirs], axis=0)
    ours = make_splits(len(labels), K_FOLD, labels)[:4]
    assert (np.ptp([count(labels, split.test) for split in ours], axis=0) <= np.maximum(spread, 1)).all()


@pytest.mark.parametrize("method", DRAWN)
def test_every_row_is_equally_likely_in_every_part(method: str) -> None:
    labels = np.repeat([0, 1, 2], [9, 17, 35])
    splits = make_splits(61, replace(K_FOLD, method=method, splits=2000), labels)
    for part in ("train", "validation", "test"):
        rows = np.concatenate([getattr(split, part) for split in splits])
        share = len(rows) / 2000 / 61
        error = np.sqrt(share * (1 - share) / 2000)
        assert np.abs(np.bincount(rows, minlength=61) / 2000 - share).max() < 5 * error


def test_too_rare_a_class_is_named() -> None:
    labels = labels_of([36, 4])
    assert "class 1 has 4 of 40 rows, too few" in (check_labels(labels, K_FOLD) or "")
    with pytest.raises(ValueError, match="class 1 has 4 of 40 rows"):
        make_splits(40, K_FOLD, labels)


def test_too_few_rows_are_not_the_labels_fault() -> None:
    labels = np.array([0, 1])
    assert check_labels(labels, K_FOLD) is None
    with pytest.raises(ValueError, match="2 rows are too few"):
        make_splits(2, K_FOLD, labels)


def test_labels_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit 41 rows"):
        make_splits(41, K_FOLD, labels_of([20, 20]))
