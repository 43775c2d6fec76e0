"""Who trains what next: a worker stays with the programs that it has compiled, the dearest go first."""

import threading
from collections import defaultdict
from collections.abc import Hashable, Sequence
from typing import Generic, Protocol, TypeVar


class Work(Protocol):
    """What an executor must know of a piece of work."""

    @property
    def program(self) -> Hashable:
        """What must be compiled before the task can run; tasks of one program share it."""

    @property
    def cost(self) -> float:
        """Predicted seconds."""


AnyTask = TypeVar("AnyTask", bound=Work)


class Schedule(Generic[AnyTask]):
    """The tasks not yet begun, shared by all workers; safe to use from several threads.

    A free worker takes, in this order: a task of a program that it has compiled; else the program with the dearest
    task among those that nobody has; else it helps with the program that has most work left. Dearest first keeps the
    tail short, and with a home for each program a program is compiled once (15 instead of 30 s in twelve programs).
    `fetching` is the seconds that a worker needs for a program that another one has compiled: where less work than
    that is left, help comes too late.
    """

    def __init__(self, tasks: Sequence[AnyTask], fetching: float = 0.0) -> None:
        self._fetching = fetching
        self._pending: dict[Hashable, list[AnyTask]] = defaultdict(list)
        # Ascending, since `take` pops from the end.
        for task in sorted(tasks, key=lambda task: task.cost):
            self._pending[task.program].append(task)
        self._compiled: dict[int, set[Hashable]] = defaultdict(set)
        self._lock = threading.Lock()

    def take(self, worker: int) -> AnyTask | None:
        """The next task of a worker, or None if all have been taken."""
        with self._lock:
            program = self._choose(worker)
            if program is None:
                return None
            self._compiled[worker].add(program)
            task = self._pending[program].pop()
            if not self._pending[program]:
                del self._pending[program]
            return task

    def forget(self, worker: int, task: AnyTask) -> None:
        """A worker was started anew: it has no program but that of the task which it is about to try again."""
        with self._lock:
            self._compiled[worker] = {task.program}

    def leave(self, worker: int) -> None:
        """A worker is gone for good: its programs are nobody's."""
        with self._lock:
            self._compiled.pop(worker, None)

    def cancel(self) -> None:
        """Drop whatever was not yet taken."""
        with self._lock:
            self._pending.clear()

    def _choose(self, worker: int) -> Hashable | None:
        mine = [program for program in self._pending if program in self._compiled[worker]]
        if mine:
            return max(mine, key=self._dearest)
        owned = set().union(*self._compiled.values())
        free = [program for program in self._pending if program not in owned]
        if free:
            return max(free, key=self._dearest)
        # A helper must load the program first; with little left the owner is quicker alone.
        worth_it = [program for program in self._pending if self._work_left(program) > self._fetching]
        return max(worth_it, key=self._work_left, default=None)

    def _dearest(self, program: Hashable) -> float:
        return self._pending[program][-1].cost

    def _work_left(self, program: Hashable) -> float:
        return sum(task.cost for task in self._pending[program])
