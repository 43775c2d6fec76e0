"""Where intervals over splits are known to hold, nothing is said; where they are not, why."""

import numpy as np
import pytest

from nnjax.data.arrangement import Arrangement
from nnjax.data.splits import SPLITTERS


@pytest.mark.parametrize("method", SPLITTERS)
def test_groups_of_equal_size_are_doubted_where_they_are_few(method):
    known = SPLITTERS[method].interval
    few, many = (Arrangement("groups", "g", np.arange(groups * 10) % groups) for groups in (5, 15))
    assert known.words and (known.doubt(method, many) == "") == (not known.unknown)
    assert (known.doubt(method, few) != "") == (method in ("group_k_fold", "time_series", "predefined"))
    assert known.doubt(method, None) == known.unknown


def test_the_doubt_says_how_many_groups_there_are():
    few = Arrangement("groups", "g", np.repeat(np.arange(4), [30, 10, 10, 10]))
    assert SPLITTERS["group_k_fold"].interval.doubt("group_k_fold", few) == (
        "intervals of group_k_fold are known to hold from 15 groups of equal size on, and the 4 here are worth 3.0"
    )
