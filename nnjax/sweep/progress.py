"""How it is going: a record of where a training stands, stages of other work, and two ways to show both."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from nnjax.terminal import Say, to_nobody

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as RichBar

SECONDS_UNTIL_A_LINE = 2.0
"""A stage that takes no longer is not worth a line."""

SECONDS_BETWEEN_LINES = 5.0


@dataclass(frozen=True)
class SweepState:
    """Where a sweep stands.

    Attributes:
        runs_to_train: Runs that the journal lacked at the start.
        trained: Runs trained and journalled since, diverged ones included.
        diverged: Those of them that turned NaN or infinite.
        failed: Runs whose chunk ended in an error.
        work_done: Share of the predicted work that has ended, 0 … 1.
        elapsed: Seconds since the workers were asked for.
        compile_seconds: Seconds that workers spent compiling, summed.
        train_seconds: Seconds that workers spent training, summed.
    """

    runs_to_train: int
    trained: int = 0
    diverged: int = 0
    failed: int = 0
    work_done: float = 0.0
    elapsed: float = 0.0
    compile_seconds: float = 0.0
    train_seconds: float = 0.0

    @property
    def runs_a_second(self) -> float:
        """Trained runs a second of wall time."""
        return self.trained / self.elapsed if self.elapsed > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Predicted seconds to the end, None before anything ended.

        >>> SweepState(runs_to_train=100, trained=10, work_done=0.2, elapsed=30.0).seconds_left
        120.0
        """
        return self.elapsed * (1 - self.work_done) / self.work_done if self.work_done > 0 else None

    @property
    def is_over(self) -> bool:
        """Whether every run was trained or failed."""
        return self.trained + self.failed >= self.runs_to_train


class Progress:
    """Whoever wants to know; by itself it shows nothing."""

    def update(self, state: SweepState) -> None:
        """Called at the start of a training and after every chunk."""

    def close(self) -> None:
        """Called once at its end, also after an interrupt."""

    @contextmanager
    def stage(self, what: str) -> Iterator[Say]:
        """Show that something else goes on, and how far it has come, as it is said to what this yields."""
        yield to_nobody


class _Lines:
    """A text that is written again every few seconds, whatever it is then, with how long that has been going on."""

    def __init__(self, text: str, stream: IO[str], seconds_until_first: float) -> None:
        self.text = text
        self._stream, self._wait, self._over = stream, seconds_until_first, threading.Event()
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()

    def _write(self) -> None:
        began, wait = time.monotonic(), self._wait
        with suppress(OSError, ValueError):  # whoever read the lines has left
            while not self._over.wait(wait):
                print(f"{self.text} · {show_seconds(time.monotonic() - began)} so far", file=self._stream, flush=True)
                wait = SECONDS_BETWEEN_LINES

    def close(self) -> None:
        self._over.set()
        self._thread.join()


class PlainProgress(Progress):
    """Lines for logs and pipes: the first and the last of a training, and one now and then while anything goes on."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._lines: _Lines | None = None

    def update(self, state: SweepState) -> None:
        """Write a line if it is the first or the last."""
        text = describe(state)
        if self._lines is None or state.is_over:
            print(text, file=self._stream, flush=True)
        self._lines = self._lines or _Lines(text, self._stream, SECONDS_BETWEEN_LINES)
        self._lines.text = text

    def close(self) -> None:
        """No more lines of this training."""
        if self._lines is not None:
            self._lines.close()
        self._lines = None

    @contextmanager
    def stage(self, what: str) -> Iterator[Say]:
        """A line if it takes a while, and more if it takes longer."""
        lines = _Lines(what, self._stream, SECONDS_UNTIL_A_LINE)

        def say(how_far: str) -> None:
            lines.text = f"{what}: {how_far}"

        try:
            yield say
        finally:
            lines.close()


class LiveProgress(Progress):
    """A bar that stays in its place, for terminals; while something else goes on, a line that is gone afterwards."""

    def __init__(self, console: "Console") -> None:
        self._console = console
        self._bar: RichBar | None = None

    def update(self, state: SweepState) -> None:
        """Move the bar."""
        if self._bar is None:
            self._bar = _training_bar(self._console)
            self._bar.add_task("training", text="")
            self._bar.start()
        done = state.trained + state.failed
        self._bar.update(self._bar.task_ids[0], total=state.runs_to_train, completed=done, text=speed(state))

    def close(self) -> None:
        """Leave the last state standing."""
        if self._bar is not None:
            self._bar.stop()
        self._bar = None

    @contextmanager
    def stage(self, what: str) -> Iterator[Say]:
        """A line that moves, and goes when it is over."""
        from rich.progress import Progress as RichBar
        from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn()
        # What is printed meanwhile may go to a file: then it is not to come by way of this console.
        shown = sys.stdout.isatty()
        with RichBar(*columns, console=self._console, transient=True, redirect_stdout=shown) as line:
            task = line.add_task(what, total=None)
            yield lambda how_far: line.update(task, description=f"{what}: {how_far}")


def _training_bar(console: "Console") -> "RichBar":
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as RichBar

    text = TextColumn("{task.fields[text]}")
    return RichBar(
        TextColumn("[bold]training"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), text, console=console
    )


def choose_progress(stream: IO[str] | None = None) -> Progress:
    """A live bar if there is a terminal to draw it on, lines otherwise."""
    stream = sys.stderr if stream is None else stream
    if not stream.isatty():
        return PlainProgress(stream)
    from rich.console import Console

    return LiveProgress(Console(file=stream))


def describe(state: SweepState) -> str:
    """One line on where a training stands.

    >>> describe(SweepState(runs_to_train=40))
    '0 of 40 runs · starting the workers, compiling the first programs'
    >>> describe(SweepState(runs_to_train=40, trained=20, work_done=0.5, elapsed=4.0, train_seconds=7.0))
    '20 of 40 runs · 5.0 runs/s · 4 s left · compiling 0 s, training 7 s'
    """
    return f"{state.trained} of {state.runs_to_train} runs · {speed(state)}"


def speed(state: SweepState) -> str:
    """Runs a second, time left, where the time went, and what went wrong."""
    left = state.seconds_left
    if left is None:
        return "starting the workers, compiling the first programs"
    parts = [
        f"{state.runs_a_second:.1f} runs/s",
        f"{show_seconds(left)} left",
        f"compiling {show_seconds(state.compile_seconds)}, training {show_seconds(state.train_seconds)}",
    ]
    if state.diverged:
        parts.append(f"{state.diverged} diverged")
    if state.failed:
        parts.append(f"{state.failed} failed")
    return " · ".join(parts)


def show_seconds(seconds: float) -> str:
    """Seconds for people.

    >>> show_seconds(12.4), show_seconds(192), show_seconds(7260)
    ('12 s', '3 min 12 s', '2 h 01 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
