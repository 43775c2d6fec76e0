"""A training as pure functions, vmapped over the runs of a chunk: its beginning, a line of its history, its end.

A line is an epoch: a scan over steps, diagnostics inside.
"""

import functools
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax
from jax import lax
from jaxtyping import Array, Float, Int, Scalar

from nnjax.network.mlp import ForwardInputs, Parameters, initial_moments, no_probes
from nnjax.network.normalization import RUNNING_SHARE, Moments, running_moments
from nnjax.training.bucket import Bucket
from nnjax.training.diagnostics import EpochRecord, Evaluation, StepRecord, epoch_record, respond, step_record
from nnjax.training.gradients import StepGradients, step_gradients
from nnjax.training.lbfgs import lbfgs, lbfgs_step
from nnjax.training.model import Batch, Model
from nnjax.training.noise import Keys, add_noise, draw_masks
from nnjax.training.optimizers import Hyperparameters
from nnjax.training.update import make_optimizer, penalise, penalty, take_step

UNROLLED_BATCH_SIZE = 8
"""Largest mini-batch of which two steps are unrolled. Measured with 2 to 8 layers of 64 units: 4 to 7 % quicker at 8;
between 2 % quicker and 1 % slower at 32, for a longer compile."""


class RowWeights(NamedTuple):
    """What a run's rows count where they count differently.

    Attributes:
        train: In the loss, mean one [N].
        train_scores: In scores, mean one [N].
        validation: In the loss, together one, zero for padding [M].
        test: Likewise [T]; None unless test rows are scored after every epoch.
    """

    train: Float[Array, " N"]
    train_scores: Float[Array, " N"]
    validation: Float[Array, " M"]
    test: Float[Array, " T"] | None = None


class Rows(NamedTuple):
    """One run's scaled data; M = validation rows, T = test rows, padded to the bucket's maxima.

    Attributes:
        validation_weights: What they count in scores, together one, zero for padding [M]: one over their number,
            unless a column of the table says otherwise.
        y_test: None unless test rows are scored after every epoch.
        test_weights: As validation_weights; None like y_test.
        weights: None where all rows count alike.
    """

    x_train: Float[Array, "N D"]
    y_train: Float[Array, "N O"]
    x_validation: Float[Array, "M D"]
    y_validation: Float[Array, "M O"]
    validation_weights: Float[Array, " M"]
    x_test: Float[Array, "T D"]
    y_test: Float[Array, "T O"] | None = None
    test_weights: Float[Array, " T"] | None = None
    weights: RowWeights | None = None


class Constants(NamedTuple):
    """What stays with a run from its first line to its last: its numbers, its data, where its noise comes from."""

    hyperparameters: Hyperparameters
    rows: Rows
    keys: Keys = Keys()


class Start(NamedTuple):
    """What a run begins with.

    The order and the rates have a line for every line of the history, the one before training included.

    Attributes:
        examples: Row of the training part that comes when.
        rates: Learning rate of every step relative to `learning_rate`; zero on line 0.
    """

    parameters: Parameters
    constants: Constants
    examples: Int[Array, "lines steps batch"]
    rates: Float[Array, "lines steps"]


class HistoryLine(NamedTuple):
    """What one line of a run's history is trained by: order and rates as in `Start`, and its number from 0."""

    examples: Int[Array, "steps batch"]
    rates: Float[Array, " steps"]
    number: Int[Scalar, ""]


class Network(NamedTuple):
    """A trained network: its parameters, and the statistics by which batch normalisation predicts; empty without."""

    parameters: Parameters
    moments: tuple[Moments, ...]


class Trained(NamedTuple):
    """What a training returns.

    Attributes:
        history: Lines 0 … E, stacked; line 0 is the network as initialised.
        prediction: Of the test rows, scaled, by the network with the lowest validation loss; last_prediction, by the
            last one; and so for validation rows.
        best: The network with the lowest validation loss; last, the last one.
    """

    history: EpochRecord
    prediction: Float[Array, "T O"]
    last_prediction: Float[Array, "T O"]
    validation_prediction: Float[Array, "M O"]
    last_validation_prediction: Float[Array, "M O"]
    best: Network
    last: Network


_PER_RUN: Any = 0
_SHARED: Any = None
LINE_AXES = HistoryLine(examples=_PER_RUN, rates=_PER_RUN, number=_SHARED)


class Carry(NamedTuple):
    """What the next step needs, and the largest slopes of the epoch so far."""

    parameters: Parameters
    state: optax.OptState
    running: tuple[Moments, ...]
    slopes: tuple[Float[Array, " _"], ...]


class Best(NamedTuple):
    """The network with the lowest validation loss so far: parameters, and statistics for batch normalisation."""

    parameters: Parameters
    moments: tuple[Moments, ...]
    validation_loss: Float[Scalar, ""]


class TrainingState(NamedTuple):
    """Where a training stands between two lines; the moments are those by which the last network predicts."""

    carry: Carry
    best: Best
    moments: tuple[Moments, ...]


