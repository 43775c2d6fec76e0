"""Answers worked out elsewhere."""

import pytest

from nnjax.calibration.known import KNOWN_ANSWERS


@pytest.mark.parametrize(("expected", "compute"), [pytest.param(*rest, id=what) for what, *rest in KNOWN_ANSWERS])
def test_the_house_computes_the_answer(expected, compute):
    assert tuple(compute()) == pytest.approx(expected, abs=1e-6)
