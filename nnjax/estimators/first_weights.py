"""The weights before training: drawn as scikit-learn draws them, or by one of the engine's initialisers."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from nnjax.estimators.problem import NetworkDesign
from nnjax.network.architecture import Architecture, structures_for
from nnjax.network.mlp import Layer, Parameters, init

SCIKIT_LEARN = "scikit_learn"
"""Glorot's uniform weights, biases drawn too, with a smaller bound for the logistic function."""


def architecture_of(
    design: NetworkDesign, n_features: int, n_outputs: int, branches: Sequence[str] = ()
) -> Architecture:
    """The network's static part."""
    return Architecture(
        layer_sizes=(n_features, *design.hidden_layer_sizes, n_outputs),
        structures=structures_for(design.activation, design.prelu_sharing),
        branches=tuple(branches),
        maxout_pieces=design.maxout_pieces,
        normalization=design.normalization,
        residual=design.residual,
    )


def draw_first_weights(
    random_state: np.random.RandomState,
    layer_sizes: Sequence[int],
    design: NetworkDesign,
    initializer: str = SCIKIT_LEARN,
    initializer_gain: float = 1.0,
    negative_slope: float = 0.25,
) -> Parameters:
    """Draw a network's first weights; layers of float32 numpy arrays.

    Args:
        random_state: Draws them, and is moved on: by "scikit_learn" as far as scikit-learn moves it, by others by one
            draw.
        layer_sizes: Features, hidden units …, outputs.
        design: The network's.
        initializer: "scikit_learn", or a key of `INITIALIZERS`.
        initializer_gain: What the hidden weights are multiplied with.
        negative_slope: Where PReLU's slopes begin.

    Source: scikit-learn's `_init_coef`; Glorot & Bengio 2010, eq. 16, for the bound √(6 / (fan_in + fan_out)).
    """
    architecture = architecture_of(design, layer_sizes[0], layer_sizes[-1])
    if initializer != SCIKIT_LEARN:
        generator = np.random.default_rng(random_state.randint(0, 2**31 - 1))
        return init(generator, architecture, initializer, initializer_gain, negative_slope)
    # Scales and slopes are not drawn: those of the engine, whose other draws are dropped.
    shaped = init(np.random.default_rng(0), architecture, "zeros", 1.0, negative_slope)
    return tuple(
        _draw_layer(random_state, layer, fans, 2.0 if name == "logistic" else 6.0, gain)
        for layer, fans, name, gain in zip(
            shaped,
            pairwise(layer_sizes),
            [*design.activation, design.activation[-1] if design.activation else ""],
            [initializer_gain] * len(design.activation) + [1.0],
            strict=True,
        )
    )


def _draw_layer(
    random_state: np.random.RandomState, layer: Layer, fans: tuple[int, int], factor: float, gain: float
) -> Layer:
    bound = np.sqrt(factor / sum(fans)) * gain
    shapes: list[Any] = [layer.weights.shape, layer.bias.shape]
    weights, bias = (random_state.uniform(-bound, bound, shape).astype(np.float32) for shape in shapes)
    return layer._replace(weights=weights, bias=bias)
