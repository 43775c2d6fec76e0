"""Small buckets on diabetes, runs for them, and the same training by hand in float64 NumPy."""

import dataclasses

import jax
import numpy as np
import pytest

from nnjax.data.scaling import scale_split
from nnjax.data.splits import SplitPlan, make_splits
from nnjax.data.tables import load_table
from nnjax.network.architecture import branch_indices, branches_for, layer_activations, structures_for
from nnjax.network.initializers import default_initializer
from nnjax.training.batches import batch_weights
from nnjax.training.bucket import Bucket, chunk_size
from nnjax.training.chunk import make_start, pad_rows
from nnjax.training.optimizers import Hyperparameters
from nnjax.training.program import compile_program
from nnjax.training.trainee import Trainee


@pytest.fixture(scope="session")
def scaled():
    table = load_table("diabetes")
    splits = make_splits(len(table.features), SplitPlan("repeated_k_fold", 20, 0.25, 0.2, 5))
    return {index: scale_split(table, split) for index, split in enumerate(splits)}


def make_bucket(
    depth=2, width=8, batch_size=32, epochs=4, optimizer="adam", activation=None, prelu_sharing="unit", **others
):
    """With an activation, the program can switch to no other: it compiles faster; else to these three."""
    sizes, branches = (width,) * depth, ("tanh", "relu", "softplus")
    shape = Bucket(
        10, sizes, 1, batch_size, 265, 67, 111, epochs, optimizer, "half_mean_squared_error", branches=branches
    )
    if activation is not None:
        names = layer_activations(activation, depth)
        others |= {"structures": structures_for(names, prelu_sharing), "branches": branches_for(names)}
    return dataclasses.replace(shape, **others)


def make_trainee(seed=0, activation="relu", initializer=None, learning_rate=1e-3, l2=0.0, **others):
    """`others` are numbers of the hyperparameters, or fields of the trainee."""
    numbers = {name: others.pop(name) for name in list(others) if name in Hyperparameters._fields}
    initializer = initializer or default_initializer(layer_activations(activation, 1)[0])
    hyperparameters = Hyperparameters(learning_rate, l2, **numbers)
    return Trainee(f"{seed}", activation, initializer, hyperparameters, seed, seed % 20, **others)


def train_raw(bucket, trainee, scaled):
    """What the bucket's program returns for one run, its chunk filled with copies."""
    start = make_start(bucket, trainee, pad_rows(scaled[trainee.split], bucket))
    size = chunk_size(bucket)
    starts = jax.tree.map(lambda leaf: np.stack([leaf] * size), start)
    layers = layer_activations(trainee.activation, bucket.architecture.depth)
    index = np.asarray(branch_indices(layers, bucket.branches), dtype=np.int32)
    trained = compile_program(bucket)(starts, batch_weights(bucket.n_train, bucket.batch_size), index)
    return start, jax.tree.map(lambda leaf: np.asarray(leaf[0]), trained)


def running_mean(share):
    def average(old, new):
        return share * old + (1 - share) * new

    return average


def adam(g, state, t, n):
    mean = running_mean(n.beta_1)(state.get("mean", 0 * g), g)
    square = running_mean(n.beta_2)(state.get("square", 0 * g), g**2)
    direction = mean / (1 - n.beta_1**t) / (np.sqrt(square / (1 - n.beta_2**t)) + n.epsilon)
    return direction, {"mean": mean, "square": square}


def rmsprop(g, state, t, n):
    square = running_mean(n.rms_decay)(state.get("square", 0 * g), g**2)
    return g / np.sqrt(square + n.epsilon), {"square": square}


def adagrad(g, state, t, n):
    total = state.get("total", 0 * g + 0.1) + g**2
    return g / np.sqrt(total + n.epsilon), {"total": total}


def momentum(g, state, t, n):
    trace = g + n.momentum * state.get("trace", 0 * g)
    return trace, {"trace": trace}


def nesterov(g, state, t, n):
    trace = g + n.momentum * state.get("trace", 0 * g)
    return g + n.momentum * trace, {"trace": trace}


RULES = {
    "sgd": lambda g, state, t, n: (g, state),
    "momentum": momentum,
    "nesterov": nesterov,
    "adam": adam,
    "adamw": adam,
    "rmsprop": rmsprop,
    "adagrad": adagrad,
}
"""Name -> (gradient, state, number of the step from 1, numbers) -> (direction, state), in NumPy."""


@pytest.fixture
def bucket():
    return make_bucket


@pytest.fixture
def trainee():
    return make_trainee


@pytest.fixture
def raw():
    return train_raw


@pytest.fixture
def numpy_rules():
    return RULES


def backpropagate(layers, x, y, weights):
    """Gradients (W, b) of Σ weights · ½‖y − v‖² for a tanh network, and δ of every hidden layer, in float64 NumPy."""
    signals = [np.float64(x)]
    for w, b in layers[:-1]:
        signals.append(np.tanh(signals[-1] @ w + b))
    delta = (signals[-1] @ layers[-1][0] + layers[-1][1] - np.float64(y)) * np.float64(weights)[:, None]
    gradients, deltas = [], []
    for layer in range(len(layers) - 1, -1, -1):
        gradients.insert(0, (signals[layer].T @ delta, delta.sum(axis=0)))
        if layer:
            delta = (delta @ layers[layer][0].T) * (1 - signals[layer] ** 2)
            deltas.insert(0, delta)
    return gradients, deltas


@pytest.fixture
def numpy_backpropagation():
    return backpropagate
