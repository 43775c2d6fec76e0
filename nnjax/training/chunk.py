"""A chunk: runs of one bucket and one activation, trained in one call of one program."""

import functools
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import jax
import numpy as np
from numpy.typing import NDArray

from nnjax.data.scaling import ScaledSplit
from nnjax.data.streams import stream
from nnjax.network.architecture import branch_indices, layer_activations
from nnjax.network.mlp import init
from nnjax.training.batches import Order, batch_weights, draw_order
from nnjax.training.bucket import Bucket, chunk_size
from nnjax.training.device import find_device
from nnjax.training.loop import Constants, Network, Rows, RowWeights, Start, Trained
from nnjax.training.noise import Keys
from nnjax.training.optimizers import Hyperparameters
from nnjax.training.outcome import describe_run
from nnjax.training.program import Program, compile_program
from nnjax.training.schedules import relative_rates
from nnjax.training.trainee import RunOutcome, TrainedChunk, Trainee
from nnjax.training.weights import loss_weights, score_weights

OF_THE_PROCESS = (MemoryError, SystemError, OSError, jax.errors.JaxRuntimeError)
"""What says nothing of a run: a process that wanted memory is broken, and its worker must be replaced. (Then a sound
run fails as well, mostly with a MemoryError, now and then in jax's own code, which Python calls a SystemError.)"""

Part = TypeVar("Part")


@functools.lru_cache(maxsize=48)
def _order(seed: int, n_train: int, batch_size: int, lines: int) -> Order:
    return draw_order(stream(seed, "order"), n_train, batch_size, lines)


_rates = functools.lru_cache(maxsize=16)(relative_rates)


def pad_rows(scaled: ScaledSplit, bucket: Bucket) -> Rows:
    """One split's arrays at the bucket's sizes: validation and test rows padded with zeros, weighted zero."""
    validation, test = (len(scaled.x_validation), bucket.n_validation), (len(scaled.x_test), bucket.n_test)
    arrays: dict[str, Any] = {
        "x_train": scaled.x_train,
        "y_train": scaled.y_train,
        "x_validation": _pad(scaled.x_validation, bucket.n_validation),
        "y_validation": _pad(scaled.y_validation, bucket.n_validation),
        "validation_weights": _shares(score_weights(scaled, "validation"), *validation),
        "x_test": _pad(scaled.x_test, bucket.n_test),
    }
    is_scored = bucket.scored_rows == "validation_and_test"
    if is_scored:
        arrays["y_test"] = _pad(scaled.y_test, bucket.n_test)
        arrays["test_weights"] = _shares(score_weights(scaled, "test"), *test)
    if bucket.is_weighted:
        parts = ("train", "validation", "test")
        weights = {part: loss_weights(scaled, part, bucket.class_weight) for part in parts}
        arrays["weights"] = RowWeights(
            train=_mean_one(weights["train"], bucket.n_train),
            train_scores=_mean_one(score_weights(scaled, "train"), bucket.n_train),
            validation=_shares(weights["validation"], *validation),
            test=_shares(weights["test"], *test) if is_scored else None,
        )
    return Rows(**arrays)


def _pad(rows: NDArray[np.float32], length: int) -> NDArray[np.float32]:
    # Folds differ by a row where their number does not divide the table.
    return np.pad(rows, ((0, length - len(rows)), (0, 0)))


def _shares(weights: NDArray[np.float64] | None, rows: int, length: int) -> Any:
    """Together one, zero for padding."""
    shares = np.zeros(length, dtype=np.float32)
    shares[:rows] = 1 / rows if weights is None else weights / weights.sum()
    return shares


def _mean_one(weights: NDArray[np.float64] | None, rows: int) -> Any:
    return np.ones(rows, dtype=np.float32) if weights is None else (weights / weights.mean()).astype(np.float32)


def make_start(bucket: Bucket, trainee: Trainee, rows: Rows) -> Start:
    """Draw a run's initial parameters, order and noise from its own streams."""
    numbers: list[Any] = [np.float32(number) for number in trainee.hyperparameters]
    lines, scheduled = bucket.epochs + 1, trainee.schedule_epochs or bucket.epochs
    order: Any = _order(trainee.seed, bucket.n_train, bucket.batch_size, lines)
    rates: Any = _rates(trainee.schedule, scheduled, bucket.steps, trainee.decay_epochs, trainee.decay_rate)
    drawn, slope = stream(trainee.seed, "initialisation"), float(trainee.hyperparameters.negative_slope)
    return Start(
        parameters=init(drawn, bucket.architecture, trainee.initializer, trainee.initializer_gain, slope),
        constants=Constants(
            hyperparameters=Hyperparameters(*numbers),
            rows=rows,
            keys=Keys(
                _key_data(trainee.seed, "dropout") if bucket.dropout else None,
                _key_data(trainee.seed, "input_noise") if bucket.input_noise else None,
            ),
        ),
        examples=order.examples,
        rates=rates[:lines],
    )


