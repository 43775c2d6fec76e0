"""A stack of dense layers with elementwise activations, as three operations; beside each the JAX function it equals.

An operation takes the rows of one run, and by `vmap` those of many in one call. Which activation a layer has is a
number while it runs, its code, so that one program serves all of them.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.custom_derivatives import SymbolicZero
from jaxtyping import Array, Float, Int

from nnjax.kernels.activation_codes import ACTIVATION_CODES
from nnjax.kernels.foreign_call import ResultShape, call_operation, differentiated_by
from nnjax.network.activations import ActivationParameters
from nnjax.network.architecture import Architecture
from nnjax.network.mlp import Forward, ForwardInputs, Layer, Parameters, apply, no_probes

_BRANCHES = tuple(sorted(ACTIVATION_CODES, key=ACTIVATION_CODES.__getitem__))
"""The activations by their codes, which count from 0."""


class Watched(NamedTuple):
    """Zeros whose "gradients" are sums of squares: so `jax.grad` hands them out beside those of the layers.

    Attributes:
        weights: ‖∂loss/∂W‖² a layer, the output's last [L + 1].
        preactivations: Σ (∂loss/∂z)² over rows and units, a hidden layer [L].
    """

    weights: Float[Array, " layers"]
    preactivations: Float[Array, " hidden"]


class StackOutput(NamedTuple):
    """What a mini-batch leaves behind.

    Attributes:
        logits: The output layer's weighted sums, before any output function [N, O].
        largest_slopes: Each hidden unit's largest slope over the rows, [units] a hidden layer; watched, and not
            differentiated.
    """

    logits: Float[Array, "N O"]
    largest_slopes: tuple[Float[Array, " _"], ...]


class StackEvaluation(NamedTuple):
    """What rows say that are not trained on; L hidden layers.

    Attributes:
        logits: As of `StackOutput` [N, O].
        means: Mean activation over rows and units, the rows weighted [L].
        deviations: Their standard deviation [L].
        saturated: Share of (row, unit) pairs whose slope is at most its layer's limit [L].
    """

    logits: Float[Array, "N O"]
    means: Float[Array, " hidden"]
    deviations: Float[Array, " hidden"]
    saturated: Float[Array, " hidden"]


class _Kept(NamedTuple):
    """What the way back needs of the way forth: [N, units] a hidden layer.

    Slopes that follow from the activations (see c/activations.h) are not written: only the way back may read them.
    """

    activations: tuple[Float[Array, "N _"], ...]
    slopes: tuple[Float[Array, "N _"], ...]


def nothing_watched(depth: int) -> Watched:
    """The zeros that `dense_stack` wants for a network of so many hidden layers."""
    return Watched(jnp.zeros(depth + 1, jnp.float32), jnp.zeros(depth, jnp.float32))


@jax.custom_vjp
def dense_stack(
    x: Float[Array, "N D"],
    codes: Int[Array, " hidden"],
    constants: ActivationParameters,
    layers: Parameters,
    watched: Watched,
) -> StackOutput:
    """Carry N rows through the network; its gradient is an operation, too, by layers and `watched`.

    By the rows themselves, and of higher order, it is differentiated as its definition is. Not differentiated are, as
    there, the constants and the slopes returned.

    Args:
        x: Features, scaled.
        codes: Of each hidden layer's activation, see `ACTIVATION_CODES`.
        constants: Numbers that shape some activations.
        layers: At least one of them hidden; weights and bias alone.
        watched: Zeros, see there; their values are ignored.

    Raises:
        TypeError: Something is not in float32.
        ValueError: Shapes do not fit, or a layer has more than weights and a bias.
    """
    return _forward(x, codes, constants, layers)[0]


def dense_stack_definition(
    x: Float[Array, "N D"], codes: Int[Array, " hidden"], constants: ActivationParameters, layers: Parameters
) -> StackOutput:
    """What `dense_stack` returns, by JAX: `apply`, vmapped over the rows."""
    return _forward_definition(x, codes, constants, layers)[0]


def gradients_definition(
    x: Float[Array, "N D"],
    codes: Int[Array, " hidden"],
    constants: ActivationParameters,
    layers: Parameters,
    by_logits: Float[Array, "N O"],
) -> tuple[Parameters, Watched]:
    """What the gradient of `dense_stack` by layers and `watched` is, by JAX, from that by its logits."""

    def logits(layers: Parameters, probes: tuple[Array, ...]) -> Array:
        return _apply(x, codes, constants, layers, probes).logits

    _, pull = jax.vjp(logits, layers, no_probes(_architecture(layers), x.shape[0]))
    by_layers, by_preactivations = pull(by_logits)
    squares = [jnp.sum(jnp.square(layer.weights)) for layer in by_layers]
    return by_layers, Watched(
        jnp.stack(squares), jnp.stack([jnp.sum(jnp.square(delta)) for delta in by_preactivations])
    )


def _architecture(layers: Parameters, branches: tuple[str, ...] = _BRANCHES) -> Architecture:
    sizes = (layers[0].weights.shape[0], *(layer.bias.shape[0] for layer in layers))
    return Architecture(sizes, branches=branches)


def _switch(codes: Array) -> tuple[tuple[str, ...], Array]:
    """Branches and each layer's position among them: where the codes are known already, those in use and no others."""
    if isinstance(codes, jax.core.Tracer):
        return _BRANCHES, codes
    used, positions = np.unique(codes, return_inverse=True)
    return tuple(_BRANCHES[code] for code in used), jnp.asarray(positions, jnp.int32)


