"""Executors by name, and those of this machine: a thread a slot, which waits for the slot's worker."""

import queue
import threading
import traceback
from collections.abc import Callable, Generator, Sequence
from functools import partial
from typing import Any, Generic

from nnjax.execution.cores import usable_cores
from nnjax.execution.executor import ATTEMPTS, Cluster, ExecutionError, Executor, Outcome, WorkerSetup
from nnjax.execution.schedule import AnyTask, Schedule
from nnjax.execution.worker_process import TaskError, WorkerDiedError, WorkerProcess

EXECUTORS = ("processes", "threads", "serial", "dask")
"""Names that `make_executor` and the command line know."""

SUBMITTED_A_WORKER = 2
"""Tasks begun and not yet fetched: results of a megabyte must not pile up, and cancelling must be quick."""

SECONDS_TO_FETCH_A_PROGRAM = 2.0
"""A process traces a program and loads it from the persistent cache; measured 0.5 to 3 s."""


class InProcessSlot:
    """A worker that is a thread of this process: a crash in it is a crash of everything."""

    def call(self, function: Callable[[Any], Any], argument: Any) -> Any:
        """Run a function here and now."""
        try:
            return function(argument)
        except Exception:
            raise TaskError(traceback.format_exc()) from None

    def close(self) -> None:
        """Nothing to release."""


Slot = InProcessSlot | WorkerProcess
"""The place of one worker."""


class SerialExecutor:
    """One task after the other, in the calling thread."""

    def __init__(self, initializer: WorkerSetup | None = None) -> None:
        self.workers = 1
        if initializer is not None:
            initializer()

    def map_unordered(
        self, function: Callable[[AnyTask], Any], tasks: Sequence[AnyTask]
    ) -> Generator[Outcome[AnyTask], None, None]:
        """Run a function on every task, dearest program first."""
        schedule, slot = Schedule(tasks), InProcessSlot()
        while (task := schedule.take(0)) is not None:
            yield attempt(slot, function, task)

    def close(self) -> None:
        """Nothing to release."""


class SlotExecutor:
    """A thread a slot, which waits for the slot's worker; the slots may be threads or processes.

    `fetching` is the seconds that a slot needs for a program that another one has compiled.
    """

    def __init__(self, slots: Sequence[Slot], fetching: float = 0.0) -> None:
        self._fetching = fetching
        self.workers = len(slots)
        self._slots = slots

    def map_unordered(
        self, function: Callable[[AnyTask], Any], tasks: Sequence[AnyTask]
    ) -> Generator[Outcome[AnyTask], None, None]:
        """Run a function on every task, on all workers."""
        mapping = _Mapping(function, Schedule(tasks, self._fetching), self.workers)
        for number, slot in enumerate(self._slots):
            threading.Thread(target=mapping.serve, args=(number, slot), daemon=True).start()
        try:
            for _ in tasks:
                yield mapping.next_outcome()
        finally:
            mapping.cancel()

    def close(self) -> None:
        """Kill the workers."""
        for slot in self._slots:
            slot.close()


class ThreadExecutor(SlotExecutor):
    """Threads of this process: cheap to start, one copy of jax, right for notebooks and for a GPU."""

    def __init__(self, workers: int, initializer: WorkerSetup | None = None) -> None:
        super().__init__([InProcessSlot() for _ in range(workers)])
        if initializer is not None:
            initializer()


class ProcessExecutor(SlotExecutor):
    """A process a worker, each on cores of its own: a killed one costs only what it was doing."""

    def __init__(self, workers: int, initializer: WorkerSetup | None = None) -> None:
        cores = usable_cores()
        # More workers than cores: they share, round robin.
        shares = [cores[number::workers] or [cores[number % len(cores)]] for number in range(workers)]
        self.processes = [WorkerProcess(share, initializer) for share in shares]
        super().__init__(self.processes, SECONDS_TO_FETCH_A_PROGRAM)


class _Mapping(Generic[AnyTask]):
    """One call of `map_unordered`: what its threads share."""

    def __init__(self, function: Callable[[AnyTask], Any], schedule: Schedule[AnyTask], workers: int) -> None:
        self._function = function
        self._schedule = schedule
        self._workers = workers
        self._permits = threading.Semaphore(SUBMITTED_A_WORKER * workers)
        self._outcomes: queue.SimpleQueue[Outcome[AnyTask] | BaseException] = queue.SimpleQueue()

    def serve(self, number: int, slot: Slot) -> None:
        """Run tasks in one slot until there are none; whatever breaks the slot itself is raised in `next_outcome`."""
        try:
            while self._permits.acquire() and (task := self._schedule.take(number)) is not None:
                forget = partial(self._schedule.forget, number, task)
                self._outcomes.put(attempt(slot, self._function, task, forget))
        except BaseException as problem:
            self._outcomes.put(problem)

    def next_outcome(self) -> Outcome[AnyTask]:
        """Wait for the next outcome and let another task begin."""
        outcome = self._outcomes.get()
        if isinstance(outcome, BaseException):
            raise outcome
        self._permits.release()
        return outcome

    def cancel(self) -> None:
        """Begin nothing more, and let the threads that wait for a permit go."""
        self._schedule.cancel()
        # One a thread: all wake, and find the schedule empty.
        self._permits.release(self._workers)


def attempt(
    slot: Slot, function: Callable[[AnyTask], Any], task: AnyTask, on_new_worker: Callable[[], None] = lambda: None
) -> Outcome[AnyTask]:
    """Run one task in a slot, again if its worker dies, and say what became of it.

    After each death of the worker `on_new_worker` is called, and after an exception: a process ends with that, too.
    """
    death = ""
    for _ in range(ATTEMPTS):
        try:
            return Outcome(task, slot.call(function, task))
        except TaskError as problem:
            on_new_worker()
            return Outcome(task, error=str(problem))
        except WorkerDiedError as problem:
            death = str(problem)
            on_new_worker()
    return Outcome(task, error=f"{ATTEMPTS} workers died of it; the last one: {death}")


def make_executor(
    name: str, workers: int, initializer: WorkerSetup | None = None, cluster: Cluster | None = None
) -> Executor:
    """An executor by its name; serial ignores the number of workers, and so does dask where it is given a cluster.

    Raises:
        ValueError: If the name is unknown, there is no worker, or something else than dask is given a cluster.
        ExecutionError: If dask is not installed, or its scheduler does not answer.
    """
    if workers < 1:
        raise ValueError(f"a sweep needs at least one worker, not {workers}")
    if cluster is not None and name != "dask":
        raise ValueError(f"the executor {name} runs on this machine: it has no use for {cluster.address}")
    if name == "serial":
        return SerialExecutor(initializer)
    if name == "dask":
        return _dask_executor(workers, initializer, cluster)
    if name not in EXECUTORS:
        raise ValueError(f"unknown executor {name!r}; there are {', '.join(EXECUTORS)}")
    return (ProcessExecutor if name == "processes" else ThreadExecutor)(workers, initializer)


def _dask_executor(workers: int, initializer: WorkerSetup | None, cluster: Cluster | None) -> Executor:
    try:
        from nnjax.execution.dask_cluster import DaskExecutor
    except ModuleNotFoundError as error:
        raise ExecutionError(f"the executor dask needs the package {error.name}: pip install 'nnjax[dask]'") from None
    return DaskExecutor(workers, initializer, cluster)
