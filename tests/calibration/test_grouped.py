"""Rows of persons: what random folds take for skill, whole groups do not."""

import numpy as np
import pytest

from nnjax.calibration.grouped import (
    GROUPED_MARGIN,
    TWICE_DETECTABLE,
    GroupedScores,
    Persons,
    grouped_scores,
)

EQUAL = Persons(40, 0.7, 0.7)


def wrong(persons: Persons, method: str, tables: int) -> int:
    scores = [grouped_scores(persons, method, seed) for seed in range(tables)]
    return sum(each.is_found() or each.is_found(-1) for each in scores)


def test_rows_are_counted_as_the_correction_counts_them() -> None:
    scores = grouped_scores(EQUAL, "group_k_fold", 3)
    assert len(scores.differences) == 20 and np.isfinite(scores.differences).all()
    assert scores.n_test == pytest.approx(80, abs=3) and scores.n_train == pytest.approx(240, abs=16)
    drawn = grouped_scores(EQUAL, "repeated_k_fold", 3)
    assert drawn.n_test == pytest.approx(80, abs=3) and drawn.n_train == pytest.approx(320, abs=10)
    assert drawn.is_judged and scores.is_judged and not grouped_scores(Persons(12), "group_k_fold", 3).is_judged
    assert len(grouped_scores(EQUAL, "leave_one_group_out", 3).differences) == 40
    assert grouped_scores(EQUAL, "group_k_fold", 3).differences.tolist() == scores.differences.tolist()


def test_a_verdict_is_that_one_is_better_by_enough() -> None:
    clear = GroupedScores(np.array([0.2, 0.21, 0.22, 0.2]), 320, 80)
    assert clear.is_found() and not clear.is_found(-1)
    small = GroupedScores(clear.differences - 0.2 + GROUPED_MARGIN / 100, 320, 80)
    assert not small.is_found() and not small.is_found(-1)


def test_random_folds_are_wrong_where_groups_are_right() -> None:
    assert wrong(EQUAL, "repeated_k_fold", 40) > 5
    assert wrong(EQUAL, "group_k_fold", 40) <= 5


@pytest.mark.slow
@pytest.mark.parametrize("persons", [20, 100])
@pytest.mark.parametrize("method", ["group_k_fold", "leave_one_group_out"])
def test_of_a_thousand_verdicts_on_equal_learners_at_most_fifty_are_wrong(persons: int, method: str) -> None:
    assert wrong(Persons(persons, 0.7, 0.7), method, 1000) <= 50


@pytest.mark.slow
def test_of_a_thousand_verdicts_on_twice_the_detectable_difference_seven_hundred_are_right() -> None:
    scores = [grouped_scores(Persons(100, TWICE_DETECTABLE), "group_k_fold", seed) for seed in range(1000)]
    true, found = np.mean([each.differences.mean() for each in scores]), np.median([each.detectable for each in scores])
    assert true / found == pytest.approx(2.0, abs=0.1)
    assert sum(each.is_found() for each in scores) >= 700


@pytest.mark.slow
def test_random_folds_are_wrong_about_every_third_table() -> None:
    assert wrong(EQUAL, "repeated_k_fold", 300) > 90
