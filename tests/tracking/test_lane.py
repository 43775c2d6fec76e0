"""Both ways of writing runs keep to one contract."""

import inspect

import pytest

from nnjax.tracking.client_lane import ClientLane
from nnjax.tracking.fast_lane import FastLane
from nnjax.tracking.lane import Lane


@pytest.mark.parametrize("lane", [ClientLane, FastLane])
@pytest.mark.parametrize("method", ["read", "write", "mend"])
def test_a_lane_takes_what_the_contract_says(lane, method):
    taken, wanted = (inspect.signature(getattr(each, method)).parameters for each in (lane, Lane))
    assert [*taken] == [*wanted]
    assert lane.name in ("client", "fast")
