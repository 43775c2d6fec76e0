"""Tell MLflow what the journal holds. Idempotent: run again it writes what is missing, and nothing twice."""

import gc
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from nnjax.redaction import masked, masked_address
from nnjax.results.columns import LEVEL_COLORS
from nnjax.terminal import Say, to_nobody
from nnjax.tracking import names, views
from nnjax.tracking.address import database_file, deep_link, server_of, view_link
from nnjax.tracking.artifacts import SweepFiles
from nnjax.tracking.client_calls import open_client, set_experiment_tags
from nnjax.tracking.client_lane import ClientLane
from nnjax.tracking.description import SweepDescription
from nnjax.tracking.errors import TrackingError, explained, raised_by_stores
from nnjax.tracking.fast_lane import FastLane
from nnjax.tracking.file_rows import installed_mlflow, refusal
from nnjax.tracking.finish import finish_sweep
from nnjax.tracking.layout import SweepLayout, SweepTables, lay_out
from nnjax.tracking.ledger import Ledger
from nnjax.tracking.mending import differences
from nnjax.tracking.new_database import make_database
from nnjax.tracking.recognition import RecognisedPlan, plan_of, recognise
from nnjax.tracking.store import OpenStore, is_deleted, open_store, study_experiments

logger = logging.getLogger(__name__)

Lane = ClientLane | FastLane
"""A way of reading and writing runs of a store: both have the same methods."""


@dataclass
class Tally:
    """What became of a sweep's runs."""

    updated: int = 0
    """There, and told anew where they differed."""
    restored: int = 0
    """Brought back after a person had deleted them."""
    deleted: int = 0
    """Deleted by a person, and left so."""
    doubles: int = 0
    """Superfluous twins that were deleted."""
    strangers: int = 0
    """Runs that say they are of this sweep, and are none that it asks for."""
    waiting: int = 0
    """Cells held back because runs of theirs are missing."""

    @property
    def words(self) -> str:
        """What was mended, and what was left as it is with its remedy; empty if there was nothing of that."""
        parts = (
            (self.updated, "brought up to date"),
            (self.restored, "brought back"),
            (self.doubles, "that were there twice deleted"),
            (self.deleted, "deleted in MLflow by a person and left so: `nnjax sync STUDY --restore` brings them back"),
            (self.waiting, "cells waiting for runs that the journal lacks: `nnjax sweep STUDY` trains them"),
            (self.strangers, "of no run that the study asks for: delete them in MLflow"),
        )
        return "".join(f", {count:,} {words}" for count, words in parts if count)


@dataclass(frozen=True)
class SyncSummary:
    """What a sync did."""

    written: int
    """Runs sent: sweep, cells and single runs."""
    already_there: int
    seconds: float
    """Wall time, with that of importing MLflow where its client is used and nobody has imported it before."""
    tracking_uri: str
    """Where they are, without a password."""
    experiment_id: str
    deep_link: str
    """Address that opens the leaderboard, once a server runs."""
    lane: str
    tally: Tally

    @property
    def is_whole(self) -> bool:
        """Whether MLflow has all runs of the sweep, and none that it should not have."""
        return not (self.tally.deleted or self.tally.waiting or self.tally.strangers)

    @property
    def words(self) -> str:
        """What was done, and what was left undone with its remedy."""
        return f"{self.written:,} runs written, {self.already_there:,} were there{self.tally.words}"


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
    reason, file = refusal(store.uri), database_file(store.uri)
    if reason or file is None:
        logger.info("tracking through MLflow's client: %s", reason)
        return ClientLane(store)
    return FastLane(store, file)


def experiment_note(description: SweepDescription, experiment_id: str) -> str:
    """The experiment's note; its first line is the page's title line, one small heading high, on every page."""
    charts = view_link(experiment_id, views.LEADERBOARD)
    return f"#### {description.question} [Scores and charts]({charts})\n\n{description.expected}".strip()


def recognise_sweep(store: OpenStore, plan: RecognisedPlan) -> tuple[OpenStore, Lane, Ledger]:
    """What the store has of a sweep, and the way into the experiment where it lies."""
    entries = choose_lane(store).read(store.experiment_ids)
    ledger = recognise(entries, plan, store.experiment_ids)
    store = store.at(ledger.experiment_id)
    return store, choose_lane(store), ledger


def clear_the_way(store: OpenStore, ledger: Ledger, layout: SweepLayout, is_restored: bool) -> Tally:
    """Before anything is written: bring back what is to be brought back, delete twins, count what stays deleted.

    Raises:
        TrackingError: If a person has deleted the sweep's own run, and it is not to be brought back.
    """
    generations = ([layout.sweep], layout.cells, layout.runs)
    deleted = {run.identity: entry for runs in generations for run in runs for entry in ledger.deleted([run])}
    if layout.sweep.identity in deleted and not is_restored:
        raise TrackingError(
            f"the run of sweep {ledger.sweep_id[: names.SHORT]} has been deleted in MLflow",
            "`nnjax sync STUDY --restore` brings it back; or remove it for good by `mlflow gc`",
        )
    if is_restored:
        for identity, entry in deleted.items():
            store.client.restore_run(entry.run_id)
            ledger.entries[identity] = replace(entry, is_deleted=False)
    for double in ledger.doubles:
        store.client.delete_run(double.run_id)
    return Tally(
        restored=len(deleted) if is_restored else 0,
        deleted=0 if is_restored else len(deleted),
        doubles=len(ledger.doubles),
        strangers=len(ledger.strangers),
        waiting=layout.waiting,
    )


