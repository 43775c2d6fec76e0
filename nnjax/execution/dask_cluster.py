"""Workers on other machines, by Dask: a scheduler somewhere, workers that come and go, the head here.

Dask moves functions and results, watches the workers and starts dead ones again.
"""

import sys
import uuid
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from typing import Any

import dask.config
from distributed import Client, LocalCluster

from nnjax.execution.certificates import check_certificates, describe_refusal
from nnjax.execution.dask_mapping import DaskMapping
from nnjax.execution.dask_roster import DaskRoster, describe_loss
from nnjax.execution.dask_worker import Prepare, call, why_unfit
from nnjax.execution.executor import Cluster, ExecutionError, Outcome, UnfitError, WorkerSetup
from nnjax.execution.schedule import AnyTask
from nnjax.terminal import Say

SECONDS_TO_CONNECT = 20
SECONDS_TO_LEAVE = 10

KEEP_FREED_MEMORY = str(2**30)
"""Dask's default gives freed buffers back to the kernel at once; a chunk then took a third more processor time."""

_WHAT_DASK_SETS = {
    "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": KEEP_FREED_MEMORY,
    "distributed.nanny.pre-spawn-environ.MALLOC_MMAP_THRESHOLD_": KEEP_FREED_MEMORY,
    "distributed.worker.profile.enabled": False,
}


class DaskExecutor:
    """Every worker of a Dask scheduler, whenever it joins; give each worker one thread and a core of its own."""

    def __init__(
        self, workers: int, initializer: WorkerSetup | None = None, cluster: Cluster | None = None, say: Say = print
    ) -> None:
        """Connect, or start workers here without a cluster; those that join later, too, are made ready before any task.

        Raises:
            ExecutionError: No scheduler answers, one refuses the other's certificate, or the initializer fails.
        """
        self._started = None
        with ExitStack() as held:
            if cluster is None:
                held.enter_context(main_module_runs_once())
                self._started = _start_here(workers)
                cluster = Cluster(str(self._started.scheduler_address))
            self._client = _connect(cluster.address)
            self._held = held.pop_all()
        self._roster = DaskRoster(self._client, cluster.resources, say)
        self.address = self._roster.address
        self._name = f"nnjax-{uuid.uuid4().hex}"
        try:
            self._client.register_plugin(Prepare(self._name, initializer), name=self._name)
            unfit = self._client.run(why_unfit, self._name)
            wanted = [address for address, is_free in self._roster.look().items() if is_free]
            if wanted and all(unfit.get(address) for address in wanted):
                raise UnfitError(unfit[wanted[0]])
        except Exception as error:
            self.close()
            raise ExecutionError(f"a worker of {self.address} failed to start: {error}") from None

    @property
    def workers(self) -> int:
        """Workers that can get tasks now."""
        return sum(self._roster.look().values())

    def map_unordered(
        self, function: Callable[[AnyTask], Any], tasks: Sequence[AnyTask]
    ) -> Generator[Outcome[AnyTask], None, None]:
        """Run a function on every task, on all workers that there are and that will be.

        Raises:
            ExecutionError: The scheduler is gone.
        """
        mapping = DaskMapping(self._roster, self._client, partial(call, self._name, function), tasks)
        try:
            for _ in tasks:
                yield mapping.next_outcome()
        finally:
            mapping.cancel()

    def close(self) -> None:
        """Leave the scheduler; workers that were started here end."""
        with suppress(Exception):  # the scheduler may be gone
            self._client.unregister_worker_plugin(self._name)
        self._client.close(timeout=2)
        if self._started is not None:
            with suppress(TimeoutError):  # a busy machine: what is still there ends with this process
                self._started.close(timeout=SECONDS_TO_LEAVE)
        self._held.close()


@contextmanager
def main_module_runs_once() -> Iterator[None]:
    """Keep a script without a main guard from starting over in every worker, as long as workers may be started.

    Dask starts them by multiprocessing's "spawn", which runs the file of the main module again in each; nothing that is
    sent to them is defined there.
    """
    main = sys.modules["__main__"]
    spec, file = main.__spec__, main.__dict__.pop("__file__", None)
    main.__spec__ = None
    try:
        yield
    finally:
        main.__spec__ = spec
        if file is not None:
            main.__file__ = file


def _start_here(workers: int) -> LocalCluster:
    """Worker processes on this machine, reachable from nowhere else."""
    with dask.config.set(_WHAT_DASK_SETS):
        return LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",  # its HTTP server starts anyway, by default on a port that may be taken
            memory_limit=0,
            silence_logs=40,
        )


def _connect(address: str) -> Client:
    try:
        check_certificates(address)
        place = {"scheduler_file": address} if address.endswith(".json") else {"address": address}
        return Client(**place, timeout=SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, TimeoutError, ValueError, ImportError) as error:
        raise ExecutionError(describe_refusal(address, error) or describe_loss(address, error)) from None
