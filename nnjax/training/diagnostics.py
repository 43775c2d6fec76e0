"""What is watched while a network trains: records that lie beside the carry and never feed back into it."""

from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Scalar

from nnjax.kernels.dense_stack import evaluate_stack
from nnjax.network.activations import ACTIVATIONS, SATURATION
from nnjax.network.mlp import Forward, Parameters
from nnjax.network.normalization import Moments
from nnjax.training.bucket import Bucket
from nnjax.training.gradients import GRADIENT_SCALE, StepGradients
from nnjax.training.layer_sums import stack, weight_sizes, weight_square_sums
from nnjax.training.model import Model


class StepRecord(NamedTuple):
    """Sums over one step, added up over the epoch. L hidden layers; gradients are in units of 1/`GRADIENT_SCALE`.

    Attributes:
        loss: Sum of the examples' losses.
        weight_gradient: ‖∂loss/∂W‖² a layer [L + 1], penalty not included.
        preactivation_gradient: Σ (∂lossᵢ/∂z)² over rows and units a hidden layer [L].
        tally: Sum of what `Model.tally` counts; None if nothing.
        evaluations: How often loss and gradient were computed; None where that is once a step.
    """

    loss: Float[Scalar, ""]
    weight_gradient: Float[Array, " layers"]
    preactivation_gradient: Float[Array, " hidden"]
    tally: Float[Array, " tallies"] | None = None
    evaluations: Float[Scalar, ""] | None = None


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


class Evaluation(NamedTuple):
    """What the rows say that are not trained on, at the end of an epoch.

    Attributes:
        units: How the hidden units respond to the validation rows.
        validation_loss: Mean loss of the validation rows.
        validation_tally: What `Model.tally` counts on them; None if nothing.
        test_loss, test_tally: Likewise, on the test rows; None unless they are scored.
    """

    units: UnitRecord
    validation_loss: Float[Scalar, ""]
    validation_tally: Float[Array, " tallies"] | None = None
    test_loss: Float[Scalar, ""] | None = None
    test_tally: Float[Array, " tallies"] | None = None


