"""Two arms that are equal in truth."""

import numpy as np
import pytest

from nnjax.calibration.arms import claimed, race_with_missing, wrongly_supported


def test_arms_that_cannot_differ_are_never_told_apart():
    def equal(generator):
        one, other = race_with_missing(0.0, generator)
        return [one, one.assign(cell_id=other["cell_id"])]

    assert wrongly_supported("epochs_to_target", equal, 3, np.random.default_rng(1)) == 0.0


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_as_many_runs_are_missing_as_was_asked(share):
    _, other = race_with_missing(share, np.random.default_rng(2))
    assert (other["status"] == "missing").mean() == pytest.approx(share, abs=0.15)
    assert claimed("epochs_to_target").metric == "epochs_to_target"
