"""Grouped splits: no group on two sides, equally many training rows, the same again, more that begin with fewer."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.model_selection import StratifiedGroupKFold

from nnjax.data.arrangement import Arrangement, SplitsError
from nnjax.data.group_splits import GroupedRows, deal_folds, fold_sizes
from nnjax.data.splits import Split, SplitPlan, make_splits

PLAN = SplitPlan("group_k_fold", 10, 0.25, 0.2, 5, n_folds=5)
SIZES = st.lists(st.integers(1, 30), min_size=2, max_size=60)


def codes_of(sizes: list[int], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).permutation(np.repeat(np.arange(len(sizes)), sizes))


def split(codes: np.ndarray, plan: SplitPlan, labels: np.ndarray | None = None) -> tuple[Split, ...]:
    return make_splits(len(codes), plan, labels, Arrangement("groups", "person", codes))


def check(codes: np.ndarray, splits: tuple[Split, ...]) -> None:
    """What every grouped split promises."""
    assert len({len(each.train) for each in splits}) == 1
    for each in splits:
        parts = (each.train, each.validation, each.test)
        sides = [set(codes[rows]) for rows in parts]
        assert all(len(rows) for rows in parts)
        assert not (sides[0] & sides[1] or sides[0] & sides[2] or sides[1] & sides[2])
        used = np.concatenate(parts)
        assert len(set(used.tolist())) == len(used)
        thinned = np.setdiff1d(np.arange(len(codes)), used)
        assert len(set(codes[thinned])) <= 1 and set(codes[thinned]) <= sides[0]
        whole = [set(np.flatnonzero(np.isin(codes, list(side)))) for side in sides[1:]]
        assert whole == [set(rows.tolist()) for rows in parts[1:]]
        if each.room is not None:
            room = (each.room.train, each.room.validation, each.room.test)
            assert all(len(rows) <= most for rows, most in zip(parts, room, strict=True))


@given(SIZES, st.integers(2, 8), st.floats(0.05, 0.5), st.integers(0, 2**63), st.integers(0, 3))
def test_grouped_folds_keep_their_promises(sizes: list[int], folds: int, share: float, seed: int, classes: int) -> None:
    codes = codes_of(sizes)
    labels = np.random.default_rng(1).integers(0, classes, len(codes)) if classes else None
    plan = SplitPlan("group_k_fold", 3 * folds, 0.25, share, seed, n_folds=folds)
    try:
        splits = split(codes, plan, labels)
    except SplitsError:
        assume(False)
    check(codes, splits)
    for start in range(0, 3 * folds, folds):
        tested = np.concatenate([each.test for each in splits[start : start + folds]])
        assert sorted(tested.tolist()) == list(range(len(codes)))
    digests = [each.digest for each in splits]
    assert [each.digest for each in split(codes, replace(plan, splits=folds), labels)] == digests[:folds]
    assert [each.digest for each in split(codes, plan, labels)] == digests


@given(SIZES, st.floats(0.05, 0.5), st.integers(0, 2**63))
def test_every_group_is_left_out_once(sizes: list[int], share: float, seed: int) -> None:
    codes = codes_of(sizes)
    plan = SplitPlan("leave_one_group_out", len(sizes), 0.25, share, seed)
    try:
        splits = split(codes, plan)
    except SplitsError:
        assume(False)
    check(codes, splits)
    assert [set(codes[each.test]) for each in splits] == [{group} for group in range(len(sizes))]


@given(SIZES, st.integers(2, 8), st.integers(0, 2**31), st.integers(1, 3))
def test_no_fold_is_outside_its_bounds(sizes: list[int], folds: int, seed: int, classes: int) -> None:
    codes = codes_of(sizes)
    rows = GroupedRows(codes, np.random.default_rng(seed).integers(0, classes, len(codes)))
    least, most = fold_sizes(rows, folds)
    fold_of = deal_folds(rows, folds, np.random.default_rng(seed))
    dealt = np.bincount(fold_of[codes], minlength=folds)
    assert least <= dealt.min() and dealt.max() <= most
    for kind in range(classes):
        of_kind = np.bincount(fold_of[rows.kinds == kind], minlength=folds)
        assert of_kind.max() - of_kind.min() <= 1


def test_repeats_and_base_seeds_differ() -> None:
    codes = codes_of([7] * 30)
    splits = split(codes, PLAN)
    assert len({each.digest for each in splits}) == 10
    assert split(codes, replace(PLAN, base_seed=6))[0].digest != splits[0].digest


def test_groups_of_equal_size_come_out_even_and_nothing_is_thinned() -> None:
    codes = codes_of([10] * 50)
    sizes = {(len(each.train), len(each.validation), len(each.test)) for each in split(codes, PLAN)}
    assert sizes == {(320, 80, 100)}


@pytest.mark.parametrize("part", ["train", "validation", "test"])
def test_every_group_is_equally_likely_in_every_part(part: str) -> None:
    codes, n_splits = codes_of([9] * 38), 2000
    splits = split(codes, replace(PLAN, splits=n_splits))
    often = np.bincount(np.concatenate([list(set(codes[getattr(each, part)])) for each in splits]))
    share = often.mean() / n_splits
    assert np.abs(often / n_splits - share).max() < 5 * np.sqrt(share * (1 - share) / n_splits)


def test_classes_that_live_in_groups_are_in_every_part() -> None:
    """Ten groups of the rare class among a hundred: in every fold two, one of them or more to validate or train."""
    sizes = [8] * 110
    codes = codes_of(sizes)
    labels = (codes < 10).astype(np.int64)
    for each in split(codes, PLAN, labels):
        assert len(set(codes[each.test][labels[each.test] == 1])) == 2
        assert all(set(labels[rows]) == {0, 1} for rows in (each.train, each.validation, each.test))


def test_folds_are_about_as_even_as_scikit_learns() -> None:
    generator = np.random.default_rng(3)
    codes = codes_of(generator.integers(1, 12, 200).tolist())
    labels = generator.integers(0, 3, 200)[codes]  # a group is of one class
    theirs = StratifiedGroupKFold(5, shuffle=True, random_state=0).split(codes, labels, codes)
    shares = np.array([np.bincount(labels[test], minlength=3) / len(test) for _, test in theirs])
    ours = np.array(
        [np.bincount(labels[each.test], minlength=3) / len(each.test) for each in split(codes, PLAN, labels)]
    )
    assert np.ptp(ours, axis=0).max() < max(0.05, 2 * np.ptp(shares, axis=0).max())


@pytest.mark.parametrize(
    ("sizes", "folds", "key", "words"),
    [
        ([10] * 4, 5, "folds", "4 groups are fewer than 5 folds"),
        ([400, 403], 2, "groups", "of 803 rows up to 403 are tested and a group of 400 validates, none can train"),
    ],
)
def test_too_few_or_too_large_groups_are_refused(sizes: list[int], folds: int, key: str, words: str) -> None:
    with pytest.raises(SplitsError, match=words) as caught:
        split(codes_of(sizes), replace(PLAN, n_folds=folds))
    assert caught.value.key == key


def test_too_many_groups_to_leave_out_each() -> None:
    codes = np.repeat(np.arange(1001), 2)
    with pytest.raises(SplitsError, match="1,001 groups are more than 1,000"):
        split(codes, SplitPlan("leave_one_group_out", 1001, 0.25, 0.2, 5))


def test_a_method_needs_its_column() -> None:
    with pytest.raises(ValueError, match="follows the groups of all 10 rows"):
        make_splits(10, PLAN)
    with pytest.raises(ValueError, match="follows the groups"):
        make_splits(10, PLAN, None, Arrangement("order", "day", np.arange(10)))
