"""Workers killed, the head told to end, asked once, asked twice, starved."""

import random
import resource
import signal
from contextlib import suppress

import psutil
import pytest
from fakes.drill import chunks, finish, sweep, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("drills")]

WORKER_KILLS = 6
FEW_BYTES = 300_000_000
"""Of address space: less than what jax has mapped already, so that the next allocation fails."""

INTERRUPTED = "Interrupted. What was finished is in the journal; the same command goes on from there."


def workers(head: int) -> list[psutil.Process]:
    """Processes that train for a head."""
    try:
        children = psutil.Process(head).children()
        return [child for child in children if "nnjax.execution.worker_process" in child.cmdline()]
    except psutil.Error:
        return []


def test_workers_killed_at_random(home, unharmed):
    head, moments, kills = sweep(home), random.Random(7), 0
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
        assert "workers died" in said, said
        code, said = finish(sweep(home))
    assert code == 0, said
    assert kills
    unharmed(home, "kill -9 of workers at random", kills, "nothing: the chunk is tried on another worker")


@pytest.mark.parametrize(
    ("how", "code", "times", "name"),
    [
        (signal.SIGTERM, 143, 1, "SIGTERM"),
        (signal.SIGINT, 130, 1, "Ctrl-C"),
        (signal.SIGINT, 130, 2, "Ctrl-C twice"),
    ],
)
def test_the_head_is_asked_to_end(how, code, times, name, home, unharmed):
    for moment in (1, 2):
        head = sweep(home)
        wait_for(lambda: chunks(home) >= moment, head)  # noqa: B023
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
    unharmed(home, name, 2, INTERRUPTED)


def test_workers_run_out_of_memory(home, unharmed):
    head, starved = sweep(home, "--workers", 1), 0
    for _ in range(2):
        wait_for(lambda: bool(workers(head.pid)), head)
        for worker in workers(head.pid):
            worker.rlimit(psutil.RLIMIT_AS, (FEW_BYTES, resource.RLIM_INFINITY))
            starved += 1
        wait_for(lambda: chunks(home) >= 1, head)
    code, said = finish(head)
    if code != 0:
        assert "Traceback" not in said.split("nothing trained is lost")[0] or "emory" in said or "died of it" in said
        code, said = finish(sweep(home))
    assert code == 0, said
    assert starved
    unharmed(home, "out of memory in a worker (rlimit)", starved, "the chunk's error, or nothing if another try worked")
