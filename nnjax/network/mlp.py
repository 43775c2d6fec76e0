"""The multilayer perceptron as pure functions on a pytree, written for one example."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, Scalar

from nnjax.network.activations import ActivationParameters
from nnjax.network.architecture import Architecture
from nnjax.network.dense import weigh
from nnjax.network.initializers import draw_parameters
from nnjax.network.nonlinearity import activate, maxout, prelu
from nnjax.network.normalization import Moments, batch_moments, layer_moments, normalize


class Layer(NamedTuple):
    """One layer's parameters, float32; what a layer does not have is None and costs nothing.

    Attributes:
        weights: [fan_in, fan_out]; [pieces, fan_in, fan_out] for maxout.
        bias: [fan_out]; [pieces, fan_out] for maxout. The shift β of a normalised layer.
        scale: γ of a normalised layer, like the bias.
        negative_slope: α of PReLU [fan_out] or [1].
    """

    weights: Float[Array, "*pieces fan_in fan_out"]
    bias: Float[Array, "*pieces fan_out"]
    scale: Float[Array, "*pieces fan_out"] | None = None
    negative_slope: Float[Array, " slopes"] | None = None


Parameters = tuple[Layer, ...]
"""Hidden layers in order, then the output layer."""


class ForwardInputs(NamedTuple):
    """What accompanies one example through the network.

    Attributes:
        probes: Zeros, one array [units] a hidden layer: the places where `jax.grad` reads the derivative of the loss
            by the pre-activations (see `activate`).
        masks: Dropout: what each unit's activation is multiplied with [units] a hidden layer; None without.
        weight: What the example counts in the statistics of its batch; None where they are given.
        moments: Statistics for batch normalisation, one a hidden layer; None to take those of the batch.
    """

    probes: tuple[Float[Array, " _"], ...]
    masks: tuple[Float[Array, " _"], ...] | None = None
    weight: Float[Scalar, ""] | None = None
    moments: tuple[Moments, ...] | None = None


class Forward(NamedTuple):
    """What one example leaves behind on its way through the network.

    Attributes:
        logits: The output layer's weighted sums [outputs], before any output function.
        activations: One array [units] a hidden layer, before dropout and skips.
        slopes: Their derivatives f'(z), one array [units] a hidden layer.
        moments: The statistics that batch normalisation used, one a hidden layer; empty without.
    """

    logits: Float[Array, " outputs"]
    activations: tuple[Float[Array, " _"], ...]
    slopes: tuple[Float[Array, " _"], ...]
    moments: tuple[Moments, ...] = ()


def init(
    generator: np.random.Generator,
    architecture: Architecture,
    initializer: str,
    gain: float = 1.0,
    negative_slope: float = 0.25,
) -> Parameters:
    """Draw the initial parameters of a network, on the host: layers of numpy arrays; scales are one.

    The gain multiplies the hidden weights' standard deviation; PReLU's slopes begin at `negative_slope`.
    """
    structures = [architecture.structure(layer) for layer in range(architecture.depth)]
    pieces = [architecture.maxout_pieces if structure == "maxout" else None for structure in structures]
    drawn: list[tuple[Any, Any]] = [
        *draw_parameters(generator, architecture.layer_sizes, initializer, gain=gain, pieces=pieces)
    ]
    layers = []
    for structure, (weights, bias) in zip([*structures, "output"], drawn, strict=True):
        normalised = architecture.normalization != "none" and structure != "output"
        slopes = {"prelu_unit": bias.shape[-1], "prelu_layer": 1}.get(structure)
        learned: Any = np.full(slopes, negative_slope, dtype=np.float32) if slopes else None
        layers.append(Layer(weights, bias, np.ones_like(bias) if normalised else None, learned))
    return tuple(layers)


def apply(
    architecture: Architecture,
    parameters: Parameters,
    inputs: ForwardInputs,
    activation: Int[Array, " hidden"],
    activation_parameters: ActivationParameters,
    x: Float[Array, " D"],
) -> Forward:
    """Carry one example through the network.

    Its features are scaled; an activation is a position in `architecture.branches`, one a hidden layer. With batch
    normalisation over the batch itself, it must be called under `vmap` with the axis name `EXAMPLES`.

    >>> architecture = Architecture((3, 4, 1), branches=("relu",))
    >>> parameters = init(np.random.default_rng(0), architecture, "he")
    >>> inputs, constants = ForwardInputs(no_probes(architecture)), ActivationParameters(0.01, 1.0)
    >>> apply(architecture, parameters, inputs, jnp.zeros(1, jnp.int32), constants, jnp.ones(3)).logits.shape
    (1,)
    """
    activations, slopes, statistics = [], [], []
    signal = skipped = x
    for number, layer in enumerate(parameters[:-1]):
        z, moments = _preactivation(architecture, layer, number, inputs, signal)
        probe = inputs.probes[number]
        if architecture.structure(number) == "maxout":
            unit, slope = maxout(z, layer.bias, probe)
        elif layer.negative_slope is not None:
            unit, slope = prelu(z, layer.bias, probe, layer.negative_slope)
        else:
            unit, slope = activate(
                architecture.branches, z, layer.bias, probe, activation[number], activation_parameters
            )
        activations.append(unit)
        slopes.append(slope)
        statistics += [moments] if moments is not None else []
        signal = unit if inputs.masks is None else unit * inputs.masks[number]
        if architecture.closes_block(number):
            signal = signal + skipped
        # A skip begins behind the first hidden layer: the features have another width.
        if number == 0 or architecture.closes_block(number):
            skipped = signal
    output = parameters[-1]
    logits = weigh(signal, output.weights) + output.bias
    return Forward(logits, tuple(activations), tuple(slopes), tuple(statistics))


def _preactivation(
    architecture: Architecture, layer: Layer, number: int, inputs: ForwardInputs, signal: Array
) -> tuple[Array, Moments | None]:
    """The weighted sums without bias, normalised if the architecture says so; and the batch's statistics."""
    if architecture.structure(number) == "maxout":
        z = jnp.stack([weigh(signal, piece) for piece in layer.weights])
    else:
        z = weigh(signal, layer.weights)
    if layer.scale is None:
        return z, None
    if architecture.normalization == "layer":
        return normalize(z, layer_moments(z), layer.scale), None
    if inputs.moments is not None:
        moments = inputs.moments[number]
    else:
        assert inputs.weight is not None
        moments = batch_moments(z, inputs.weight)
    return normalize(z, moments, layer.scale), moments


def no_probes(architecture: Architecture, *rows: int) -> tuple[Float[Array, "*rows _"], ...]:
    """The zeros that `apply` wants; for one example, or for a number of rows."""
    return tuple(jnp.zeros((*rows, width)) for width in architecture.layer_sizes[1:-1])


def initial_moments(architecture: Architecture, parameters: Sequence[Layer]) -> tuple[Moments, ...]:
    """Where running averages begin: mean 0 and variance 1; empty without batch normalisation."""
    if architecture.normalization != "batch":
        return ()
    return tuple(Moments(jnp.zeros_like(layer.bias), jnp.ones_like(layer.bias)) for layer in parameters[:-1])
