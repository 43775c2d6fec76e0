"""Drills: real processes, real faults. Each ends in a line of the table that is printed after them."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from fakes.command import ROOT
from fakes.drill import Damage, damage, environment, finish, sweep, write_study
from fakes.processes import killed_in_the_end

LINE = "drill"


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose sweep nobody disturbed."""
    home = tmp_path_factory.mktemp("undisturbed")
    write_study(home)
    code, said = finish(sweep(home))
    assert code == 0, said
    return home


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with the study, and nothing else."""
    return write_study(tmp_path / "home").parent


@pytest.fixture
def unharmed(undisturbed: Path, record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """Compares a home with the undisturbed one, and enters the drill into the table."""

    def compare(home: Path, drill: str, times: int, told: str, is_tracked: bool = True) -> None:
        found: Damage = damage(home, undisturbed, is_tracked)
        record_property(LINE, f"| {drill} | {times} | {found.lost} | {found.doubled} | {found.wrong} | {told} |")
        assert found.is_none, found

    return compare


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Callable[[str], "subprocess.Popen[bytes]"]]:
    """Runs a line of the documentation; whatever it started is killed in the end."""
    with killed_in_the_end(tmp_path) as begin:
        yield lambda line: begin(["bash", "-c", line], environment(), ROOT)


@pytest.fixture
def address() -> str:
    """HOST:PORT where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def needs_root() -> None:
    """Mounts and network namespaces are for root alone."""
    if os.geteuid() != 0:
        pytest.skip("needs root: mounts or network namespaces")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table of drills."""
    passed = terminalreporter.stats.get("passed", [])
    lines = [value for report in passed for key, value in getattr(report, "user_properties", ()) if key == LINE]
    if lines:
        terminalreporter.write_line("\n| drill | times | lost | doubled | wrong | what the person was told |")
        terminalreporter.write_line("| --- | --- | --- | --- | --- | --- |")
        for line in dict.fromkeys(lines):
            terminalreporter.write_line(str(line))
