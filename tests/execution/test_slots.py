"""A task and the worker that it has: what an exception and what a death cost."""

from collections.abc import Callable
from typing import Any

from fakes.tasks import Work

from nnjax.execution.executor import ATTEMPTS
from nnjax.execution.slots import attempt
from nnjax.execution.worker_process import TaskError, WorkerDiedError


class Fated:
    """A slot whose calls end as foretold, one after the other."""

    def __init__(self, *fates: Exception | str) -> None:
        self._fates = iter(fates)

    def call(self, function: Callable[[Any], Any], argument: Any) -> Any:
        fate = next(self._fates)
        if isinstance(fate, Exception):
            raise fate
        return fate

    def close(self) -> None:
        """Nothing to release."""


def ended(tmp_path, *fates):
    """Result, error, and how often the schedule heard that the worker is a new one."""
    heard: list[None] = []
    outcome = attempt(Fated(*fates), str, Work(1, tmp_path), lambda: heard.append(None))
    return outcome.result, outcome.error, len(heard)


def test_a_task_that_went_well_says_nothing_of_the_worker(tmp_path):
    assert ended(tmp_path, "result") == ("result", None, 0)


def test_after_an_exception_the_worker_is_a_new_one_and_the_task_is_not_tried_again(tmp_path):
    assert ended(tmp_path, TaskError("a traceback"), "never") == (None, "a traceback", 1)


def test_after_a_death_the_task_is_tried_again_on_a_new_worker(tmp_path):
    assert ended(tmp_path, WorkerDiedError("killed"), WorkerDiedError("killed"), "result") == ("result", None, 2)


def test_a_task_that_kills_every_worker_is_given_up(tmp_path):
    fates = [WorkerDiedError(f"killed {number}") for number in range(ATTEMPTS)]
    assert ended(tmp_path, *fates, "never") == (
        None,
        f"{ATTEMPTS} workers died of it; the last one: killed {ATTEMPTS - 1}",
        ATTEMPTS,
    )
