"""Programs: which trainings share one, and that another process reads it back."""

from dataclasses import replace

import jax
import numpy as np
import pytest
from fakes.trainings import make_problem

from nnjax.estimators import programs
from nnjax.estimators.problem import Examples
from nnjax.estimators.programs import compiled, lower_ahead, shape_of, with_slots
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
    monkeypatch.setattr(programs, "_COMPILED", programs.OrderedDict())
    first = train([make_problem()], slots=1)[0]
    monkeypatch.setattr(programs, "_COMPILED", programs.OrderedDict())
    monkeypatch.setattr(programs, "_lower", lambda *_: pytest.fail("traced again"))
    second = train([make_problem()], slots=1)[0]
    assert np.array_equal(first.parameters[0].weights, second.parameters[0].weights)
    assert first.loss_curve.tolist() == second.loss_curve.tolist()


def test_a_training_that_does_not_fit_spoils_no_program_for_those_that_do(monkeypatch):
    monkeypatch.setattr(programs, "_COMPILED", programs.OrderedDict())
    held = make_problem().train
    two_targets = Examples(held.x, np.repeat(held.y, 2, axis=1))
    with pytest.raises(TypeError):
        train([make_problem(validation=two_targets)], slots=1)
    assert train([make_problem(validation=held)], slots=1)[0].validation_scores is not None


@pytest.mark.parametrize("option", ["jax_disable_jit", "jax_debug_nans", "jax_enable_x64"])
def test_what_a_program_has_set_for_itself_changes_no_bit(option):
    usual = train([make_problem()], slots=1)[0]
    before = getattr(jax.config, option)
    jax.config.update(option, True)
    try:
        with np.errstate(all="raise"):
            other = train([make_problem()], slots=1)[0]
    finally:
        jax.config.update(option, before)
    assert np.array_equal(usual.parameters[0].weights, other.parameters[0].weights)


@pytest.mark.parametrize(("built", "times"), [(False, 1), (True, 0)])
def test_what_is_traced_while_operations_are_built_is_not_traced_again(monkeypatch, built, times):
    class Nowhere:
        def __init__(self, folder):
            pass

        def find(self, shape, options):
            return None

        def keep(self, shape, options, functions):
            pass

    lower, traced = programs._lower, []
    monkeypatch.setattr(programs, "KeptPrograms", Nowhere)
    monkeypatch.setattr(programs, "_COMPILED", programs.OrderedDict())
    monkeypatch.setattr(programs, "are_being_built", lambda: not built)
    monkeypatch.setattr(programs, "_lower", lambda shape: traced.append(shape) or lower(shape))
    shape = with_slots(shape_of(make_problem(), False), ["tanh"], 1)
    lower_ahead([shape, shape])
    assert traced == [shape] * times
    compiled(shape)
    assert traced == [shape]
