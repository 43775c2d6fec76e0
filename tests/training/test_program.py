"""A program is compiled once, for any number of epochs, and trains them in calls of some lines."""

import dataclasses
import functools
import threading
import time

import jax
import numpy as np
import pytest

from nnjax.training import program
from nnjax.training.device import compiler_options
from nnjax.training.loop import Constants, Rows
from nnjax.training.program import Lowered, Program, _validation_blocks, compile_program, lower_program


@pytest.fixture
def nothing_compiled(monkeypatch):
    """Forgets all programs, but for this test only; a function that forgets them again."""

    def forget():
        monkeypatch.setattr(program, "_compile", functools.cache(program._compile.__wrapped__))

    forget()
    return forget


@pytest.mark.usefixtures("shipped_programs")
def test_several_threads_compile_a_bucket_once(bucket, monkeypatch, nothing_compiled):
    lowered, told = [], []

    class Slow:
        def compile(self, **options):
            told.append(options)
            time.sleep(0.1)
            return object()

    monkeypatch.setattr(program, "lower_program", lambda shape: lowered.append(shape) or Lowered(*[Slow()] * 3))
    shape, programs, door = bucket(width=3), [], threading.Barrier(4)

    def ask(epochs):
        door.wait()
        programs.append(compile_program(dataclasses.replace(shape, epochs=epochs)))

    threads = [threading.Thread(target=ask, args=(epochs,)) for epochs in (5, 77, 77, 200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert lowered == [shape.program]
    assert told == [{"compiler_options": compiler_options("cpu", 3)}] * 3
    assert len(set(map(id, programs))) == 1


@pytest.mark.parametrize(
    "remedies", [pytest.param({}, marks=pytest.mark.slow), {"input_noise": True, "normalization": "batch"}], ids=str
)
def test_a_training_has_the_same_bits_in_calls_of_any_length(
    bucket, trainee, raw, scaled, monkeypatch, nothing_compiled, remedies
):
    shape = bucket(1, 5, 265, epochs=7, activation="tanh", **remedies)
    histories = []
    for lines in (50, 3):
        monkeypatch.setattr(program, "LINES", lines)
        nothing_compiled()
        histories.append(raw(shape, trainee(activation="tanh", learning_rate=0.02, input_noise=0.1), scaled)[1])
    assert all(map(np.array_equal, *map(jax.tree.leaves, histories)))
    assert histories[0].history.train_loss.shape == (8,)


def test_what_is_lowered_is_the_same_for_every_number_of_epochs(bucket):
    texts = [[each.as_text() for each in lower_program(bucket(1, 3, 265, epochs=epochs))] for epochs in (1, 300)]
    assert texts[0] == texts[1]


@pytest.mark.parametrize(("n_test", "calls"), [(3, 3), (7, 1), (9, 1), (1, 7)])
def test_validation_rows_are_predicted_by_the_program_of_the_test_rows(n_test, calls):
    validation, tests = np.arange(28.0).reshape(2, 7, 2), np.full((2, n_test, 2), -1.0)
    blocks, seen = _validation_blocks(Rows(*[None] * 2, validation, *[None] * 2, tests)), []

    def predict(slope, moments, constants, activation):
        seen.append(constants.rows.x_test.shape)
        return slope * constants.rows.x_test[..., :1]

    compiled = Program(None, None, predict)
    predicted = compiled._predict((2.0, ()), Constants(None, Rows(*[None] * 5, tests)), None, blocks)
    assert seen == [tests.shape] * calls
    assert np.array_equal(predicted[:, :7], 2 * validation[..., :1])
