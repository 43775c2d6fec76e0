"""Small tasks for executors: what they do is written in them."""

import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nnjax.execution.executor import UnfitError


@dataclass(frozen=True)
class Work:
    """A task that notes that it ran, then does what `action` says."""

    number: int
    folder: Path
    action: str = "square"
    program: str = "a"
    cost: float = 1.0


def square(work: Work) -> int:
    """The square of its number, or a misfortune."""
    ran_before = note(work)
    if work.action == "raise":
        raise ValueError(f"no number {work.number}")
    if work.action == "die" or (work.action == "die once" and not ran_before):
        os.kill(os.getpid(), signal.SIGKILL)
    if work.action == "wait once" and not ran_before:
        wait_for_end(work)
    return work.number**2


def note(work: Work) -> bool:
    """Leave a file a try; say whether there was one before."""
    ran_before = any(work.folder.glob(f"{work.number}-*"))
    (work.folder / f"{work.number}-{os.getpid()}-{threading.get_ident()}").touch()
    return ran_before


def cores(_: Work) -> list[int]:
    """The cores that the worker may use."""
    return sorted(os.sched_getaffinity(0))


def wait_for_end(work: Work) -> None:
    """Say who runs, then run until killed."""
    note(work)
    while True:
        time.sleep(0.05)


def refuse_to_start() -> None:
    """An initializer that fails."""
    raise RuntimeError("no such machine")


def be_unfit() -> None:
    """An initializer that finds its machine wanting."""
    raise UnfitError("no such device; buy one")


@dataclass(frozen=True)
class Greeting:
    """An initializer that leaves a file in each process."""

    folder: Path

    def __call__(self) -> None:
        (self.folder / f"hello-{os.getpid()}").touch()


@dataclass(frozen=True)
class OnceOnly:
    """An initializer that succeeds in one process alone."""

    folder: Path
    error: type[Exception] = RuntimeError

    def __call__(self) -> None:
        try:
            (self.folder / "taken").touch(exist_ok=False)
        except FileExistsError:
            raise self.error("one is enough") from None


SQUARE: Callable[[Work], int] = square
