"""Ctrl-C and SIGTERM end a command wherever they meet it."""

import subprocess
import sys

import pytest

MEETING = """
import gc, os, signal, sys, time
from nnjax import cli
from nnjax.commands import checks

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background begins without it


def command(options):
    def at_once(phase, info):
        gc.callbacks.remove(at_once)
        os.kill(os.getpid(), signal.{name})
        for _ in range(1000):  # here it is raised, and here Python drops it
            pass

    gc.callbacks.append(at_once)
    gc.collect()
    time.sleep(60)
    return 0


command.__name__ = "doctor"
checks.doctor = command
sys.exit(cli.main(["doctor"]))
"""


@pytest.mark.parametrize(("name", "code"), [("SIGTERM", 143), ("SIGINT", 130)])
def test_an_interrupt_in_the_garbage_collector_is_not_lost(name, code):
    ended = subprocess.run(
        [sys.executable, "-c", MEETING.format(name=name)], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (code, "")
    assert ended.stderr == (
        "\nInterrupted. What was finished is in the journal; the same command goes on from there.\n"
    )
