"""Who is there: the workers of a Dask scheduler, which come and go."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from distributed import Client

from nnjax.execution.executor import ExecutionError
from nnjax.terminal import Say

SECONDS_TO_RESTART = 60


class DaskRoster:
    """The workers of a scheduler, and what a person is told of them."""

    def __init__(self, client: Client, resources: Mapping[str, float], say: Say) -> None:
        self.address = str(client.scheduler_info()["address"])
        self._client, self._resources, self._say = client, resources, say
        self._known: dict[str, bool] = {}

    def look(self) -> dict[str, bool]:
        """Address of each worker that is there -> whether it can get tasks; the last known while Dask reconnects.

        Raises:
            ExecutionError: The scheduler is gone.
        """
        try:
            scheduler: Any = self._client.scheduler
            identity = self._client.sync(scheduler.identity, n_workers=-1)
        except (OSError, TimeoutError, AttributeError) as error:  # the last: the client has given up
            if self._client.status == "connecting":
                return self._known
            raise ExecutionError(describe_loss(self.address, error)) from None
        self._known = {
            address: worker["status"] == "running"
            and all(worker["resources"].get(name, 0.0) >= amount for name, amount in self._resources.items())
            for address, worker in identity["workers"].items()
        }
        return self._known

    def tell_of_no_workers(self) -> None:
        """Say what is waited for."""
        wanted = "".join(f' --resources "{name}={amount:g}"' for name, amount in self._resources.items())
        certified = "; one without the cluster's certificate is refused" if self.address.startswith("tls://") else ""
        start = f"dask worker {self.address} --nthreads 1{wanted}"
        self._say(f"No worker at {self.address}: waiting. Start some: {start}{certified}")

    def tell_of_unfit(self, address: str, why: str) -> None:
        """Say which worker gets no tasks."""
        self._say(f"The worker at {address} gets no work: {why}")

    def restart(self, address: str) -> None:
        """Start a worker's process anew; one without a nanny stays as it is."""
        with suppress(Exception):
            self._client.restart_workers([address], timeout=SECONDS_TO_RESTART, raise_for_error=False)


def describe_loss(address: str, error: Exception) -> str:
    """Why nothing can be run any more, in one line with the remedy."""
    return (
        f"no Dask scheduler answers at {address} ({type(error).__name__}); start one: dask scheduler --host 127.0.0.1; "
        "what was trained is in the journal, and the same command goes on"
    )
