"""How a sweep is going: one record of where it stands, and two ways to show it."""

import sys
from dataclasses import dataclass
from typing import IO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as RichBar

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
        """Called at the start and after every chunk."""

    def close(self) -> None:
        """Called once at the end, also after an interrupt."""


class PlainProgress(Progress):
    """Lines for logs and pipes: the first, the last, and between them one every few seconds."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._last: float | None = None

    def update(self, state: SweepState) -> None:
        """Write a line if one is due."""
        if self._last is None or state.is_over or state.elapsed - self._last >= SECONDS_BETWEEN_LINES:
            self._last = state.elapsed
            print(describe(state), file=self._stream, flush=True)


class LiveProgress(Progress):
    """A bar that stays in its place, for terminals."""

    def __init__(self, console: Console) -> None:
        self._bar = RichBar(
            TextColumn("[bold]training"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[text]}"),
            console=console,
        )
        self._task = self._bar.add_task("training", total=None, text="starting the workers")

    def update(self, state: SweepState) -> None:
        """Move the bar."""
        self._bar.start()
        done = state.trained + state.failed
        text = speed(state) if done else "starting the workers, compiling the first programs"
        self._bar.update(self._task, total=state.runs_to_train, completed=done, text=text)

    def close(self) -> None:
        """Leave the last state standing."""
        self._bar.stop()


def choose_progress(stream: IO[str] | None = None) -> Progress:
    """A live bar if there is a terminal to draw it on, lines otherwise."""
    stream = sys.stderr if stream is None else stream
    return LiveProgress(Console(file=stream)) if stream.isatty() else PlainProgress(stream)


def describe(state: SweepState) -> str:
    """One line on a sweep's state.

    >>> describe(SweepState(runs_to_train=40, trained=20, work_done=0.5, elapsed=4.0, train_seconds=7.0))
    '20 of 40 runs · 5.0 runs/s · 4 s left · compiling 0 s, training 7 s'
    """
    return f"{state.trained} of {state.runs_to_train} runs · {speed(state)}"


def speed(state: SweepState) -> str:
    """Runs a second, time left, where the time went, and what went wrong."""
    left = state.seconds_left
    parts = [
        f"{state.runs_a_second:.1f} runs/s",
        f"{show_seconds(left)} left" if left is not None else "time left unknown",
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
