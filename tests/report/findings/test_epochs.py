"""Runs that still improve."""

from fakes.findings import DEPTHS

from nnjax.sweep.study.study import load_study


def test_runs_that_still_improve_ask_for_more_epochs(find):
    found = find(DEPTHS, best_epoch=12)["more-epochs"]
    assert "100 % of the runs" in found.finding.sentence
    assert load_study(found.path).studied == {"epochs": (12, 24)}
    assert "more-epochs" not in find(DEPTHS, best_epoch=6)
