"""Workers killed, the head told to end, asked once, asked twice, a worker starved of memory."""

import re
import resource
import signal
from contextlib import suppress

import psutil
import pytest
from fakes.drill import CHUNKS, chunks, finish, sweep, sweep_to_a_moment, wait_for

pytestmark = pytest.mark.slow

WORKER_KILLS = 3
"""Of a round."""

COMPLAINT = re.compile(r"^(?:[\w.]*Error\b|.*workers died of it).*$", re.MULTILINE)
"""Mostly a MemoryError; now and then jax's own code fails without a word, which Python calls a SystemError."""

INTERRUPTED = "Interrupted. What was finished is in the journal; the same command goes on from there."


def workers(head: int) -> list[psutil.Process]:
    """Processes that train for a head."""
    try:
        children = psutil.Process(head).children()
        return [child for child in children if "nnjax.execution.worker_process" in child.cmdline()]
    except psutil.Error:
        return []


def test_workers_killed_at_random(home, moments, assert_unharmed):
    head, kills, told = sweep(home), 0, "nothing: the chunk is tried on another worker"
    while kills < WORKER_KILLS and head.poll() is None:
        before = chunks(home)
        wait_for(lambda: chunks(home) > before, head)  # noqa: B023
        victims = workers(head.pid)
        if victims:
            victim = moments.choice(victims)
            with suppress(psutil.Error):
                victim.wait(timeout=moments.uniform(0.0, 1.0))  # meanwhile it works on
            with suppress(psutil.Error):
                victim.kill()
                kills += 1
    code, said = finish(head)
    if code != 0:  # a chunk met three deaths in a row: the same command trains it
        told = next(line for line in said.splitlines() if "workers died" in line)
        code, said = finish(sweep(home))
    assert code == 0, said
    assert kills
    assert_unharmed(home, "kill -9 of workers at random", kills, told)


@pytest.mark.parametrize(
    ("how", "code", "times", "name"),
    [
        (signal.SIGTERM, 143, 1, "SIGTERM"),
        (signal.SIGINT, 130, 1, "Ctrl-C"),
        (signal.SIGINT, 130, 2, "Ctrl-C twice"),
    ],
)
def test_the_head_is_asked_to_end(how, code, times, name, home, moments, assert_unharmed):
    head = sweep_to_a_moment(home, moments)
    children = workers(head.pid)
    for _ in range(times):
        head.send_signal(how)
    ended, said = finish(head)
    assert (ended, said.strip().splitlines()[-1]) == (code, INTERRUPTED), said
    assert "Traceback" not in said
    _, alive = psutil.wait_procs(children, timeout=20)
    assert not alive
    ended, said = finish(sweep(home))
    assert ended == 0, said
    assert_unharmed(home, name, 1, INTERRUPTED)


def test_a_worker_runs_out_of_memory(home, moments, assert_unharmed):
    """Its limit is half of what it has already: the next program cannot be compiled, and only that chunk suffers."""
    head, trained = sweep(home, "--workers", 1), moments.randint(1, CHUNKS // 2)
    wait_for(lambda: chunks(home) >= trained, head)
    [starved] = workers(head.pid)
    starved.rlimit(psutil.RLIMIT_AS, (starved.memory_info().vms // 2, resource.RLIM_INFINITY))
    wait_for(lambda: not starved.is_running(), head)
    assert head.poll() is None and chunks(home) < CHUNKS, "nothing else ends a worker in mid-sweep"
    code, said = finish(head)
    complaints, left = COMPLAINT.findall(said), CHUNKS - chunks(home)
    assert (code, left) == ((1, 1) if complaints else (0, 0)), said
    told = complaints[-1] if complaints else "nothing: it died, and the chunk is tried on another worker"
    code, said = finish(sweep(home))
    assert code == 0, said
    assert_unharmed(home, "out of memory in a worker (rlimit)", 1, told)
