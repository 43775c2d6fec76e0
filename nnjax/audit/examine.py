"""The audit of a sweep: checksums, a sample trained again, MLflow's copies, the report's tables and pages."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from nnjax.audit.pages import AuditedReport, examine_pages
from nnjax.audit.stamp import AuditStamp, Line, write_audit
from nnjax.audit.tracking import compare_copy, examine_tracking
from nnjax.claims.rounds import added_spaces
from nnjax.sweep.claim_lock import ClaimLockError
from nnjax.sweep.declarations import declarations
from nnjax.sweep.journal.journal import CORRUPT_PREFIX, damaged_files, journal_files
from nnjax.sweep.rerun import ElsewhereError, OtherKernelsError, RerunError, rerun
from nnjax.sweep.space import Space, sweep_id
from nnjax.tracking import names
from nnjax.tracking.address import default_uri
from nnjax.tracking.store import check_reachable
from nnjax.tracking.study_sync import prepare_sync

LINE_MARKS = {True: "ok   ", False: "WRONG", None: "?    "}


def audit_sweep(
    space: Space,
    home: Path,
    report: AuditedReport | None,
    tracking_uri: str | None,
    sample: int,
    seed: int,
    say: Callable[[str], None] = print,
) -> AuditStamp:
    """Examine a sweep, say each line as it is known, and keep the stamp.

    `report` is this sweep's own, None if there is none; `sample` runs are trained again. The tracking URI is the usual
    one if None.

    Raises:
        TrackingError: If MLflow's store cannot be reached.
        LogbookError: If nobody knows what was trained to decide its claims.
    """
    uri, lines = tracking_uri or default_uri(home), list[Line]()
    check_reachable(uri)
    if report is None:
        say("No report of this sweep is here: there is nothing of it to compare.")
    for line in examine(space, home, report, uri, sample, seed):
        say(f"{LINE_MARKS[line.is_ok]} {line.what}: {line.seen}")
        lines.append(line)
    stamp = AuditStamp(datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"), seed, tuple(lines))
    write_audit(stamp, home, sweep_id(space))
    return stamp


def examine(
    space: Space, home: Path, report: AuditedReport | None, tracking_uri: str, sample: int, seed: int
) -> Iterator[Line]:
    """Look at everything that was written down about a sweep, the cheapest first, a line a thing.

    `report` is None if there is none; `sample` runs are trained again.

    Raises:
        TrackingError: If MLflow's store cannot be read.
    """
    yield examine_files(home)
    prepared = [prepare_sync(each, home, tracking_uri, is_whole=False) for each in (space, *added_spaces(space, home))]
    results = pd.concat([each.tables.results for each in prepared], ignore_index=True)
    there = results[results["status"] != "missing"]
    lacking = len(results) - len(there)
    yield from examine_claims(space, home)
    yield Line("The journal's runs", f"{len(there):,} of {len(results):,} planned runs are there", lacking == 0)
    columns = [name for name in (*names.TOLD, *names.CHOSEN_BY) if name in results and results[name].notna().any()]
    if report is not None:
        yield examine_report(report.folder, there, columns)
    yield examine_tracking(prepared, there, columns)
    if report is not None:
        yield examine_pages(report)
    yield from examine_sample(there["run_id"].tolist(), home, sample, seed)


def examine_files(home: Path) -> Line:
    """Every file of the journal against its checksum; nothing is moved."""
    broken, aside = damaged_files(home), len(list((home / "journal").glob(f"{CORRUPT_PREFIX}*")))
    seen = f"{len(journal_files(home)):,} files, every byte read"
    if aside:
        seen += f"; {aside:,} damaged ones were set aside earlier and do not count"
    return Line("The journal's checksums", "; ".join([seen, *broken]), not broken)


def examine_claims(space: Space, home: Path) -> Iterator[Line]:
    """The lock on the claims, if there are any; late ones are told, and nothing wrong."""
    try:
        if words := declarations(space, home).words:
            yield Line("The claims", words, True)
    except ClaimLockError as error:
        yield Line("The claims", str(error), False)


def examine_report(report: Path, there: pd.DataFrame, columns: list[str]) -> Line:
    """The report's table of all runs, and of those added to decide claims, against the journal."""
    what, added = "The report's table of runs against the journal", report / "tables" / "added-runs.csv"
    try:
        paths = [report / "tables" / "runs.csv", *([added] if added.exists() else [])]
        copy = pd.concat([_read_exactly(path, columns) for path in paths])
        return compare_copy(what, there, copy[copy["status"] != "missing"], columns)
    except (OSError, ValueError, KeyError) as error:
        return Line(what, f"it cannot be read as the table it was ({type(error).__name__})", False)


def _read_exactly(path: Path, columns: list[str]) -> pd.DataFrame:
    """A CSV file's table, every digit of those columns: how pandas reads numbers by itself depends on its version."""
    table = pd.read_csv(path, dtype=dict.fromkeys(columns, "str"), low_memory=False)
    return table.astype(dict.fromkeys(columns, float))


def examine_sample(run_ids: list[str], home: Path, sample: int, seed: int) -> Iterator[Line]:
    """Train a random sample of runs again, each alone, and compare every final, curve and prediction.

    Those of kernels that this machine has not are counted in a line of their own: nobody can say that they are wrong.
    """
    foreign: dict[str, int] = {}
    chosen = np.random.default_rng(seed).permutation(sorted(run_ids))[:sample].tolist()
    for run_id in chosen:
        what = f"Run {run_id[: names.SHORT]} trained again"
        try:
            comparison = rerun(home, run_id)
        except OtherKernelsError as error:
            foreign[error.why] = foreign.get(error.why, 0) + 1
            continue
        except RerunError as error:
            yield Line(what, str(error), None if isinstance(error, ElsewhereError) else False)
            continue
        worst = max(comparison.differences.items(), key=lambda each: each[1], default=("", 0.0))
        seen = "bitwise the same" if comparison.agrees else f"differs, most in {worst[0]}, by {worst[1]:.3g}"
        yield Line(what, seen, comparison.agrees)
    for why, count in foreign.items():
        seen = f"{count:,} of {len(chosen):,} sampled runs were not: {why}; all that is said above was checked"
        yield Line("Trained again", seen, None)
