"""A second process, which makes some parts of a report while this one makes the others: the same report, sooner.

It is a worker as a sweep has them: it needs no guard in a person's script and ends with this process. If it dies, or
cannot be started, all is made here.
"""

import os
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

from nnjax.execution.cores import usable_cores
from nnjax.execution.executor import ExecutionError
from nnjax.execution.worker_process import TaskError, WorkerDiedError, WorkerProcess
from nnjax.sweep.identity import package_at_start
from nnjax.sweep.journal.journal import JournalWarning
from nnjax.sweep.space import Space
from nnjax.terminal import Say, to_nobody

Piece = TypeVar("Piece")
Make = Callable[[Any], Piece]
"""Makes something of what is given, a study's results for example; travels by its name."""

FEWEST_RUNS = 100
"""Of a study whose report is worth a second process, which imports for two seconds what this one has imported."""

FAILURES = (TaskError, WorkerDiedError, ExecutionError, OSError)

_GIVEN: list[Any] = []
"""In the second process: what it makes chapters of."""


class SecondProcess:
    """This process's handle on it; at once it does what others wait for, if that is something, then it gets ready."""

    def __init__(self, get_ready: Callable[[], None], first: Callable[[], None] | None = None) -> None:
        self._worker = WorkerProcess(usable_cores(), first)
        self._calls = ThreadPoolExecutor(1, "second process")
        self._first = self._calls.submit(self._worker.call, _keep, None) if first else None
        self._calls.submit(self._worker.call, _call, get_ready)

    def wait(self) -> None:
        """Until what it does first is done, or cannot be."""
        if self._first:
            with suppress(*FAILURES):
                self._first.result()

    def help_with(self, waiting: deque[tuple[int, Make[Piece]]], made: dict[int, Piece], given: object) -> Future[None]:
        """Take from the end of what is waiting; what cannot be made there waits again when this is over."""
        return self._calls.submit(self._help_with, waiting, made, given)

    def _help_with(self, waiting: deque[tuple[int, Make[Piece]]], made: dict[int, Piece], given: object) -> None:
        with suppress(*FAILURES):
            self._worker.call(_keep, given)
            for number, make in _each(waiting.pop):
                try:
                    made[number] = self._worker.call(_make, make)
                except FAILURES:
                    waiting.append((number, make))
                    raise

    def close(self) -> None:
        """End it, whatever it is doing."""
        self._worker.close()
        self._calls.shutdown(cancel_futures=True)


@contextmanager
def second_process(space: Space, home: Path | None = None) -> Iterator[SecondProcess | None]:
    """The second process for the report of a study; None where there is no other core, or too little to do.

    With a home it first fits and keeps the baselines there: for a study that is still to be trained.
    """
    if len(usable_cores()) < 2 or len(space.runs) < FEWEST_RUNS:
        yield None
        return
    second = SecondProcess(partial(_get_ready, space), partial(_fit_baselines, space, home) if home else None)
    try:
        yield second
    finally:
        second.close()


def make_all(
    makes: Sequence[Make[Piece]],
    given: object,
    second: SecondProcess | None = None,
    say: Say = to_nobody,
    what: str = "chapter",
) -> list[Piece]:
    """What each makes of what is given, in their order: made here from the first one on, and from the last on there."""
    waiting, made = deque(enumerate(makes)), dict[int, Piece]()
    helped = second.help_with(waiting, made, given) if second else None
    while len(made) < len(makes):
        for number, make in _each(waiting.popleft):
            say(f"{what} {len(makes) - len(waiting)} of {len(makes)}")
            made[number] = make(given)
        if helped is not None:
            helped.result()
    return [made[number] for number in range(len(makes))]


def _each(take: Callable[[], tuple[int, Make[Piece]]]) -> Iterator[tuple[int, Make[Piece]]]:
    """Take until nothing is left; whoever else takes may have been faster."""
    with suppress(IndexError):
        while True:
            yield take()


def _fit_baselines(space: Space, home: Path) -> None:
    package_at_start()
    import_module("nnjax.report.kept_baselines").study_baselines(space, home)


def _get_ready(space: Space) -> None:
    """Import, and compute what needs no results."""
    package_at_start()
    warnings.simplefilter("ignore", JournalWarning)  # the first process tells of the same files
    os.environ.setdefault("JAX_PLATFORMS", "cpu")  # a GPU's memory is for those who train
    import_module("nnjax.report.write")
    import_module("nnjax.report.theory").expected_fields(space)  # jax, and a second of computing; kept


def _call(function: Callable[[], None]) -> None:
    function()


def _keep(given: object) -> None:
    _GIVEN[:] = [given]


def _make(make: Make[Piece]) -> Piece:
    return make(_GIVEN[0])
