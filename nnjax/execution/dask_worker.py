"""What runs inside a worker of Dask: it is made ready once, then answers one task after another."""

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from distributed import Worker, WorkerPlugin

from nnjax.execution.executor import UnfitError, WorkerSetup


@dataclass(frozen=True)
class Answer:
    """What a worker sends back: a result, a traceback, or that it was never made ready."""

    result: Any = None
    error: str | None = None
    is_unfit: bool = False


_READY: dict[str, str] = {}
"""In a worker: name of each executor that has made it ready -> why it could not, "" if it could."""


class Prepare(WorkerPlugin):
    """Gets each worker ready, those that join later too; of the latter Dask itself only logs the failures."""

    def __init__(self, name: str, initializer: WorkerSetup | None) -> None:
        self._name, self._initializer = name, initializer

    def setup(self, worker: Worker) -> None:
        """Run the initializer."""
        try:
            if self._initializer is not None:
                self._initializer()
            _READY[self._name] = ""
        except UnfitError as error:  # no fault: others may be fit
            _READY[self._name] = str(error)
        except Exception as error:
            _READY[self._name] = str(error)
            raise


def why_unfit(name: str) -> str:
    """Why a worker is not ready; "" if it is."""
    return _READY.get(name, "it was not made ready")


def call(name: str, function: Callable[[Any], Any], task: Any) -> Answer:
    """Run a function on a worker that is ready; an exception travels as its text."""
    if unfit := why_unfit(name):
        return Answer(error=unfit, is_unfit=True)
    try:
        return Answer(function(task))
    except Exception:
        return Answer(error=traceback.format_exc())
