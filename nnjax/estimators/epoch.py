"""An epoch of many trainings at once, each of which ends by itself: pure functions of arrays.

Beside `training.loop` since scikit-learn's step is another one: what a mini-batch's loss and penalty are divided by,
what an epoch is judged by, and when it was the last. Network, losses, clipping, penalties, noise and what is watched
are the engine's.
"""

from dataclasses import replace
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Bool, Int, Scalar

from nnjax.estimators.slot_state import BestSoFar, EpochSeen, Going, SlotData, TrainingShape
from nnjax.estimators.solvers import divided
from nnjax.network.mlp import Parameters, no_probes
from nnjax.network.normalization import Moments
from nnjax.network.outputs import predicted_correctly
from nnjax.training.diagnostics import dead_shares
from nnjax.training.gradients import GRADIENT_SCALE, step_gradients
from nnjax.training.layer_sums import stack, weight_sizes, weight_square_sums
from nnjax.training.loop import average_moments
from nnjax.training.model import Batch, Model
from nnjax.training.noise import add_noise, draw_masks

LEAST_RATE = 1e-6
"""Learning rate at or below which the adaptive schedule gives up."""

RATE_DIVISOR = 5.0
"""What it divides the rate by."""


class _Stepped(NamedTuple):
    """What the next step needs; slopes are the epoch's largest so far, if somebody watches."""

    parameters: Parameters
    solver: Any
    moments: tuple[Moments, ...]
    slopes: tuple[Array, ...] = ()


class _StepSeen(NamedTuple):
    """Sums of a step: loss times its rows, squares of the gradients by weights and by pre-activations."""

    loss: Array
    by_weights: Array | None = None
    by_preactivations: Array | None = None


