"""Runs that diverged."""

import numpy as np
from fakes.findings import DEPTHS

from nnjax.sweep.study.study import load_study


def test_divergence_asks_for_smaller_steps_where_it_was_worst(find):
    def status(results):
        return np.where(results["depth"] == 4, "diverged", "finished")

    found = find(DEPTHS, status=status)["diverged"]
    assert "33 % of the runs diverged, most of all d4: 100 %" in found.finding.sentence
    study = load_study(found.path)
    assert study.fixed["depth"] == 4 and study.studied == {"learning_rate": (0.001, 0.000333, 0.0001)}
    assert "diverged" not in find(DEPTHS)
