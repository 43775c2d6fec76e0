"""A chunk: runs of one bucket and one activation, trained in one call of one program."""

import functools
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import jax
import numpy as np
from numpy.typing import NDArray

from nnjax.data.scaling import ScaledSplit
from nnjax.data.streams import stream
from nnjax.network.activations import ACTIVATION_NAMES
from nnjax.network.mlp import init, parameter_count
from nnjax.training import ENGINE_VERSION
from nnjax.training.batches import Order, batch_weights, draw_order
from nnjax.training.bucket import Bucket, chunk_size
from nnjax.training.finals import Scores, early_median, first_bad_epoch, gradient_ratio, gradient_slope, score
from nnjax.training.loop import Rows, Start, Trained, make_chunk_training
from nnjax.training.optimizers import Hyperparameters

RunOutcome = dict[str, Any]
"""One run's results under the journal's column names: numbers, strings and float32 arrays."""

Pytree = TypeVar("Pytree")


@dataclass(frozen=True)
class Trainee:
    """What the engine must know of one run; all that shapes the program is in the bucket."""

    run_id: str
    activation: str
    initializer: str
    learning_rate: float
    l2: float
    momentum: float
    beta_1: float
    beta_2: float
    epsilon: float
    seed: int
    split: int

    @property
    def hyperparameters(self) -> Hyperparameters:
        """The numbers that are batched over runs."""
        return Hyperparameters(self.learning_rate, self.l2, self.momentum, self.beta_1, self.beta_2, self.epsilon)


@dataclass(frozen=True)
class TrainedChunk:
    """The outcomes of a chunk, in the order of its trainees, and where the time went."""

    outcomes: list[RunOutcome]
    compile_seconds: float
    train_seconds: float


class Program(Protocol):
    """A compiled bucket."""

    def __call__(self, starts: Start, weights: Any, activation: Any) -> Trained:
        """Train a chunk: starts of R runs, batch weights [steps, batch], position in `ACTIVATIONS`."""
        ...


@functools.lru_cache(maxsize=64)
def compile_program(bucket: Bucket) -> Program:
    """Compile a bucket's program for chunks of `chunk_size(bucket)` runs."""
    size = chunk_size(bucket)
    one = _start_shapes(bucket)
    starts = jax.tree.map(lambda leaf: jax.ShapeDtypeStruct((size, *leaf.shape), leaf.dtype), one)
    weights = jax.ShapeDtypeStruct((bucket.steps, bucket.batch_size), np.float32)
    activation = jax.ShapeDtypeStruct((), np.int32)
    program: Program = make_chunk_training(bucket).lower(starts, weights, activation).compile()
    return program


def _start_shapes(bucket: Bucket) -> Start:
    def shaped(*shape: int, dtype: Any = np.float32) -> Any:
        return jax.ShapeDtypeStruct(shape, dtype)

    n, m, t = bucket.n_train, bucket.n_validation, bucket.n_test
    d, o = bucket.n_features, bucket.n_outputs
    parameters = init(np.random.default_rng(0), bucket.layer_sizes, "lecun")
    return Start(
        parameters=jax.tree.map(lambda leaf: shaped(*leaf.shape), parameters),
        hyperparameters=Hyperparameters(*[shaped()] * len(Hyperparameters._fields)),
        rows=Rows(shaped(n, d), shaped(n, o), shaped(m, d), shaped(m, o), shaped(m), shaped(t, d)),
        examples=shaped(bucket.epochs + 1, bucket.steps, bucket.batch_size, dtype=np.int32),
    )


@functools.lru_cache(maxsize=48)
def _order(seed: int, n_train: int, batch_size: int, lines: int) -> Order:
    return draw_order(stream(seed, "order"), n_train, batch_size, lines)


def pad_rows(scaled: ScaledSplit, bucket: Bucket) -> Rows:
    """One split's arrays at the bucket's sizes: validation and test rows padded with zeros, weighted zero."""
    n_validation = len(scaled.x_validation)
    weights = np.zeros(bucket.n_validation, dtype=np.float32)
    weights[:n_validation] = 1 / n_validation
    arrays: dict[str, Any] = {
        "x_train": scaled.x_train,
        "y_train": scaled.y_train,
        "x_validation": _pad(scaled.x_validation, bucket.n_validation),
        "y_validation": _pad(scaled.y_validation, bucket.n_validation),
        "validation_weights": weights,
        "x_test": _pad(scaled.x_test, bucket.n_test),
    }
    return Rows(**arrays)


def _pad(rows: NDArray[np.float32], length: int) -> NDArray[np.float32]:
    return np.pad(rows, ((0, length - len(rows)), (0, 0)))


def make_start(bucket: Bucket, trainee: Trainee, rows: Rows) -> Start:
    """Draw a run's initial parameters and order from its own streams."""
    examples: Any = _order(trainee.seed, bucket.n_train, bucket.batch_size, bucket.epochs + 1).examples
    numbers: list[Any] = [np.float32(number) for number in trainee.hyperparameters]
    return Start(
        parameters=init(stream(trainee.seed, "initialisation"), bucket.layer_sizes, trainee.initializer),
        hyperparameters=Hyperparameters(*numbers),
        rows=rows,
        examples=examples,
    )


