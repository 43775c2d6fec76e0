"""Workers on other machines, by Dask: a scheduler somewhere, workers that come and go, the head here.

Dask moves functions and results, watches the workers and starts dead ones again. What a worker gets next is decided
here, by `Schedule`: one task a worker, so that a death has one suspect, and a worker stays with its programs.
"""

import itertools
import queue
import threading
import time
import traceback
import uuid
from collections import deque
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic

import dask.config
from distributed import Client, Future, LocalCluster, Worker, WorkerPlugin

from nnjax.execution.certificates import check_certificates, describe_refusal
from nnjax.execution.executor import ATTEMPTS, Cluster, ExecutionError, Initializer, Outcome, Say, UnfitError
from nnjax.execution.schedule import AnyTask, Schedule

SECONDS_TO_CONNECT = 20
SECONDS_BETWEEN_LOOKS = 1.0
"""How soon a death, or a worker that joined, is noticed."""

SECONDS_TO_FETCH = 60.0
"""A megabyte over a slow line; a worker that died with its result costs as much."""

SECONDS_TO_LEAVE = 10
SECONDS_TO_RESTART = 60

SECONDS_TO_COMPILE = 5.0
"""What a machine pays for a program that another one has; measured 2 to 8 s."""

KEEP_FREED_MEMORY = str(2**30)
"""Dask's default gives freed buffers back to the kernel at once; a chunk then took a third more processor time."""

_WHAT_DASK_SETS = {
    "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": KEEP_FREED_MEMORY,
    "distributed.nanny.pre-spawn-environ.MALLOC_MMAP_THRESHOLD_": KEEP_FREED_MEMORY,
    "distributed.worker.profile.enabled": False,
}


class DaskExecutor:
    """Every worker of a Dask scheduler, whenever it joins; give each worker one thread and a core of its own."""

    def __init__(
        self,
        workers: int,
        initializer: Initializer | None = None,
        cluster: Cluster | None = None,
        say: Say = print,
    ) -> None:
        """Connect, or start workers here.

        Args:
            workers: Processes to start here where there is no cluster.
            initializer: Called once in each worker before its first task, also in those that join later.
            cluster: Where the scheduler is, and what a worker must offer.
            say: Who is told that there are no workers.

        Raises:
            ExecutionError: No scheduler answers, one refuses the other's certificate, or the initializer fails.
        """
        self._started = None
        if cluster is None:
            self._started = _start_here(workers)
            cluster = Cluster(str(self._started.scheduler_address))
        self.address, self._resources, self._say = cluster.address, cluster.resources, say
        self._client = _connect(self.address)
        self.address = str(self._client.scheduler_info()["address"])
        self._name = f"nnjax-{uuid.uuid4().hex}"
        self._known: dict[str, bool] = {}
        try:
            self._client.register_plugin(_Prepare(self._name, initializer), name=self._name)
            unfit = self._client.run(_why_unfit, self._name)
            wanted = [address for address, is_free in self.look().items() if is_free]
            if wanted and all(unfit.get(address) for address in wanted):
                raise UnfitError(unfit[wanted[0]])
        except Exception as error:
            self.close()
            raise ExecutionError(f"a worker of {self.address} failed to start: {error}") from None

    @property
    def workers(self) -> int:
        """Workers that can get tasks now."""
        return sum(self.look().values())

    def look(self) -> dict[str, bool]:
        """Address of each worker that is there -> whether it can get tasks; the last known while Dask reconnects.

        Raises:
            ExecutionError: The scheduler is gone.
        """
        try:
            scheduler: Any = self._client.scheduler
            identity = self._client.sync(scheduler.identity, n_workers=-1)
        except (OSError, TimeoutError, AttributeError) as error:  # the last: the client has given up
            if self._client.status == "connecting":
                return self._known
            raise ExecutionError(_lost(self.address, error)) from None
        self._known = {
            address: worker["status"] == "running"
            and all(worker["resources"].get(name, 0.0) >= amount for name, amount in self._resources.items())
            for address, worker in identity["workers"].items()
        }
        return self._known

    def map_unordered(
        self, function: Callable[[AnyTask], Any], tasks: Sequence[AnyTask]
    ) -> Generator[Outcome[AnyTask], None, None]:
        """Run a function on every task, on all workers that there are and that will be.

        Raises:
            ExecutionError: The scheduler is gone.
        """
        mapping = _Mapping(self, self._client, partial(_call, self._name, function), tasks)
        try:
            for _ in tasks:
                yield mapping.next_outcome()
        finally:
            mapping.cancel()

    def tell_of_no_workers(self) -> None:
        """Say what is waited for."""
        wanted = "".join(f' --resources "{name}={amount:g}"' for name, amount in self._resources.items())
        certified = "; one without the cluster's certificate is refused" if self.address.startswith("tls://") else ""
        start = f"dask worker {self.address} --nthreads 1{wanted}"
        self._say(f"No worker at {self.address}: waiting. Start some: {start}{certified}")

    def tell_of_unfit(self, address: str, why: str) -> None:
        """Say which worker gets no tasks."""
        self._say(f"The worker at {address} gets no work: {why}")

    def close(self) -> None:
        """Leave the scheduler; workers that were started here end."""
        with suppress(Exception):  # the scheduler may be gone
            self._client.unregister_worker_plugin(self._name)
        self._client.close(timeout=2)
        if self._started is not None:
            with suppress(TimeoutError):  # a busy machine: what is still there ends with this process
                self._started.close(timeout=SECONDS_TO_LEAVE)


