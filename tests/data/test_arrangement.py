"""Folds that a table brings along; the digest of a table; no method lets anything be learnt that is not there."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score

from nnjax.data.arrangement import Arrangement
from nnjax.data.splits import SPLITTERS, SplitPlan, make_splits
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


def mean_r2(method: str, target: np.ndarray, inputs: np.ndarray, codes: np.ndarray) -> tuple[float, float]:
    """Mean test R² of least squares over a method's splits, and its standard error between them."""
    count, role = int(codes.max()) + 1, SPLITTERS[method].role
    splits = 5 if method == "time_series" else 20 if SPLITTERS[method].grows else count
    plan = SplitPlan(method, splits, 0.2, 0.2, 5, n_folds=5)
    scores = []
    for each in make_splits(len(codes), plan, None, Arrangement(role or "groups", "c", codes)):
        model = LinearRegression().fit(inputs[each.train], target[each.train])
        scores.append(r2_score(target[each.test], model.predict(inputs[each.test])))
    return float(np.mean(scores)), float(np.std(scores)) / np.sqrt(len(scores))


@pytest.mark.parametrize("method", SPLITTERS)
def test_nothing_is_learnt_of_a_permuted_target(method: str) -> None:
    generator = np.random.default_rng(11)
    codes = np.repeat(np.arange(30), 12)
    inputs = np.column_stack([generator.standard_normal((360, 3)), generator.standard_normal((30, 4))[codes]])
    target = generator.permutation(inputs.sum(axis=1))
    mean, error = mean_r2(method, target, inputs, codes)
    assert mean < 2 * error


def test_what_a_person_is_known_by_says_nothing_of_others() -> None:
    """Inputs and target are the person's own, and have nothing to do with each other."""
    generator = np.random.default_rng(12)
    codes = np.repeat(np.arange(30), 12)
    inputs, target = generator.standard_normal((30, 12))[codes], generator.standard_normal(30)[codes]
    target += 0.1 * generator.standard_normal(360)
    assert mean_r2("repeated_k_fold", target, inputs, codes)[0] > 0.3
    assert mean_r2("group_k_fold", target, inputs, codes)[0] < 0
