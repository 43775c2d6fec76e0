"""Copies of the results against the journal: MLflow's above all, and what a person has deleted in it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from nnjax.audit.stamp import Line
from nnjax.tracking import names
from nnjax.tracking.artifact_place import find_strays, local_path
from nnjax.tracking.artifacts import lost_files
from nnjax.tracking.client_calls import find_run, open_client
from nnjax.tracking.errors import explained
from nnjax.tracking.layout import SweepLayout
from nnjax.tracking.ledger import Entry, Ledger
from nnjax.tracking.mending import differences
from nnjax.tracking.store import is_deleted, study_experiments
from nnjax.tracking.study_sync import PreparedSync
from nnjax.tracking.sync import look_up

DIFFERENCES_NAMED = 3
"""Differences that a line names."""

WHAT = "MLflow's copies against the journal, rounded as they are told"


def examine_tracking(sweeps: Sequence[PreparedSync], there: pd.DataFrame, columns: Sequence[str]) -> Line:
    """MLflow against the journal: the study, and what was added to decide its claims.

    Fine only if MLflow has every run and cell, none twice, none of them deleted by a person, and every number as it is
    told. Else the line says how that is mended.

    Raises:
        TrackingError: If the store cannot be read.
    """
    looks = [look_up(sweep.description, sweep.tables, sweep.tracking_uri) for sweep in sweeps]
    known = set(there["run_id"])
    copies = [
        {"run_id": run_id, **{name: entry.metrics.get(name, np.nan) for name in columns}}
        for _, ledger in looks
        for run_id, entry in _runs(ledger, known)
    ]
    told = there.assign(**{name: [names.rounded(value) for value in there[name]] for name in columns})
    line = compare_copy(WHAT, told, pd.DataFrame(copies, columns=["run_id", *columns]), columns)
    problems = [problem for layout, ledger in looks for problem in _problems(layout, ledger)]
    problems += _artifact_problems(sweeps[0], looks[0][1])
    deleted = sum(entry.is_deleted for _, ledger in looks for entry in ledger.entries.values())
    if _is_experiment_deleted(sweeps[0]):
        problems.append("the experiment was deleted in MLflow: `nnjax sync STUDY --restore` brings it back")
    elif deleted:
        problems.append(f"{deleted:,} deleted in MLflow: `nnjax sync STUDY --restore` brings them back")
    elif problems or not line.is_ok:
        problems.append("`nnjax sync STUDY` mends it")
    return replace(line, seen="; ".join([line.seen, *problems]), is_ok=line.is_ok and not problems)


def _is_experiment_deleted(sweep: PreparedSync) -> bool:
    with explained(sweep.tracking_uri):
        client = open_client(sweep.tracking_uri)
        found = study_experiments(client, sweep.description.study)
    return bool(found) and all(map(is_deleted, found))


def _artifact_problems(sweep: PreparedSync, ledger: Ledger) -> Iterator[str]:
    """What is amiss with the files of the sweep's own run."""
    if strays := find_strays(sweep.tracking_uri, sweep.home):
        yield f"artifacts are looked for elsewhere than beside the store, in {local_path(strays[0].there)}"
    entry = ledger.entries.get(f"sweep {ledger.sweep_id}")
    if not strays and entry and not entry.is_deleted:
        with explained(sweep.tracking_uri):
            lost = lost_files(find_run(open_client(sweep.tracking_uri), entry.run_id))
        if lost:
            yield f"{len(lost):,} artifacts lost or changed: {', '.join(lost[:DIFFERENCES_NAMED])}"


def _runs(ledger: Ledger, known: set[str]) -> Iterator[tuple[str, Entry]]:
    """Single runs that are there, doubles and strangers among them."""
    for identity, entry in ledger.entries.items():
        run_id = identity.removeprefix("run ")
        if run_id in known and not entry.is_deleted:
            yield run_id, entry
    for entry in (*ledger.doubles, *ledger.strangers):
        if entry.kind == "run":
            yield entry.tags.get(names.RUN, entry.run_id), entry


def _problems(layout: SweepLayout, ledger: Ledger) -> Iterator[str]:
    """What is amiss with the sweep's own run and its cells."""
    if ledger.absent([layout.sweep]):
        yield "the sweep's own run is not there"
    if lacking := len(ledger.absent(layout.cells)):
        yield f"{lacking:,} cells not there"
    if twice := sum(entry.kind != "run" for entry in ledger.doubles):
        yield f"{twice:,} sweeps and cells there twice"
    differing = [
        f"{point.key} of cell {change.run.name}"
        for change in differences(layout.cells, ledger)
        for point in (*change.other_points, *change.new_points)
    ]
    if differing:
        yield f"{len(differing):,} numbers of cells differ: {', '.join(differing[:DIFFERENCES_NAMED])}"


def compare_copy(what: str, results: pd.DataFrame, copy: pd.DataFrame, columns: Sequence[str]) -> Line:
    """Compare the finals of runs, one row a run, number by number, bit by bit; a copy has NaN where it has no number.

    Fine only if the copy has every run, no other, none twice, and every number is the very same.

    >>> journal = pd.DataFrame({"run_id": ["a", "b"], "test_r2": [0.5, float("nan")]})
    >>> compare_copy("A copy", journal, journal.assign(test_r2=[0.5, 0.1]), ["test_r2"]).seen
    '2 runs, 2 numbers; 1 differs: test_r2 of run b is nan, the copy says 0.1'
    """
    problems = _membership(results["run_id"].tolist(), copy["run_id"].tolist())
    both = results.merge(copy.drop_duplicates("run_id"), on="run_id", suffixes=("", "_copy"))
    differing = []
    for column in columns:
        ours, theirs = (both[name].to_numpy(dtype=float) for name in (column, f"{column}_copy"))
        for place in np.flatnonzero((ours != theirs) & ~(np.isnan(ours) & np.isnan(theirs))):
            run_id = str(both["run_id"].iloc[place])[: names.SHORT]
            our_number, their_number = float(ours[place]), float(theirs[place])
            differing.append(f"{column} of run {run_id} is {our_number!r}, the copy says {their_number!r}")
    if differing:
        verb = "differs" if len(differing) == 1 else "differ"
        problems.append(f"{len(differing):,} {verb}: {'; '.join(differing[:DIFFERENCES_NAMED])}")
    seen = f"{len(both):,} runs, {len(both) * len(columns):,} numbers"
    return Line(what, "; ".join([seen, *problems]), not problems)


def _membership(ours: Sequence[str], theirs: Sequence[str]) -> list[str]:
    lacking, foreign = len(set(ours) - set(theirs)), len(set(theirs) - set(ours))
    twice = len(theirs) - len(set(theirs))
    counts = ((lacking, "not there"), (foreign, "of no planned run"), (twice, "there twice"))
    return [f"{count:,} {words}" for count, words in counts if count]
