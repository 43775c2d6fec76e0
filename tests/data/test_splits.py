"""Splits are partitions of equal training size, and a larger plan starts with a smaller one."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import KFold

from nnjax.data.splits import SPLITTERS, Split, SplitPlan, make_splits, split_sizes

K_FOLD = SplitPlan("repeated_k_fold", 20, 0.25, 0.2, 5)
SHUFFLED = replace(K_FOLD, method="shuffle_split")
DRAWN = [name for name, splitter in SPLITTERS.items() if splitter.role is None]
PLANS = [replace(K_FOLD, method=method) for method in DRAWN]


def rows(split: Split) -> list[int]:
    return sorted(np.concatenate([split.train, split.validation, split.test]).tolist())


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.method)
def test_every_split_is_a_partition(plan: SplitPlan) -> None:
    assert all(rows(split) == list(range(442)) for split in make_splits(442, plan))


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.method)
def test_more_splits_begin_with_the_fewer(plan: SplitPlan) -> None:
    few, many = make_splits(442, plan), make_splits(442, replace(plan, splits=40))
    assert [split.digest for split in many[:20]] == [split.digest for split in few]
    assert len({split.digest for split in many}) == 40


def test_sizes_on_diabetes() -> None:
    splits = make_splits(442, K_FOLD)
    assert {len(split.train) for split in splits} == {265}
    assert {len(split.validation) for split in splits} == {66, 67}
    assert {len(split.test) for split in splits} == {110, 111}


@pytest.mark.parametrize(("plan", "last"), [(K_FOLD, "bff6ab441d7021ed"), (SHUFFLED, "af923aa0ea14b3ad")])
def test_splits_of_earlier_journals_come_out_the_same(plan: SplitPlan, last: str) -> None:
    splits = make_splits(442, plan)
    assert splits[0].digest.startswith("666a4424c10df09b") and splits[-1].digest.startswith(last)


def test_each_row_is_tested_once_a_repeat() -> None:
    splits = make_splits(442, K_FOLD)
    for repeat in range(5):
        tested = np.concatenate([split.test for split in splits[4 * repeat : 4 * repeat + 4]])
        assert sorted(tested.tolist()) == list(range(442))


def test_folds_are_as_large_as_scikit_learns() -> None:
    ours = [len(split.test) for split in make_splits(443, K_FOLD)[:4]]
    assert ours == [len(test) for _, test in KFold(4, shuffle=True, random_state=0).split(np.zeros(443))]


@given(
    n_rows=st.integers(40, 300),
    folds=st.integers(2, 8),
    method=st.sampled_from(DRAWN),
    validation_share=st.floats(0.1, 0.5),
    base_seed=st.integers(0, 2**63),
)
def test_sizes_are_foretold(n_rows: int, folds: int, method: str, validation_share: float, base_seed: int) -> None:
    plan = SplitPlan(method, 2 * folds, 1 / folds, validation_share, base_seed)
    sizes, splits = split_sizes(n_rows, plan), make_splits(n_rows, plan)
    assert {len(split.train) for split in splits} == {sizes.train}
    assert min(len(split.validation) for split in splits) == sizes.validation
    assert min(len(split.test) for split in splits) == sizes.test
    assert all(rows(split) == list(range(n_rows)) for split in splits)


def test_base_seed_and_validation_share_change_the_splits() -> None:
    digests = {
        make_splits(442, plan)[0].digest
        for plan in (K_FOLD, replace(K_FOLD, base_seed=6), replace(K_FOLD, validation_share=0.3))
    }
    assert len(digests) == 3


def test_a_row_in_another_part_is_another_digest() -> None:
    assert make_splits(100, replace(K_FOLD, validation_share=0.2))[0].digest != (
        make_splits(100, replace(K_FOLD, validation_share=0.21))[0].digest
    )


def test_rows_are_sorted_and_read_only() -> None:
    split = make_splits(442, K_FOLD)[0]
    for part in (split.train, split.validation, split.test):
        assert part.dtype == np.int32 and (np.diff(part) > 0).all() and not part.flags.writeable


def test_too_few_rows() -> None:
    with pytest.raises(ValueError, match="too few"):
        make_splits(3, K_FOLD)


@pytest.mark.parametrize("name", SPLITTERS)
def test_what_a_report_says_of_a_splitter_travels_to_another_process(name: str) -> None:
    assert pickle.loads(pickle.dumps(SPLITTERS[name])) == SPLITTERS[name]