class EpochRecord(NamedTuple):
    """One line of a run's history; epoch 0 is the network as initialised.

    Losses, and what is told of layers, are the curves of these names: `nnjax.metrics` says what each is.

    Attributes:
        update_ratio: 0 at epoch 0. (The epoch's change, not a step's: norms of every step's update would cost a tenth
            of the training at batch 8.)
        train_tally: Mean over the training rows of what `Model.tally` counts: share of right answers [1], squared
            error of each output [O], or None.
        validation_tally, test_tally: The same, on the other rows.
        evaluations: How often loss and gradient of all training rows were computed; None where that is once an epoch.
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
    train_tally: Float[Array, " tallies"] | None = None
    validation_tally: Float[Array, " tallies"] | None = None
    test_loss: Float[Array, ""] | None = None
    test_tally: Float[Array, " tallies"] | None = None
    evaluations: Float[Array, ""] | None = None


def saturation_limits(model: Model) -> list[Float[Array, ""]]:
    """The slope at or below which a unit counts as saturated, a hidden layer."""
    bucket = model.bucket
    peaks = jnp.asarray([ACTIVATIONS[name].peak_slope for name in bucket.branches])
    structures = [bucket.architecture.structure(layer) for layer in range(bucket.architecture.depth)]
    return [
        SATURATION * (peaks[model.activation[layer]] if structure == "elementwise" else jnp.float32(1.0))
        for layer, structure in enumerate(structures)
    ]


def respond(
    model: Model,
    parameters: Parameters,
    moments: tuple[Moments, ...],
    x: Float[Array, "N D"],
    weights: Float[Array, " N"],
) -> tuple[Float[Array, "N O"], UnitRecord]:
    """The logits of rows outside training, and how the hidden units respond to them, as `unit_record` weighs them."""
    if model.bucket.has_fused_stack:
        limits = stack(saturation_limits(model))
        logits, *units = evaluate_stack(x, model.codes, model.activation_parameters, parameters, weights, limits)
        return logits, UnitRecord(*units)
    forward = model.forward(parameters, model.inference_inputs(x.shape[0], moments), x)
    return forward.logits, unit_record(forward, weights, model)


def unit_record(forward: Forward, weights: Float[Array, " N"], model: Model) -> UnitRecord:
    """Summarise the hidden units over rows, vmapped [N, …]; a row weighs one over their number, zero for padding."""
    means, deviations, saturated = [], [], []
    for signal, slope, limit in zip(forward.activations, forward.slopes, saturation_limits(model), strict=True):
        mean = _mean_over_units(weights, signal)
        means.append(mean)
        deviations.append(jnp.sqrt(_mean_over_units(weights, jnp.square(signal - mean))))
        saturated.append(_mean_over_units(weights, (slope <= limit).astype(weights.dtype)))
    return UnitRecord(stack(means), stack(deviations), stack(saturated))


def _mean_over_units(weights: Float[Array, " N"], values: Float[Array, "N units"]) -> Float[Scalar, ""]:
    """Weighted mean over rows and units; as a product over rows, for which XLA has a fast loop and for a sum not."""
    return jnp.mean(weights @ values)


def dead_shares(slopes: Sequence[Float[Array, " _"]]) -> Float[Array, " hidden"]:
    """Share of units whose largest slope is zero, a hidden layer."""
    return stack([jnp.mean((slope == 0).astype(jnp.float32)) for slope in slopes])


def step_record(
    gradients: StepGradients, rows: Array, tally: Array | None = None, evaluations: Array | None = None
) -> StepRecord:
    """Reduce one step of so many real rows to sums; the tally is the mean of what is counted beside the loss."""
    assert gradients.watched is not None
    return StepRecord(
        loss=gradients.loss * rows,
        weight_gradient=gradients.watched.weights,
        # The loss is a mean: the derivative of a row's own loss is n times that by it.
        preactivation_gradient=gradients.watched.preactivations * jnp.square(rows),
        tally=None if tally is None else tally * rows,
        evaluations=evaluations,
    )


def epoch_record(
    sums: StepRecord,
    ends: tuple[Parameters, Parameters],
    evaluation: Evaluation,
    slopes: Sequence[Array],
    bucket: Bucket,
) -> EpochRecord:
    """Turn an epoch's summed `StepRecord`s into the numbers that are kept.

    Its ends are the parameters before and after it, its evaluation what the rows say that are not trained on, its
    slopes each unit's largest over it.
    """
    before, parameters = ends
    change = jax.tree.map(jnp.subtract, parameters, before)
    sizes = weight_sizes(parameters)
    widths = stack([jnp.float32(width) for width in bucket.hidden_layer_sizes])
    weight_norm, change_norm = (jnp.sqrt(weight_square_sums(layers) / sizes) for layers in (parameters, change))
    return EpochRecord(
        train_loss=sums.loss / bucket.n_train,
        validation_loss=evaluation.validation_loss,
        grad_norm=jnp.sqrt(sums.weight_gradient / bucket.steps / sizes) / GRADIENT_SCALE,
        preactivation_grad_norm=jnp.sqrt(sums.preactivation_gradient / bucket.n_train / widths) / GRADIENT_SCALE,
        weight_norm=weight_norm,
        update_ratio=jnp.where(change_norm == 0, 0, change_norm / weight_norm),  # weights may be zero, and stay so
        unit_mean=evaluation.units.mean,
        unit_std=evaluation.units.std,
        unit_saturated=evaluation.units.saturated,
        unit_dead=dead_shares(slopes),
        train_tally=None if sums.tally is None else sums.tally / bucket.n_train,
        validation_tally=evaluation.validation_tally,
        test_loss=evaluation.test_loss,
        test_tally=evaluation.test_tally,
        evaluations=sums.evaluations,
    )
