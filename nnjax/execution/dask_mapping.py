"""One call of `map_unordered` on Dask's workers: who gets which task, and what becomes of it.

A worker has one task at a time, so that a death has one suspect; which one, `Schedule` decides, so that a worker stays
with its programs.
"""

import itertools
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic

from distributed import Client, Future

from nnjax.execution.dask_roster import DaskRoster
from nnjax.execution.dask_worker import Answer
from nnjax.execution.executor import ATTEMPTS, Outcome
from nnjax.execution.schedule import AnyTask, Schedule

SECONDS_BETWEEN_LOOKS = 1.0
"""How soon a death, or a worker that joined, is noticed."""

SECONDS_TO_FETCH = 60.0
"""A megabyte over a slow line; a worker that died with its result costs as much."""

SECONDS_TO_COMPILE = 5.0
"""What a machine pays for a program that another one has; measured 2 to 8 s."""


@dataclass
class _Try(Generic[AnyTask]):
    """A task on its way."""

    task: AnyTask
    address: str
    deaths: int = 0


class DaskMapping(Generic[AnyTask]):
    """One call of `map_unordered`."""

    def __init__(
        self, roster: DaskRoster, client: Client, call: Callable[[AnyTask], Answer], tasks: Sequence[AnyTask]
    ) -> None:
        self._roster, self._client, self._call = roster, client, call
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
        there = self._roster.look()
        self._looked_at = time.monotonic()
        self._unfit &= there.keys()
        self._addresses = [address for address, is_free in there.items() if is_free and address not in self._unfit]
        if not self._addresses and not self._has_told and not self._running:
            self._roster.tell_of_no_workers()
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
        outcome = None
        if future.status == "pending":  # Dask runs it once more by itself
            future.add_done_callback(self._ended.put)
        elif future.status == "error":
            self._bury(future, str(future.exception()))
        elif future.status != "finished":  # the line to the scheduler was cut, and came back
            self._take_back(future)
        else:
            outcome = self._hear(future)
        self._fill()
        return outcome

    def _hear(self, future: Future[Any]) -> Outcome[AnyTask] | None:
        """What a worker answered; None if its task must be tried again."""
        attempt = self._running[future]
        try:
            answer: Answer = future.result(timeout=SECONDS_TO_FETCH)
        except Exception as error:
            self._bury(future, f"its result did not arrive ({type(error).__name__})")
            return None
        if answer.is_unfit:
            self._lay_off(attempt.address)
            self._roster.tell_of_unfit(attempt.address, answer.error or "")
            self._take_back(future)
            return None
        del self._running[future]
        if answer.error is not None:
            self._renew(attempt.address)
        return Outcome(attempt.task, answer.result, answer.error)

    def _lay_off(self, address: str) -> None:
        self._unfit.add(address)
        self._addresses = [each for each in self._addresses if each != address]

    def _renew(self, address: str) -> None:
        """Start a worker's process anew after an exception, which may have left it broken."""
        self._lay_off(address)

        def restart() -> None:
            self._roster.restart(address)
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