class _Training:
    """The parts of one training, for an epoch in which it `rests` if it is over; every method is pure."""

    def __init__(
        self, shape: TrainingShape, given: SlotData, activation: Int[Array, " hidden"], rests: Bool[Scalar, ""]
    ) -> None:
        self.shape, self.bucket, self.given, self.rests = shape, shape.bucket, given, rests
        self.model = replace(Model.of_run(shape.bucket, given.numbers, activation), rests=rests)

    def _mini_batch(self, number: Array, examples: Array) -> tuple[Batch, Array, Array]:
        """Its rows, weighted to one together; how many they are, and what they count in all."""
        places = jnp.arange(self.bucket.batch_size)
        rest = self.given.n_train - number * self.given.batch_size
        counts = (places < jnp.minimum(rest, self.given.batch_size)).astype(jnp.float32)
        n_rows = total = jnp.sum(counts)
        if self.given.weights is not None:
            counts = counts * self.given.weights[examples]
            total = jnp.sum(counts)
        weights = counts / jnp.where(total != 0, total, 1)
        return Batch(self.given.x[examples], self.given.y[examples], weights), n_rows, total

    def step(self, carry: _Stepped, step: tuple[Array, Array, Array], steps_before: Array) -> tuple[_Stepped, Any]:
        """One mini-batch: its number in the epoch, its rows, its learning rate's share of the first."""
        number, examples, rate = step
        batch, n_rows, total = self._mini_batch(number, examples)
        keys, bucket = self.given.keys, self.bucket
        batch = batch._replace(x=add_noise(keys, steps_before + number, self.given.numbers.input_noise, batch.x))
        masks = draw_masks(
            keys, steps_before + number, self.given.numbers.dropout, bucket.hidden_layer_sizes, bucket.batch_size
        )
        counting = (batch.weights != 0).astype(jnp.float32)
        n_counting = jnp.sum(counting)
        inputs = self.model.training_inputs(masks, counting / jnp.maximum(n_counting, 1))
        gradients = step_gradients(self.model, carry.parameters, inputs, batch, self.shape.watches)
        numbers = divided(self.given.numbers, total)
        share = loss_share(bucket.loss, bucket.task, bucket.n_outputs)
        numbers = numbers._replace(learning_rate=lax.optimization_barrier(numbers.learning_rate * rate))
        updated = self.shape.update.apply(carry.parameters, carry.solver, gradients, numbers, self.rests)
        value = share * gradients.loss + updated.penalty
        moments = carry.moments
        if bucket.keeps_running_moments:
            # A row that weighs nothing is none: by its batch's share of rows, statistics of few would count as many.
            filled = n_counting / self.given.batch_size.astype(jnp.float32)
            moments = average_moments(moments, gradients.moments, filled)
        seen = _StepSeen(value * n_rows)
        slopes = carry.slopes
        if (watched := gradients.watched) is not None:
            seen = _StepSeen(value * n_rows, watched.weights, watched.preactivations * jnp.square(n_rows))
            slopes = tuple(map(jnp.maximum, slopes, watched.slopes))
        return _Stepped(updated.parameters, updated.state, moments, slopes), seen

    def score(self, parameters: Parameters, moments: tuple[Moments, ...]) -> Array:
        """R² of the validation rows, the outputs' mean; or the share of them whose class or labels are all right."""
        given = self.given
        assert given.x_validation is not None
        assert given.y_validation is not None
        assert given.validation_weights is not None
        assert given.validation_variance is not None
        logits = self.model.logits(parameters, moments, given.x_validation)
        batch = Batch(given.x_validation, given.y_validation, given.validation_weights)
        if self.bucket.task == "classification":
            several = self.bucket.output == "logistic" and self.bucket.n_outputs > 1
            right = jax.vmap(_all_labels if several else predicted_correctly)(logits, batch.y)
            return jnp.sum(batch.weights * right)
        errors = self.model.tally(logits, batch)
        if errors is None:  # one output, and the loss tells: its tally is not made
            errors = jnp.sum(batch.weights[:, None] * jnp.square(logits - batch.y), axis=0)
        variance = given.validation_variance
        met = jnp.where(jnp.isnan(errors), errors, (errors == 0).astype(errors.dtype))
        return jnp.mean(jnp.where(variance > 0, 1 - errors / jnp.where(variance > 0, variance, 1), met))

    def epoch(self, going: Going, examples: Array, rates: Array) -> tuple[Going, EpochSeen]:
        """One pass over the training rows, and what follows from it; nothing changes where the training is over."""
        steps = self.bucket.steps
        slopes = no_probes(self.bucket.architecture) if self.shape.watches else ()
        start = _Stepped(going.parameters, going.solver, going.moments, slopes)
        shares = rates * going.reached.rate_share
        after, sums = lax.scan(
            lambda carry, step: self.step(carry, step, going.epoch * steps),
            start,
            (jnp.arange(steps), examples, shares),
        )
        loss = jnp.sum(sums.loss) / self.given.n_train.astype(jnp.float32)
        score = self.score(after.parameters, after.moments) if self.shape.is_judged_by_score else None
        seen = EpochSeen(loss, score)
        if self.shape.watches:
            seen = self._watched(seen, going, after, sums)
        finite = [jnp.all(jnp.isfinite(leaf)) for leaf in jax.tree.leaves(after.parameters)]
        came_to = going._replace(
            parameters=after.parameters,
            solver=after.solver,
            moments=after.moments,
            epoch=going.epoch + 1,
            is_finite=jnp.all(jnp.stack(finite)),
        )
        came_to = self._judge(came_to, loss if score is None else score)
        went_on: Going = jax.tree.map(lambda old, new: jnp.where(self.rests, old, new), going, came_to)
        if self.shape.update.lets_rest(going.parameters):
            went_on = went_on._replace(parameters=after.parameters, solver=after.solver)
        return went_on, seen

    def _judge(self, going: Going, value: Array) -> Going:
        """Whether it was the last epoch; `value` is what decides."""
        given, before = self.given, going.reached
        if self.shape.is_judged_by_score:
            gained, is_better = ~(value < before.best + given.tol), value > before.best
        else:
            gained, is_better = ~(value > before.best - given.tol), value < before.best
        without = jnp.where(gained, 0, before.n_without_improvement + 1)
        is_stuck = without.astype(jnp.float32) > given.n_iter_no_change
        slows = is_stuck & given.is_adaptive
        slows &= given.numbers.learning_rate * before.rate_share > LEAST_RATE
        is_last = (going.epoch >= given.max_iter) | ~going.is_finite
        best = going.best
        if best is not None:
            now = (going.parameters, going.moments)
            best = jax.tree.map(lambda new, old: jnp.where(is_better, new, old), now, best)
        reached = BestSoFar(
            best=jnp.where(is_better, value, before.best),
            n_without_improvement=jnp.where(slows, 0, without),
            rate_share=jnp.where(slows, before.rate_share / RATE_DIVISOR, before.rate_share),
        )
        return going._replace(reached=reached, is_over=(is_stuck & ~slows) | is_last, best=best)

    def _watched(self, seen: EpochSeen, before: Going, after: _Stepped, sums: Any) -> EpochSeen:
        sizes, bucket = weight_sizes(after.parameters), self.bucket
        widths = stack([jnp.float32(width) for width in bucket.hidden_layer_sizes])
        change = jax.tree.map(jnp.subtract, after.parameters, before.parameters)
        norm, moved = (jnp.sqrt(weight_square_sums(layers) / sizes) for layers in (after.parameters, change))
        by_weights, by_z = (jnp.sum(each, axis=0) for each in (sums.by_weights, sums.by_preactivations))
        return seen._replace(
            grad_norm=jnp.sqrt(by_weights / bucket.steps / sizes) / GRADIENT_SCALE,
            preactivation_grad_norm=jnp.sqrt(by_z / self.given.n_train.astype(jnp.float32) / widths) / GRADIENT_SCALE,
            weight_norm=norm,
            update_ratio=jnp.where(moved == 0, 0, moved / norm),
            unit_dead=dead_shares(after.slopes),
        )


