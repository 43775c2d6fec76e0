"""Splits along time: nobody learns from what came later, and the latest half is tested once."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from nnjax.data.arrangement import Arrangement, SplitsError
from nnjax.data.splits import Split, SplitPlan, make_splits

PLAN = SplitPlan("time_series", 5, 0.25, 0.2, 5, n_folds=5)


def split(codes: np.ndarray, plan: SplitPlan) -> tuple[Split, ...]:
    return make_splits(len(codes), plan, None, Arrangement("order", "day", codes))


def shuffled(counts: list[int]) -> np.ndarray:
    """Rows of each instant, in any order."""
    return np.random.default_rng(0).permutation(np.repeat(np.arange(len(counts)), counts))


@given(
    st.lists(st.integers(1, 6), min_size=12, max_size=120),
    st.integers(2, 6),
    st.integers(0, 4),
    st.floats(0.05, 0.5),
    st.integers(0, 2**63),
)
def test_splits_along_time_keep_their_promises(
    counts: list[int], folds: int, gap: int, share: float, seed: int
) -> None:
    codes = shuffled(counts)
    plan = SplitPlan("time_series", folds, 0.25, share, seed, folds, gap)
    try:
        splits = split(codes, plan)
    except SplitsError:
        assume(False)
    assert len(splits) == folds and len({len(each.train) for each in splits}) == 1
    for each in splits:
        train, validation, test = (codes[rows] for rows in (each.train, each.validation, each.test))
        assert min(map(len, (train, validation, test))) >= 1
        assert train.max() + gap < validation.min() and validation.max() + gap < test.min()
        # Exactly so many instants lie between, and none is parted but the oldest of the training window.
        assert train.max() + gap + 1 == validation.min() and validation.max() + gap + 1 == test.min()
        for part in (validation, test, train[train > train.min()]):
            assert all(counts[instant] == rows for instant, rows in Counter(part.tolist()).items())
        assert set(range(train.min(), train.max() + 1)) == set(train.tolist())
    tested = np.concatenate([each.test for each in splits])
    assert len(set(tested.tolist())) == len(tested)
    older = np.setdiff1d(np.arange(len(codes)), tested)
    assert codes[older].max() < codes[tested].min()  # the latest rows, all of them
    nearest = np.abs(np.concatenate([[0], np.cumsum(counts)]) - len(codes) / 2).min()
    assert abs(len(tested) - len(codes) / 2) == nearest or folds > codes.max() // 2
    assert [each.digest for each in split(codes, plan)] == [each.digest for each in splits]


def test_a_plain_series() -> None:
    splits = split(np.arange(100), PLAN)
    assert [each.test.tolist() for each in splits] == [list(range(50 + 10 * k, 60 + 10 * k)) for k in range(5)]
    assert [each.validation.tolist() for each in splits] == [list(range(40 + 10 * k, 50 + 10 * k)) for k in range(5)]
    assert [each.train.tolist() for each in splits] == [list(range(10 * k, 40 + 10 * k)) for k in range(5)]


def test_gaps_are_instants_on_both_sides() -> None:
    last = split(np.repeat(np.arange(50), 2), replace(PLAN, gap=3))[-1]
    assert (last.train.max(), last.validation.min(), last.validation.max(), last.test.min()) == (67, 74, 83, 90)


@pytest.mark.parametrize(
    ("codes", "plan", "key", "words"),
    [
        (np.arange(8), PLAN, "folds", "the later half of the rows has 4 instants, fewer than 5 folds"),
        (np.arange(40), replace(PLAN, gap=12), "gap", "40 instants are too few .* with gaps of 12"),
        (
            np.repeat([0, 1, 2, 3], [50, 10, 20, 20]),
            replace(PLAN, splits=3, n_folds=3),
            "folds",
            "4 instants are too few",
        ),
    ],
)
def test_too_few_instants_are_refused(codes: np.ndarray, plan: SplitPlan, key: str, words: str) -> None:
    with pytest.raises(SplitsError, match=words) as caught:
        split(codes, plan)
    assert caught.value.key == key


def test_more_rows_are_never_too_few() -> None:
    """scikit-learn's default takes 11 and refuses 12; here every table from some length on can be split."""
    fits = []
    for rows in range(4, 60):
        try:
            fits.append(bool(split(np.arange(rows), PLAN)))
        except SplitsError:
            fits.append(False)
    assert fits == sorted(fits) and fits[-1]
