"""Every member of every family that a sweep can switch trains on diabetes and lowers the loss."""

import numpy as np
import pytest

from nnjax.network.activations import ACTIVATIONS
from nnjax.network.architecture import NORMALIZATIONS, branches_for
from nnjax.network.initializers import INITIALIZERS
from nnjax.training.chunk import train_chunk
from nnjax.training.clipping import CLIPPINGS
from nnjax.training.optimizers import OPTIMIZERS


def share_left(shape, run, scaled):
    outcome = train_chunk(shape, [run], scaled).outcomes[0]
    assert outcome["status"] == "finished"
    return outcome["fit_train_loss"][-1] / outcome["fit_train_loss"][0]


def others_slow(names, *kept):
    """A program each: these in the fast suite, all others in the slow one."""
    return [name if name in kept else pytest.param(name, marks=pytest.mark.slow) for name in names]


@pytest.fixture
def switching(bucket):
    """One program for all activations that it can switch to."""
    return bucket(1, epochs=5, branches=branches_for(ACTIVATIONS))


@pytest.mark.parametrize("name", others_slow(ACTIVATIONS, *branches_for(ACTIVATIONS), "maxout"))
def test_activations(switching, bucket, trainee, scaled, name):
    shape = switching if branches_for([name]) else bucket(1, epochs=5, activation=name)
    assert share_left(shape, trainee(activation=name, learning_rate=0.01), scaled) < 0.9


def test_hidden_weights_before_a_binary_step_do_not_move(switching, trainee, raw, scaled):
    start, trained = raw(switching, trainee(activation="binary_step", learning_rate=0.05), scaled)
    for before, after in zip(start.parameters[:-1], trained.last.parameters[:-1], strict=True):
        np.testing.assert_array_equal(before.weights, after.weights)
        np.testing.assert_array_equal(before.bias, after.bias)
    assert np.all(trained.last.parameters[-1].weights != start.parameters[-1].weights)
    assert np.all(trained.history.unit_dead == 1)


@pytest.mark.parametrize("name", INITIALIZERS)
def test_initializers(switching, trainee, scaled, name):
    run = trainee(activation="logistic", initializer=name, learning_rate=0.05)
    assert share_left(switching, run, scaled) < 0.9


@pytest.mark.usefixtures("shipped_programs")
def test_units_that_begin_alike_stay_alike(bucket, trainee, raw, scaled):
    shape = bucket(1, epochs=5, activation="logistic")
    run = trainee(activation="logistic", initializer="zeros", learning_rate=0.05)
    _, trained = raw(shape, run, scaled)
    hidden, output = trained.last.parameters
    assert np.abs(hidden.weights).max() > 0.01
    np.testing.assert_array_equal(hidden.weights, np.repeat(hidden.weights[:, :1], 8, axis=1))
    np.testing.assert_array_equal(output.weights, np.repeat(output.weights[:1], 8, axis=0))
    assert trained.history.update_ratio[0].tolist() == [0.0, 0.0]


@pytest.mark.parametrize("name", others_slow(OPTIMIZERS, "sgd", "adam", "lbfgs"))
def test_optimizers(bucket, trainee, scaled, name):
    layers, rows = (1, 265) if name == "lbfgs" else (2, 32)
    shape = bucket(layers, epochs=5, optimizer=name, activation="tanh", batch_size=rows)
    assert share_left(shape, trainee(activation="tanh", learning_rate=0.02), scaled) < 0.9


@pytest.mark.parametrize("statistics", others_slow(["training_set", "running"], "training_set"))
@pytest.mark.parametrize("name", NORMALIZATIONS)
def test_normalizations(bucket, trainee, scaled, name, statistics):
    others = {"normalization": name}
    if name == "batch":
        others["normalization_statistics"] = statistics
    shape = bucket(epochs=5, activation="tanh", **others)
    assert share_left(shape, trainee(activation="tanh", learning_rate=0.01), scaled) < 0.9


@pytest.mark.parametrize("name", others_slow(CLIPPINGS, "none", "global_norm"))
def test_clippings(bucket, trainee, scaled, name):
    shape = bucket(epochs=5, activation="tanh", clipping=name)
    run = trainee(activation="tanh", learning_rate=0.01, clip_norm=0.1, clip_min=-0.01, clip_max=0.01)
    assert share_left(shape, run, scaled) < 0.9
