"""The public way into every MLflow store: its own client, one run after another."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat

from mlflow.entities import Metric, Param, Run, ViewType

from nnjax.tracking import names
from nnjax.tracking.address import is_database
from nnjax.tracking.layout import TrackedRun
from nnjax.tracking.ledger import Advance, Entry, Ledger, parent_tags
from nnjax.tracking.store import OpenStore

PAGE = 1000
"""Runs a search request."""

HTTP_THREADS = 4
"""Requests under way at once; server and client on two cores are kept busy by two, `benchmarks/team_server.py`."""


class ClientLane:
    """Writes by create_run, log_batch and set_terminated, which any server and database understands.

    The store chooses the run ids, so a run is recognised by its tags. It is created as RUNNING and terminated last:
    what a killed sync leaves is found RUNNING and filled up by sending the same again, which adds nothing.
    """

    name = "client"

    def __init__(self, store: OpenStore) -> None:
        """Write into this store's experiment."""
        self.client = store.client
        self.experiment_id = store.experiment.experiment_id
        self.threads = 1 if is_database(store.uri) else HTTP_THREADS  # one interpreter lock: threads only slow SQL down

    def read_ledger(self, sweep_id: str) -> Ledger:
        """What the store has of this sweep, by one paged search with deleted runs included."""
        ledger = Ledger()
        for run in self._search(f"tags.`{names.SWEEP}` = '{sweep_id}'"):
            if names.KIND in run.data.tags:
                deleted = run.info.lifecycle_stage == "deleted"
                ledger.add(names.identity(run.data.tags), Entry(run.info.run_id, run.info.status, deleted))
        return ledger

    def write(self, runs: Sequence[TrackedRun], ledger: Ledger, advance: Advance) -> None:
        """Write runs whose parents the ledger has, and enter them."""
        with ThreadPoolExecutor(self.threads) as pool:
            entries = pool.map(self._write_one, runs, repeat(ledger))
            try:
                for run, entry in zip(runs, entries, strict=True):
                    ledger.entries[run.identity] = entry
                    advance(1)
            except BaseException:
                pool.shutdown(cancel_futures=True)  # or one failure would still be followed by thousands of attempts
                raise

    def _search(self, condition: str) -> Iterator[Run]:
        token: str | None = None
        while True:
            page = self.client.search_runs([self.experiment_id], condition, ViewType.ALL, PAGE, page_token=token)
            yield from page
            token = page.token
            if not token:
                return

    def _write_one(self, run: TrackedRun, ledger: Ledger) -> Entry:
        known = ledger.entries.get(run.identity)
        run_id = known.run_id if known else self._create(run, ledger)
        metrics = [Metric(*point) for point in run.points]
        self.client.log_batch(run_id, metrics, [Param(key, text) for key, text in run.params.items()])
        if run.status != "RUNNING":
            self.client.set_terminated(run_id, run.status, run.end)
        return Entry(run_id, run.status, is_deleted=False)

    def _create(self, run: TrackedRun, ledger: Ledger) -> str:
        tags = {**run.tags, **parent_tags(run, ledger, names.PARENT)}
        created = self.client.create_run(self.experiment_id, run.start, tags, run.name)
        return str(created.info.run_id)