def write_runs(store: OpenStore, lane: Lane, ledger: Ledger, layout: SweepLayout, say: Say) -> int:
    """Write the runs that the store lacks, parents first; returns how many."""
    generations = ([layout.sweep], layout.cells, layout.runs)
    absent = [ledger.absent(generation) for generation in generations]
    halves = [ledger.cut_off(generation) for generation in generations[1:]]
    written = sum(map(len, (*absent, *halves)))
    total = sum(map(len, generations))
    done = total - written

    def advance(more: int) -> None:
        nonlocal done
        done += more
        say(f"{done:,} of {total:,} runs")

    for runs in absent:
        lane.write(runs, ledger, advance)
    for runs in filter(None, halves):
        ClientLane(store).write(runs, ledger, advance)
    return written


def _write_views(store: OpenStore, description: SweepDescription, layout: SweepLayout) -> None:
    """Set the prepared views; a failure costs a warning, never the sync."""
    if (version := installed_mlflow()) not in views.TESTED_VERSIONS:
        logger.warning("no prepared views: MLflow %s is not among the tested versions", version)
        return
    has_run_curves = description.curves != "none"
    try:
        set_experiment_tags(
            store.client, store.experiment, views.view_tags(description, has_run_curves, layout.sweep.end)
        )
    except raised_by_stores(ValueError) as error:
        logger.warning("no prepared views: %s", masked(str(error), [store.uri]))


def look_up(description: SweepDescription, tables: SweepTables, uri: str) -> tuple[SweepLayout, Ledger]:
    """What the store should have of a sweep, and what it has; nothing is written, and curves may be left out.

    Raises:
        TrackingError: If the store can't be read.
    """
    plan = plan_of(description, tables.results)
    with explained(uri):
        make_database(uri)
        client = open_client(uri)
        experiments = [each for each in study_experiments(client, description.study) if not is_deleted(each)]
        ledger = Ledger(sweep_id=plan.key)
        if experiments:
            _, _, ledger = recognise_sweep(OpenStore(client, uri, experiments[0], tuple(experiments[1:])), plan)
    return lay_out(replace(description, sweep_id=ledger.sweep_id, plan_id=plan.key), tables, LEVEL_COLORS), ledger


@dataclass(frozen=True)
class Destination:
    """Where a sweep is to be told of."""

    uri: str
    home: Path
    """The home folder, for artifacts of a store in a file."""
    report_dir: Path | None = None
    is_restored: bool = False
    """Whether what a person has deleted in MLflow is brought back."""


def sync_tables(
    description: SweepDescription, tables: SweepTables, destination: Destination, say: Say = to_nobody
) -> SyncSummary:
    """Tell MLflow about a sweep given as tables.

    Raises:
        TrackingError: If the store can't be reached or refuses; whatever has been written stays, and is not repeated.
    """
    began = time.perf_counter()
    plan = plan_of(description, tables.results)
    tags = {names.EXPERIMENT_KIND: "custom_model_development", names.STUDY: description.study}
    with explained(destination.uri), _without_collector():
        store = open_store(destination.uri, destination.home, description.study, tags, destination.is_restored)
        store, lane, ledger = recognise_sweep(store, plan)
        note = experiment_note(description, store.experiment.experiment_id)
        set_experiment_tags(store.client, store.experiment, {**tags, names.NOTE: note})
        description = replace(description, sweep_id=ledger.sweep_id, plan_id=plan.key)
        layout = lay_out(description, tables, LEVEL_COLORS)
        files = SweepFiles(description, tables.results, tables.cells, destination.report_dir, layout.sweep.end)
        tally = clear_the_way(store, ledger, layout, destination.is_restored)
        written = write_runs(store, lane, ledger, layout, say)
        changes = differences((layout.sweep, *layout.cells, *layout.runs), ledger)
        lane.mend(changes)
        tally.updated = len(changes)
        finish_sweep(store.client, ledger.entries[layout.sweep.identity].run_id, layout, files)
        _write_views(store, description, layout)
    total = 1 + len(layout.cells) + len(layout.runs)
    experiment_id = store.experiment.experiment_id
    return SyncSummary(
        written=written,
        already_there=total - written - tally.deleted,
        seconds=time.perf_counter() - began,
        tracking_uri=masked_address(destination.uri),
        experiment_id=experiment_id,
        deep_link=deep_link(server_of(destination.uri), experiment_id, views.LEADERBOARD),
        lane=lane.name,
        tally=tally,
    )