def _apply(
    x: Array, codes: Array, constants: ActivationParameters, layers: Parameters, probes: tuple[Array, ...]
) -> Forward:
    branches, positions = _switch(codes)
    # As for the first derivative, in which `activate` leaves them out: they are numbers of the run, not its parameters.
    fixed = jax.lax.stop_gradient(constants)

    def one(row: Array, probe: tuple[Array, ...]) -> Forward:
        return apply(_architecture(layers, branches), layers, ForwardInputs(probe), positions, fixed, row)

    forward: Forward = jax.vmap(one)(x, probes)
    return forward


def _logits_definition(x: Array, codes: Array, constants: ActivationParameters, layers: Parameters) -> Array:
    return dense_stack_definition(x, codes, constants, layers).logits


CODES = (1,)
"""Where the activations' codes stand among the arguments of every operation."""


def _operands(x: Array, codes: Array, constants: ActivationParameters) -> list[Array]:
    """What every operation on a stack is given first."""
    return [x, codes, jnp.stack([jnp.asarray(each, jnp.float32) for each in constants])]


def _flat(layers: Parameters) -> list[Array]:
    return [each for layer in layers for each in (layer.weights, layer.bias)]


def _check(x: Array, codes: Array, layers: Parameters) -> None:
    """See that shapes fit: the operations trust them."""
    expected, units = [], x.shape[-1]
    for layer in layers:
        if layer.scale is not None or layer.negative_slope is not None:
            raise ValueError("a dense stack has layers of weights and a bias alone")
        expected += [(units, layer.bias.shape[0]), layer.bias.shape]
        units = layer.bias.shape[0]
    found = [each.shape for each in _flat(layers)]
    if len(layers) < 2 or x.ndim != 2 or codes.shape != (len(layers) - 1,) or found != expected:
        raise ValueError(f"no dense stack: rows {x.shape}, codes {codes.shape}, weights and biases {found}")


def _forward_definition(
    x: Array, codes: Array, constants: ActivationParameters, layers: Parameters
) -> tuple[StackOutput, _Kept]:
    forward = _apply(x, codes, constants, layers, no_probes(_architecture(layers), x.shape[0]))
    largest = tuple(jnp.max(slope, axis=0) for slope in forward.slopes)
    output, kept = StackOutput(forward.logits, largest), _Kept(forward.activations, forward.slopes)
    # Differentiated by the logits alone: what is kept is what `_gradients` would compute again.
    return output._replace(largest_slopes=jax.lax.stop_gradient(largest)), jax.lax.stop_gradient(kept)


@differentiated_by(_forward_definition)
def _forward(x: Array, codes: Array, constants: ActivationParameters, layers: Parameters) -> tuple[StackOutput, _Kept]:
    _check(x, codes, layers)
    rows = x.shape[0]
    results: list[ResultShape] = [(rows, layers[-1].bias.shape[0])]
    for layer in layers[:-1]:
        units = layer.bias.shape[0]
        results += [(rows, units), (rows, units), (units,)]
    given = [*_operands(x, codes, constants), *_flat(layers)]
    logits, *hidden = call_operation("nnjax_stack_forward", results, given, whole_numbers=CODES)
    activations, slopes, largest = (tuple(hidden[place::3]) for place in range(3))
    return StackOutput(logits, largest), _Kept(activations, slopes)


def _gradients_by_definition(
    x: Array, codes: Array, constants: ActivationParameters, layers: Parameters, by_logits: Array, kept: _Kept
) -> tuple[Parameters, Watched]:
    return gradients_definition(x, codes, constants, layers, by_logits)


@differentiated_by(_gradients_by_definition)
def _gradients(
    x: Array, codes: Array, constants: ActivationParameters, layers: Parameters, by_logits: Array, kept: _Kept
) -> tuple[Parameters, Watched]:
    """The gradient by layers and watched; what is kept follows from the rest, and is no variable beside it."""
    arguments = [*_operands(x, codes, constants), by_logits]
    for layer, activation, slope in zip(layers, kept.activations, kept.slopes, strict=False):
        arguments += [layer.weights, activation, slope]
    arguments.append(layers[-1].weights)
    shapes = [each.shape for each in _flat(layers)]
    *found, by_weights, by_preactivations = call_operation(
        "nnjax_stack_backward", [*shapes, (len(layers),), (len(layers) - 1,)], arguments, whole_numbers=CODES
    )
    return tuple(map(Layer, found[::2], found[1::2])), Watched(by_weights, by_preactivations)


