"""A step's loss, gradient and what is watched, against float64 NumPy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from fakes.strict.quick_programs import LITTLE

from nnjax.network.activations import ActivationParameters
from nnjax.network.mlp import init
from nnjax.training.gradients import GRADIENT_SCALE, step_gradients
from nnjax.training.model import Batch, Model

ROWS = 9


@pytest.fixture
def model(bucket):
    """A tanh network of two layers of eight units."""
    return Model(bucket(activation="tanh", batch_size=ROWS), jnp.zeros(2, jnp.int32), ActivationParameters(0.01, 1.0))


@pytest.fixture
def given(model):
    """Parameters, and a mini-batch whose last row is padding."""
    rng = np.random.default_rng(3)
    parameters = init(rng, model.bucket.architecture, "lecun")
    x, y = (np.float32(rng.standard_normal((ROWS, width))) for width in (10, 1))
    weights = np.float32(rng.uniform(0.05, 0.2, ROWS))
    weights[-1] = 0
    return parameters, Batch(x, y, weights)


def of(model, given, watches=True):
    def look(parameters, batch):
        return step_gradients(model, parameters, model.training_inputs(None, batch.weights), batch, watches)

    return jax.jit(look, compiler_options=LITTLE)(*given)


def test_gradients_and_what_is_watched_are_those_of_backpropagation(model, given, numpy_backpropagation):
    parameters, batch = given
    found = of(model, given)
    layers = [(np.float64(w), np.float64(b)) for w, b, *_ in parameters]
    gradients, deltas = numpy_backpropagation(layers, *batch)
    for layer, (weights, bias) in zip(found.gradient, gradients, strict=True):
        np.testing.assert_allclose(layer.weights, weights, rtol=1e-4, atol=1e-7)
        np.testing.assert_allclose(layer.bias, bias, rtol=1e-4, atol=1e-7)
    unit = GRADIENT_SCALE**2
    np.testing.assert_allclose(found.watched.weights / unit, [np.sum(w**2) for w, _ in gradients], rtol=1e-4)
    np.testing.assert_allclose(found.watched.preactivations / unit, [np.sum(d**2) for d in deltas], rtol=1e-4)
    slopes, signal = [], np.float64(batch.x)
    for w, b in layers[:-1]:
        signal = np.tanh(signal @ w + b)
        slopes.append((1 - signal**2).max(axis=0))
    for ours, theirs in zip(found.watched.slopes, slopes, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5)
    logits = signal @ layers[-1][0] + layers[-1][1]
    np.testing.assert_allclose(found.logits, logits, rtol=1e-5, atol=1e-6)
    assert float(found.loss) == pytest.approx(np.sum(batch.weights * 0.5 * (logits - batch.y)[:, 0] ** 2), rel=1e-5)


def test_what_nobody_watches_is_not_computed_and_changes_no_gradient(model, given):
    watched, plain = of(model, given), of(model, given, watches=False)
    assert plain.watched is None and plain.scale == 1
    for ours, theirs in zip(*map(jax.tree.leaves, (watched.gradient, plain.gradient)), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-8)
    np.testing.assert_array_equal(watched.loss, plain.loss)
