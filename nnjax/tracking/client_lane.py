"""The public way into every MLflow store: its own client, one run after another."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from typing import TYPE_CHECKING, Any

from nnjax.tracking.address import is_database
from nnjax.tracking.client_calls import Client, whole_client
from nnjax.tracking.layout import Point, TrackedRun
from nnjax.tracking.ledger import Advance, Entry, Ledger, parent_tags
from nnjax.tracking.mending import Change, after
from nnjax.tracking.store import OpenStore

if TYPE_CHECKING:
    from mlflow.entities import Run

SEARCH_PAGE = 1000
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
        self.client = whole_client(store.client)
        self.experiment_id = store.experiment.experiment_id
        self.threads = 1 if is_database(store.uri) else HTTP_THREADS  # one interpreter lock: threads only slow SQL down

    def read(self, experiment_ids: Sequence[str]) -> list[Entry]:
        """All runs of some experiments, by one paged search with deleted runs included."""
        return [_entry(run) for run in every_run(self.client, experiment_ids)]

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

    def mend(self, changes: Sequence[Change]) -> None:
        """Make runs that are there say what they should."""
        with ThreadPoolExecutor(self.threads) as pool:
            list(pool.map(self._mend_one, changes))

    def _write_one(self, run: TrackedRun, ledger: Ledger) -> Entry:
        from mlflow.entities import Metric, Param  # here, as in all of this: a sync by the fast lane needs no MLflow

        known = ledger.entries.get(run.identity)
        run_id = known.run_id if known else self._create(run, ledger)
        metrics = [Metric(*point) for point in run.points]
        self.client.log_batch(run_id, metrics, [Param(key, text) for key, text in run.params.items()])
        if run.status != "RUNNING":
            self.client.set_terminated(run_id, run.status, run.end)
        return Entry(run_id, run.status, is_deleted=False)

    def _create(self, run: TrackedRun, ledger: Ledger) -> str:
        tags = {**run.tags, **parent_tags(run, ledger)}
        created = self.client.create_run(self.experiment_id, run.start, tags, run.name)
        return str(created.info.run_id)

    def _mend_one(self, change: Change) -> None:
        from mlflow.entities import Metric, Param, RunTag

        points = [*change.new_points, *later_points(self.client, change.run_id, change.other_points)]
        self.client.log_batch(
            change.run_id,
            [Metric(*point) for point in points],
            [Param(key, text) for key, text in change.params.items()],
            [RunTag(key, text) for key, text in change.tags.items()],
        )
        for key in change.lost_tags:
            self.client.delete_tag(change.run_id, key)
        if change.name is not None:
            self.client.update_run(change.run_id, name=change.name)
        if change.has_other_status:
            self.client.set_terminated(change.run_id, change.run.status, change.run.end)


def every_run(client: Client, experiment_ids: Sequence[str], condition: str = "") -> "Iterator[Run]":
    """All runs of some experiments that meet a condition, page after page, deleted ones included."""
    from mlflow.entities import ViewType

    ids = list(experiment_ids)
    return every_page(lambda at: client.search_runs(ids, condition, ViewType.ALL, SEARCH_PAGE, page_token=at))


def every_page(search: Callable[[str | None], Any]) -> Iterator[Any]:
    """All that a search finds: it is told the token of each page, None for the first."""
    token: str | None = None
    while True:
        page = search(token)
        yield from page
        token = page.token
        if not token:
            return


def later_points(client: Client, run_id: str, points: Sequence[Point]) -> list[Point]:
    """Points of metrics that are there with another number, moved so that they become the latest."""
    histories = {key: client.get_metric_history(run_id, key) for key in dict.fromkeys(point.key for point in points)}
    return after(points, {key: max((each.step, each.timestamp) for each in found) for key, found in histories.items()})


def _entry(run: "Run") -> Entry:
    info, data = run.info, run.data
    is_deleted = info.lifecycle_stage == "deleted"
    return Entry(info.run_id, info.status, is_deleted, info.experiment_id, data.tags, data.params, data.metrics)
