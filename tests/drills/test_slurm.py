"""Slurm's job on a real Slurm of two nodes: a node that is lost, a job that is cancelled; and without Slurm."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.command import ROOT
from fakes.documented import BIN, commands
from fakes.drill import chunks, environment, finish, wait_for
from fakes.slurm import Slurm, slurm_on_this_machine

pytestmark = pytest.mark.slow

SRUN = """#!/usr/bin/env bash
# A stand-in for Slurm's: every task on this machine.
while [[ $1 == --* ]]; do shift; done
for _ in $(seq "$SLURM_NTASKS"); do "$@" & done
wait
"""
FALSE = """#!/usr/bin/env bash
exit 1
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of its own, whose .cache and logs are in nobody's way."""
    place = tmp_path / "checkout"
    place.mkdir()
    for name in ("cluster", "nnjax"):
        (place / name).symlink_to(ROOT / name)
    (place / ".venv").symlink_to(BIN.parent)
    return place


@pytest.fixture
def slurm(tmp_path: Path) -> Iterator[Slurm]:
    if os.geteuid() != 0:
        pytest.skip("needs root: Slurm's daemons")
    with tempfile.TemporaryDirectory(prefix="slurm-") as folder, slurm_on_this_machine(Path(folder), tmp_path) as slurm:
        yield slurm


def words(home: Path, log: Path) -> list[str]:
    """The documented command's, for two tasks and the drill's study."""
    [line] = commands("Slurm")
    line = line.replace("--ntasks=64", f"--ntasks=2 --output={log}").replace("experiments/diabetes.toml", "STUDY")
    return [*line.replace("STUDY", str(home / "drill.toml")).split()[1:], "--home", str(home)]


def test_a_real_slurm_and_a_node_that_is_lost(slurm, checkout, home, tmp_path, assert_unharmed):
    job = slurm.submit(checkout, *words(home, tmp_path / "job.log"))
    wait_for(lambda: chunks(home) >= 1, job)
    slurm.lose("right")
    code, said = finish(job)
    assert code == 0, said + (tmp_path / "job.log").read_text()
    assert "Node failure on right" in (tmp_path / "job.log").read_text()
    assert not list((checkout / ".cache").glob("dask-*"))
    assert_unharmed(home, "a real Slurm, one of two nodes lost in mid-sweep", 1, "Slurm: Node failure on right")


def test_a_real_slurm_and_a_job_that_is_cancelled_and_submitted_again(slurm, checkout, home, tmp_path, assert_unharmed):
    first = slurm.submit(checkout, *words(home, tmp_path / "first.log"))
    wait_for(lambda: chunks(home) >= 1, first)
    slurm.cancel("nnjax")
    finish(first)
    before = chunks(home)
    assert 0 < before < 8
    code, said = finish(slurm.submit(checkout, *words(home, tmp_path / "second.log")))
    told = (tmp_path / "second.log").read_text()
    assert code == 0, said + told
    assert f"{8 * before} were in the journal" in told
    assert_unharmed(home, "a real Slurm, the job cancelled and submitted again", 1, f"{8 * before} were in the journal")


def without_slurm(checkout: Path, home: Path, srun: str) -> tuple[int, str]:
    """What comes of the very script, with stand-ins for what it calls of Slurm."""
    tools = checkout / "bin"
    tools.mkdir()
    for name, text in (("srun", srun), ("scancel", FALSE)):
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    variables = environment(
        SLURM_JOB_ID="7", SLURM_NTASKS="2", DASK_INTERFACE="lo", PATH=f"{tools}:{os.environ['PATH']}"
    )
    script = ["bash", str(ROOT / "cluster" / "slurm.sh"), str(home / "drill.toml"), "--home", str(home)]
    job = subprocess.Popen(
        script, cwd=checkout, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    return finish(job)


def test_the_job_with_a_stand_in_for_srun(checkout, home, assert_unharmed):
    code, said = without_slurm(checkout, home, SRUN)
    assert code == 0, said
    assert not list((checkout / ".cache").glob("dask-*"))
    assert_unharmed(home, "Slurm's job, srun replaced by a stand-in", 1, "nothing")


def test_a_job_whose_workers_all_end_does_not_wait_for_its_time_to_be_up(checkout, home):
    code, said = without_slurm(checkout, home, FALSE)
    assert code == 1 and "srun has ended (exit code 1), and with it every worker" in said, said


@pytest.mark.parametrize("script", ["certificates.sh", "slurm.sh"])
def test_shellcheck_finds_nothing(script):
    if shutil.which("shellcheck") is None:
        pytest.skip("shellcheck is not installed")
    said = subprocess.run(["shellcheck", ROOT / "cluster" / script], capture_output=True, text=True, check=False)
    assert said.stdout == ""