class _Residuals(NamedTuple):
    """What the way back starts from.

    Attributes:
        given: As `dense_stack` was, but for what is watched.
        kept: Of the way forth.
        differentiates_rows: Whether anything is differentiated by the rows: ((),) or (), for what is kept between the
            two ways is a tree of arrays, and its shape alone is known while a program is made.
    """

    given: tuple[Array, Array, ActivationParameters, Parameters]
    kept: _Kept
    differentiates_rows: tuple[()] | tuple[tuple[()]]


def _stack_forward(*arguments: Any) -> tuple[StackOutput, _Residuals]:
    # As symbolic zeros tell them apart: each value with whether anything is differentiated by it.
    x, codes, constants, layers, _ = jax.tree.map(lambda each: each.value, arguments)
    output, kept = _forward(x, codes, constants, layers)
    return output, _Residuals((x, codes, constants, layers), kept, ((),) if arguments[0].perturbed else ())


def _stack_backward(residuals: _Residuals, cotangents: Any) -> tuple[Any, ...]:
    (x, codes, constants, layers), kept, differentiates_rows = residuals
    by_logits = cotangents.logits
    if isinstance(by_logits, SymbolicZero):
        by_logits = jnp.zeros(by_logits.shape, by_logits.dtype)
    by_layers, watched = _gradients(x, codes, constants, layers, by_logits, kept)
    by_rows = None
    if differentiates_rows:
        (by_rows,) = jax.vjp(lambda rows: _logits_definition(rows, codes, constants, layers), x)[1](by_logits)
    return by_rows, None, None, by_layers, watched


dense_stack.defvjp(_stack_forward, _stack_backward, symbolic_zeros=True)


def evaluate_stack_definition(
    x: Float[Array, "N D"],
    codes: Int[Array, " hidden"],
    constants: ActivationParameters,
    layers: Parameters,
    row_weights: Float[Array, " N"],
    slope_limits: Float[Array, " hidden"],
) -> StackEvaluation:
    """What `evaluate_stack` returns, by JAX."""
    forward = _apply(x, codes, constants, layers, no_probes(_architecture(layers), x.shape[0]))

    def over_units(values: Array) -> Array:
        return jnp.mean(row_weights @ values)

    means = [over_units(units) for units in forward.activations]
    squares = [over_units(jnp.square(units - mean)) for units, mean in zip(forward.activations, means, strict=True)]
    saturated = [
        over_units((slope <= slope_limits[layer]).astype(slope.dtype)) for layer, slope in enumerate(forward.slopes)
    ]
    return StackEvaluation(forward.logits, jnp.stack(means), jnp.sqrt(jnp.stack(squares)), jnp.stack(saturated))


@differentiated_by(evaluate_stack_definition)
def evaluate_stack(
    x: Float[Array, "N D"],
    codes: Int[Array, " hidden"],
    constants: ActivationParameters,
    layers: Parameters,
    row_weights: Float[Array, " N"],
    slope_limits: Float[Array, " hidden"],
) -> StackEvaluation:
    """Carry N rows through the network and summarise its hidden units, all in one pass.

    Args:
        x: Features, scaled.
        codes: As of `dense_stack`, like what follows.
        constants: Numbers that shape some activations.
        layers: At least one of them hidden; weights and bias alone.
        row_weights: What rows count, together one; zero for padding.
        slope_limits: The slope at or below which a unit counts as saturated, a hidden layer.

    Raises:
        TypeError: Something is not in float32.
        ValueError: Shapes do not fit, or a layer has more than weights and a bias.
    """
    _check(x, codes, layers)
    rows, depth = x.shape[0], len(layers) - 1
    if row_weights.shape != (rows,) or slope_limits.shape != (depth,):
        raise ValueError(f"{rows} rows with weights {row_weights.shape}; {depth} layers with {slope_limits.shape}")
    arguments = [*_operands(x, codes, constants), row_weights, slope_limits, *_flat(layers)]
    results = [(rows, layers[-1].bias.shape[0]), (3, depth)]
    logits, units = call_operation("nnjax_stack_evaluate", results, arguments, whole_numbers=CODES)
    return StackEvaluation(logits, *units)


@differentiated_by(_logits_definition)
def predict_stack(
    x: Float[Array, "N D"], codes: Int[Array, " hidden"], constants: ActivationParameters, layers: Parameters
) -> Float[Array, "N O"]:
    """The logits of N rows, and nothing else; arguments and errors as of `dense_stack`."""
    _check(x, codes, layers)
    results = [(x.shape[0], layers[-1].bias.shape[0])]
    given = [*_operands(x, codes, constants), *_flat(layers)]
    return call_operation("nnjax_stack_predict", results, given, whole_numbers=CODES)[0]