@dataclass
class _Try(Generic[AnyTask]):
    """A task on its way."""

    task: AnyTask
    address: str
    deaths: int = 0


class _Mapping(Generic[AnyTask]):
    """One call of `map_unordered`."""

    def __init__(
        self, executor: DaskExecutor, client: Client, call: Callable[[AnyTask], "_Answer"], tasks: Sequence[AnyTask]
    ) -> None:
        self._executor, self._client, self._call = executor, client, call
        self._schedule = Schedule(tasks, SECONDS_TO_COMPILE)
        self._running: dict[Future[Any], _Try[AnyTask]] = {}
        self._again: deque[_Try[AnyTask]] = deque()
        self._failed: deque[Outcome[AnyTask]] = deque()
        self._ended: queue.SimpleQueue[Future[Any]] = queue.SimpleQueue()
        self._numbering, self._numbers = itertools.count(), dict[str, int]()
        self._addresses: list[str] = []
        self._unfit: set[str] = set()
        self._looked_at = float("-inf")
        self._has_told = False

    def next_outcome(self) -> Outcome[AnyTask]:
        """Wait for the next outcome; give every idle worker a task, and dead ones' tasks to others."""
        while True:
            if time.monotonic() - self._looked_at >= SECONDS_BETWEEN_LOOKS:
                self._look()
            if self._failed:
                return self._failed.popleft()
            try:
                future = self._ended.get(timeout=SECONDS_BETWEEN_LOOKS)
            except queue.Empty:
                continue
            if future in self._running and (outcome := self._collect(future)) is not None:
                return outcome

    def cancel(self) -> None:
        """Begin nothing more; what runs elsewhere ends unheard."""
        self._schedule.cancel()
        self._client.cancel(list(self._running), force=True)
        self._running.clear()

    def _look(self) -> None:
        """See who is there."""
        there = self._executor.look()
        self._looked_at = time.monotonic()
        self._unfit &= there.keys()
        self._addresses = [address for address, is_free in there.items() if is_free and address not in self._unfit]
        if not self._addresses and not self._has_told and not self._running:
            self._executor.tell_of_no_workers()
            self._has_told = True
        elif self._addresses:
            self._has_told = False
        for address in self._numbers.keys() - there.keys():
            self._schedule.leave(self._numbers.pop(address))
        for future, each in list(self._running.items()):
            if each.address not in there:
                self._bury(future, "its machine or its process is gone")
        self._fill()

    def _fill(self) -> None:
        """Give every idle worker a task."""
        busy = {each.address for each in self._running.values()}
        for address in self._addresses:
            if address not in busy:
                self._begin(address)

    def _begin(self, address: str) -> None:
        """Give a worker a task, if there is one for it: of a program of another's, little may be left to help with."""
        number = self._numbers.setdefault(address, next(self._numbering))
        if self._again:
            again = self._again.popleft()
            attempt = _Try(again.task, address, again.deaths)
        elif (task := self._schedule.take(number)) is not None:
            attempt = _Try(task, address)
        else:
            return
        future = self._client.submit(self._call, attempt.task, workers=[address], pure=False)
        self._running[future] = attempt
        future.add_done_callback(self._ended.put)

    def _collect(self, future: Future[Any]) -> Outcome[AnyTask] | None:
        """What became of a task that ended; None if it must be tried again."""
        attempt = self._running[future]
        if future.status == "pending":  # Dask runs it once more by itself
            future.add_done_callback(self._ended.put)
        elif future.status == "error":
            self._bury(future, str(future.exception()))
        elif future.status != "finished":  # the line to the scheduler was cut, and came back
            self._take_back(future)
        else:
            try:
                answer: _Answer = future.result(timeout=SECONDS_TO_FETCH)
            except Exception as error:
                self._bury(future, f"its result did not arrive ({type(error).__name__})")
            else:
                if answer.is_unfit:
                    self._unfit.add(attempt.address)
                    self._addresses = [address for address in self._addresses if address != attempt.address]
                    self._executor.tell_of_unfit(attempt.address, answer.error or "")
                    self._take_back(future)
                else:
                    del self._running[future]
                    if answer.error is not None:
                        self._renew(attempt.address)
                    self._fill()
                    return Outcome(attempt.task, answer.result, answer.error)
        self._fill()
        return None

    def _renew(self, address: str) -> None:
        """Start a worker's process anew after an exception, which may have left it broken."""
        self._unfit.add(address)
        self._addresses = [each for each in self._addresses if each != address]

        def restart() -> None:
            with suppress(Exception):  # one without a nanny stays as it is
                self._client.restart_workers([address], timeout=SECONDS_TO_RESTART, raise_for_error=False)
            self._unfit.discard(address)

        threading.Thread(target=restart, daemon=True).start()

    def _take_back(self, future: Future[Any]) -> None:
        """Another worker gets the task; nobody died of it."""
        self._again.append(self._running.pop(future))
        self._client.cancel([future], force=True)

    def _bury(self, future: Future[Any], how: str) -> None:
        """A worker died of a task, or during it: once more elsewhere, or an error."""
        attempt = self._running.pop(future)
        self._client.cancel([future], force=True)
        attempt.deaths += 1
        if attempt.deaths < ATTEMPTS:
            self._again.append(attempt)
        else:
            error = f"{ATTEMPTS} workers died of it; the last one, {attempt.address}: {how}"
            self._failed.append(Outcome(attempt.task, error=error))


