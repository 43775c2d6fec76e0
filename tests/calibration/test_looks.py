"""Several looks in the model whose truth is known."""

import numpy as np
import pytest

from nnjax.calibration.censoring import is_false
from nnjax.calibration.looks import MARGIN, Truth, follow, look_rates
from nnjax.claims.growth import LOOKS
from nnjax.statistics.verdict import VERDICTS, Verdict

TABLES = 100


def test_looks_that_share_the_error_miss_less_than_looks_that_do_not():
    shared, alone = (look_rates(Truth(0.0), TABLES, np.random.default_rng(7), looks).missed for looks in (LOOKS, 1))
    assert shared <= 0.03 < alone


@pytest.mark.slow
@pytest.mark.parametrize("difference", [0.0, 0.005, MARGIN, -MARGIN])
@pytest.mark.parametrize("of_seed", [0.001, 0.004, 0.02])
def test_the_error_of_five_looks_stays_below_the_nominal(difference, of_seed):
    rates = look_rates(Truth(difference, of_seed=of_seed), 2_000, np.random.default_rng(11))
    assert rates.missed <= 0.03
    assert rates.wrong <= rates.missed


def test_a_large_effect_is_decided_at_once_and_a_tiny_one_takes_more():
    generator = np.random.default_rng(3)
    large, tiny = (look_rates(Truth(difference), TABLES, generator) for difference in (0.1, 0.005))
    assert large.decided == 1.0 and large.runs == 20
    assert tiny.runs > 1.5 * large.runs and tiny.decided < 1.0


def test_the_course_of_one_table():
    course = follow(Truth(0.1, 0.01, 0.001), 0.99, np.random.default_rng(5))
    assert (course.verdict, course.runs, course.is_missed) == (Verdict.SUPPORTED, 20, False)


def test_what_is_wrong_of_a_difference():
    wrong = {x: [is_false("beats", verdict, x, MARGIN) for verdict in VERDICTS] for x in (0.0, MARGIN, -MARGIN)}
    assert wrong[0.0] == [True, False, False, False]
    assert wrong[MARGIN] == [False, True, True, False]
    assert wrong[-MARGIN] == [True, True, False, False]
