"""The seam: many tasks somewhere, each at least once, one outcome a task.

That a run is trained once is the journal's business, not an executor's; so any engine fits behind this.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol

from nnjax.execution.schedule import AnyTask
from nnjax.redaction import masked

ATTEMPTS = 3
"""A task that kills this many workers becomes an error; the others go on."""

WorkerSetup = Callable[[], None]
"""Called once in each worker before its first task; for a process it must be importable by name and picklable."""


@dataclass(frozen=True)
class Cluster:
    """Where workers on other machines are to be found.

    Attributes:
        address: Of the scheduler, "tcp://host:8786" or "tls://host:8786", or the file that it writes, "….json".
        resources: What a worker must offer to get tasks, for example {"GPU": 1.0}.
    """

    address: str
    resources: Mapping[str, float] = field(default_factory=dict)


class ExecutionError(Exception):
    """Nothing can be run at all, with whatever task; what is in the journal stays. The message has the remedy."""

    def __str__(self) -> str:
        return masked(super().__str__())


class UnfitError(ExecutionError):
    """Raised by an initializer: this machine cannot do these tasks. The message has the remedy."""


@dataclass(frozen=True)
class Outcome(Generic[AnyTask]):
    """What became of a task: what the function returned, or the worker's traceback or how it died."""

    task: AnyTask
    result: Any = None
    error: str | None = None


class Executor(Protocol):
    """Anything that can run tasks somewhere."""

    @property
    def workers(self) -> int:
        """Tasks that run at once."""

    def map_unordered(
        self, function: Callable[[AnyTask], Any], tasks: Sequence[AnyTask]
    ) -> Generator[Outcome[AnyTask], None, None]:
        """Run a pure function, importable by name, on every task: outcomes come in the order in which tasks end.

        Closing the iterator cancels what has not begun.
        """

    def close(self) -> None:
        """Release the workers; what they are doing is lost."""
