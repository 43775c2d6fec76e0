"""Drills: real processes, real faults. Their rounds are added up in the table that is printed after them."""

import os
import random
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import astuple
from pathlib import Path

import pytest
from fakes.command import ROOT
from fakes.drill import Damage, damage, environment, finish, sweep, write_study
from fakes.processes import killed_in_the_end
from fakes.tally import Entry, table

LINE = "drill"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A drill that takes `moments` happens once in `make test-all` and three times in `make drills`."""
    if "moments" in metafunc.fixturenames:
        rounds = range(1, metafunc.config.getoption("rounds") + 1)
        metafunc.parametrize("moments", rounds, indirect=True, ids="round-{}".format)


@pytest.fixture
def moments(request: pytest.FixtureRequest) -> random.Random:
    """The random moments of one round: others in each round, the same in each session."""
    return random.Random(request.node.name)


@pytest.fixture(scope="session", autouse=True)
def can_be_interrupted() -> None:
    """A shell's background makes its programs deaf to Ctrl-C, and they would hand that on to what is drilled."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose sweep nobody disturbed."""
    home = tmp_path_factory.mktemp("undisturbed")
    write_study(home)
    code, said = finish(sweep(home))
    assert code == 0, said
    return home


@pytest.fixture
def home(undisturbed: Path, tmp_path: Path) -> Path:
    """A home with the study; the programs that it needs are compiled, which would be half of each round."""
    return write_study(tmp_path / "home").parent


@pytest.fixture
def enter(record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """Enters into the table how often a drill happened, what it did and what was said; damage is a failure."""

    def note(drill: str, times: int, found: Damage, told: str) -> None:
        record_property(LINE, astuple(Entry(drill, times, found.lost, found.doubled, found.wrong, told)))
        assert found.is_none, found

    return note


@pytest.fixture
def assert_unharmed(undisturbed: Path, enter: Callable[..., None]) -> Callable[..., None]:
    """Compares a home with the undisturbed one, and enters the drill into the table."""

    def compare(home: Path, drill: str, times: int, told: str, is_tracked: bool = True, beside: int = 0) -> None:
        told = told.replace(str(home), "HOME")
        enter(drill, times, damage(home, undisturbed, is_tracked, beside), told)

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
    """The table of drills; a drill that failed is in it as far as it got."""
    reports = [each for how in ("passed", "failed") for each in terminalreporter.stats.get(how, [])]
    lines = [tuple(value) for each in reports for key, value in getattr(each, "user_properties", ()) if key == LINE]
    if lines:
        terminalreporter.write_line("")
        for line in table(Entry(*line) for line in lines):
            terminalreporter.write_line(line)
