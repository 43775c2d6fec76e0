"""Question 2: XOR by the lecture's network with hidden layers of 5 and 2 units, through the product's own engine."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import perf_counter

import numpy as np
from jaxtyping import Bool, Float
from scipy.stats import binomtest

from nnjax.data.scaling import ScaledSplit, scale_split
from nnjax.data.splits import Split, SplitSizes
from nnjax.data.streams import derive_seed
from nnjax.data.tables import Table, TableSource, load_table
from nnjax.execution.slots import make_executor
from nnjax.network.activations import ACTIVATIONS
from nnjax.sweep.buckets import make_buckets
from nnjax.sweep.configuration import Configuration, make_configuration
from nnjax.sweep.cost import program_seconds, run_seconds
from nnjax.sweep.progress import Progress, SweepState
from nnjax.sweep.rows import make_trainee
from nnjax.sweep.study.factors import FACTORS, Level
from nnjax.sweep.study.grid import resolve
from nnjax.sweep.worker import TrainedTask, TrainingTask, prepare_worker, train_task
from nnjax.training.bucket import Bucket, chunk_size
from nnjax.training.trainee import RunOutcome

HIDDEN_LAYER_SIZES = (5, 2)
LEARNING_RATE = 0.05
GRID_POINTS = 81
"""Points on each side of the square that is predicted: −0.5 … 1.5 in steps of 0.025."""

AXIS: Float[np.ndarray, " points"] = np.linspace(-0.5, 1.5, GRID_POINTS)
SPLIT_KEY = "xor"

KEPT = (
    "n_parameters",
    "last_validation_accuracy",
    "fit_validation_accuracy",
    "grad_norm",
    "unit_dead",
    "last_test_prediction",
)
"""What is kept of every training until all have ended."""


@dataclass(frozen=True)
class Region:
    """What one trained network answers everywhere."""

    seed: int
    """Number of the seed, from 0."""
    is_solved: bool
    """Whether all four patterns are answered right."""
    probability: Float[np.ndarray, "points points"]
    """Of class 1, at x₂ (rows) and x₁ (columns) of `AXIS`."""


@dataclass(frozen=True)
class ActivationAnswer:
    """How one activation fares on XOR over the seeds."""

    activation: str
    initializer: str
    """Where the weights began, as "auto" chooses."""
    parameters: int
    """Weights, biases and whatever else is learned."""
    is_solved: Bool[np.ndarray, " seeds"]
    """Whether all four patterns are right after the last epoch [seeds]."""
    low: float
    """Lower end of the exact 95 % interval of the share solved; `high` is the upper one."""
    high: float
    median_epochs: float
    """Over the solving seeds, epochs until all four are right and stay so; NaN if none solves."""
    hidden_gradient: float
    """Largest gradient norm of a hidden layer, over seeds and epochs."""
    dead: float
    """Share of the failing seeds that end with a dead hidden unit, of slope 0 on all patterns; NaN if none fails."""
    solved: Region | None
    """The first seed that solves it; None if none does."""
    failed: Region | None
    """The first seed that does not; None if all do."""

    @property
    def share(self) -> float:
        """Share of the seeds that solve XOR."""
        return float(self.is_solved.mean())


def xor_table() -> Table:
    """The truth table: four rows, and there are no others."""
    return load_table(TableSource("xor", rows=4, noise=0.0))


def xor_rows() -> ScaledSplit:
    """The four patterns as training and validation rows, the grid as test rows, for the engine to predict at the end.

    The inputs 0 and 1 are standardised as all inputs are, to −1 and 1; `y_test`, which nothing here looks at, is the
    answer of the nearest pattern.
    """
    table, four = xor_table(), np.arange(4, dtype=np.int32)
    scaled = scale_split(table, Split(four, four, four, SPLIT_KEY), "logistic")
    x1, x2 = (side.ravel() for side in np.meshgrid(AXIS, AXIS))
    mean, scale = table.features.mean(axis=0), table.features.std(axis=0)
    x_test = ((np.stack([x1, x2], axis=1) - mean) / scale).astype(np.float32)
    y_test = ((x1 > 0.5) != (x2 > 0.5)).astype(np.float32)[:, None]
    return scaled._replace(x_test=x_test, y_test=y_test)


def configure(activation: str, epochs: int) -> Configuration:
    """The 2-5-2-1 network: Adam, the full batch of four, logistic output with binary cross-entropy; the rest default.

    >>> configure("relu", 500).initializer, configure("tanh", 500).hidden_layer_sizes
    ('he', (5, 2))
    """
    defaults = {name: factor.default for name, factor in FACTORS.items() if factor.default is not None}
    chosen: dict[str, Level] = {
        "activation": activation,
        "hidden_layer_sizes": HIDDEN_LAYER_SIZES,
        "batch_size": "full",
        "learning_rate": LEARNING_RATE,
        "loss": "binary_cross_entropy",
        "output": "logistic",
        "epochs": epochs,
    }
    return make_configuration(resolve(chosen, defaults, n_train=4, task="classification"))


@dataclass(frozen=True)
class QuizEffort:
    """How much is trained."""

    activations: Sequence[str] = tuple(ACTIVATIONS)
    seeds: int = 100
    """Trainings of each activation."""
    epochs: int = 500
    base_seed: int = 0
    """What all seeds and the perceptron's orders are derived from; every activation gets the same."""
    workers: int = 1
    """Threads."""


