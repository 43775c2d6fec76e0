"""The network over rows; batch normalisation outside training against float64 NumPy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from fakes.strict.quick_programs import LITTLE

from nnjax.data.streams import stream
from nnjax.network.activations import ActivationParameters
from nnjax.network.mlp import ForwardInputs, init, no_probes
from nnjax.network.normalization import EPSILON
from nnjax.training.batches import draw_order
from nnjax.training.model import Batch, Model

CONSTANTS = ActivationParameters(0.01, 1.0)


def model_of(bucket):
    return Model(bucket, jnp.zeros(bucket.architecture.depth, jnp.int32), CONSTANTS)


def normalised_forward(parameters, x, moments=None):
    """Predictions of a batch-normalised tanh network, in float64 NumPy; by the rows' own statistics if none given."""
    signal, seen = np.float64(x), []
    for number, layer in enumerate(parameters[:-1]):
        z = signal @ np.float64(layer.weights)
        mean, variance = (z.mean(axis=0), z.var(axis=0)) if moments is None else moments[number]
        seen.append((mean, variance))
        scale = np.float64(layer.scale) / np.sqrt(variance + EPSILON)
        signal = np.tanh((z - mean) * scale + np.float64(layer.bias))
    return signal @ np.float64(parameters[-1].weights) + np.float64(parameters[-1].bias), seen


def test_batch_norm_predicts_by_the_statistics_of_the_entire_training_set(bucket, trainee, raw, scaled):
    shape = bucket(epochs=5, activation="tanh", normalization="batch")
    _, trained = raw(shape, trainee(4, "tanh", learning_rate=0.01), scaled)
    split, parameters = scaled[4], trained.last.parameters
    assert np.abs(parameters[0].scale - 1).max() > 0.01
    _, moments = normalised_forward(parameters, split.x_train)
    expected, _ = normalised_forward(parameters, split.x_test, moments)
    np.testing.assert_allclose(trained.last_prediction[: len(expected)], expected, atol=1e-6)
    errors = normalised_forward(parameters, split.x_validation, moments)[0] - split.y_validation
    assert trained.history.validation_loss[-1] == pytest.approx(0.5 * np.mean(errors**2), rel=1e-5)


def test_running_averages_are_those_of_the_batches_seen(bucket, trainee, raw, scaled):
    """At a learning rate of zero, so that the parameters of every step are known; the last batch counts by its rows."""
    shape = bucket(epochs=5, activation="tanh", normalization="batch", normalization_statistics="running")
    start, trained = raw(shape, trainee(4, "tanh", learning_rate=0.0), scaled)
    order, split = draw_order(stream(4, "order"), 265, 32, 6), scaled[4]
    running = [(np.zeros(8), np.ones(8)) for _ in range(2)]
    for epoch in order.examples[1:]:
        for rows, weight in zip(epoch, order.weights, strict=True):
            real = rows[weight > 0]
            share = 0.1 * len(real) / 32
            _, moments = normalised_forward(start.parameters, split.x_train[real])
            running = [
                tuple((1 - share) * old + share * new for old, new in zip(*pair, strict=True))
                for pair in zip(running, moments, strict=True)
            ]
    expected, _ = normalised_forward(start.parameters, split.x_test, running)
    np.testing.assert_allclose(trained.last_prediction[: len(expected)], expected, atol=1e-6)


@pytest.mark.parametrize("normalization", ["none", "batch", "layer"])
def test_padding_rows_change_neither_loss_nor_gradient(bucket, normalization, float64):
    rng = np.random.default_rng(3)
    model = model_of(bucket(activation="tanh", normalization=normalization))
    parameters = jax.tree.map(jnp.float64, init(rng, model.bucket.architecture, "lecun"))
    x, y = jnp.asarray(rng.standard_normal((9, 10))), jnp.asarray(rng.standard_normal((9, 1)))

    def loss(parameters, batch):
        inputs = ForwardInputs(no_probes(model.bucket.architecture, len(batch.x)), weight=batch.weights)
        return model.loss(parameters, inputs, batch)[0]

    whole = Batch(x, y, jnp.full(9, 1 / 9))
    padding = jnp.full((4, 10), 1e3), jnp.full((4, 1), -1e3), jnp.zeros(4)
    padded = Batch(*(jnp.concatenate(pair) for pair in zip(whole, padding, strict=True)))
    compiled = jax.jit(jax.value_and_grad(loss), compiler_options=LITTLE)
    results = [compiled(parameters, batch) for batch in (whole, padded)]
    for one, other in zip(*map(jax.tree.leaves, results), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)


def test_loss_is_the_weighted_sum_of_the_examples(bucket):
    rng = np.random.default_rng(3)
    model = model_of(bucket(1, 3, activation="tanh"))
    parameters = init(rng, model.bucket.architecture, "lecun")
    x, y = np.float32(rng.standard_normal((4, 10))), np.float32(rng.standard_normal((4, 1)))
    weights = np.float32([0.5, 0.25, 0.25, 0])
    loss, forward = model.loss(parameters, model.inference_inputs(4, ()), Batch(x, y, weights))
    assert float(loss) == pytest.approx(float(np.sum(weights * 0.5 * (forward.logits[:, 0] - y[:, 0]) ** 2)), rel=1e-5)
    np.testing.assert_allclose(model.predict(parameters, (), x), forward.logits, rtol=1e-6)


def test_tallies_count_right_answers_or_each_outputs_squared_error(bucket):
    logits = np.float32([[2.0, 1.0], [0.0, 3.0], [1.0, 0.0]])
    weights = np.float32([0.5, 0.5, 0.0])
    classes = np.float32([[1, 0], [1, 0], [1, 0]])
    shape = {"n_outputs": 2, "activation": "tanh"}
    classifier = model_of(bucket(task="classification", output="softmax", loss="cross_entropy", **shape))
    assert classifier.tally(logits, Batch(None, classes, weights)).tolist() == [0.5]
    several = model_of(bucket(**shape))
    assert several.tally(logits, Batch(None, np.zeros((3, 2), np.float32), weights)).tolist() == [2.0, 5.0]
    assert model_of(bucket(activation="tanh")).tally(logits, Batch(None, classes, weights)) is None