class Step(NamedTuple):
    """What one step is given: its examples, what they count, its relative rate, its number since the start."""

    examples: Int[Array, " batch"]
    weights: Float[Array, " batch"]
    rate: Float[Scalar, ""]
    number: Int[Scalar, ""]


class _Training:
    """The parts of one run's training; every method is pure."""

    def __init__(self, bucket: Bucket, constants: Constants, activation: Array) -> None:
        numbers = constants.hyperparameters
        self.bucket, self.constants, self.numbers = bucket, constants, numbers
        self.model = Model.of_run(bucket, numbers, activation)
        self.keeps_running = bucket.keeps_running_moments

    def begin(self, parameters: Parameters) -> TrainingState:
        """Before the first line."""
        lone = self.bucket.optimizer == "lbfgs"
        optimizer = lbfgs() if lone else make_optimizer(self.bucket.update_rule, self.numbers)
        moments = initial_moments(self.bucket.architecture, parameters)
        running = moments if self.keeps_running else ()
        carry = Carry(parameters, optimizer.init(parameters), running, no_probes(self.bucket.architecture))
        return TrainingState(carry, Best(parameters, moments, jnp.float32(jnp.inf)), moments)

    def step(self, carry: Carry, step: Step) -> tuple[Carry, StepRecord]:
        """One mini-batch: gradient, update, and what is watched."""
        rows, size = self.constants.rows, self.bucket.batch_size
        keys, widths = self.constants.keys, self.bucket.hidden_layer_sizes
        x = add_noise(keys, step.number, self.numbers.input_noise, rows.x_train[step.examples])
        batch = scored = Batch(x, rows.y_train[step.examples], step.weights)
        if rows.weights is not None:
            # Not over the batch's sum of weights, which is another one each time: steps are right on average.
            batch = batch._replace(weights=step.weights * rows.weights.train[step.examples])
            if self.bucket.tallies:
                scored = batch._replace(weights=step.weights * rows.weights.train_scores[step.examples])
        masks = draw_masks(keys, step.number, self.numbers.dropout, widths, size)
        inputs = self.model.training_inputs(masks, step.weights)
        gradients = step_gradients(self.model, carry.parameters, inputs, batch)
        parameters, state, evaluations = self._update(carry, step.rate, gradients, (inputs, batch))
        # Padding stands at a batch's end, so its first row is a real one.
        n_rows = 1 / step.weights[0]
        running = average_moments(carry.running, gradients.moments, n_rows / size) if self.keeps_running else ()
        assert gradients.watched is not None
        slopes = tuple(map(jnp.maximum, carry.slopes, gradients.watched.slopes))
        tally = self.model.tally(gradients.logits, scored)
        return Carry(parameters, state, running, slopes), step_record(gradients, n_rows, tally, evaluations)

    def _update(
        self, carry: Carry, rate: Array, gradients: StepGradients, given: tuple[ForwardInputs, Batch]
    ) -> tuple[Parameters, optax.OptState, Array | None]:
        numbers, rule = self.numbers, self.bucket.update_rule
        if self.bucket.optimizer != "lbfgs":
            taken = lax.optimization_barrier(numbers.learning_rate * rate)  # once a step, not once a parameter
            numbers = numbers._replace(learning_rate=taken)
            return *take_step(carry.parameters, carry.state, gradients, rule, numbers), None

        def objective(parameters: Parameters) -> Array:
            return self.model.loss(parameters, *given)[0] + penalty(parameters, rule, numbers)

        penalised = penalise(gradients.gradient, carry.parameters, rule, numbers)
        start = gradients.loss + penalty(carry.parameters, rule, numbers)
        step = lbfgs_step(objective, carry.parameters, carry.state, start, penalised)
        # The line search finds the length; the rate is the schedule's share of it, and 0 on line 0.
        updates = optax.tree.scale(rate, step.updates)
        return optax.apply_updates(carry.parameters, updates), step.state, step.evaluations

    def evaluate(self, carry: Carry) -> tuple[Evaluation, tuple[Moments, ...]]:
        """Score the rows that are not trained on; also the statistics that batch normalisation used for it."""
        rows, parameters = self.constants.rows, carry.parameters
        moments = carry.running if self.keeps_running else self.model.training_moments(parameters, rows.x_train)
        batch = Batch(rows.x_validation, rows.y_validation, rows.validation_weights)
        in_loss = batch if rows.weights is None else batch._replace(weights=rows.weights.validation)
        logits, units = respond(self.model, parameters, moments, batch.x, batch.weights)
        evaluation = Evaluation(units, self.model.loss_of(logits, in_loss), self.model.tally(logits, batch))
        if rows.y_test is None or rows.test_weights is None:
            return evaluation, moments
        batch = in_loss = Batch(rows.x_test, rows.y_test, rows.test_weights)
        if rows.weights is not None and rows.weights.test is not None:
            in_loss = batch._replace(weights=rows.weights.test)
        logits = self.model.logits(parameters, moments, batch.x)
        loss, tally = self.model.loss_of(logits, in_loss), self.model.tally(logits, batch)
        return evaluation._replace(test_loss=loss, test_tally=tally), moments

    def line(self, state: TrainingState, line: HistoryLine, weights: Array) -> tuple[TrainingState, EpochRecord]:
        """One pass over the training rows, then a look at the others."""
        before = state.carry
        numbers = line.number * self.bucket.steps + jnp.arange(self.bucket.steps)
        steps = Step(line.examples, weights, line.rates, numbers)
        # A unit is dead if its slope is zero on every row of this epoch, whatever the last one saw.
        fresh = before._replace(slopes=jax.tree.map(jnp.zeros_like, before.slopes))
        unroll = 2 if self.bucket.batch_size <= UNROLLED_BATCH_SIZE else 1
        after, records = lax.scan(self.step, fresh, steps, unroll=unroll)
        sums = jax.tree.map(lambda values: jnp.sum(values, axis=0), records)
        evaluation, moments = self.evaluate(after)
        ends = (before.parameters, after.parameters)
        record = epoch_record(sums, ends, evaluation, after.slopes, self.bucket)
        candidate = Best(after.parameters, moments, evaluation.validation_loss)
        return TrainingState(after, _better(state.best, candidate), moments), record