def _key_data(seed: int, name: str) -> Any:
    return stream(seed, name).integers(0, 2**32, size=2, dtype=np.uint32)


def train_chunk(
    bucket: Bucket, trainees: Sequence[Trainee], scaled: Mapping[int, ScaledSplit], with_networks: bool = False
) -> TrainedChunk:
    """Train up to `chunk_size(bucket)` runs of one activation at once; scaled data by the number of the split.

    A shorter chunk is padded with copies of its last run, so that every run meets the same program whatever its
    neighbours: its numbers depend on its own configuration, split and seed alone. With networks, these come, too.

    Returns:
        Outcomes in the order of `trainees`; whatever goes wrong with one of them costs that one alone, unless it is
        the process that fails: see `OF_THE_PROCESS`.

    Raises:
        ValueError: Too many runs, none, or several activations.
        DeviceError: The bucket's device is not here.
        SurroundingsError: A variable or an option of JAX would change the numbers.
    """
    size = chunk_size(bucket)
    activations = {trainee.activation for trainee in trainees}
    if len(activations) != 1 or len(trainees) > size:
        raise ValueError(f"a chunk holds 1 to {size} runs of one activation, not {len(trainees)} of {activations}")
    began = time.perf_counter()
    program = compile_program(bucket)
    compiled = time.perf_counter()
    attempts = _Attempts(trainees)
    rows = functools.cache(lambda split: pad_rows(scaled[split], bucket))
    starts = attempts.each(lambda _, trainee: make_start(bucket, trainee, rows(trainee.split)))
    layers = layer_activations(activations.pop(), bucket.architecture.depth)
    trained = _train(program, starts, bucket, layers) if starts else []
    networks: dict[str, tuple[Network, Network]] = {}

    def describe(place: int, trainee: Trainee) -> RunOutcome:
        if with_networks:
            networks[trainee.run_id] = trained[place].best, trained[place].last
        return describe_run(trainee.run_id, trainee.seed, bucket, scaled[trainee.split], trained[place])

    outcomes = attempts.each(describe)
    return TrainedChunk(outcomes, compiled - began, time.perf_counter() - compiled, attempts.failures, networks)


class _Attempts:
    """What is done with each trainee in turn: one that fails drops out, with its reason, and the others go on."""

    def __init__(self, trainees: Sequence[Trainee]) -> None:
        self._left = list(trainees)
        self.failures: dict[str, str] = {}

    def each(self, make: Callable[[int, Trainee], Part]) -> list[Part]:
        """What is made of each trainee that is left, and of its place among them."""
        parts, left = [], []
        for place, trainee in enumerate(self._left):
            try:
                parts.append(make(place, trainee))
                left.append(trainee)
            except OF_THE_PROCESS:
                raise
            except Exception as error:
                self.failures[trainee.run_id] = _reason(error)
        self._left = left
        return parts


def _reason(error: Exception) -> str:
    """An error in one line: what, and where."""
    last = error.__traceback__
    while last and last.tb_next:
        last = last.tb_next
    place = f" ({last.tb_frame.f_code.co_name}, line {last.tb_lineno})" if last else ""
    return f"{type(error).__name__}: {' '.join(str(error).split())}{place}"


def _train(program: Program, starts: list[Start], bucket: Bucket, layers: Sequence[str]) -> list[Trained]:
    """One call of the program: each run's part of what it returns, as numpy arrays."""
    padded = starts + [starts[-1]] * (chunk_size(bucket) - len(starts))
    stacked: Start = jax.tree.map(lambda *leaves: np.stack(leaves), *padded)
    weights = batch_weights(bucket.n_train, bucket.batch_size)
    activation = np.asarray(branch_indices(layers, bucket.branches), dtype=np.int32)
    with jax.default_device(find_device(bucket.device)):
        trained = program(stacked, weights, activation)
    return [jax.tree.map(lambda leaf, i=index: leaf[i], trained) for index in range(len(starts))]


def train_all(bucket: Bucket, trainees: Sequence[Trainee], scaled: Mapping[int, ScaledSplit]) -> list[RunOutcome]:
    """Train any number of runs as `train_chunk` does, chunk after chunk, in this process: outcomes in the runs' order.

    Raises:
        RuntimeError: One of them has no outcome.
    """
    size = chunk_size(bucket)
    chunks = [train_chunk(bucket, trainees[at : at + size], scaled) for at in range(0, len(trainees), size)]
    for reason in (reason for chunk in chunks for reason in chunk.failures.values()):
        raise RuntimeError(reason)
    return [outcome for chunk in chunks for outcome in chunk.outcomes]
