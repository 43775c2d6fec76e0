"""Every diagnostic against its definition, computed from the parameters by plain NumPy."""

import jax.numpy as jnp
import numpy as np
import pytest

from nnjax.data.streams import stream
from nnjax.network.activations import ActivationParameters
from nnjax.network.mlp import Layer
from nnjax.training.batches import draw_order
from nnjax.training.diagnostics import (
    Evaluation,
    UnitRecord,
    dead_shares,
    epoch_record,
    saturation_limits,
    step_record,
)
from nnjax.training.gradients import GRADIENT_SCALE, StepGradients, WatchedStep
from nnjax.training.layer_sums import square_sum, weight_square_sums
from nnjax.training.model import Model


def rms(values):
    return np.sqrt(np.mean(np.square(values)))


@pytest.fixture
def seen(bucket, trainee, raw, scaled):
    """A tanh network's first line at a batch size, with its layers: diagnostics of nothing but the initial weights."""

    def look(batch_size):
        shape = bucket(batch_size=batch_size, epochs=5, optimizer="sgd", activation="tanh")
        start, trained = raw(shape, trainee(2, "tanh", learning_rate=0.05), scaled)
        return [(np.float64(w), np.float64(b)) for w, b, *_ in start.parameters], trained.history

    return look


def test_gradients_and_updates_of_a_full_batch(seen, scaled, numpy_backpropagation):
    layers, history = seen(265)
    gradients, deltas = numpy_backpropagation(layers, scaled[2].x_train, scaled[2].y_train, np.full(265, 1 / 265))
    np.testing.assert_allclose(history.preactivation_grad_norm[0], [rms(265 * delta) for delta in deltas], rtol=1e-4)
    np.testing.assert_allclose(history.grad_norm[0], [rms(w) for w, _ in gradients], rtol=1e-4)
    updates = np.array([rms(0.05 * w) for w, _ in gradients])
    np.testing.assert_allclose(history.update_ratio[1], updates / history.weight_norm[1], rtol=1e-3)
    assert not history.update_ratio[0].any()


def test_gradients_of_mini_batches_are_the_rms_over_the_steps(seen, scaled, numpy_backpropagation):
    layers, history = seen(32)
    order, squares = draw_order(stream(2, "order"), 265, 32, 6), []
    for rows, weights in zip(order.examples[0], order.weights, strict=True):
        gradients, _ = numpy_backpropagation(layers, scaled[2].x_train[rows], scaled[2].y_train[rows], weights)
        squares.append([np.mean(w**2) for w, _ in gradients])
    np.testing.assert_allclose(history.grad_norm[0], np.sqrt(np.mean(squares, axis=0)), rtol=1e-4)


def test_the_first_line_does_not_depend_on_the_batch_size(seen):
    (_, small), (_, full) = seen(32), seen(265)
    for name in ("train_loss", "preactivation_grad_norm", "validation_loss", "unit_std", "unit_dead"):
        np.testing.assert_allclose(getattr(small, name)[0], getattr(full, name)[0], rtol=1e-5)


def test_losses_and_units_at_initialisation(seen, scaled):
    layers, history = seen(265)
    for part, loss in (("train", history.train_loss[0]), ("validation", history.validation_loss[0])):
        signals = [np.float64(getattr(scaled[2], f"x_{part}"))]
        for w, b in layers[:-1]:
            signals.append(np.tanh(signals[-1] @ w + b))
        error = signals[-1] @ layers[-1][0] + layers[-1][1] - getattr(scaled[2], f"y_{part}")
        assert loss == pytest.approx(0.5 * np.mean(error**2), rel=1e-5)
    hidden = signals[1:]
    np.testing.assert_allclose(history.unit_mean[0], [h.mean() for h in hidden], atol=1e-6)
    np.testing.assert_allclose(history.unit_std[0], [h.std() for h in hidden], rtol=1e-4)
    beyond = [np.mean(np.abs(np.arctanh(h)) >= 2) for h in hidden]
    np.testing.assert_allclose(history.unit_saturated[0], beyond, atol=1e-6)


def test_units_count_as_dead_by_the_slopes_of_their_own_epoch(bucket, trainee, raw, scaled):
    """A rate that falls to zero after epoch 1: from then on every epoch shows the last parameters."""
    shape = bucket(1, 64, 32, 4, "adam", "relu")
    run = trainee(1, learning_rate=0.5, schedule="step", decay_epochs=1.0, decay_rate=0.0)
    _, trained = raw(shape, run, scaled)
    hidden = trained.last.parameters[0]
    z = np.float64(scaled[1].x_train) @ hidden.weights + hidden.bias
    share = np.mean(np.max(z, axis=0) <= 0)
    assert trained.history.unit_dead[1, 0] < share
    np.testing.assert_allclose(trained.history.unit_dead[2:, 0], share, rtol=1e-6)


def test_dead_units_are_those_without_slope_on_all_training_rows():
    assert dead_shares((jnp.array([0.0, 1e-30, 0.0]), jnp.ones(2))).tolist() == pytest.approx([2 / 3, 0])


def recorded(bucket, gradient, delta, before, after):
    """The record of one full-batch epoch of a network with one hidden layer."""
    layers = tuple(Layer(jnp.full((8, 8), GRADIENT_SCALE * gradient), jnp.zeros(8)) for _ in range(2))
    by_preactivations = jnp.full((265, 8), GRADIENT_SCALE * delta / 265)
    watched = WatchedStep(weight_square_sums(layers), square_sum(by_preactivations)[None], (jnp.ones(8),))
    gradients = StepGradients(jnp.float32(1), layers, GRADIENT_SCALE, jnp.zeros((265, 1)), (), watched)
    sums = step_record(gradients, jnp.float32(265))
    ends = tuple(tuple(Layer(jnp.full((8, 8), value), jnp.zeros(8)) for _ in range(2)) for value in (before, after))
    evaluation = Evaluation(UnitRecord(*[jnp.zeros(1)] * 3), jnp.float32(0))
    return epoch_record(sums, ends, evaluation, (jnp.ones(8),), bucket(1, batch_size=265))


@pytest.mark.parametrize("size", [1e-23, 1.0, 1e10])
def test_gradients_far_below_the_root_of_the_smallest_float_are_still_measured(bucket, size):
    record = recorded(bucket, np.float32(size), np.float32(size), 1.0, 1.0)
    np.testing.assert_allclose(record.preactivation_grad_norm, size, rtol=1e-4)
    np.testing.assert_allclose(record.grad_norm, size, rtol=1e-4)


def test_zero_weights_that_stay_zero_have_an_update_ratio_of_zero(bucket):
    assert recorded(bucket, 1.0, 1.0, 0.0, 0.0).update_ratio.tolist() == [0.0, 0.0]
    np.testing.assert_allclose(recorded(bucket, 1.0, 1.0, 2.0, 1.0).update_ratio, 1.0)


def test_saturation_is_measured_against_each_layers_own_activation(bucket):
    shape = bucket(3, activation=("logistic", "prelu", "tanh"))
    model = Model(shape, jnp.array([0, 0, 1], jnp.int32), ActivationParameters(0.01, 1.0))
    limits = np.asarray(saturation_limits(model))
    np.testing.assert_allclose(limits / limits[1], [0.25, 1.0, 1.0], rtol=1e-6)
    assert shape.branches == ("logistic", "tanh")
