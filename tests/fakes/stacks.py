"""Small stacks of dense layers, and the same by hand in float64."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from nnjax.kernels.activation_codes import ACTIVATION_CODES
from nnjax.kernels.dense_stack import Watched
from nnjax.network.activations import ACTIVATIONS, ActivationParameters
from nnjax.network.architecture import Architecture
from nnjax.network.mlp import Layer, init

CONSTANTS = ActivationParameters(0.1, 1.3)


class Stack(NamedTuple):
    """What an operation on a stack is given: rows, codes, constants, layers."""

    x: Any
    codes: Any
    constants: ActivationParameters
    layers: Any


class ByHand(NamedTuple):
    """What a mini-batch leaves behind whose loss has the gradient `by_logits`: all in float64."""

    logits: Any
    slopes: list[Any]
    layers: list[Layer]
    watched: Watched


def make_stack(sizes, rows=7, names=("tanh", "relu", "softplus"), seed=0):
    """A stack of layers of these sizes, features and outputs among them; activations in turn."""
    generator = np.random.default_rng(seed)
    drawn = init(generator, Architecture(tuple(sizes)), "he")
    layers = tuple(layer._replace(bias=0.3 * generator.standard_normal(layer.bias.shape)) for layer in drawn)
    codes = [ACTIVATION_CODES[names[layer % len(names)]] for layer in range(len(sizes) - 2)]
    x = jnp.asarray(generator.standard_normal((rows, sizes[0])), jnp.float32)
    return Stack(
        x, jnp.asarray(codes, jnp.int32), CONSTANTS, jax.tree.map(lambda each: jnp.asarray(each, jnp.float32), layers)
    )


def work_by_hand(stack, by_logits):
    """A pass forth and back, layer by layer, in float64."""
    names = sorted(ACTIVATION_CODES, key=ACTIVATION_CODES.get)
    x, layers = np.float64(stack.x), [(np.float64(layer.weights), np.float64(layer.bias)) for layer in stack.layers]
    signals, slopes = [x], []
    for (weights, bias), code in zip(layers, np.asarray(stack.codes), strict=False):
        activation = ACTIVATIONS[names[code]]
        with jax.enable_x64(True):
            z = jnp.asarray(signals[-1] @ weights + bias)
            signals.append(np.asarray(activation.function(z, stack.constants)))
            slopes.append(np.asarray(activation.derivative(z, stack.constants)))
    logits = signals[-1] @ layers[-1][0] + layers[-1][1]
    delta, gradients, deltas = np.float64(by_logits), [], []
    for layer in reversed(range(len(layers))):
        gradients.insert(0, Layer(signals[layer].T @ delta, delta.sum(axis=0)))
        delta = delta @ layers[layer][0].T
        if layer:
            delta = delta * slopes[layer - 1]
            deltas.insert(0, delta)
    squares = (
        [np.sum(np.square(each)) for each in group] for group in ([layer.weights for layer in gradients], deltas)
    )
    return ByHand(logits, slopes, gradients, Watched(*map(np.asarray, squares)))


def assert_close(found, expected, digits=3e-6):
    """Equal to float32 rounding: by the largest number of an array."""
    for one, other in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
        assert np.shape(one) == np.shape(other)
        scale = np.nanmax(np.abs(np.asarray(other)), initial=1e-30)
        np.testing.assert_allclose(np.asarray(one), np.asarray(other), rtol=digits, atol=digits * scale)


def assert_same(found, expected):
    """Equal to the last bit, NaN in the same places."""
    for one, other in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
        np.testing.assert_array_equal(np.asarray(one), np.asarray(other))
