"""One contract for every executor; and what only processes can promise."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path

import pytest
from fakes.tasks import Greeting, Work, be_unfit, cores, note, refuse_to_start, square, wait_for_end

from nnjax.execution.executor import ExecutionError, Executor, Outcome
from nnjax.execution.slots import EXECUTORS, SUBMITTED_A_WORKER, ProcessExecutor, make_executor

EVERY = [*EXECUTORS[:-1], pytest.param("dask", marks=pytest.mark.slow)]
"""One test of dask is always run: a sweep, in `tests/sweep/test_runner.py`."""


@pytest.fixture(params=EVERY)
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    executor = make_executor(request.param, 2)
    yield executor
    executor.close()


@pytest.fixture
def processes() -> Iterator[ProcessExecutor]:
    executor = ProcessExecutor(2)
    yield executor
    executor.close()


@pytest.fixture
def works(tmp_path: Path) -> list[Work]:
    return [Work(number, tmp_path, program="abc"[number % 3], cost=number + 1) for number in range(9)]


def results(outcomes: Iterator[Outcome[Work]]) -> dict[int, object]:
    return {outcome.task.number: outcome.result for outcome in outcomes}


def tries(folder: Path) -> int:
    return len(list(folder.iterdir()))


def wait_until(condition: Callable[[], bool]) -> None:
    """Poll, up to a minute on a busy machine."""
    pause = threading.Event()
    for _ in range(6000):
        if condition():
            return
        pause.wait(0.01)
    raise AssertionError("waited for a minute in vain")


class TestContract:
    def test_every_task_has_one_outcome(self, executor: Executor, works: list[Work], tmp_path: Path) -> None:
        assert results(executor.map_unordered(square, works)) == {number: number**2 for number in range(9)}
        assert tries(tmp_path) == 9

    def test_it_can_be_used_again(self, executor: Executor, works: list[Work]) -> None:
        for part in (works[:3], works[3:]):
            assert len(results(executor.map_unordered(square, part))) == len(part)

    def test_no_tasks_no_outcomes(self, executor: Executor) -> None:
        assert list(executor.map_unordered(square, [])) == []

    def test_an_exception_is_an_error_of_its_task_alone(self, executor: Executor, tmp_path: Path) -> None:
        works = [Work(number, tmp_path, "raise" if number == 1 else "square") for number in range(4)]
        outcomes = {outcome.task.number: outcome for outcome in executor.map_unordered(square, works)}
        assert "ValueError: no number 1" in (outcomes[1].error or "")
        assert [outcomes[number].result for number in (0, 2, 3)] == [0, 4, 9]
        assert tries(tmp_path) == 4

    def test_what_is_not_worth_helping_with_is_done_by_its_own_worker(self, executor: Executor, tmp_path: Path) -> None:
        works = [Work(number, tmp_path, program="ab"[number > 0], cost=0.01) for number in range(6)]
        assert len(results(executor.map_unordered(square, works))) == 6

    def test_closing_early_cancels_what_has_not_begun(self, executor: Executor, works: list[Work]) -> None:
        outcomes = executor.map_unordered(note, works)
        next(outcomes)
        outcomes.close()
        at_most = 1 + SUBMITTED_A_WORKER * executor.workers
        assert tries(works[0].folder) <= at_most

    def test_the_initializer_has_run_before_the_first_task(self, tmp_path: Path, works: list[Work]) -> None:
        for name in ("processes", "threads", "serial"):
            executor = make_executor(name, 1, Greeting(tmp_path))
            next(executor.map_unordered(square, works))
            executor.close()
        assert len(list(tmp_path.glob("hello-*"))) == 2  # this process and the worker's


@pytest.fixture(params=["processes", EVERY[-1]])
def mortal(request: pytest.FixtureRequest) -> Iterator[Executor]:
    """Executors whose workers can die without taking the head along."""
    executor = make_executor(request.param, 2)
    yield executor
    executor.close()


class TestDeaths:
    def test_a_killed_worker_costs_only_its_task(self, mortal: Executor, tmp_path: Path) -> None:
        works = [Work(number, tmp_path, "die once" if number == 2 else "square") for number in range(6)]
        assert results(mortal.map_unordered(square, works)) == {number: number**2 for number in range(6)}
        assert tries(tmp_path) == 7

    def test_a_task_that_kills_its_workers_becomes_an_error(self, mortal: Executor, tmp_path: Path) -> None:
        works = [Work(number, tmp_path, "die" if number == 2 else "square") for number in range(6)]
        outcomes = {outcome.task.number: outcome for outcome in mortal.map_unordered(square, works)}
        assert (outcomes[2].error or "").startswith("3 workers died of it; the last one")
        assert sum(outcome.result is not None for outcome in outcomes.values()) == 5
        assert len(list(tmp_path.glob("2-*"))) == 3

    def test_after_an_exception_the_process_is_another(self, mortal: Executor, tmp_path: Path) -> None:
        [failed] = mortal.map_unordered(square, [Work(0, tmp_path, "raise")])
        outcomes = mortal.map_unordered(square, [Work(number, tmp_path) for number in (1, 2)])
        assert "ValueError" in (failed.error or "") and results(outcomes) == {1: 1, 2: 4}
        broken, *sound = [{path.name.split("-")[1] for path in tmp_path.glob(f"{number}-*")} for number in range(3)]
        assert all(broken.isdisjoint(each) for each in sound)


class TestProcesses:
    def test_each_worker_has_its_own_cores(self, processes: ProcessExecutor, works: list[Work]) -> None:
        shares = {tuple(outcome.result) for outcome in processes.map_unordered(cores, works)}
        assert {core for share in shares for core in share} <= os.sched_getaffinity(0)
        assert len(shares) == 1 or not set.intersection(*map(set, shares)) or len(os.sched_getaffinity(0)) == 1

    def test_a_worker_finds_modules_where_its_head_does_and_nowhere_else(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = tmp_path / "a: folder"
        folder.mkdir()
        (folder / "only_there.py").write_text("def number(_):\n    return 7\n")
        (tmp_path / "pickle.py").write_text("raise ImportError('of the current folder')")
        monkeypatch.syspath_prepend(folder)
        monkeypatch.chdir(tmp_path)
        only_there = import_module("only_there")
        executor = ProcessExecutor(1)
        [outcome] = executor.map_unordered(only_there.number, [Work(0, tmp_path)])
        executor.close()
        assert (outcome.result, outcome.error) == (7, None)

    def test_what_cannot_be_sent_is_an_error(self, processes: ProcessExecutor, works: list[Work]) -> None:
        [outcome] = processes.map_unordered(lambda work: work.number, works[:1])
        assert "cannot be sent to a worker" in (outcome.error or "")

    def test_a_worker_that_cannot_start_ends_the_sweep(self, works: list[Work]) -> None:
        executor = ProcessExecutor(1, refuse_to_start)
        with pytest.raises(ExecutionError, match="no such machine"):
            list(executor.map_unordered(square, works))
        executor.close()

    def test_an_unfit_machine_is_told_in_one_line(self, works: list[Work]) -> None:
        executor = ProcessExecutor(1, be_unfit)
        with pytest.raises(ExecutionError, match=r"^a worker failed to start:\nno such device; buy one$"):
            list(executor.map_unordered(square, works))
        executor.close()

    def test_closing_kills_the_workers(self, processes: ProcessExecutor, works: list[Work], tmp_path: Path) -> None:
        def use() -> None:
            with suppress(ExecutionError):
                next(processes.map_unordered(wait_for_end, works))

        thread = threading.Thread(target=use)
        thread.start()
        wait_until(lambda: tries(tmp_path) == 2)
        workers = [int(path.name.split("-")[1]) for path in tmp_path.iterdir()]
        processes.close()
        assert not any(map(is_running, workers))  # at once: closing waits for them
        thread.join()
        started = [process._process.pid for process in processes.processes]
        wait_until(lambda: not any(map(is_running, started)))

    @pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
    def test_workers_leave_when_the_head_ends(self, tmp_path: Path, how: signal.Signals) -> None:
        script = """
            import signal
            from pathlib import Path
            from fakes.tasks import Work, wait_for_end
            from nnjax.execution.slots import ProcessExecutor
            signal.signal(signal.SIGINT, signal.default_int_handler)  # background jobs of a shell begin without it
            works = [Work(number, Path({folder!r})) for number in range(4)]
            list(ProcessExecutor(2).map_unordered(wait_for_end, works))
        """
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-c", textwrap.dedent(script.format(folder=str(tmp_path)))]
        head = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        wait_until(lambda: tries(tmp_path) == 2)
        workers = [int(path.name.split("-")[1]) for path in tmp_path.iterdir()]
        assert len(set(workers)) == 2 and all(map(is_running, workers))
        head.send_signal(how)
        head.wait()
        wait_until(lambda: not any(map(is_running, workers)))
        assert not any(map(is_running, workers))


def is_running(process: int) -> bool:
    """Whether a process is there and more than a zombie that nobody has collected."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_an_unknown_executor_and_no_worker_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown executor 'cluster'; there are processes, threads, serial, dask"):
        make_executor("cluster", 2)
    with pytest.raises(ValueError, match="at least one worker"):
        make_executor("threads", 0)


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_more_workers_than_cores_share_them(workers: int) -> None:
    executor = partial(ProcessExecutor, workers)()
    assert executor.workers == workers
    executor.close()
