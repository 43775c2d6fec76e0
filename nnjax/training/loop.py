"""One whole training as one pure function: scan over epochs, scan over steps, diagnostics inside; vmapped over runs."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax
from jax import lax
from jaxtyping import Array, Float, Int, Scalar

from nnjax.network.losses import LOSSES
from nnjax.network.mlp import Forward, Parameters, apply
from nnjax.training.bucket import Bucket
from nnjax.training.diagnostics import (
    EpochRecord,
    StepRecord,
    epoch_record,
    largest_slopes,
    step_record,
    unit_record,
    without_update,
)
from nnjax.training.optimizers import Hyperparameters, make_optimizer


class Rows(NamedTuple):
    """One run's scaled data; M = validation rows, T = test rows, padded to the bucket's maxima.

    Attributes:
        x_train: [N, D]
        y_train: [N, O]
        x_validation: [M, D]
        y_validation: [M, O]
        validation_weights: One over the number of validation rows, zero for padding [M].
        x_test: [T, D]
    """

    x_train: Float[Array, "N D"]
    y_train: Float[Array, "N O"]
    x_validation: Float[Array, "M D"]
    y_validation: Float[Array, "M O"]
    validation_weights: Float[Array, " M"]
    x_test: Float[Array, "T D"]


class Start(NamedTuple):
    """What a run begins with: its initial parameters, its numbers, its rows and the order of its examples."""

    parameters: Parameters
    hyperparameters: Hyperparameters
    rows: Rows
    examples: Int[Array, "epochs steps batch"]


class Trained(NamedTuple):
    """What a training returns.

    Attributes:
        initial: The history's line 0.
        history: Lines 1 … E, stacked.
        prediction: Scaled test predictions of the parameters with the lowest validation loss [T, O].
        last_prediction: Scaled test predictions of the last parameters [T, O].
        last_parameters: The last parameters.
    """

    initial: EpochRecord
    history: EpochRecord
    prediction: Float[Array, "T O"]
    last_prediction: Float[Array, "T O"]
    last_parameters: Parameters


class Carry(NamedTuple):
    """What the next step needs, and the largest slopes of the epoch so far."""

    parameters: Parameters
    state: optax.OptState
    slopes: tuple[Float[Array, " units"], ...]


class Best(NamedTuple):
    """The parameters with the lowest validation loss so far."""

    parameters: Parameters
    validation_loss: Float[Scalar, ""]


def forward_rows(
    parameters: Parameters, probes: Sequence[Array], activation: Array, x: Float[Array, "N D"]
) -> Forward:
    """Carry N rows through the network: `apply`, vmapped over the examples."""
    return jax.vmap(apply, in_axes=(None, 0, None, 0))(parameters, tuple(probes), activation, x)


def zero_probes(parameters: Parameters, n_rows: int) -> tuple[Float[Array, "N units"], ...]:
    """The zeros at which the derivatives by the pre-activations are read."""
    return tuple(jnp.zeros((n_rows, layer.bias.size)) for layer in parameters[:-1])


def batch_loss(
    loss_name: str,
    activation: Array,
    parameters: Parameters,
    probes: Sequence[Array],
    batch: tuple[Array, Array, Array],
) -> tuple[Float[Scalar, ""], Forward]:
    """Weighted sum of the examples' losses: the mean, when the weights are one over their number.

    Args:
        loss_name: A key of `LOSSES`.
        activation: Position in `ACTIVATIONS`.
        parameters: The network's.
        probes: Zeros [N, units] a hidden layer.
        batch: Features [N, D], targets [N, O], weights [N].
    """
    x, y, weights = batch
    forward = forward_rows(parameters, probes, activation, x)
    losses = jax.vmap(LOSSES[loss_name])(forward.prediction, y)
    return jnp.sum(weights * losses), forward


def make_training(bucket: Bucket) -> Callable[[Start, Array, Array], Trained]:
    """Build the function that trains one run.

    Args:
        bucket: All that shapes the program.

    Returns:
        (start, batch weights [steps, batch], activation) → `Trained`; pure, so that it can be vmapped and jitted.
    """
    gradient = jax.value_and_grad(batch_loss, argnums=(2, 3), has_aux=True)

    def train(start: Start, weights: Array, activation: Array) -> Trained:
        optimizer = make_optimizer(bucket.optimizer, start.hyperparameters)
        rows = start.rows

        def step(carry: Carry, batch: tuple[Array, Array]) -> tuple[Carry, StepRecord]:
            examples, weight = batch
            probes = zero_probes(carry.parameters, bucket.batch_size)
            inputs = (rows.x_train[examples], rows.y_train[examples], weight)
            (loss, forward), gradients = gradient(bucket.loss, activation, carry.parameters, probes, inputs)
            updates, state = optimizer.update(gradients[0], carry.state, carry.parameters)
            slopes = tuple(map(jnp.maximum, carry.slopes, largest_slopes(forward)))
            record = step_record(loss, 1 / weight[0], gradients)
            return Carry(optax.apply_updates(carry.parameters, updates), state, slopes), record

        def look(parameters: Parameters) -> tuple[Any, Array]:
            batch = (rows.x_validation, rows.y_validation, rows.validation_weights)
            probes = zero_probes(parameters, bucket.n_validation)
            loss, forward = batch_loss(bucket.loss, activation, parameters, probes, batch)
            return unit_record(forward, rows.validation_weights, activation), loss

        def epoch(carry: tuple[Carry, Best], examples: Array) -> tuple[tuple[Carry, Best], EpochRecord]:
            before, best = carry
            fresh = before._replace(slopes=jax.tree.map(jnp.zeros_like, before.slopes))
            after, records = lax.scan(step, fresh, (examples, weights))
            sums = jax.tree.map(lambda values: jnp.sum(values, axis=0), records)
            units, loss = look(after.parameters)
            record = epoch_record(
                sums, (before.parameters, after.parameters), units, after.slopes, loss, (bucket.n_train, bucket.steps)
            )
            return (after, _better(best, after.parameters, loss)), record

        def initial_record() -> EpochRecord:
            weight = jnp.full(bucket.n_train, 1 / bucket.n_train)
            probes = zero_probes(start.parameters, bucket.n_train)
            inputs = (rows.x_train, rows.y_train, weight)
            (loss, forward), gradients = gradient(bucket.loss, activation, start.parameters, probes, inputs)
            sums = step_record(loss, jnp.float32(bucket.n_train), gradients)
            units, validation_loss = look(start.parameters)
            slopes = largest_slopes(forward)
            ends = (start.parameters, start.parameters)
            record = epoch_record(sums, ends, units, slopes, validation_loss, (bucket.n_train, 1))
            return without_update(record)

        slopes = tuple(jnp.zeros_like(layer.bias) for layer in start.parameters[:-1])
        first = Carry(start.parameters, optimizer.init(start.parameters), slopes)
        unset = Best(start.parameters, jnp.float32(jnp.inf))
        (last, best), history = lax.scan(epoch, (first, unset), start.examples)
        return Trained(
            initial=initial_record(),
            history=history,
            prediction=_predict(best.parameters, activation, rows.x_test),
            last_prediction=_predict(last.parameters, activation, rows.x_test),
            last_parameters=last.parameters,
        )

    return train


def _better(best: Best, parameters: Parameters, loss: Array) -> Best:
    improved = loss < best.validation_loss  # false for NaN: a diverged run keeps what it had
    return jax.tree.map(lambda new, old: jnp.where(improved, new, old), Best(parameters, loss), best)  # type: ignore[no-any-return]


def _predict(parameters: Parameters, activation: Array, x: Array) -> Array:
    return forward_rows(parameters, zero_probes(parameters, x.shape[0]), activation, x).prediction


def make_chunk_training(bucket: Bucket) -> Callable[[Start, Array, Array], Trained]:
    """`make_training`, vmapped over the runs of a chunk and jitted: one program a bucket, whatever the activation."""
    return jax.jit(jax.vmap(make_training(bucket), in_axes=(0, None, None)))
