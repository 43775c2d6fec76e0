"""Progress: few lines for logs, a bar for terminals, and an honest guess of the time left."""

import io

import pytest
from rich.console import Console

from nnjax.sweep.progress import (
    LiveProgress,
    PlainProgress,
    Progress,
    SweepState,
    choose_progress,
    describe,
    show_seconds,
)


def lines_of(*states: SweepState) -> list[str]:
    stream = io.StringIO()
    progress = PlainProgress(stream)
    for state in states:
        progress.update(state)
    progress.close()
    return stream.getvalue().splitlines()


def at(trained: int, elapsed: float, **more: float) -> SweepState:
    return SweepState(100, trained, elapsed=elapsed, work_done=trained / 100, **more)  # type: ignore[arg-type]


def test_lines_come_at_the_start_now_and_then_and_at_the_end() -> None:
    lines = lines_of(at(0, 0), at(10, 1), at(20, 4.9), at(30, 5), at(40, 9), at(100, 9.5))
    assert [line.split()[0] for line in lines] == ["0", "30", "100"]


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
    assert capsys.readouterr() == ("", "")


def test_units_change_where_they_are_full():
    assert [show_seconds(seconds) for seconds in (59, 60, 3599, 3600)] == [
        "59 s",
        "1 min 00 s",
        "59 min 59 s",
        "1 h 00 min",
    ]
