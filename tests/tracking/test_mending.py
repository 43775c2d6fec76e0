"""What a run that is there lacks."""

import math

import pytest

from nnjax.tracking.mending import is_told


@pytest.mark.parametrize(
    ("value", "there", "told"),
    [(1.0, 1.0, True), (1.0, 2.0, False), (1.0, None, False), (None, None, True), (math.nan, math.nan, True)],
)
def test_a_number_is_told_where_the_store_has_it(value, there, told):
    assert is_told(value, there) is told
