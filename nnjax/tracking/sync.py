"""Tell MLflow what the journal holds. Idempotent: run again it writes what is missing, and nothing twice."""

import gc
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import mlflow

from nnjax.redaction import masked, masked_address
from nnjax.results.colors import LEVEL_COLORS
from nnjax.tracking import fast_lane, names, views
from nnjax.tracking.address import database_file, deep_link, server_of
from nnjax.tracking.artifacts import SweepFiles
from nnjax.tracking.client_lane import ClientLane
from nnjax.tracking.description import SweepDescription
from nnjax.tracking.errors import TrackingError, explained
from nnjax.tracking.fast_lane import FastLane
from nnjax.tracking.finish import finish_sweep
from nnjax.tracking.layout import Layout, SweepTables, lay_out
from nnjax.tracking.ledger import Lane, Ledger
from nnjax.tracking.store import OpenStore, open_store, set_experiment_tags
from nnjax.tracking.telling import Progress

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class SyncSummary:
    """What a sync did."""

    written: int
    """Runs sent: sweep, cells and single runs."""
    already_there: int
    """Runs that the store had."""
    seconds: float
    """Wall time, without the import of MLflow."""
    tracking_uri: str
    """Where they are, without a password."""
    experiment_id: str
    """The study's experiment."""
    deep_link: str
    """Address that opens the leaderboard, once a server runs."""
    lane: str
    """"fast" or "client"."""
    waiting: int
    """Cells held back because runs of theirs are still missing."""


@contextmanager
def _without_collector() -> Iterator[None]:
    """Pause the garbage collector: walking through millions of MLflow's objects costs 9 to 20 % of the time."""
    was_enabled = gc.isenabled()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.unfreeze()
        if was_enabled:
            gc.enable()


def choose_lane(store: OpenStore) -> Lane:
    """The fast lane where it is certain to write the same rows, else the client."""
    refusal = fast_lane.refusal(store.uri)
    file = database_file(store.uri)
    if refusal or file is None:
        logger.info("tracking through MLflow's client: %s", refusal)
        return ClientLane(store)
    return FastLane(store, file)


def experiment_tags(description: SweepDescription) -> dict[str, str]:
    """The experiment's kind and note; the note's first line is the page's title line, one small heading high."""
    note = f"#### {description.question}\n\n{description.expected}".strip()
    return {names.EXPERIMENT_KIND: "custom_model_development", names.NOTE: note, names.STUDY: description.study}


def write_runs(store: OpenStore, lane: Lane, layout: Layout, progress: Progress | None) -> tuple[Ledger, int]:
    """Write the runs that the store lacks, parents first.

    Returns:
        The ledger afterwards, and how many were written.

    Raises:
        TrackingError: If a person has deleted the sweep's own run.
    """
    sweep_id = layout.sweep.tags[names.SWEEP]
    ledger = lane.read_ledger(sweep_id)
    sweep = ledger.entries.get(layout.sweep.identity)
    if sweep and sweep.is_deleted:
        raise TrackingError(
            f"the run of sweep {sweep_id[: names.SHORT]} has been deleted in MLflow",
            f"restore it (`mlflow runs restore --run-id {sweep.run_id}`), or remove it for good by `mlflow gc`",
        )
    for run_id in ledger.doubles:
        store.client.delete_run(run_id)
    generations = ([layout.sweep], layout.cells, layout.runs)
    absent = [ledger.absent(generation) for generation in generations]
    halves = [ledger.cut_off(generation) for generation in generations[1:]]
    total = sum(map(len, generations))
    to_write = sum(map(len, absent)) + sum(map(len, halves))
    done = total - to_write

    def advance(more: int) -> None:
        nonlocal done
        done += more
        if progress:
            progress(done, total)

    for runs in absent:
        lane.write(runs, ledger, advance)
    for runs in halves:
        ClientLane(store).write(runs, ledger, advance)
    return ledger, to_write


def _write_views(store: OpenStore, description: SweepDescription, layout: Layout) -> None:
    """Set the prepared views; a failure costs a warning, never the sync."""
    if mlflow.__version__ not in views.TESTED_VERSIONS:
        logger.warning("no prepared views: MLflow %s is not among the tested versions", mlflow.__version__)
        return
    has_run_curves = description.curves != "none"
    try:
        set_experiment_tags(
            store.client, store.experiment, views.view_tags(description, has_run_curves, layout.sweep.end)
        )
    except (mlflow.MlflowException, ValueError) as error:
        logger.warning("no prepared views: %s", masked(str(error), [store.uri]))


@dataclass(frozen=True)
class Destination:
    """Where a sweep is to be told of."""

    uri: str
    """Tracking URI."""
    home: Path
    """The home folder, for artifacts of a store in a file."""
    report_dir: Path | None = None
    """Folder of the report."""


def sync_tables(
    description: SweepDescription,
    tables: SweepTables,
    destination: Destination,
    progress: Progress | None = None,
) -> SyncSummary:
    """Tell MLflow about a sweep given as tables.

    Args:
        description: The sweep.
        tables: Results, cells, curves.
        destination: The store and the folders.
        progress: Called with runs done and runs in all.

    Returns:
        What was done.

    Raises:
        TrackingError: If the store can't be reached or refuses; whatever has been written stays, and is not repeated.
    """
    began = time.perf_counter()
    layout = lay_out(description, tables, LEVEL_COLORS)
    files = SweepFiles(description, tables.results, tables.cells, destination.report_dir, layout.sweep.end)
    with explained(destination.uri), _without_collector():
        store = open_store(destination.uri, destination.home, description.study, experiment_tags(description))
        lane = choose_lane(store)
        ledger, written = write_runs(store, lane, layout, progress)
        finish_sweep(store.client, ledger.entries[layout.sweep.identity].run_id, layout, files)
        _write_views(store, description, layout)
    total = 1 + len(layout.cells) + len(layout.runs)
    experiment_id = store.experiment.experiment_id
    return SyncSummary(
        written=written,
        already_there=total - written,
        seconds=time.perf_counter() - began,
        tracking_uri=masked_address(destination.uri),
        experiment_id=experiment_id,
        deep_link=deep_link(server_of(destination.uri), experiment_id, views.LEADERBOARD),
        lane=lane.name,
        waiting=layout.waiting,
    )
