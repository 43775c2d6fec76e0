"""Runs that still improve, over-fit, or diverge."""

import numpy as np
from fakes.findings import DEPTHS

from nnjax.sweep.study.study import load_study


def test_runs_that_still_improve_ask_for_more_epochs(find):
    found = find(DEPTHS, best_epoch=12)["more-epochs"]
    assert "100 % of the runs" in found.finding.sentence
    assert load_study(found.path).studied == {"epochs": (12, 24)}
    assert "more-epochs" not in find(DEPTHS, best_epoch=6)


def test_divergence_asks_for_smaller_steps_where_it_was_worst(find):
    def status(results):
        return np.where(results["depth"] == 4, "diverged", "finished")

    found = find(DEPTHS, status=status)["diverged"]
    assert "where runs diverged: 100 % of those of d4, 33 % of all." in found.finding.says
    study = load_study(found.path)
    assert study.fixed["depth"] == 4 and study.studied == {"learning_rate": (0.001, 0.000333, 0.0001)}
    assert "diverged" not in find(DEPTHS)
