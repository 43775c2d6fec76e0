"""Several machines by the documented commands, on this one: the same numbers, and a machine that is lost."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from fakes.command import ROOT
from fakes.drill import chunks, environment, finish, start, wait_for
from fakes.processes import killed_in_the_end

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("drills")]

BIN = Path(sys.executable).parent
SRUN = """#!/usr/bin/env bash
# A stand-in for Slurm's: every task on this machine.
while [[ $1 == --* ]]; do shift; done
for _ in $(seq "$SLURM_NTASKS"); do "$@" & done
wait
"""

Shell = Callable[[str], "subprocess.Popen[bytes]"]


def commands(heading: str) -> list[str]:
    """The commands of a section of docs/cluster.md, for two workers on this machine."""
    section = (ROOT / "docs" / "cluster.md").read_text().partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = re.search(r"```\n(.*?)```", section, re.DOTALL)[1].strip().splitlines()  # type: ignore[index]
    return [line.replace(".venv/bin", str(BIN)).replace("--nworkers 8", "--nworkers 2") for line in lines]


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    """Runs a line of the documentation; whatever it started is killed in the end."""
    with killed_in_the_end(tmp_path) as begin:
        yield lambda line: begin(["bash", "-c", line], environment(), ROOT)


@pytest.fixture
def address() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"127.0.0.1:{listener.getsockname()[1]}"


def test_several_machines_by_hand_and_one_that_is_lost(shell, address, home, unharmed):
    host, port = address.split(":")
    scheduler, worker, sweep = [
        line.replace("10.0.0.1:8786", address).replace("10.0.0.1", host).replace("--port 8786", f"--port {port}")
        for line in commands("Several machines, by hand")
    ]
    shell(scheduler)
    first, _ = shell(worker.replace("--nworkers 2", "--nworkers 1")), shell(worker.replace("--nworkers 2", ""))
    words = sweep.replace("experiments/quick.toml", str(home / "drill.toml")).split()[2:]
    wait_for(lambda: is_open(host, int(port)))
    head = start("-m", "nnjax.cli", "sweep", "--home", home, *words)
    wait_for(lambda: chunks(home) >= 1, head)
    os.killpg(first.pid, signal.SIGKILL)
    code, said = finish(head)
    assert code == 0, said
    unharmed(home, "kill -9 of a Dask worker and its nanny", 1, "nothing: its chunk is tried on another worker")


def is_open(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
        return True
    except OSError:
        return False


def test_one_machine(home, unharmed):
    [line] = commands("One machine")
    words = line.replace("experiments/quick.toml", str(home / "drill.toml")).split()[1:]
    head = start("-m", "nnjax.cli", *words, "--home", home)
    code, said = finish(head)
    assert code == 0, said
    unharmed(home, "Dask on one machine, undisturbed", 1, "nothing")
    children = [each for each in psutil.process_iter(["cmdline"]) if str(home) in " ".join(each.info["cmdline"] or ())]
    assert not children


def test_the_job_for_slurm(tmp_path, home, unharmed):
    """The very script, with a stand-in for srun: Slurm itself is not here."""
    place = tmp_path / "checkout"
    place.mkdir()
    for name in ("cluster", "nnjax"):
        (place / name).symlink_to(ROOT / name)
    (place / ".venv").symlink_to(BIN.parent)
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "srun").write_text(SRUN)
    (tools / "srun").chmod(0o755)
    variables = environment(SLURM_JOB_ID="7", SLURM_NTASKS="2", PATH=f"{tools}:{os.environ['PATH']}")
    script = ["bash", str(ROOT / "cluster" / "slurm.sh"), str(home / "drill.toml"), "--home", str(home)]
    job = subprocess.Popen(
        script, cwd=place, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    code, said = finish(job)
    assert code == 0, said
    assert not list((place / ".cache").glob("dask-*"))
    unharmed(home, "Slurm's job, srun replaced by a stand-in", 1, "nothing")


def test_shellcheck_finds_nothing():
    if shutil.which("shellcheck") is None:
        pytest.skip("shellcheck is not installed")
    script = ROOT / "cluster" / "slurm.sh"
    assert subprocess.run(["shellcheck", script], capture_output=True, text=True, check=False).stdout == ""
