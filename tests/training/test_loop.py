"""The engine against a plain float64 loop, and against mean-field theory."""

import dataclasses

import numpy as np
import pytest
from sklearn.linear_model import PoissonRegressor

from nnjax.data.scaling import ScaledSplit, scale_split
from nnjax.data.splits import SplitPlan, make_splits
from nnjax.data.streams import stream
from nnjax.data.tables import load_table
from nnjax.network.architecture import branches_for
from nnjax.training import loop
from nnjax.training.batches import draw_order
from nnjax.training.bucket import Bucket, chunk_size
from nnjax.training.chunk import train_chunk
from nnjax.training.optimizers import OPTIMIZERS

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
"""grad_slope at initialisation; leaky_relu with slope 0.1."""

FAST_SLOPES = {("glorot", "relu"), ("glorot", "logistic"), ("he", "identity"), ("he", "softplus")}
"""A gradient that falls slowly, one that falls fast, one that grows, and a smooth bend."""

RATES = {"adam": 0.01, "adamw": 0.01, "rmsprop": 0.01, "adagrad": 0.05}


@pytest.fixture
def by_hand(numpy_rules, numpy_backpropagation):
    """Train a tanh network in float64 NumPy: (weights, bias) a layer."""

    def train(parameters, split, order, name, numbers):
        arrays = [np.float64(leaf) for layer in parameters for leaf in layer[:2]]
        states, t = [{} for _ in arrays], 0
        for epoch in order.examples[1:]:
            for rows, weight in zip(epoch, order.weights, strict=True):
                t += 1
                layers = list(zip(arrays[::2], arrays[1::2], strict=True))
                pairs, _ = numpy_backpropagation(layers, split.x_train[rows], split.y_train[rows], weight)
                gradients = [part for pair in pairs for part in pair]
                for place, (array, gradient) in enumerate(zip(arrays, gradients, strict=True)):
                    penalised = gradient + (numbers.l2 * array if place % 2 == 0 else 0)
                    direction, states[place] = numpy_rules[name](penalised, states[place], t, numbers)
                    arrays[place] = array - numbers.learning_rate * direction
        return list(zip(arrays[::2], arrays[1::2], strict=True))

    return train


RULES = [("sgd", 32), ("adam", 32), ("sgd", 265)] + [
    pytest.param(name, 32, marks=pytest.mark.slow) for name in OPTIMIZERS if name not in ("sgd", "adam", "lbfgs")
]
"""A program each; every rule's steps, without a program around them, are those of `test_optimizers.py`."""


@pytest.mark.parametrize(("name", "batch_size"), RULES)
def test_weights_after_five_epochs_equal_a_plain_float64_loop(bucket, trainee, raw, scaled, by_hand, name, batch_size):
    shape = bucket(batch_size=batch_size, epochs=5, optimizer=name, activation="tanh")
    run = trainee(seed=3, activation="tanh", learning_rate=RATES.get(name, 0.05), l2=0.02)
    start, trained = raw(shape, run, scaled)
    order = draw_order(stream(3, "order"), 265, batch_size, 6)
    expected = by_hand(start.parameters, scaled[3], order, name, run.hyperparameters)
    for layer, (w, b) in zip(trained.last.parameters, expected, strict=True):
        np.testing.assert_allclose(layer.weights, w, atol=1e-4)
        np.testing.assert_allclose(layer.bias, b, atol=1e-4)


def test_counts_without_a_hidden_layer_are_scikit_learns_poisson_regression(bucket, trainee, raw):
    table = load_table("diabetes")
    split = make_splits(442, SplitPlan("repeated_k_fold", 4, 0.25, 0.2, 5))[0]
    counts = scale_split(table, split, "exponential")
    others = {"loss": "poisson", "output": "exponential", "optimizer": "lbfgs"}
    shape = bucket(depth=0, batch_size=265, epochs=30, **others)
    _, trained = raw(shape, trainee(activation="identity", initializer="glorot", l2=0.01), {0: counts})
    peer = PoissonRegressor(alpha=0.01, tol=1e-10, max_iter=1000)
    peer.fit(np.float64(counts.x_train), np.float64(counts.y_train[:, 0]))
    (layer,) = trained.last.parameters
    np.testing.assert_allclose(layer.weights[:, 0], peer.coef_, atol=1e-4)
    np.testing.assert_allclose(layer.bias, peer.intercept_, atol=1e-4)
    predicted = trained.last_prediction[:111, 0] * counts.y_scale
    theirs = peer.predict(np.float64(counts.x_test)) * counts.y_scale
    np.testing.assert_allclose(predicted, theirs, rtol=1e-4)


