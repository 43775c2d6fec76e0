"""Trainings by the dozen: sorted by what can share a program, compiled once, trained on threads."""

import functools
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import jax
import numpy as np

from nnjax.estimators.epoch import TrainingShape, first_going, make_epochs
from nnjax.estimators.first_weights import architecture_of
from nnjax.estimators.full_batch import train_full_batch
from nnjax.estimators.order import RunningOrder
from nnjax.estimators.problem import Fitted, Problem, parts_of
from nnjax.estimators.slots import Give, Slots, going_of, slot_data
from nnjax.estimators.solvers import Update
from nnjax.network.architecture import branches_for
from nnjax.training.bucket import Bucket, chunk_size
from nnjax.training.device import compiler_options, find_device
from nnjax.training.optimizers import UpdateRule

EPOCHS_A_CALL = 10
"""Epochs that one call trains: a training that ends within them makes room for the next one only after them."""

_ROUNDING = 8
"""Rows to whose multiples the full batch is rounded up, so that folds which differ by a row share a program."""

Report = Callable[[int, int], None]
"""Told how many trainings are done, of how many."""


def train(
    problems: Sequence[Problem],
    workers: int = 1,
    watches: bool = False,
    report: Report | None = None,
    keep: Give | None = None,
) -> list[Fitted]:
    """Train many networks at once; each ends by itself, and its numbers are its own whatever trains beside it.

    One training alone takes a program for one; several take programs for as many as fit the processor's caches.

    Args:
        problems: What to train.
        workers: Threads; each trains as many networks at a time as a program has.
        watches: Whether every layer's gradients are recorded.
        report: Told of progress.
        keep: Told of each result as soon as it is there, by its number; one at a time.

    Returns:
        Results in the order of the problems.

    Raises:
        DeviceError: JAX has no processor here.
    """
    fitted: list[Fitted | None] = [None] * len(problems)
    done, telling = 0, threading.Lock()

    def give(number: int, result: Fitted) -> None:
        nonlocal done
        with telling:
            fitted[number], done = result, done + 1
            if keep is not None:
                keep(number, result)
            if report is not None:
                report(done, len(problems))

    with jax.enable_x64(False):
        _Work(problems, watches, give).run(workers)
    return [result for result in fitted if result is not None]


@dataclass
class _Group:
    """Trainings that share a program and an activation, and how many threads are at them."""

    shape: TrainingShape
    activation: tuple[str, ...]
    waiting: deque[int]
    threads: int = 0


class _Work:
    """What is left to train, shared by the workers."""

    def __init__(self, problems: Sequence[Problem], watches: bool, give: Give) -> None:
        self._problems, self._tell = problems, give
        self._taking, self._stops = threading.Lock(), threading.Event()
        self._orders: dict[Hashable, tuple[RunningOrder, set[int]]] = {}
        self._order_of: dict[int, Hashable] = {}
        together = [number for number, problem in enumerate(problems) if problem.design.solver != "lbfgs"]
        self._alone = deque(number for number in range(len(problems)) if number not in set(together))
        self._groups = _groups(problems, together, watches)
        for number in together:
            self._note_order(number)

    def _note_order(self, number: int) -> None:
        problem = self._problems[number]
        key = tuple(parts_of((problem.random_state, len(problem.train.x))))
        self._order_of[number] = key
        self._orders.setdefault(key, (RunningOrder(problem.random_state, len(problem.train.x)), set()))[1].add(number)

    def run(self, workers: int) -> None:
        threads = max(1, min(workers, len(self._problems)))
        if threads == 1:
            self._work()
            return
        with ThreadPoolExecutor(threads, "nnjax") as pool:
            futures = [pool.submit(self._work) for _ in range(threads)]
            try:
                for future in futures:
                    future.result()
            except BaseException:
                self._stops.set()
                raise

    def _work(self) -> None:
        with jax.enable_x64(False), jax.default_device(find_device("cpu")):
            try:
                while (group := self._choose()) is not None:
                    program = compiled(group.shape, self._problems[group.waiting[0]])
                    lane = Slots(group.shape, program, group.activation, self._stops)
                    lane.train(functools.partial(self._take, group), self._timed())
                while (number := self._take_alone()) is not None:
                    began = time.perf_counter()
                    result = train_full_batch(self._problems[number])
                    self._tell(number, replace(result, seconds=time.perf_counter() - began))
            except BaseException:
                self._stops.set()
                raise

    def _timed(self) -> Give:
        """Each training's seconds: those since the one before it ended on this thread."""
        last = time.perf_counter()

        def give(number: int, result: Fitted) -> None:
            nonlocal last
            now = time.perf_counter()
            seconds, last = now - last, now
            self._forget(number)
            self._tell(number, replace(result, seconds=seconds))

        return give

    def _choose(self) -> _Group | None:
        with self._taking:
            left = [group for group in self._groups if group.waiting]
            if self._stops.is_set() or not left:
                return None
            chosen = min(left, key=lambda group: (group.threads, -len(group.waiting)))
            chosen.threads += 1
            return chosen

    def _take(self, group: _Group) -> tuple[int, Problem, RunningOrder] | None:
        with self._taking:
            if not group.waiting:
                return None
            number = group.waiting.popleft()
            return number, self._problems[number], self._orders[self._order_of[number]][0]

    def _take_alone(self) -> int | None:
        with self._taking:
            return self._alone.popleft() if self._alone and not self._stops.is_set() else None

    def _forget(self, number: int) -> None:
        """Let orders go that nobody needs any more."""
        with self._taking:
            users = self._orders[self._order_of[number]][1]
            users.discard(number)
            if not users:
                del self._orders[self._order_of[number]]