def loss_share(loss: str, task: str, n_outputs: int) -> float:
    """What scikit-learn's value of a loss is of ours: of a squared error the mean over the outputs.

    Its gradient is that of their sum all the same, as ours is. Poisson's deviance and the classes' surprise are sums.

    >>> loss_share("half_mean_squared_error", "regression", 2), loss_share("poisson", "regression", 2)
    (0.5, 1.0)
    """
    return 1 / n_outputs if task == "regression" and loss != "poisson" else 1.0


def _all_labels(logits: Array, target: Array) -> Array:
    agree = jnp.all((logits > 0) == (target > 0.5)).astype(logits.dtype)
    return jnp.where(jnp.any(jnp.isnan(logits)), jnp.full_like(agree, jnp.nan), agree)


def make_epochs(shape: TrainingShape) -> jax.stages.Wrapped:
    """The jitted function that trains all slots for some epochs, or until the last of them is over.

    (given [runs, …], activation [hidden], going [runs, …], examples [lines, runs, steps, batch], rates [lines, runs,
    steps], count) → going, and `EpochSeen`s [lines, runs, …] of which the first `count` may be filled.
    """

    def one(given: SlotData, activation: Array, going: Going, examples: Array, rates: Array) -> tuple[Going, EpochSeen]:
        return _Training(shape, given, activation, going.is_over).epoch(going, examples, rates)

    # The activation is shared: under vmap a batched index would run every branch of the switch.
    every = jax.jit(jax.vmap(one, in_axes=(0, None, 0, 0, 0)), inline=True)

    def train(given: SlotData, activation: Array, going: Going, examples: Array, rates: Array, count: Array) -> Any:
        _, shapes = jax.eval_shape(every, given, activation, going, examples[0], rates[0])
        seen = jax.tree.map(lambda each: jnp.zeros((shape.lines, *each.shape), each.dtype), shapes)

        def is_going(carried: tuple[Array, Going, EpochSeen]) -> Array:
            number, reached, _ = carried
            return (number < count) & ~jnp.all(reached.is_over)

        def take(carried: tuple[Array, Going, EpochSeen]) -> tuple[Array, Going, EpochSeen]:
            number, reached, so_far = carried
            after, line = every(given, activation, reached, examples[number], rates[number])
            put = jax.tree.map(lambda all_, new: all_.at[number].set(new), so_far, line)
            return number + 1, after, put

        _, reached, seen = lax.while_loop(is_going, take, (jnp.int32(0), going, seen))
        return reached, seen

    return jax.jit(train, donate_argnums=2)