def average_moments(running: tuple[Moments, ...], batch: tuple[Moments, ...], filled: Array) -> tuple[Moments, ...]:
    """Running averages of all layers' statistics; a partial batch counts by the share of it that is `filled`.

    (With full weight, a last batch of one example, whose variance is zero, would draw every average to itself.)
    """
    return tuple(running_moments(old, new, RUNNING_SHARE * filled) for old, new in zip(running, batch, strict=True))


def _better(best: Best, candidate: Best) -> Best:
    improved = candidate.validation_loss < best.validation_loss  # false for NaN: a diverged run keeps what it had
    chosen: Best = jax.tree.map(lambda value, other: jnp.where(improved, value, other), candidate, best)
    return chosen


def make_beginning(bucket: Bucket) -> jax.stages.Wrapped:
    """The jitted function (initial parameters, constants) → `TrainingState`, each with a leading axis of runs."""

    def begin(parameters: Parameters, constants: Constants) -> TrainingState:
        # No example goes through the network yet: no activation is asked for.
        return _Training(bucket, constants, jnp.zeros(bucket.architecture.depth, jnp.int32)).begin(parameters)

    return jax.jit(jax.vmap(begin))


def make_lines(bucket: Bucket) -> jax.stages.Wrapped:
    """The jitted function that trains the runs of a chunk for some lines of their histories.

    (constants [runs, …], batch weights [steps, batch], activation [hidden], state [runs, …], lines [lines, runs, …]
    but for their numbers [lines], count) → the state after `count` lines, and `EpochRecord`s [lines, runs, …], of
    which those are filled. How many epochs a training has is none of its business, so one program serves all.
    """

    def one(constants: Constants, state: TrainingState, line: HistoryLine, weights: Array, activation: Array) -> Any:
        return _Training(bucket, constants, activation).line(state, line, weights)

    # What a chunk shares is not batched: under vmap a batched index would run every branch of the switch. Jitted, it is
    # traced once for its shapes and for the loop; inlined, the program lacks what nothing in it asks for.
    every = jax.jit(jax.vmap(one, in_axes=(_PER_RUN, _PER_RUN, LINE_AXES, None, None)), inline=True)

    def train(
        constants: Constants, weights: Array, activation: Array, state: TrainingState, lines: HistoryLine, count: Array
    ) -> tuple[TrainingState, EpochRecord]:
        def take(number: Array) -> HistoryLine:
            given: HistoryLine = jax.tree.map(
                lambda leaf: lax.dynamic_index_in_dim(leaf, number, keepdims=False), lines
            )
            return given

        def train_line(number: Array, so_far: tuple[TrainingState, EpochRecord]) -> tuple[TrainingState, EpochRecord]:
            reached, record = every(constants, so_far[0], take(number), weights, activation)
            put = functools.partial(lax.dynamic_update_index_in_dim, index=number, axis=0)
            return reached, jax.tree.map(put, so_far[1], record)

        _, shapes = jax.eval_shape(every, constants, state, take(jnp.int32(0)), weights, activation)
        length = lines.number.shape[0]
        history = jax.tree.map(lambda shape: jnp.zeros((length, *shape.shape), shape.dtype), shapes)
        trained: tuple[TrainingState, EpochRecord] = lax.fori_loop(0, count, train_line, (state, history))
        return trained

    return jax.jit(train)


def make_prediction(bucket: Bucket) -> jax.stages.Wrapped:
    """The jitted function (parameters, moments, constants, activation) → predictions of the test rows [runs, T, O]."""

    def predict(parameters: Parameters, moments: Any, constants: Constants, activation: Array) -> Array:
        return _Training(bucket, constants, activation).model.predict(parameters, moments, constants.rows.x_test)

    return jax.jit(jax.vmap(predict, in_axes=(0, 0, 0, None)))
