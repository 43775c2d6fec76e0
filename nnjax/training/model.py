"""The network of a bucket, over rows: forward passes, losses, tallies and predictions."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int, Scalar

from nnjax.kernels.activation_codes import ACTIVATION_CODES, RESTING
from nnjax.kernels.dense_stack import predict_stack
from nnjax.network.activations import ActivationParameters
from nnjax.network.losses import AS_USUAL, LOSSES, LossParameters
from nnjax.network.mlp import Forward, ForwardInputs, Parameters, apply, no_probes
from nnjax.network.normalization import EXAMPLES, Moments
from nnjax.network.outputs import OUTPUTS, predicted_correctly
from nnjax.training.bucket import Bucket
from nnjax.training.optimizers import Hyperparameters

_PER_ROW: Any = 0
_SHARED: Any = None
# A probe a row: shared ones would give the sum over rows, and lose each row's own derivative.
INPUT_AXES = ForwardInputs(probes=_PER_ROW, masks=_PER_ROW, weight=_PER_ROW, moments=_SHARED)
FORWARD_AXES = Forward(logits=_PER_ROW, activations=_PER_ROW, slopes=_PER_ROW, moments=_SHARED)


class Batch(NamedTuple):
    """Rows with what each counts: one over their number, or its own share; zero for padding."""

    x: Float[Array, "N D"]
    y: Float[Array, "N O"]
    weights: Float[Array, " N"]


@dataclass(frozen=True)
class Model:
    """A bucket's network with the run's own activation: its position in the bucket's branches, one a hidden layer.

    Attributes:
        rests: Whether the run has ended, so that operations compute nothing of it; None where runs end together.
    """

    bucket: Bucket
    activation: Int[Array, " hidden"]
    activation_parameters: ActivationParameters
    loss_parameters: LossParameters = AS_USUAL
    rests: Bool[Scalar, ""] | None = None

    @classmethod
    def of_run(cls, bucket: Bucket, numbers: Hyperparameters, activation: Int[Array, " hidden"]) -> "Model":
        """The network with what a run's numbers say of its activations and its loss."""
        of_activations = ActivationParameters(numbers.negative_slope, numbers.elu_alpha)
        return cls(bucket, activation, of_activations, LossParameters(numbers.huber_delta, numbers.loss_quantile))

    @property
    def codes(self) -> Int[Array, " hidden"]:
        """How the fused operations know each hidden layer's activation."""
        codes = jnp.asarray([ACTIVATION_CODES[name] for name in self.bucket.branches], jnp.int32)[self.activation]
        return codes if self.rests is None else jnp.where(self.rests, RESTING, codes)

    def forward(self, parameters: Parameters, inputs: ForwardInputs, x: Float[Array, "N D"]) -> Forward:
        """Carry N rows through the network: `apply`, vmapped over the examples."""

        def one(beside: ForwardInputs, row: Array) -> Forward:
            return apply(self.bucket.architecture, parameters, beside, self.activation, self.activation_parameters, row)

        over_rows = jax.vmap(one, in_axes=(INPUT_AXES, 0), out_axes=FORWARD_AXES, axis_name=EXAMPLES)
        forward: Forward = over_rows(inputs, x)
        return forward

    def loss(self, parameters: Parameters, inputs: ForwardInputs, batch: Batch) -> tuple[Float[Scalar, ""], Forward]:
        """Weighted sum of the examples' losses: their mean, as the weights together are one."""
        forward = self.forward(parameters, inputs, batch.x)
        return self.loss_of(forward.logits, batch), forward

    def loss_of(self, logits: Float[Array, "N O"], batch: Batch) -> Float[Scalar, ""]:
        """The same, of rows whose logits are known."""
        loss = LOSSES[self.bucket.loss]
        losses = jax.vmap(lambda logits, target: loss(logits, target, self.bucket.output, self.loss_parameters))(
            logits, batch.y
        )
        return jnp.sum(batch.weights * losses)

    def tally(self, logits: Float[Array, "N O"], batch: Batch) -> Float[Array, " tallies"] | None:
        """What is counted beside the loss, weighted: the right answers [1], or each output's squared error [O].

        None for the regression of one output by its squared error, where the loss says it all.
        """
        if not self.bucket.tallies:
            return None
        if self.bucket.task == "classification":
            right = jax.vmap(predicted_correctly)(logits, batch.y)
            return jnp.sum(batch.weights * right)[None]
        errors = jnp.square(OUTPUTS[self.bucket.output].apply(logits) - batch.y)
        return jnp.sum(batch.weights[:, None] * errors, axis=0)

    def training_inputs(
        self, masks: tuple[Float[Array, "N _"], ...] | None, counts: Float[Array, " N"]
    ) -> ForwardInputs:
        """What accompanies a mini-batch in training: what dropout leaves, and what each row counts in statistics."""
        weight = counts if self.bucket.normalization == "batch" else None
        return ForwardInputs(no_probes(self.bucket.architecture, self.bucket.batch_size), masks, weight)

    def inference_inputs(self, rows: int, moments: tuple[Moments, ...]) -> ForwardInputs:
        """What accompanies rows outside training: no masks, given statistics."""
        return ForwardInputs(no_probes(self.bucket.architecture, rows), moments=moments or None)

    def training_moments(self, parameters: Parameters, x: Float[Array, "N D"]) -> tuple[Moments, ...]:
        """The statistics of batch normalisation over all rows, by one pass over them; empty where none are needed."""
        if self.bucket.normalization != "batch" or self.bucket.keeps_running_moments:
            return ()
        rows = x.shape[0]
        weight = jnp.full(rows, 1 / rows, dtype=x.dtype)
        inputs = ForwardInputs(no_probes(self.bucket.architecture, rows), weight=weight)
        return self.forward(parameters, inputs, x).moments

    def logits(
        self, parameters: Parameters, moments: tuple[Moments, ...], x: Float[Array, "N D"]
    ) -> Float[Array, "N O"]:
        """The logits of N rows outside training."""
        if self.bucket.has_fused_stack:
            return predict_stack(x, self.codes, self.activation_parameters, parameters)
        return self.forward(parameters, self.inference_inputs(x.shape[0], moments), x).logits

    def predict(
        self, parameters: Parameters, moments: tuple[Moments, ...], x: Float[Array, "N D"]
    ) -> Float[Array, "N O"]:
        """The predictions of N rows: the output function of the logits."""
        predicted: Array = jax.vmap(OUTPUTS[self.bucket.output].apply)(self.logits(parameters, moments, x))
        return predicted
