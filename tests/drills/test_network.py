"""Three machines in network namespaces: the same numbers as one, and a cable that is cut in mid-sweep."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes.drill import chunks, environment, finish, start, wait_for
from fakes.processes import killed_in_the_end

pytestmark = pytest.mark.slow

HEAD = "10.77.0.1"
SECONDS_TO_NOTICE = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__TCP": "12s", "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "12s"}
"""Dask's own 30 s and 5 min, shortened."""


def ip(*arguments: object) -> None:
    subprocess.run(["ip", *map(str, arguments)], check=True)


def machine(number: int) -> str:
    return f"nnjax-drill-{number}"


@pytest.fixture
def machines(needs_root: None) -> Iterator[list[str]]:
    """Three namespaces on one bridge; the head is in the first."""
    if shutil.which("ip") is None:
        pytest.skip("needs iproute2")
    names = [machine(number) for number in range(1, 4)]
    remove(names)
    ip("link", "add", "nnjax-br", "type", "bridge")
    ip("link", "set", "nnjax-br", "up")
    for number, name in enumerate(names, start=1):
        ip("netns", "add", name)
        ip("link", "add", f"nnjax-v{number}", "type", "veth", "peer", "name", "eth0", "netns", name)
        ip("link", "set", f"nnjax-v{number}", "master", "nnjax-br", "up")
        ip("-n", name, "addr", "add", f"10.77.0.{number}/24", "dev", "eth0")
        ip("-n", name, "link", "set", "eth0", "up")
        ip("-n", name, "link", "set", "lo", "up")
    yield names
    remove(names)


def remove(names: list[str]) -> None:
    for name in names:
        subprocess.run(["ip", "netns", "del", name], check=False, stderr=subprocess.DEVNULL)
    subprocess.run(["ip", "link", "del", "nnjax-br"], check=False, stderr=subprocess.DEVNULL)


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., "subprocess.Popen[bytes]"]]:
    """Starts `dask ARGUMENTS` on a machine; all are killed in the end."""
    variables = environment(DASK_CONFIG="cluster/dask.yaml", **SECONDS_TO_NOTICE)
    with killed_in_the_end(tmp_path) as begin:
        yield lambda name, *words: begin(["ip", "netns", "exec", name, sys.executable, "-m", "dask", *words], variables)


def test_three_machines_and_a_cut_cable(machines, run, home, tmp_path, assert_unharmed):
    file = tmp_path / "scheduler.json"
    run(machines[0], "scheduler", "--host", HEAD, "--port", 8786, "--no-dashboard", "--scheduler-file", file)
    wait_for(lambda: file.exists() and bool(json.loads(file.read_text())["address"]))
    for name in machines[1:]:
        run(name, "worker", f"tcp://{HEAD}:8786", "--nthreads", 1, "--no-dashboard")
    inside = ["ip", "netns", "exec", machines[0]]
    command = ["-m", "nnjax.cli", "sweep", home / "drill.toml", "--home", home, "--address", f"tcp://{HEAD}:8786"]
    head = start(*command, prefix=inside, **SECONDS_TO_NOTICE)
    wait_for(lambda: chunks(home) >= 1, head)
    ip("link", "set", "nnjax-v3", "down")
    code, said = finish(head)
    assert code == 0, said
    assert_unharmed(
        home, "three machines, one cable cut in mid-sweep", 1, "nothing: its chunk is tried on another worker"
    )
