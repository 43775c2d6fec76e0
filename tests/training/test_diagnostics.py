"""Every diagnostic against its definition, computed from the trained parameters by plain NumPy."""

import jax
import numpy as np
import pytest

from nnjax.network.activations import ACTIVATION_NAMES, ACTIVATIONS
from nnjax.training.chunk import train_chunk


@pytest.fixture
def outcome():
    from nnjax.data.scaling import scale_split
    from nnjax.data.splits import SplitPlan, make_splits
    from nnjax.data.tables import load_table
    from nnjax.training.bucket import Bucket
    from nnjax.training.chunk import Trainee

    table = load_table("diabetes")
    split = scale_split(table, make_splits(442, SplitPlan("repeated_k_fold", 4, 0.25, 0.2, 5))[0])
    bucket = Bucket(10, (16, 12), 1, 265, 265, 67, 111, 1, "sgd", "half_mean_squared_error")
    run = Trainee("a", "tanh", "glorot", 0.1, 0.0, 0.9, 0.9, 0.999, 1e-8, 0, 0)
    return split, bucket, run, train_chunk(bucket, [run], {0: split}).outcomes[0]


@pytest.fixture
def forward(outcome):
    """Signals, slopes and deltas of the initial network, on training and validation rows."""
    from nnjax.data.streams import stream
    from nnjax.network.mlp import init

    bucket = outcome[1]
    layers = [
        (np.float64(w), np.float64(b)) for w, b in init(stream(0, "initialisation"), bucket.layer_sizes, "glorot")
    ]

    def through(x):
        signals = [np.float64(x)]
        for w, b in layers[:-1]:
            signals.append(np.tanh(signals[-1] @ w + b))
        return signals, signals[-1] @ layers[-1][0] + layers[-1][1]

    return layers, through


def test_gradients_at_initialisation(outcome, forward):
    split, _, _, seen = outcome
    layers, through = forward
    signals, prediction = through(split.x_train)
    error = prediction - split.y_train
    delta_2 = (error @ layers[2][0].T) * (1 - signals[2] ** 2)
    delta_1 = (delta_2 @ layers[1][0].T) * (1 - signals[1] ** 2)
    rms = [np.sqrt(np.mean(delta**2)) for delta in (delta_1, delta_2)]
    np.testing.assert_allclose(seen["preactivation_grad_norm"][:, 0], rms, rtol=1e-4)
    gradients = [signal.T @ delta / 265 for signal, delta in zip(signals, (delta_1, delta_2, error), strict=True)]
    np.testing.assert_allclose(seen["grad_norm"][:, 0], [np.sqrt(np.mean(g**2)) for g in gradients], rtol=1e-4)
    updates = [np.sqrt(np.mean((0.1 * g) ** 2)) for g in gradients]
    np.testing.assert_allclose(seen["update_ratio"][:, 1], updates / seen["weight_norm"][:, 1], rtol=1e-3)


def test_losses_and_scores_at_initialisation(outcome, forward):
    split, _, _, seen = outcome
    for part in ("train", "validation"):
        y = np.float64(getattr(split, f"y_{part}"))
        error = forward[1](getattr(split, f"x_{part}"))[1] - y
        assert seen[f"fit_{part}_loss"][0] == pytest.approx(0.5 * np.mean(error**2), rel=1e-5)
        assert seen[f"fit_{part}_r2"][0] == pytest.approx(1 - np.mean(error**2) / np.var(y), rel=1e-4)


def test_units_at_initialisation(outcome, forward):
    split, _, _, seen = outcome
    hidden = forward[1](split.x_validation)[0][1:]
    np.testing.assert_allclose(seen["unit_mean"][:, 0], [h.mean() for h in hidden], atol=1e-6)
    np.testing.assert_allclose(seen["unit_std"][:, 0], [h.std() for h in hidden], rtol=1e-4)
    beyond = [np.mean(np.abs(np.arctanh(h)) >= 2) for h in hidden]
    np.testing.assert_allclose(seen["unit_saturated"][:, 0], beyond, atol=1e-6)


def test_dead_units_are_those_without_slope_on_all_training_rows():
    from nnjax.network.mlp import Forward
    from nnjax.training.diagnostics import dead_shares, largest_slopes

    z = np.array([[-1.0, 2.0, -3.0], [-2.0, -1.0, -0.5]], dtype=np.float32)
    slopes = jax.vmap(ACTIVATIONS["relu"].derivative)(z)
    assert float(dead_shares(largest_slopes(Forward(z, (z,), (slopes,))))[0]) == pytest.approx(2 / 3)
    assert "relu" in ACTIVATION_NAMES
