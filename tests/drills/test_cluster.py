"""Several machines by the documented commands, on this one: the same numbers, and a machine that is lost."""

import os
import signal

import psutil
import pytest
from fakes.documented import at, commands
from fakes.drill import chunks, finish, start, wait_for
from fakes.processes import is_open

pytestmark = pytest.mark.slow


def test_several_machines_by_hand_and_one_that_is_lost(shell, address, home, assert_unharmed):
    scheduler, worker, sweep = [at(address, line) for line in commands("Several machines, by hand")]
    shell(scheduler)
    first, _ = shell(worker.replace("--nworkers 2", "--nworkers 1")), shell(worker.replace("--nworkers 2", ""))
    words = sweep.replace("experiments/quick.toml", str(home / "drill.toml")).split()[2:]
    wait_for(lambda: is_open(address))
    head = start("-m", "nnjax.cli", "sweep", "--home", home, *words)
    wait_for(lambda: chunks(home) >= 1, head)
    os.killpg(first.pid, signal.SIGKILL)
    code, said = finish(head)
    assert code == 0, said
    assert_unharmed(home, "kill -9 of a Dask worker and its nanny", 1, "nothing: its chunk is tried on another worker")


def test_one_machine(home, assert_unharmed):
    [line] = commands("One machine")
    words = line.replace("experiments/quick.toml", str(home / "drill.toml")).split()[1:]
    head = start("-m", "nnjax.cli", *words, "--home", home)
    code, said = finish(head)
    assert code == 0, said
    assert_unharmed(home, "Dask on one machine, undisturbed", 1, "nothing")
    children = [each for each in psutil.process_iter(["cmdline"]) if str(home) in " ".join(each.info["cmdline"] or ())]
    assert not children
