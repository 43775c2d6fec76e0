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
    """What a run begins with: its initial parameters, its numbers, its rows and the order of its examples.

    The order has a line for every line of the history, the one before training included.
    """

    parameters: Parameters
    hyperparameters: Hyperparameters
    rows: Rows
    examples: Int[Array, "lines steps batch"]


class Trained(NamedTuple):
    """What a training returns.

    Attributes:
        history: Lines 0 … E, stacked; line 0 is the network as initialised.
        prediction: Scaled test predictions of the parameters with the lowest validation loss [T, O].
        last_prediction: Scaled test predictions of the last parameters [T, O].
        last_parameters: The last parameters.
    """

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


def forward_rows(parameters: Parameters, probes: Sequence[Array], activation: Array, x: Float[Array, "N D"]) -> Forward:
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

    Line 0 of the history comes from an epoch like any other, at a learning rate of zero and with the optimiser's state
    put back afterwards: the network as initialised is looked at by the very code that looks at it later, and nothing
    is compiled twice.

    Args:
        bucket: All that shapes the program.

    Returns:
        (start, batch weights [steps, batch], activation) → `Trained`; pure, so that it can be vmapped and jitted.
    """
    gradient = jax.value_and_grad(batch_loss, argnums=(2, 3), has_aux=True)

    def train(start: Start, weights: Array, activation: Array) -> Trained:
        rows = start.rows

        def step(live: Array, carry: Carry, batch: tuple[Array, Array]) -> tuple[Carry, StepRecord]:
            examples, weight = batch
            rate = start.hyperparameters.learning_rate * live
            optimizer = make_optimizer(bucket.optimizer, start.hyperparameters._replace(learning_rate=rate))
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

        def epoch(carry: tuple[Carry, Best], line: tuple[Array, Array]) -> tuple[tuple[Carry, Best], EpochRecord]:
            before, best = carry
            examples, live = line
            fresh = before._replace(slopes=jax.tree.map(jnp.zeros_like, before.slopes))
            after, records = lax.scan(lambda inner, batch: step(live, inner, batch), fresh, (examples, weights))
            sums = jax.tree.map(lambda values: jnp.sum(values, axis=0), records)
            units, loss = look(after.parameters)
            ends = (before.parameters, after.parameters)
            record = epoch_record(sums, ends, units, after.slopes, loss, (bucket.n_train, bucket.steps))
            after = after._replace(state=_keep(live > 0, after.state, before.state))
            return (after, _better(best, after.parameters, jnp.where(live > 0, loss, jnp.inf))), record

        slopes = tuple(jnp.zeros_like(layer.bias) for layer in start.parameters[:-1])
        state = make_optimizer(bucket.optimizer, start.hyperparameters).init(start.parameters)
        unset = Best(start.parameters, jnp.float32(jnp.inf))
        live = jnp.arange(bucket.epochs + 1).clip(0, 1).astype(jnp.float32)
        first = (Carry(start.parameters, state, slopes), unset)
        (last, best), history = lax.scan(epoch, first, (start.examples, live))
        both = jax.tree.map(lambda *leaves: jnp.stack(leaves), best.parameters, last.parameters)
        prediction, last_prediction = lax.map(lambda parameters: _predict(parameters, activation, rows.x_test), both)
        return Trained(history, prediction, last_prediction, last.parameters)

    return train


def _keep(condition: Array, new: Any, old: Any) -> Any:
    return jax.tree.map(lambda value, other: jnp.where(condition, value, other), new, old)


def _better(best: Best, parameters: Parameters, loss: Array) -> Best:
    improved = loss < best.validation_loss  # false for NaN: a diverged run keeps what it had
    chosen: Best = _keep(improved, Best(parameters, loss), best)
    return chosen


def _predict(parameters: Parameters, activation: Array, x: Array) -> Array:
    return forward_rows(parameters, zero_probes(parameters, x.shape[0]), activation, x).prediction


def make_chunk_training(bucket: Bucket) -> jax.stages.Wrapped:
    """`make_training`, vmapped over the runs of a chunk and jitted: one program a bucket, whatever the activation."""
    return jax.jit(jax.vmap(make_training(bucket), in_axes=(0, None, None)))
