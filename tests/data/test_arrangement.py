"""Folds that a table brings along; the digest of a table whose splits follow a column."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nnjax.data.arrangement import Arrangement
from nnjax.data.splits import SplitPlan, make_splits
from nnjax.data.tables import arranged, load_table


@given(st.lists(st.integers(-1, 4), min_size=60, max_size=200), st.integers(0, 2**63))
def test_the_tables_own_folds(folds: list[int], seed: int) -> None:
    codes = np.array([*folds, *range(5), *range(5)])
    splits = make_splits(len(codes), SplitPlan("predefined", 5, 0.25, 0.2, seed), None, Arrangement("fold", "f", codes))
    assert len({len(each.train) for each in splits}) == 1
    for fold, each in enumerate(splits):
        assert each.test.tolist() == np.flatnonzero(codes == fold).tolist()
        assert sorted(np.concatenate([each.train, each.validation, each.test])) == list(range(len(codes)))


def test_a_tables_digest_is_that_of_its_rows_and_of_the_column_that_they_follow() -> None:
    table = load_table("diabetes")
    codes = np.arange(442) % 7
    digests = {
        arranged(table, each).digest
        for each in (
            None,
            Arrangement("groups", "g", codes),
            Arrangement("fold", "g", codes),
            Arrangement("groups", "g", codes[::-1].copy()),
        )
    }
    assert len(digests) == 4 and table.digest in digests
    assert arranged(table, Arrangement("groups", "called otherwise", codes)).digest in digests
