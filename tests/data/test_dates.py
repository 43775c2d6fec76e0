"""Moments as numbers, beside Python's own calendar."""

from datetime import UTC, datetime

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nnjax.data.dates import date_parts, days_since, has_times

MOMENTS = st.datetimes(datetime(1700, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))


@given(st.lists(MOMENTS, min_size=1, max_size=5))
def test_parts_are_those_of_the_calendar(moments):
    moments = [each.replace(microsecond=0) for each in moments]
    parts = date_parts(np.array([each.timestamp() for each in moments]), with_time=True)
    for part, each in zip(parts, moments, strict=True):
        seconds = each.hour * 3600 + each.minute * 60 + each.second
        turns = [(each.month - 1) / 12, each.weekday() / 7, seconds / 86_400]
        circles = [circle(2 * np.pi * turn) for turn in turns for circle in (np.sin, np.cos)]
        assert part[0] == each.year
        assert np.allclose(part[1:], circles, atol=1e-9)


def test_without_times_there_is_no_hour():
    midnights = np.array([0.0, 86_400.0, np.nan])
    assert not has_times(midnights) and has_times(midnights + 60)
    assert date_parts(midnights[:2], with_time=False).shape == (2, 5)
    assert days_since(midnights[:2], 86_400.0).tolist() == [-1.0, 0.0]
