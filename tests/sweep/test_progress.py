"""Progress: few lines for logs, a bar for terminals, and an honest guess of the time left."""

import io
import threading

import pytest
from rich.console import Console

from nnjax.sweep import progress as progress_module
from nnjax.sweep.progress import (
    LiveProgress,
    PlainProgress,
    Progress,
    SweepState,
    choose_progress,
    describe,
    show_seconds,
)


class Log(io.StringIO):
    """A stream that can be waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.is_written = threading.Event()

    def flush(self) -> None:
        self.is_written.set()


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every line is due as soon as it can be written, and none after it."""
    monkeypatch.setattr(progress_module, "SECONDS_UNTIL_A_LINE", 0.0)
    monkeypatch.setattr(progress_module, "SECONDS_BETWEEN_LINES", 3600.0)


def at(trained: int, elapsed: float, **more: float) -> SweepState:
    return SweepState(100, trained, elapsed=elapsed, work_done=trained / 100, **more)  # type: ignore[arg-type]


def test_a_training_that_is_soon_over_has_two_lines() -> None:
    log, states = Log(), (at(0, 0), at(10, 1), at(20, 4.9), at(100, 9.5))
    progress = PlainProgress(log)
    for _ in range(2):  # one display serves the trainings of a whole command
        for state in states:
            progress.update(state)
        progress.close()
    assert [line.split()[0] for line in log.getvalue().splitlines()] == ["0", "100"] * 2


def test_lines_come_while_no_chunk_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress_module, "SECONDS_BETWEEN_LINES", 0.001)
    log = Log()
    progress = PlainProgress(log)
    progress.update(at(0, 0))
    log.is_written.clear()
    assert log.is_written.wait(60)
    progress.update(at(10, 1))
    log.is_written.clear()
    assert log.is_written.wait(60)
    progress.close()
    first, *others = log.getvalue().splitlines()
    assert first == describe(at(0, 0))
    assert all(line.endswith(" s so far") for line in others) and others[-1].startswith(describe(at(10, 1)))


def test_a_stage_that_takes_a_while_says_how_far_it_has_come(at_once: None) -> None:
    log = Log()
    with PlainProgress(log).stage("Writing the report") as say:
        assert log.is_written.wait(60)
        say("chapter 3 of 14")
    (line,) = log.getvalue().splitlines()
    assert line.startswith("Writing the report · ")


def test_what_was_said_last_is_what_a_line_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress_module, "SECONDS_UNTIL_A_LINE", 0.001)
    monkeypatch.setattr(progress_module, "SECONDS_BETWEEN_LINES", 0.001)
    log = Log()
    with PlainProgress(log).stage("Writing the report") as say:
        say("chapter 3 of 14")
        log.is_written.clear()
        assert log.is_written.wait(60)
    assert log.getvalue().splitlines()[-1].startswith("Writing the report: chapter 3 of 14 · ")


def test_a_stage_that_is_soon_over_says_nothing() -> None:
    log = Log()
    with PlainProgress(log).stage("Writing the report") as say:
        say("chapter 1 of 14")
    assert log.getvalue() == ""


def test_whoever_has_left_ends_no_stage(at_once: None) -> None:
    class Closed(Log):
        def write(self, text: str) -> int:
            self.is_written.set()
            raise BrokenPipeError

    log = Closed()
    with PlainProgress(log).stage("Writing the report"):
        assert log.is_written.wait(60)


def test_time_left_follows_work_not_runs() -> None:
    state = SweepState(100, trained=50, work_done=0.25, elapsed=10)
    assert state.seconds_left == pytest.approx(30)
    assert state.runs_a_second == 5
    assert SweepState(100).seconds_left is None


def test_what_went_wrong_is_said() -> None:
    text = describe(SweepState(100, trained=10, diverged=2, failed=5, work_done=0.1, elapsed=1))
    assert text.endswith("2 diverged · 5 failed")


def test_failed_runs_end_a_sweep_too() -> None:
    assert SweepState(10, trained=6, failed=4).is_over
    assert not SweepState(10, trained=6, failed=3).is_over


def test_the_bar_shows_runs_and_speed() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=140)
    progress = LiveProgress(console)
    for state in (SweepState(100), at(50, 10, compile_seconds=3), at(100, 20)):
        progress.update(state)
    progress.close()
    written = console.file.getvalue()  # type: ignore[attr-defined]
    assert "100/100" in written
    assert "5.0 runs/s" in written


def test_a_stage_has_a_line_of_its_own_on_a_terminal_and_takes_it_away(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=140)
    with LiveProgress(console).stage("Writing the report") as say:
        say("chapter [3] of 14")
        print("{}")  # what is for a file goes there
    written = console.file.getvalue()  # type: ignore[attr-defined]
    assert "Writing the report: chapter [3] of 14" in written
    assert written.endswith("\x1b[1A\x1b[2K") and capsys.readouterr().out == "{}\n"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_display_fits_the_stream() -> None:
    assert isinstance(choose_progress(io.StringIO()), PlainProgress)
    assert isinstance(choose_progress(Terminal()), LiveProgress)


def test_silence_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress()
    progress.update(at(50, 1))
    progress.close()
    with progress.stage("Writing the report") as say:
        say("chapter 3 of 14")
    assert capsys.readouterr() == ("", "")


def test_units_change_where_they_are_full():
    assert [show_seconds(seconds) for seconds in (59, 60, 3599, 3600)] == [
        "59 s",
        "1 min 00 s",
        "59 min 59 s",
        "1 h 00 min",
    ]