def answer_xor(effort: QuizEffort, cache: Path, progress: Progress) -> tuple[ActivationAnswer, ...]:
    """Train the network from many seeds with each activation: one answer each, in the order given.

    Raises:
        RuntimeError: If a training ends in an error.
    """
    configurations = {name: configure(name, effort.epochs) for name in effort.activations}
    sizes = SplitSizes(train=4, validation=4, test=GRID_POINTS**2)
    buckets = make_buckets(configurations.values(), xor_table(), sizes)
    tasks = [task for chosen, bucket in buckets.items() for task in _make_tasks(chosen, bucket, effort)]
    outcomes = _train(tasks, effort.workers, cache, progress)
    return tuple(
        _answer(configuration, [outcomes[f"{name} {seed}"] for seed in range(effort.seeds)])
        for name, configuration in configurations.items()
    )


def _make_tasks(configuration: Configuration, bucket: Bucket, effort: QuizEffort) -> list[TrainingTask]:
    name, size = str(configuration.activation), chunk_size(bucket)
    seeds = [derive_seed(effort.base_seed, "quiz", "xor", number) for number in range(effort.seeds)]
    trainees = [make_trainee(f"{name} {number}", configuration, seed, 0) for number, seed in enumerate(seeds)]
    return [
        TrainingTask(
            chunk_id=trainees[start].run_id,
            bucket=bucket,
            trainees=tuple(trainees[start : start + size]),
            split_keys={0: SPLIT_KEY},
            cost=size * run_seconds(bucket),
        )
        for start in range(0, effort.seeds, size)
    ]


def _train(tasks: Sequence[TrainingTask], workers: int, cache: Path, progress: Progress) -> Mapping[str, RunOutcome]:
    """Train all tasks on threads of this process: the chunks are too small to pay for processes."""
    began, state = perf_counter(), SweepState(runs_to_train=sum(len(task.trainees) for task in tasks))
    found: dict[str, RunOutcome] = {}
    done: list[TrainingTask] = []
    progress.update(state)
    prepare = partial(prepare_worker, cache, {SPLIT_KEY: xor_rows()})
    with closing(make_executor("threads", workers, prepare)) as executor:
        for outcome in executor.map_unordered(train_task, tasks):
            if outcome.result is None:
                raise RuntimeError(f"{outcome.task.chunk_id}: {outcome.error}")
            trained: TrainedTask = outcome.result
            found |= {run["run_id"]: {key: run[key] for key in KEPT} for run in trained.chunk.outcomes}
            done.append(outcome.task)
            state = replace(
                state,
                trained=len(found),
                work_done=_work(done) / _work(tasks),
                elapsed=perf_counter() - began,
                compile_seconds=state.compile_seconds + trained.chunk.compile_seconds,
                train_seconds=state.train_seconds + trained.chunk.train_seconds,
            )
            progress.update(state)
    progress.close()
    return found


def _work(tasks: Sequence[TrainingTask]) -> float:
    """Predicted seconds of one core, programs included: compiling is most of it."""
    return sum(map(program_seconds, {task.bucket.program for task in tasks})) + sum(task.cost for task in tasks)


def _answer(configuration: Configuration, outcomes: Sequence[RunOutcome]) -> ActivationAnswer:
    is_solved = np.array([outcome["last_validation_accuracy"] == 1.0 for outcome in outcomes])
    low, high = share_interval(int(is_solved.sum()), len(outcomes))
    epochs = [settled_epoch(outcome["fit_validation_accuracy"]) for outcome in outcomes]
    has_dead = np.array([outcome["unit_dead"][:, -1].max() > 0 for outcome in outcomes])
    return ActivationAnswer(
        activation=str(configuration.activation),
        initializer=configuration.initializer,
        parameters=outcomes[0]["n_parameters"],
        is_solved=is_solved,
        low=low,
        high=high,
        median_epochs=float(np.median(np.array(epochs)[is_solved])) if is_solved.any() else float("nan"),
        hidden_gradient=max(float(outcome["grad_norm"][:-1].max()) for outcome in outcomes),
        dead=float("nan") if is_solved.all() else float(has_dead[~is_solved].mean()),
        solved=_first_region(outcomes, is_solved, wanted=True),
        failed=_first_region(outcomes, is_solved, wanted=False),
    )


def _first_region(outcomes: Sequence[RunOutcome], is_solved: Bool[np.ndarray, " seeds"], wanted: bool) -> Region | None:
    seeds = np.flatnonzero(is_solved == wanted)
    if not len(seeds):
        return None
    of_classes = outcomes[seeds[0]]["last_test_prediction"].reshape(GRID_POINTS, GRID_POINTS, 2)
    return Region(int(seeds[0]), wanted, of_classes[..., 1].astype(np.float64))


def settled_epoch(accuracy: Float[np.ndarray, " lines"]) -> int:
    """The epoch, index of the accuracy, from which on everything is right; one past the last if it is not at the end.

    >>> settled_epoch(np.array([0.5, 1.0, 0.75, 1.0, 1.0])), settled_epoch(np.array([0.5, 0.5]))
    (3, 2)
    """
    return 1 + max(np.flatnonzero(~(accuracy >= 1.0)).tolist(), default=-1)


def share_interval(successes: int, trials: int) -> tuple[float, float]:
    """The exact 95 % interval of a share. Source: Clopper & Pearson (1934).

    >>> [round(end, 4) for end in share_interval(0, 100)]
    [0.0, 0.0362]
    """
    interval = binomtest(successes, trials).proportion_ci(0.95, "exact")
    return float(interval.low), float(interval.high)
