"""Programs: which trainings share one, and that another process reads it back."""

from dataclasses import replace

import numpy as np
import pytest
from fakes.trainings import make_problem

from nnjax.estimators import programs
from nnjax.estimators.problem import Examples
from nnjax.estimators.programs import shape_of
from nnjax.estimators.trainer import train


def rows(count):
    problem = make_problem()
    train = Examples(problem.train.x[:count], problem.train.y[:count])
    return replace(problem, train=train, design=replace(problem.design, batch_size=min(200, count)))


def test_folds_that_differ_by_a_row_share_a_program_in_mini_batches_and_as_a_whole():
    assert shape_of(rows(49), False) == shape_of(rows(50), False)
    assert shape_of(rows(49), False).bucket.batch_size == 56


@pytest.mark.parametrize("number", ["dropout", "input_noise", "l1", "weight_decay"])
def test_what_is_off_is_not_in_the_program(number):
    assert shape_of(make_problem(**{number: 0.0}), False) == shape_of(make_problem(), False)
    assert shape_of(make_problem(**{number: 0.1}), False) != shape_of(make_problem(), False)


def test_another_process_reads_it_back_and_has_the_same_bits(monkeypatch):
    monkeypatch.setattr(programs, "_COMPILED", {})
    first = train([make_problem()], slots=1)[0]
    monkeypatch.setattr(programs, "_COMPILED", {})
    monkeypatch.setattr(programs, "_lower", lambda *_: pytest.fail("traced again"))
    second = train([make_problem()], slots=1)[0]
    assert np.array_equal(first.parameters[0].weights, second.parameters[0].weights)
    assert first.loss_curve.tolist() == second.loss_curve.tolist()
