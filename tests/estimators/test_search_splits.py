"""Which interval is known to hold for which splitter."""

import numpy as np
import pytest
from sklearn.model_selection import (
    GroupKFold,
    GroupShuffleSplit,
    KFold,
    LeaveOneGroupOut,
    LeavePOut,
    PredefinedSplit,
    RepeatedKFold,
    RepeatedStratifiedKFold,
    ShuffleSplit,
    StratifiedKFold,
    StratifiedShuffleSplit,
    TimeSeriesSplit,
    check_cv,
)

from nnjax.estimators.search_splits import judge_splits


def told(cv, n_splits=5, **options):
    return judge_splits(cv, [(80, 20)] * n_splits, **options)


@pytest.mark.parametrize(
    "cv",
    [KFold(5, shuffle=True), StratifiedKFold(5), RepeatedKFold(), RepeatedStratifiedKFold(), ShuffleSplit(),
     StratifiedShuffleSplit(), LeaveOneGroupOut()],
)  # fmt: skip
def test_for_rows_drawn_at_random_an_interval_is_known(cv):
    assert told(cv).doubt == ""


@pytest.mark.parametrize(
    "cv", [TimeSeriesSplit(5), PredefinedSplit([0, 1]), check_cv([([0], [1])] * 5), LeavePOut(2), GroupShuffleSplit()]
)
def test_for_other_splits_none_is(cv):
    assert "no interval is known to hold" in told(cv).doubt


def test_whole_groups_must_be_many():
    assert told(GroupKFold(), groups=np.repeat(np.arange(30), 3)).doubt == ""
    assert "worth 6.0" in told(GroupKFold(), groups=[f"person {n}" for n in np.arange(60) % 6]).doubt
    assert "from 15 groups" in told(GroupKFold()).doubt


def test_what_scikit_learn_makes_of_a_number_is_not_shuffled_and_that_is_said():
    assert "did not shuffle" in told(check_cv(5)).caution
    assert told(KFold(5, shuffle=True)).caution == told(RepeatedKFold()).caution == ""


def test_rows_are_rounded_to_the_wider_interval():
    assert judge_splits(KFold(3), [(6, 4), (7, 3), (7, 3)]).sizes == (6, 4)


def test_repeats_are_told_from_folds():
    assert told(RepeatedKFold(n_splits=5, n_repeats=4), 20).folds == 5
    assert told(KFold(5)).folds == 5
    assert told(ShuffleSplit(5)).folds == 0