def test_test_scores_are_those_of_the_best_epoch(bucket, trainee, scaled):
    run = trainee(learning_rate=1e-2)
    long = train_chunk(bucket(width=16, epochs=40, activation="relu"), [run], scaled).outcomes[0]
    assert 1 < long["best_epoch"] < 40
    short = bucket(width=16, epochs=long["best_epoch"], activation="relu")
    stopped = train_chunk(short, [run], scaled).outcomes[0]
    assert long["test_r2"] == pytest.approx(stopped["last_test_r2"], abs=1e-5)
    assert long["test_r2"] != long["last_test_r2"]


@pytest.mark.parametrize(
    ("initializer", "name"),
    [pair if pair in FAST_SLOPES else pytest.param(*pair, marks=pytest.mark.slow) for pair in SLOPES],
)
def test_gradient_slopes_at_initialisation_are_those_of_mean_field_theory(trainee, initializer, name):
    plain = Bucket(64, (64,) * 10, 1, 256, 256, 8, 8, 1, "sgd", "half_mean_squared_error")
    shape = dataclasses.replace(plain, branches=branches_for(name for _, name in SLOPES))
    rng = np.random.default_rng(7)
    draws = [rng.standard_normal((n, d)).astype(np.float32) for n in (256, 8, 8) for d in (64, 1)]
    data = dict.fromkeys(range(20), ScaledSplit(*draws, y_mean=np.zeros(1), y_scale=np.ones(1)))
    size = chunk_size(shape)
    runs = [trainee(seed, name, initializer, learning_rate=0.0, negative_slope=0.1) for seed in range(40)]
    chunks = [train_chunk(shape, runs[i : i + size], data) for i in range(0, 40, size)]
    slopes = [outcome["grad_slope_0"] for chunk in chunks for outcome in chunk.outcomes]
    assert np.mean(slopes) == pytest.approx(SLOPES[initializer, name], abs=0.03)


@pytest.mark.usefixtures("shipped_programs")
@pytest.mark.parametrize("depth", [2, pytest.param(1, marks=pytest.mark.slow), 0])
def test_a_diverging_run_ends_as_data_and_its_neighbours_do_not_notice(bucket, trainee, scaled, depth):
    shape = bucket(depth, epochs=5, optimizer="sgd", activation="tanh")
    calm, wild = (trainee(seed, "tanh", learning_rate=rate) for seed, rate in ((1, 1e-3), (2, 1e12)))
    outcomes = train_chunk(shape, [calm, wild, trainee(3, "tanh")], scaled).outcomes
    alone = train_chunk(shape, [calm], scaled).outcomes[0]
    assert [outcome["status"] for outcome in outcomes] == ["finished", "diverged", "finished"]
    bad = outcomes[1]["diverged_epoch"]
    assert 0 < bad <= 5
    assert np.isnan(outcomes[1]["test_r2"])
    for name in ("unit_dead", "unit_saturated"):
        assert outcomes[1][name].shape == (depth, 6)
        assert np.all(np.isnan(outcomes[1][name][:, bad:]))
        assert np.all(np.isfinite(outcomes[1][name][:, :bad]))
    np.testing.assert_array_equal(outcomes[0]["fit_train_loss"], alone["fit_train_loss"])


def test_one_traced_program_serves_all_classic_activations(bucket, trainee, scaled, monkeypatch):
    traces, step = [], loop._Training.step
    monkeypatch.setattr(loop._Training, "step", lambda *arguments: traces.append(1) or step(*arguments))
    shape = bucket(1, 5, 265, epochs=2)
    counts, losses = [], []
    for name in ("relu", "tanh", "softplus"):
        losses.append(train_chunk(shape, [trainee(activation=name, initializer="he")], scaled).outcomes[0])
        counts.append(len(traces))
    assert counts[0] > 0
    assert counts == [counts[0]] * 3
    assert len({float(loss["fit_train_loss"][-1]) for loss in losses}) == 3