def train_chunk(bucket: Bucket, trainees: Sequence[Trainee], scaled: Mapping[int, ScaledSplit]) -> TrainedChunk:
    """Train up to `chunk_size(bucket)` runs at once.

    A shorter chunk is padded with copies of its last run, so that every run meets the same program whatever its
    neighbours: its numbers depend on its own configuration, split and seed alone.

    Args:
        bucket: What shapes the program.
        trainees: Runs of one activation.
        scaled: Split number -> scaled data.

    Returns:
        Outcomes in the order of `trainees`; seconds spent compiling (0 if the program was there) and training.

    Raises:
        ValueError: Too many runs, none, or several activations.
    """
    size = chunk_size(bucket)
    activations = {trainee.activation for trainee in trainees}
    if len(activations) != 1 or len(trainees) > size:
        raise ValueError(f"a chunk holds 1 to {size} runs of one activation, not {len(trainees)} of {activations}")
    began = time.perf_counter()
    program = compile_program(bucket)
    compiled = time.perf_counter()
    rows = {split: pad_rows(scaled[split], bucket) for split in {trainee.split for trainee in trainees}}
    starts = [make_start(bucket, trainee, rows[trainee.split]) for trainee in trainees]
    starts += [starts[-1]] * (size - len(starts))
    weights = batch_weights(bucket.n_train, bucket.batch_size)
    activation = np.int32(ACTIVATION_NAMES.index(activations.pop()))
    trained = jax.device_get(program(_stack(starts), weights, activation))
    outcomes = [
        describe_run(bucket, trainee, scaled[trainee.split], jax.tree.map(lambda leaf, i=index: leaf[i], trained))
        for index, trainee in enumerate(trainees)
    ]
    return TrainedChunk(outcomes, compiled - began, time.perf_counter() - compiled)


def _stack(members: Sequence[Pytree]) -> Pytree:
    stacked: Pytree = jax.tree.map(lambda *leaves: np.stack(leaves), *members)
    return stacked


def describe_run(bucket: Bucket, trainee: Trainee, scaled: ScaledSplit, trained: Trained) -> RunOutcome:
    """Turn one run's arrays into the journal's columns.

    Args:
        bucket: The run's bucket.
        trainee: The run.
        scaled: Its split, for the test targets and the target's unit.
        trained: Its slice of the chunk's result, as numpy arrays.
    """
    curves = _curves(trained, scaled)
    diverged_epoch = first_bad_epoch(curves["fit_train_loss"], curves["fit_validation_loss"])
    finished = diverged_epoch < 0
    best_epoch = 1 + int(np.argmin(curves["fit_validation_loss"][1:])) if finished else -1
    outcome: RunOutcome = {
        "run_id": trainee.run_id,
        "engine": ENGINE_VERSION,
        "status": "finished" if finished else "diverged",
        "diverged_epoch": diverged_epoch,
        "best_epoch": best_epoch,
        "seed": trainee.seed,
        "n_parameters": parameter_count(bucket.layer_sizes),
    }
    outcome |= _finals(trained, scaled, finished)
    unknown = float("nan")
    outcome["validation_r2"] = float(curves["fit_validation_r2"][best_epoch]) if finished else unknown
    outcome["last_validation_r2"] = float(curves["fit_validation_r2"][-1]) if finished else unknown
    outcome |= _gradient_finals(curves["preactivation_grad_norm"], bucket.epochs)
    for final, curve in (("saturated", "unit_saturated"), ("dead", "unit_dead")):
        last = curves[curve][:, -1] if finished else np.zeros(0)
        outcome[final] = float(np.mean(last)) if last.size else unknown
    return outcome | curves


def _curves(trained: Trained, scaled: ScaledSplit) -> dict[str, NDArray[np.float32]]:
    """Histories, index = epoch: [E + 1], and [layers, E + 1] for what is watched a layer."""
    curves = {}
    for name in trained.history._fields:
        column = f"fit_{name}" if name.endswith("_loss") else name
        curves[column] = np.ascontiguousarray(getattr(trained.history, name).T, dtype=np.float32)
    for part in ("train", "validation"):
        variance = np.var(np.asarray(getattr(scaled, f"y_{part}"), dtype=np.float64), axis=0).sum()
        curves[f"fit_{part}_r2"] = (1 - 2 * curves[f"fit_{part}_loss"].astype(np.float64) / variance).astype(np.float32)
    return curves


def _finals(trained: Trained, scaled: ScaledSplit, finished: bool) -> RunOutcome:
    """Test scores and predictions in the target's own unit, at the best and at the last epoch."""
    n_test = len(scaled.y_test)
    target = scaled.y_test.astype(np.float64) * scaled.y_scale + scaled.y_mean
    finals: RunOutcome = {}
    for prefix, prediction in (("", trained.prediction), ("last_", trained.last_prediction)):
        in_unit = np.asarray(prediction[:n_test], dtype=np.float64) * scaled.y_scale + scaled.y_mean
        scores = score(target, in_unit) if finished else Scores(*[float("nan")] * 3)
        finals |= {f"{prefix}test_{name}": value for name, value in scores._asdict().items()}
        finals[f"{prefix}test_prediction"] = in_unit.astype(np.float32).ravel()
    return finals


def _gradient_finals(gradient_norms: NDArray[np.float32], epochs: int) -> RunOutcome:
    slopes, ratios = gradient_slope(gradient_norms), gradient_ratio(gradient_norms)
    return {
        "grad_slope_0": float(slopes[0]),
        "grad_ratio_0": float(ratios[0]),
        "grad_slope": early_median(slopes, epochs),
        "grad_ratio": early_median(ratios, epochs),
    }