@dataclass(frozen=True)
class _Answer:
    """What a worker sends back: a result, a traceback, or that it was never made ready."""

    result: Any = None
    error: str | None = None
    is_unfit: bool = False


_READY: dict[str, str] = {}
"""In a worker: name of each executor that has made it ready -> why it could not, "" if it could."""


class _Prepare(WorkerPlugin):
    """Gets each worker ready, those that join later too; of the latter Dask itself only logs the failures."""

    def __init__(self, name: str, initializer: Initializer | None) -> None:
        self._name, self._initializer = name, initializer

    def setup(self, worker: Worker) -> None:
        """Run the initializer."""
        try:
            if self._initializer is not None:
                self._initializer()
            _READY[self._name] = ""
        except UnfitError as error:  # no fault: others may be fit
            _READY[self._name] = str(error)
        except Exception as error:
            _READY[self._name] = str(error)
            raise


def _why_unfit(name: str) -> str:
    """Why a worker is not ready; "" if it is."""
    return _READY.get(name, "it was not made ready")


def _call(name: str, function: Callable[[Any], Any], task: Any) -> _Answer:
    """Run a function on a worker that is ready; an exception travels as its text."""
    if unfit := _why_unfit(name):
        return _Answer(error=unfit, is_unfit=True)
    try:
        return _Answer(function(task))
    except Exception:
        return _Answer(error=traceback.format_exc())


def _start_here(workers: int) -> LocalCluster:
    """Worker processes on this machine, reachable from nowhere else."""
    with dask.config.set(_WHAT_DASK_SETS):
        return LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",  # its HTTP server starts anyway, by default on a port that may be taken
            memory_limit=0,
            silence_logs=40,
        )


def _connect(address: str) -> Client:
    try:
        check_certificates(address)
        place = {"scheduler_file": address} if address.endswith(".json") else {"address": address}
        return Client(**place, timeout=SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, TimeoutError, ValueError, ImportError) as error:
        raise ExecutionError(describe_refusal(address, error) or _lost(address, error)) from None


def _lost(address: str, error: Exception) -> str:
    return (
        f"no Dask scheduler answers at {address} ({type(error).__name__}); start one: dask scheduler --host 127.0.0.1; "
        "what was trained is in the journal, and the same command goes on"
    )
