"""Claims that no training can turn."""

from types import SimpleNamespace

import numpy as np
import pytest

from nnjax.claims.settled import compared_range, metric_range, possible_verdicts, why_settled
from nnjax.metrics import METRICS
from nnjax.statistics.verdict import Verdict, read_off


def claim(kind, metric="test_r2", margin=0.02, threshold=None):
    return SimpleNamespace(kind=kind, metric=metric, margin=margin, threshold=threshold)


TWO = (-2.0, 2.0)


@pytest.mark.parametrize(
    ("asked", "compared", "begins"),
    [
        (claim("same", "n_parameters", 1.0), (0.0, 0.0), "cannot fail: n_parameters of B − A is 0"),
        (claim("beats", "n_parameters", 1.0), (-9.0, -9.0), "cannot be supported: n_parameters of B − A is -9"),
        (claim("beats"), (0.0, 0.0), "cannot be supported: test_r2 of A − B is 0"),
        (claim("beats", margin=3.0), TWO, "cannot be supported"),
        (claim("same", margin=2.5), TWO, "cannot fail: test_r2 of A − B lies between -2 and 2"),
        (claim("suffices", "test_accuracy", 1.5), (-1.0, 1.0), "cannot fail"),
        (claim("exceeds", threshold=-1.5), (-1.0, 1.0), "cannot fail: test_r2 of A lies between"),
        (claim("exceeds", threshold=1.0), (-1.0, 1.0), "cannot be supported"),
        (claim("exceeds", "test_rmse", threshold=-1.0), (0.0, np.inf), "cannot fail: test_rmse of A is at least 0"),
        (claim("beats"), TWO, ""),
        (claim("same"), TWO, ""),
        (claim("suffices"), TWO, ""),
        (claim("exceeds", threshold=0.3), (-1.0, 1.0), ""),
        (claim("exceeds", "epochs_to_target", threshold=40.0), (0.0, 8.0), ""),
    ],
)
def test_a_claim_that_nothing_can_turn_is_known(asked, compared, begins):
    words = why_settled(asked, compared)
    assert words.startswith(begins) and bool(words) == bool(begins)


@pytest.mark.parametrize("kind", ["beats", "suffices", "same"])
@pytest.mark.parametrize("compared", [(-2.0, 2.0), (-0.01, 0.5), (0.0, 0.03), (-0.5, -0.1), (0.01, 0.015)])
def test_the_ends_tell_whether_it_can_be_supported_or_turned(kind, compared):
    """Against a fine grid over the whole range."""
    grid = {read_off(kind, x, x, 0.02).verdict for x in np.linspace(*compared, 4001)}
    ends = possible_verdicts(claim(kind), compared)
    assert (Verdict.SUPPORTED in ends) == (Verdict.SUPPORTED in grid)
    assert (ends == {Verdict.SUPPORTED}) == (grid == {Verdict.SUPPORTED})


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_has_a_range(metric):
    low, high = metric_range(metric, [10, 20])
    assert low < high
    assert compared_range(metric, [(low, high)] * 2, is_one_arm_twice=True) == (0.0, 0.0)
    least, most = compared_range(metric, [(low, high)] * 2, is_one_arm_twice=False)
    assert least == -most < 0


def test_less_is_better_turns_the_difference_round():
    assert compared_range("n_parameters", [(10.0, 10.0), (30.0, 40.0)], is_one_arm_twice=False) == (20.0, 30.0)
    assert compared_range("test_r2", [(0.1, 0.2), (0.5, 0.9)], is_one_arm_twice=False) == pytest.approx((-0.8, -0.3))
