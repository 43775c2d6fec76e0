"""What a study declares, before any run."""

import pytest

from nnjax.claims.declared import claim_level
from nnjax.claims.forecast import ASSUMED_SPREADS, find_all, forecast_claims, foretell
from nnjax.statistics.power import detectable_difference, half_width


def test_the_smallest_difference_is_that_of_the_design(space, tmp_path):
    level = claim_level(space.study.claims)
    first = forecast_claims(space, find_all(space, level, {}))[0]
    found = first.findable
    assert found.is_assumed and found.spreads == ASSUMED_SPREADS == (0.01, 0.03, 0.08)
    sizes = (331, 111)
    assert found.found == pytest.approx([detectable_difference(s, 8, *sizes, level) for s in ASSUMED_SPREADS], rel=0.01)
    assert found.half_widths[1] == pytest.approx(half_width(0.03, 8, *sizes, level), rel=0.01)
    told = foretell(space, tmp_path, has_runs=False).words
    assert "3 share the 5 %" in told and told.count("a spread between splits of 0.01, 0.03, 0.08 (assumed)") == 3
    assert "both" not in told
