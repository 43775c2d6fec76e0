"""What is watched while a network trains: records that lie beside the carry and never feed back into it."""

from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Scalar

from nnjax.network.activations import PEAK_SLOPES, SATURATION
from nnjax.network.mlp import Forward, Layer, Parameters


class StepRecord(NamedTuple):
    """Sums over one step, added up over the epoch. L hidden layers.

    Attributes:
        loss: Sum of the examples' losses.
        weight_gradient: ‖∂loss/∂W‖² a layer [L + 1], penalty not included.
        preactivation_gradient: Σ (∂lossᵢ/∂z)² over rows and units a hidden layer [L].
    """

    loss: Float[Scalar, ""]
    weight_gradient: Float[Array, " layers"]
    preactivation_gradient: Float[Array, " hidden"]


class UnitRecord(NamedTuple):
    """How the hidden units respond to a set of rows, one number a hidden layer [L].

    Attributes:
        mean: Mean activation over rows and units.
        std: Standard deviation over rows and units.
        saturated: Share of (row, unit) pairs whose slope is at most `SATURATION` of the activation's steepest.
    """

    mean: Float[Array, " hidden"]
    std: Float[Array, " hidden"]
    saturated: Float[Array, " hidden"]


class EpochRecord(NamedTuple):
    """One line of a run's history; epoch 0 is the network as initialised.

    Attributes:
        train_loss: Mean loss of the training rows, each taken at its own step, before the update.
        validation_loss: Mean loss of the validation rows at the end of the epoch.
        grad_norm: RMS over the epoch's steps of ‖∂loss/∂W‖_F/√size a layer [L + 1].
        preactivation_grad_norm: g_l = RMS over rows and units of ∂lossᵢ/∂z a hidden layer [L].
        weight_norm: RMS weight a layer at the end of the epoch [L + 1].
        update_ratio: RMS change of the weights over the epoch / RMS weight at its end [L + 1]; 0 at epoch 0. (The
            epoch's change, not a step's: norms of every step's update would cost a tenth of the training at batch 8.)
        unit_mean: See `UnitRecord`, on the validation rows.
        unit_std: See `UnitRecord`.
        unit_saturated: See `UnitRecord`.
        unit_dead: Share of units whose slope was zero on every training row of the epoch [L].
    """

    train_loss: Float[Array, ""]
    validation_loss: Float[Array, ""]
    grad_norm: Float[Array, " layers"]
    preactivation_grad_norm: Float[Array, " hidden"]
    weight_norm: Float[Array, " layers"]
    update_ratio: Float[Array, " layers"]
    unit_mean: Float[Array, " hidden"]
    unit_std: Float[Array, " hidden"]
    unit_saturated: Float[Array, " hidden"]
    unit_dead: Float[Array, " hidden"]


def stack(values: Sequence[Array]) -> Array:
    """Numbers of all layers as one vector; an empty one for a network without hidden layers."""
    return jnp.stack(values) if values else jnp.zeros(0)


def weight_square_sums(layers: Sequence[Layer]) -> Float[Array, " layers"]:
    """‖W‖² a layer."""
    return stack([jnp.sum(jnp.square(layer.weights)) for layer in layers])


def weight_sizes(parameters: Parameters) -> Float[Array, " layers"]:
    """Number of weights a layer."""
    return stack([jnp.float32(layer.weights.size) for layer in parameters])


def unit_record(forward: Forward, weights: Float[Array, " N"], activation: Array) -> UnitRecord:
    """Summarise the hidden units over rows.

    Args:
        forward: The rows' forward passes, vmapped [N, …].
        weights: One over the number of rows; zero for padding [N].
        activation: Position in `ACTIVATIONS`.
    """
    limit = SATURATION * jnp.asarray(PEAK_SLOPES)[activation]
    means, deviations, saturated = [], [], []
    for signal, slope in zip(forward.activations, forward.slopes, strict=True):
        share = weights[:, None] / signal.shape[1]
        mean = jnp.sum(share * signal)
        means.append(mean)
        deviations.append(jnp.sqrt(jnp.sum(share * jnp.square(signal - mean))))
        saturated.append(jnp.sum(share * (slope <= limit)))
    return UnitRecord(stack(means), stack(deviations), stack(saturated))


def largest_slopes(forward: Forward) -> tuple[Float[Array, " units"], ...]:
    """Each hidden unit's largest slope over a mini-batch: zero on all rows means dead."""
    return tuple(jnp.max(slope, axis=0) for slope in forward.slopes)


def dead_shares(slopes: Sequence[Float[Array, " units"]]) -> Float[Array, " hidden"]:
    """Share of units whose largest slope is zero, a hidden layer."""
    return stack([jnp.mean((slope == 0).astype(jnp.float32)) for slope in slopes])


def step_record(loss: Array, rows: Array, gradients: tuple[Parameters, Sequence[Array]]) -> StepRecord:
    """Reduce one step to sums.

    Args:
        loss: Mean loss of the mini-batch.
        rows: Number of real examples in it.
        gradients: Of the mean loss, by the parameters and by the pre-activations [N, units] a hidden layer.
    """
    by_parameters, by_preactivations = gradients
    return StepRecord(
        loss=loss * rows,
        weight_gradient=weight_square_sums(by_parameters),
        preactivation_gradient=stack([jnp.sum(jnp.square(delta)) for delta in by_preactivations]) * jnp.square(rows),
    )


def epoch_record(
    sums: StepRecord,
    ends: tuple[Parameters, Parameters],
    units: UnitRecord,
    slopes: Sequence[Array],
    validation_loss: Array,
    counts: tuple[int, int],
) -> EpochRecord:
    """Turn an epoch's sums into the numbers that are kept.

    Args:
        sums: The epoch's `StepRecord`s, summed.
        ends: The parameters before and after the epoch.
        units: The units' response to the validation rows.
        slopes: Each unit's largest slope over the epoch.
        validation_loss: Mean over the validation rows.
        counts: Training rows, and steps, of the epoch.
    """
    n_train, steps = counts
    before, parameters = ends
    change = jax.tree.map(jnp.subtract, parameters, before)
    sizes = weight_sizes(parameters)
    widths = stack([jnp.float32(layer.bias.size) for layer in parameters[:-1]])
    weight_norm = jnp.sqrt(weight_square_sums(parameters) / sizes)
    return EpochRecord(
        train_loss=sums.loss / n_train,
        validation_loss=validation_loss,
        grad_norm=jnp.sqrt(sums.weight_gradient / steps / sizes),
        preactivation_grad_norm=jnp.sqrt(sums.preactivation_gradient / n_train / widths),
        weight_norm=weight_norm,
        update_ratio=jnp.sqrt(weight_square_sums(change) / sizes) / weight_norm,
        unit_mean=units.mean,
        unit_std=units.std,
        unit_saturated=units.saturated,
        unit_dead=dead_shares(slopes),
    )
