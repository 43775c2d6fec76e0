"""One mini-batch seen by the network: its loss, the gradient of it, and what is watched on the way."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Scalar

from nnjax.kernels.dense_stack import StackOutput, Watched, dense_stack, nothing_watched
from nnjax.network.mlp import Forward, ForwardInputs, Parameters
from nnjax.network.normalization import Moments
from nnjax.training.layer_sums import square_sum, stack, weight_square_sums
from nnjax.training.model import Batch, Model

GRADIENT_SCALE = 2.0**24
"""What the loss is multiplied with before it is differentiated: squares of gradients leave float32's range first.

A power of two, so that no digit changes. Without it the g_l of deep sigmoid networks became zero where the gradients
themselves were still known: now they are followed down to 1e-23, which the first of some 35 logistic layers has. To
scale the gradients themselves cost 10 % of a training: XLA multiplies them by a whole array of this number.
"""


class WatchedStep(NamedTuple):
    """What is watched of a step; the squares are in units of 1/`GRADIENT_SCALE`².

    Attributes:
        weights: ‖∂loss/∂W‖² a layer [L + 1], penalty not included.
        preactivations: Σ (∂loss/∂z)² over rows and units a hidden layer [L], of the mini-batch's mean loss.
        slopes: Each hidden unit's largest slope over the mini-batch: zero on all rows means dead.
    """

    weights: Float[Array, " layers"]
    preactivations: Float[Array, " hidden"]
    slopes: tuple[Float[Array, " _"], ...]


class StepGradients(NamedTuple):
    """What a step begins with.

    Attributes:
        loss: Weighted sum of the examples' losses.
        scaled: Its gradient by the parameters, times `scale`.
        scale: `GRADIENT_SCALE`; 1 where nothing is watched.
        logits: Of all rows, before the step.
        moments: The statistics that batch normalisation used; empty without.
        watched: None where nobody asks.
    """

    loss: Float[Scalar, ""]
    scaled: Parameters
    scale: float
    logits: Float[Array, "N O"]
    moments: tuple[Moments, ...]
    watched: WatchedStep | None

    @property
    def gradient(self) -> Parameters:
        """The gradient itself."""
        if self.scale == 1.0:
            return self.scaled
        gradient: Parameters = jax.tree.map(lambda leaf: leaf / self.scale, self.scaled)
        return gradient


def step_gradients(
    model: Model, parameters: Parameters, inputs: ForwardInputs, batch: Batch, watches: bool = True
) -> StepGradients:
    """Loss and gradient of a mini-batch, whose weights are the loss's, and what is watched of them, if anything is.

    The probes of its inputs are where the derivatives by the pre-activations are read.
    """
    if model.bucket.trains_by_stack:
        return _by_operation(model, parameters, batch, watches)
    return _by_examples(model, parameters, inputs, batch, watches)


def _by_examples(
    model: Model, parameters: Parameters, inputs: ForwardInputs, batch: Batch, watches: bool
) -> StepGradients:
    scale = GRADIENT_SCALE if watches else 1.0

    def scaled_loss(parameters: Parameters, probes: tuple[Array, ...]) -> tuple[Array, Forward]:
        loss, forward = model.loss(parameters, inputs._replace(probes=probes), batch)
        return scale * loss, forward

    # By the probes too: the gradient by a layer's zeros is ∂loss/∂z there.
    by = (0, 1) if watches else (0,)
    gradient_of: Any = jax.value_and_grad(scaled_loss, argnums=by, has_aux=True)
    (loss, forward), (scaled, *by_probes) = gradient_of(parameters, inputs.probes)
    watched = None
    if watches:
        squares = stack([square_sum(delta) for delta in by_probes[0]])
        watched = WatchedStep(weight_square_sums(scaled), squares, largest_slopes(forward))
    return StepGradients(loss / scale, scaled, scale, forward.logits, forward.moments, watched)


def _by_operation(model: Model, parameters: Parameters, batch: Batch, watches: bool) -> StepGradients:
    """The same by the fused stack, which sums its squares on the way: to watch costs next to nothing."""
    scale = GRADIENT_SCALE if watches else 1.0

    def scaled_loss(parameters: Parameters, watched: Watched) -> tuple[Array, StackOutput]:
        output = dense_stack(batch.x, model.codes, model.activation_parameters, parameters, watched)
        return scale * model.loss_of(output.logits, batch), output

    gradient_of = jax.value_and_grad(scaled_loss, argnums=(0, 1), has_aux=True)
    (loss, output), (scaled, squares) = gradient_of(parameters, nothing_watched(model.bucket.architecture.depth))
    watched = WatchedStep(squares.weights, squares.preactivations, output.largest_slopes) if watches else None
    return StepGradients(loss / scale, scaled, scale, output.logits, (), watched)


def largest_slopes(forward: Forward) -> tuple[Float[Array, " _"], ...]:
    """Each hidden unit's largest slope over a mini-batch."""
    return tuple(jnp.max(slope, axis=0) for slope in forward.slopes)
