"""The engine against a plain float64 loop, against scikit-learn, and against mean-field theory."""

import numpy as np
import pytest

from nnjax.data.streams import stream
from nnjax.network.mlp import init
from nnjax.training.batches import draw_order
from nnjax.training.bucket import Bucket, chunk_size
from nnjax.training.chunk import Trainee, compile_program, make_start, pad_rows, train_chunk

SLOPES = {
    ("glorot", "identity"): 0.0,
    ("glorot", "relu"): 0.151,
    ("glorot", "elu"): 0.060,
    ("glorot", "softplus"): 0.27,
    ("glorot", "tanh"): 0.06,
    ("glorot", "logistic"): 0.633,
    ("he", "identity"): -0.151,
    ("he", "relu"): 0.0,
    ("he", "leaky_relu"): -0.002,
    ("he", "elu"): -0.04,
    ("he", "softplus"): 0.07,
    ("he", "tanh"): 0.0,
    ("he", "logistic"): 0.506,
}


def plain_sgd(parameters, split, order, rate, l2):
    layers = [[np.float64(w), np.float64(b)] for w, b in parameters]
    x, y = np.float64(split.x_train), np.float64(split.y_train)
    for epoch in order.examples[1:]:
        for rows, weight in zip(epoch, np.float64(order.weights), strict=True):
            signals = [x[rows]]
            for w, b in layers[:-1]:
                signals.append(np.tanh(signals[-1] @ w + b))
            delta = (signals[-1] @ layers[-1][0] + layers[-1][1] - y[rows]) * weight[:, None]
            for layer in range(len(layers) - 1, -1, -1):
                w, b = layers[layer]
                step_w, step_b = signals[layer].T @ delta + l2 * w, delta.sum(axis=0)
                delta = (delta @ w.T) * (1 - signals[layer] ** 2)
                layers[layer] = [w - rate * step_w, b - rate * step_b]
    return layers


@pytest.mark.parametrize("batch_size", [32, 265])
def test_weights_after_five_epochs_equal_a_plain_float64_loop(bucket, trainee, scaled, batch_size):
    shape = bucket(2, 16, batch_size, epochs=5, optimizer="sgd")
    run = trainee(seed=3, activation="tanh", learning_rate=0.05, l2=0.01)
    one = make_start(shape, run, pad_rows(scaled[3], shape))
    import jax

    starts = jax.tree.map(lambda leaf: np.stack([leaf] * chunk_size(shape)), one)
    order = draw_order(stream(3, "order"), 265, batch_size, 6)
    trained = compile_program(shape)(starts, order.weights, np.int32(2))
    expected = plain_sgd(init(stream(3, "initialisation"), shape.layer_sizes, "glorot"), scaled[3], order, 0.05, 0.01)
    for layer, (w, b) in zip(trained.last_parameters, expected, strict=True):
        np.testing.assert_allclose(layer.weights[0], w, atol=1e-4)
        np.testing.assert_allclose(layer.bias[0], b, atol=1e-4)


@pytest.mark.parametrize("initializer", ["glorot", "he"])
def test_gradient_slopes_at_initialisation_are_those_of_mean_field_theory(initializer):
    from nnjax.data.scaling import ScaledSplit

    shape = Bucket(64, (64,) * 10, 1, 256, 256, 8, 8, 1, "sgd", "half_mean_squared_error")
    rng = np.random.default_rng(7)
    draws = [rng.standard_normal((n, d)).astype(np.float32) for n in (256, 8, 8) for d in (64, 1)]
    data = {0: ScaledSplit(*draws, y_mean=0.0, y_scale=1.0)}
    size = chunk_size(shape)
    for name in (activation for kind, activation in SLOPES if kind == initializer):
        runs = [Trainee("", name, initializer, 0.0, 0.0, 0, 0, 0, 0, seed, 0) for seed in range(40)]
        chunks = [train_chunk(shape, runs[i : i + size], data) for i in range(0, 40, size)]
        slopes = [outcome["grad_slope_0"] for chunk in chunks for outcome in chunk.outcomes]
        assert np.mean(slopes) == pytest.approx(SLOPES[initializer, name], abs=0.03), name


def test_a_diverging_run_ends_as_data_and_its_neighbours_do_not_notice(bucket, trainee, scaled):
    shape = bucket(2, 16, 32, epochs=6, optimizer="sgd")
    calm, wild = trainee(seed=1), trainee(seed=2, learning_rate=1e4)
    outcomes = train_chunk(shape, [calm, wild, trainee(seed=3)], scaled).outcomes
    alone = train_chunk(shape, [calm], scaled).outcomes[0]
    assert [outcome["status"] for outcome in outcomes] == ["finished", "diverged", "finished"]
    assert 0 < outcomes[1]["diverged_epoch"] <= 6
    assert np.isnan(outcomes[1]["test_r2"])
    np.testing.assert_array_equal(outcomes[0]["fit_train_loss"], alone["fit_train_loss"])


def test_one_program_serves_all_activations(bucket, trainee, scaled):
    shape = bucket(1, 4, 265, epochs=2)
    compile_program.cache_clear()
    for name in ("relu", "tanh", "softplus"):
        train_chunk(shape, [trainee(activation=name)], scaled)
    assert compile_program.cache_info().misses == 1