def _groups(problems: Sequence[Problem], numbers: Iterable[int], watches: bool) -> list[_Group]:
    shapes: dict[TrainingShape, list[int]] = {}
    for number in numbers:
        shapes.setdefault(_shape(problems[number], watches), []).append(number)
    groups = []
    for shape, members in shapes.items():
        names = {name for number in members for name in problems[number].design.activation}
        bucket = replace(shape.bucket, branches=branches_for(names))
        runs = 1 if len(problems) == 1 else chunk_size(bucket)
        whole = replace(shape, bucket=bucket, runs=runs)
        by_activation: dict[tuple[str, ...], deque[int]] = {}
        for number in members:
            by_activation.setdefault(problems[number].design.activation, deque()).append(number)
        groups += [_Group(whole, activation, waiting) for activation, waiting in by_activation.items()]
    return groups


def _rounded(rows: int) -> int:
    return -(-rows // _ROUNDING) * _ROUNDING


def _shape(problem: Problem, watches: bool) -> TrainingShape:
    """What a training needs compiled, but for activations and the number of slots."""
    design, numbers, train = problem.design, problem.numbers, problem.train
    n_rows, size = len(train.x), problem.design.batch_size
    steps = -(-n_rows // size)
    places = size if steps > 1 else _rounded(size)
    architecture = architecture_of(design, train.x.shape[1], train.y.shape[1])
    bucket = Bucket(
        n_features=train.x.shape[1],
        hidden_layer_sizes=design.hidden_layer_sizes,
        n_outputs=train.y.shape[1],
        batch_size=places,
        n_train=steps * places,
        n_validation=0 if problem.validation is None else _rounded(len(problem.validation.x)),
        n_test=0,
        epochs=0,
        optimizer=design.solver,
        loss=design.loss,
        output=design.output,
        task=design.task,
        structures=architecture.structures,
        maxout_pieces=design.maxout_pieces,
        normalization=design.normalization,
        normalization_statistics="running",
        residual=design.residual,
        clipping=design.clipping,
        l1=bool(numbers.l1 > 0),
        weight_decay=bool(numbers.weight_decay > 0),
        dropout=bool(numbers.dropout > 0),
        input_noise=bool(numbers.input_noise > 0),
        row_weights=train.weights is not None,
    )
    rule = UpdateRule("adam", bucket.clipping, bucket.l1, bucket.weight_decay)
    return TrainingShape(bucket, Update(rule, design.solver, design.nesterovs_momentum), 1, EPOCHS_A_CALL, watches)


_COMPILING: dict[TrainingShape, threading.Lock] = {}
_COMPILED: dict[TrainingShape, Any] = {}
_MOST_COMPILED = 128
"""Programs that a process holds; the oldest make room."""


def compiled(shape: TrainingShape, example: Problem) -> Any:
    """A shape's function, compiled once a process whatever the threads; the example is any training of that shape."""
    with _COMPILING.setdefault(shape, threading.Lock()):
        if shape not in _COMPILED:
            _COMPILED[shape] = _compile(shape, example)
            while len(_COMPILED) > _MOST_COMPILED:
                del _COMPILED[next(iter(_COMPILED))]
        return _COMPILED[shape]


def _compile(shape: TrainingShape, example: Problem) -> Any:
    bucket, fresh = shape.bucket, first_going(shape, example.parameters)
    given, going = jax.tree.map(
        lambda leaf: jax.ShapeDtypeStruct((shape.runs, *np.shape(leaf)), np.asarray(leaf).dtype),
        (slot_data(example, shape), going_of(example, fresh)),
    )
    lines = (shape.lines, shape.runs, bucket.steps)
    with jax.default_matmul_precision("highest"):
        lowered = make_epochs(shape).lower(
            given,
            jax.ShapeDtypeStruct((bucket.architecture.depth,), np.int32),
            going,
            jax.ShapeDtypeStruct((*lines, bucket.batch_size), np.int32),
            jax.ShapeDtypeStruct(lines, np.float32),
            jax.ShapeDtypeStruct((), np.int32),
        )
    return lowered.compile(compiler_options=compiler_options("cpu", bucket.widest))
