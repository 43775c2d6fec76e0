"""A scheduler and workers as a person starts them: found, lost, joined late, of another version, with resources."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fakes.drill import environment
from fakes.processes import killed_in_the_end
from fakes.tasks import Greeting, OnceOnly, Work, note, refuse_to_start, square, wait_for_end

from nnjax.execution.dask_cluster import DaskExecutor
from nnjax.execution.executor import Cluster, ExecutionError, UnfitError
from nnjax.terminal import Say

pytestmark = pytest.mark.slow

Start = Callable[..., "subprocess.Popen[bytes]"]
Connect = Callable[..., DaskExecutor]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts `dask ARGUMENTS` in a group of its own; all are killed in the end."""
    with killed_in_the_end(tmp_path) as begin:
        yield lambda *words: begin([sys.executable, "-m", "dask", *words], environment())


@pytest.fixture
def scheduler(start: Start, tmp_path: Path) -> str:
    """Address of a scheduler without workers."""
    file = tmp_path / "scheduler.json"
    start("scheduler", "--host", "127.0.0.1", "--port", 0, "--no-dashboard", "--scheduler-file", file)
    return address_in(file)


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Makes executors; all are closed in the end."""
    executors = []

    def make(address: str, resources: dict[str, float] | None = None, say: Say = print) -> DaskExecutor:
        executors.append(DaskExecutor(1, None, Cluster(address, resources or {}), say))
        return executors[-1]

    yield make
    for executor in executors:
        executor.close()


def address_in(file: Path) -> str:
    pause = threading.Event()
    for _ in range(6000):
        try:
            return str(json.loads(file.read_text())["address"])
        except (OSError, ValueError):
            pause.wait(0.01)
    raise AssertionError("waited for a minute in vain")


def worker(start: Start, address: str, *more: object) -> "subprocess.Popen[bytes]":
    return start("worker", address, "--nthreads", 1, "--no-dashboard", "--host", "127.0.0.1", *more)


def works(folder: Path, count: int) -> list[Work]:
    folder.mkdir(exist_ok=True)
    return [Work(number, folder) for number in range(count)]


def test_it_waits_for_the_first_worker_and_says_so(
    scheduler: str, start: Start, connect: Connect, tmp_path: Path
) -> None:
    said: list[str] = []

    def say(text: str) -> None:
        said.append(text)
        worker(start, scheduler)

    executor = connect(scheduler, say=say)
    outcomes = list(executor.map_unordered(square, works(tmp_path / "notes", 3)))
    assert sorted(outcome.result for outcome in outcomes) == [0, 1, 4]
    assert said == [f"No worker at {scheduler}: waiting. Start some: dask worker {scheduler} --nthreads 1"]


def test_a_worker_that_joins_late_works_too(scheduler: str, start: Start, connect: Connect, tmp_path: Path) -> None:
    worker(start, scheduler)
    executor = connect(scheduler)
    tasks = [replace(task, program=str(task.number)) for task in works(tmp_path / "notes", 6)]
    outcomes, pause = executor.map_unordered(note, tasks), threading.Event()
    next(outcomes)
    worker(start, scheduler)
    while executor.workers < 2:
        pause.wait(0.05)
    assert len(list(outcomes)) == 5
    assert len({path.name.split("-")[1] for path in (tmp_path / "notes").iterdir()}) == 2, "two processes worked"


def test_a_machine_that_is_lost_costs_only_its_task(
    scheduler: str, start: Start, connect: Connect, tmp_path: Path
) -> None:
    """The worker and its nanny are killed: nothing starts it again, others take over."""
    lost, folder = worker(start, scheduler), tmp_path / "notes"
    executor, tasks = connect(scheduler), works(folder, 6)
    outcomes = executor.map_unordered(square, [Work(0, folder, "wait once"), *tasks[1:]])
    found: list[object] = []
    thread = threading.Thread(target=lambda: found.extend(outcome.result for outcome in outcomes))
    thread.start()
    pause = threading.Event()
    while not list(folder.glob("0-*")):
        pause.wait(0.01)
    os.killpg(lost.pid, signal.SIGKILL)
    worker(start, scheduler)
    thread.join()
    assert sorted(map(str, found)) == ["0", "1", "16", "25", "4", "9"]
    assert len(list(folder.glob("0-*"))) == 2


def test_only_workers_with_the_resources_get_work(
    scheduler: str, start: Start, connect: Connect, tmp_path: Path
) -> None:
    worker(start, scheduler, "--name", "plain")
    worker(start, scheduler, "--name", "rich", "--resources", "GPU=1")
    everyone = connect(scheduler)
    pause = threading.Event()
    while everyone.workers < 2:
        pause.wait(0.05)
    executor = connect(scheduler, {"GPU": 1.0})
    assert executor.workers == 1
    assert {outcome.error for outcome in executor.map_unordered(square, works(tmp_path / "notes", 4))} == {None}
    assert len({path.name.split("-")[1] for path in (tmp_path / "notes").iterdir()}) == 1


def test_no_scheduler_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nnjax.execution.dask_cluster.SECONDS_TO_CONNECT", 1)
    with pytest.raises(ExecutionError, match=r"no Dask scheduler answers at tcp://127.0.0.1:9 .*start one: dask sch"):
        DaskExecutor(1, None, Cluster("tcp://127.0.0.1:9"))


def test_a_worker_that_cannot_be_prepared_is_an_error(scheduler: str, start: Start, connect: Connect) -> None:
    worker(start, scheduler)
    executor = connect(scheduler)
    pause = threading.Event()
    while not executor.workers:
        pause.wait(0.05)
    with pytest.raises(ExecutionError, match=r"a worker of tcp://.* failed to start: no such machine"):
        DaskExecutor(1, refuse_to_start, Cluster(scheduler))


def test_a_worker_that_joins_late_and_cannot_be_prepared_gets_no_work(
    scheduler: str, start: Start, tmp_path: Path
) -> None:
    worker(start, scheduler)
    folder, said = tmp_path / "notes", list[str]()
    executor = DaskExecutor(1, OnceOnly(tmp_path), Cluster(scheduler), said.append)
    pause = threading.Event()
    while not executor.workers:
        pause.wait(0.05)
    worker(start, scheduler)
    while executor.workers < 2:
        pause.wait(0.05)
    tasks = [replace(task, program=str(task.number)) for task in works(folder, 6)]
    outcomes = list(executor.map_unordered(square, tasks))
    executor.close()
    assert sorted(outcome.result for outcome in outcomes) == [0, 1, 4, 9, 16, 25]
    assert len(said) == 1 and said[0].startswith("The worker at tcp://") and said[0].endswith("one is enough")


def test_an_unfit_worker_among_others_gets_no_work_and_none_but_unfit_ones_are_an_error(
    scheduler: str, start: Start, connect: Connect, tmp_path: Path
) -> None:
    looking, said, pause = connect(scheduler), list[str](), threading.Event()
    for _ in range(2):
        worker(start, scheduler)
    while looking.workers < 2:
        pause.wait(0.05)
    executor = DaskExecutor(1, OnceOnly(tmp_path, UnfitError), Cluster(scheduler), said.append)
    tasks = [replace(task, program=str(task.number)) for task in works(tmp_path / "notes", 6)]
    assert sorted(outcome.result for outcome in executor.map_unordered(square, tasks)) == [0, 1, 4, 9, 16, 25]
    executor.close()
    assert len(said) == 1 and said[0].endswith("gets no work: one is enough")
    with pytest.raises(ExecutionError, match=r"a worker of tcp://.* failed to start: one is enough"):
        DaskExecutor(1, OnceOnly(tmp_path, UnfitError), Cluster(scheduler))


def test_another_executor_at_the_same_scheduler_disturbs_nobody(
    scheduler: str, start: Start, connect: Connect, tmp_path: Path
) -> None:
    worker(start, scheduler)
    first = DaskExecutor(1, Greeting(tmp_path), Cluster(scheduler))
    connect(scheduler).close()
    worker(start, scheduler)
    pause = threading.Event()
    while first.workers < 2:
        pause.wait(0.05)
    assert len(list(first.map_unordered(square, works(tmp_path / "notes", 6)))) == 6
    first.close()
    assert len(list(tmp_path.glob("hello-*"))) == 2


def test_a_scheduler_that_is_lost_ends_the_sweep_with_a_remedy(start: Start, connect: Connect, tmp_path: Path) -> None:
    file, folder = tmp_path / "scheduler.json", tmp_path / "notes"
    head = start("scheduler", "--host", "127.0.0.1", "--port", 0, "--no-dashboard", "--scheduler-file", file)
    address = address_in(file)
    worker(start, address)
    executor = connect(address)
    folder.mkdir()
    problems: list[str] = []

    def use() -> None:
        try:
            list(executor.map_unordered(wait_for_end, works(folder, 2)))
        except ExecutionError as error:
            problems.append(str(error))

    thread = threading.Thread(target=use)
    thread.start()
    pause = threading.Event()
    while not list(folder.iterdir()):
        pause.wait(0.01)
    os.killpg(head.pid, signal.SIGKILL)
    thread.join()
    assert problems and "no Dask scheduler answers" in problems[0] and "the same command goes on" in problems[0]


def test_workers_that_take_long_to_leave_are_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    executor = DaskExecutor(1)
    assert executor._started is not None
    leave = executor._started.close

    def take_long(timeout: float) -> None:
        leave()
        raise TimeoutError

    monkeypatch.setattr(executor._started, "close", take_long)
    assert [outcome.result for outcome in executor.map_unordered(square, [Work(3, tmp_path)])] == [9]
    executor.close()
