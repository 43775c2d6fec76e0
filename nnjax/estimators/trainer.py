"""Trainings by the dozen: sorted by what can share a program, compiled once, trained on threads."""

import functools
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import jax
import numpy as np

from nnjax.estimators.full_batch import train_full_batch
from nnjax.estimators.order import RunningOrder
from nnjax.estimators.problem import Fitted, Problem, parts_of
from nnjax.estimators.programs import compiled, lower_ahead, shape_of, shape_to_come, with_slots
from nnjax.estimators.slot_state import TrainingShape
from nnjax.estimators.slots import Give, Slots
from nnjax.estimators.so_far import SoFar
from nnjax.training.device import find_device

Report = Callable[[SoFar], None]
"""Told how far the training has come, whenever that has changed."""


@contextmanager
def _of_our_own() -> Iterator[None]:
    """NumPy and JAX as trainings need them, whatever a person's own program has set for itself."""
    with (
        np.errstate(all="ignore"),  # what is too large or small for float32 shows in the weights
        jax.enable_x64(False),
        jax.disable_jit(False),
        jax.debug_nans(False),
        jax.debug_infs(False),
        jax.default_device(find_device("cpu")),
    ):
        yield


def train(
    problems: Sequence[Problem],
    workers: int = 1,
    watches: bool = False,
    slots: int | None = None,
    report: Report | None = None,
    keep: Give | None = None,
) -> list[Fitted]:
    """Train many networks at once; each ends by itself, and its numbers are its own whatever trains beside it.

    A program's number of slots decides its last bits: it is no matter of how many networks there are to train.

    Args:
        problems: What to train.
        workers: Threads; each trains as many networks at a time as a program has.
        watches: Whether every layer's gradients are recorded.
        slots: How many train at a time on a thread; None: as many as fit the processor's caches.
        report: Told of progress.
        keep: Told of each result as soon as it is there, by its number; one at a time.

    Returns:
        Results in the order of the problems.

    Raises:
        DeviceError: JAX has no processor here.
    """
    fitted: list[Fitted | None] = [None] * len(problems)
    so_far, telling = SoFar(len(problems)), threading.RLock()

    def tell(done: int = 0, epochs: int = 0, compiling: int = 0) -> None:
        with telling:
            so_far.done += done
            so_far.epochs += epochs
            so_far.compiling += compiling
            if report is not None:
                report(replace(so_far))

    def give(number: int, result: Fitted) -> None:
        with telling:
            fitted[number] = result
            if keep is not None:
                keep(number, result)
            tell(done=1)

    with _of_our_own():
        _Work(problems, watches, slots, give, tell).run(workers)
    return [result for result in fitted if result is not None]


@dataclass
class _Group:
    """Trainings that share a program and an activation: those that wait, and the threads at them."""

    shape: TrainingShape
    activation: tuple[str, ...]
    waiting: deque[int]
    most_threads: int
    threads: int = 0

    @property
    def work(self) -> int:
        """What waits, in numbers that an epoch of it computes with."""
        bucket = self.shape.bucket
        return len(self.waiting) * bucket.n_train * bucket.architecture.parameter_count


class _Work:
    """What is left to train, shared by the workers."""

    def __init__(
        self,
        problems: Sequence[Problem],
        watches: bool,
        slots: int | None,
        give: Give,
        say: Callable[..., None],
    ) -> None:
        self._problems, self._tell, self._say = problems, give, say
        self._taking, self._stops = threading.Lock(), threading.Event()
        self._orders: dict[Hashable, tuple[RunningOrder, set[int]]] = {}
        self._order_of: dict[int, Hashable] = {}
        together = [number for number, problem in enumerate(problems) if problem.design.solver != "lbfgs"]
        self._alone = deque(sorted({*range(len(problems))} - {*together}))
        lower_ahead(group.shape for group in _groups(problems, together, watches, slots, shape_to_come))
        self._groups = _groups(problems, together, watches, slots, shape_of)
        self._ready: set[TrainingShape] = set()
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
        with _of_our_own():
            try:
                while (group := self._choose()) is not None:
                    program = self._compiled(group.shape)
                    lane = Slots(group.shape, program, group.activation, self._stops, self._is_alone, self._say_epochs)
                    lane.train(functools.partial(self._take, group), self._timed())
                while (number := self._take_alone()) is not None:
                    began = time.perf_counter()
                    result = train_full_batch(self._problems[number])
                    self._say(epochs=result.n_iter)
                    self._tell(number, replace(result, seconds=time.perf_counter() - began))
            except BaseException:
                self._stops.set()
                raise

    def _compiled(self, shape: TrainingShape) -> Any:
        self._say(compiling=1)
        try:
            program = compiled(shape)
            self._ready.add(shape)
            return program
        finally:
            self._say(compiling=-1)

    def _say_epochs(self, epochs: int) -> None:
        self._say(epochs=epochs)

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
            # Slots are computed, taken or not: a thread more than they can fill costs time.
            left = [group for group in self._groups if group.waiting and group.threads < group.most_threads]
            if self._stops.is_set() or not left:
                return None
            chosen = min(left, key=lambda group: (group.threads, self._is_being_compiled(group.shape), -group.work))
            chosen.threads += 1
            return chosen

    def _is_being_compiled(self, shape: TrainingShape) -> bool:
        return shape not in self._ready and any(group.threads for group in self._groups if group.shape == shape)

    def _take(self, group: _Group) -> tuple[int, Problem, RunningOrder] | None:
        with self._taking:
            if not group.waiting:
                return None
            number = group.waiting.popleft()
            return number, self._problems[number], self._orders[self._order_of[number]][0]

    def _take_alone(self) -> int | None:
        with self._taking:
            return self._alone.popleft() if self._alone and not self._stops.is_set() else None

    def _is_alone(self, number: int) -> bool:
        with self._taking:
            return self._orders[self._order_of[number]][1] == {number}

    def _forget(self, number: int) -> None:
        """Let orders go that nobody needs any more."""
        with self._taking:
            users = self._orders[self._order_of[number]][1]
            users.discard(number)
            if not users:
                del self._orders[self._order_of[number]]


def _groups(
    problems: Sequence[Problem],
    numbers: Iterable[int],
    watches: bool,
    slots: int | None,
    shape_of: Callable[[Problem, bool], TrainingShape],
) -> list[_Group]:
    """What shares a program; of each group those first that may take long, or some slots would train on alone."""
    shapes: dict[TrainingShape, list[int]] = {}
    for number in sorted(numbers, key=lambda number: _shortness(problems[number])):
        shapes.setdefault(shape_of(problems[number], watches), []).append(number)
    groups = []
    for shape, members in shapes.items():
        names = {name for number in members for name in problems[number].design.activation}
        whole = with_slots(shape, names, slots)
        by_activation: dict[tuple[str, ...], deque[int]] = {}
        for number in members:
            by_activation.setdefault(problems[number].design.activation, deque()).append(number)
        groups += [
            _Group(whole, activation, waiting, most_threads=-(-len(waiting) // whole.runs))
            for activation, waiting in by_activation.items()
        ]
    return groups


def _shortness(problem: Problem) -> tuple[int, float]:
    """What sorts trainings by how long they may take: a small rate needs many epochs until nothing improves."""
    return -problem.stopping.max_iter, float(problem.numbers.learning_rate)
