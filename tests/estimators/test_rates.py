"""Shares of the learning rate, against the formulas of scikit-learn's manual and the engine's schedules."""

from dataclasses import replace

import pytest
from fakes.trainings import N_ROWS, make_problem

from nnjax.estimators.problem import Improvement, RateCourse
from nnjax.estimators.rates import rate_shares
from nnjax.training.schedules import relative_rates


def test_invscaling_falls_with_the_rows_seen_from_the_second_epoch_on():
    shares = rate_shares(make_problem(course="invscaling"), 0, 3, 2)
    assert shares[:, 0] == pytest.approx([1, (N_ROWS + 1) ** -0.5, (2 * N_ROWS + 1) ** -0.5])
    assert (shares[:, 0] == shares[:, 1]).all()


def test_a_fit_that_goes_on_counts_the_rows_before_it():
    problem = replace(make_problem(course="invscaling"), improvement=Improvement(1.0, rows_seen=4 * N_ROWS), state=())
    assert rate_shares(problem, 0, 1, 1)[0, 0] == pytest.approx((4 * N_ROWS + 1) ** -0.5)


@pytest.mark.parametrize("name", ["step", "cosine", "inverse_time"])
def test_the_engines_schedules_are_the_engines(name):
    course = RateCourse(name, decay_epochs=2.0, decay_rate=0.5)
    shares = rate_shares(replace(make_problem(max_iter=6), course=course), 0, 6, 4)
    assert shares == pytest.approx(relative_rates(name, 6, 4, 2.0, 0.5)[1:])


@pytest.mark.parametrize("name", ["step", "cosine", "inverse_time"])
def test_the_engines_schedules_go_on_with_the_optimiser_and_begin_anew_with_a_fresh_one(name):
    course = RateCourse(name, decay_epochs=2.0, decay_rate=0.5)
    whole = replace(make_problem(max_iter=6), course=course)
    later = replace(whole, improvement=Improvement(1.0, rows_seen=3 * N_ROWS))
    assert (rate_shares(replace(later, state=()), 0, 3, 2) == rate_shares(whole, 3, 3, 2)).all()
    assert (rate_shares(later, 0, 3, 2) == rate_shares(whole, 0, 3, 2)).all()


@pytest.mark.parametrize("name", ["constant", "adaptive"])
def test_others_leave_the_rate_alone(name):
    assert (rate_shares(make_problem(course=name), 3, 4, 2) == 1).all()
