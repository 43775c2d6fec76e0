"""From a study's journal to MLflow: gathers the tables and hands them to the sync."""

import getpass
import shlex
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pandas as pd

from nnjax.judged import Judged
from nnjax.kernels.names import XLA
from nnjax.metrics import judged
from nnjax.results.curves import cell_curves, curves_table
from nnjax.results.scores import with_scores
from nnjax.results.table import cells_table, results_table
from nnjax.statistics.interval import paired_interval
from nnjax.sweep.declarations import declarations
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.journal.record import SweepRecord, load_record
from nnjax.sweep.reference import compared_factors, reference_cell
from nnjax.sweep.space import Space, sweep_id
from nnjax.sweep.study.factors import FACTORS, KERNELS
from nnjax.sweep.study.study import Study
from nnjax.terminal import Say, to_nobody
from nnjax.tracking import names
from nnjax.tracking.address import default_uri
from nnjax.tracking.curves import CurvePoints, curve_names, thin_curves, tracked_epochs
from nnjax.tracking.description import DataDescription, SweepDescription
from nnjax.tracking.errors import TrackingError
from nnjax.tracking.layout import SweepTables
from nnjax.tracking.store import check_reachable
from nnjax.tracking.sync import Destination, SyncSummary, sync_tables


@dataclass(frozen=True)
class PreparedSync:
    """What MLflow is to be told of a sweep, read from the journal once and told as often as needed."""

    description: SweepDescription
    tables: SweepTables
    home: Path
    tracking_uri: str

    def send(self, report_dir: Path | None = None, say: Say = to_nobody, is_restored: bool = False) -> SyncSummary:
        """Tell MLflow what it lacks, and bring back what a person has deleted there if that is wanted.

        Raises:
            TrackingError: No run has been trained yet, or the store can't be reached or refuses; what has been written
                stays.
        """
        if (self.tables.results["status"] == "missing").all():
            remedy = f"run `{self.description.command}` first"
            raise TrackingError(f"no run of study {self.description.study} is in the journal", remedy)
        destination = Destination(self.tracking_uri, self.home, report_dir, is_restored)
        return sync_tables(self.description, self.tables, destination, say)


def prepare_sync(
    space: Space, home: Path | str, tracking_uri: str | None = None, is_whole: bool = True
) -> PreparedSync:
    """Read from the journal what MLflow is to be told, by default at `default_uri`.

    Curves and claims are read only if it is to be the whole: an audit asks about neither.
    """
    home = Path(home)
    journal = Journal(home)
    results = results_table(space, journal)
    description = describe_sweep(space, results, load_record(home, sweep_id(space)))
    curves = (CurvePoints(), CurvePoints())
    if is_whole:
        description = replace(description, declared=declarations(space, home).words)
        curves = _curves(space, journal, results, description)
    cells = with_cell_intervals(cells_table(results, space.study.judged), results, space)
    tables = SweepTables(results, cells, *curves)
    return PreparedSync(description, tables, home, tracking_uri or default_uri(home))


def with_cell_intervals(cells: pd.DataFrame, results: pd.DataFrame, space: Space) -> pd.DataFrame:
    """Both ends of the interval of each cell's mean judged score on test rows, beside the rest of its row.

    The corrected one of the report, 95 %, seeds averaged first, cut where no score can be: `<column>_low` and
    `<column>_high`, NaN where a split has no score, or there is one alone.
    """
    chosen = space.study.judged
    by_split = with_scores(results, chosen).groupby(["cell_id", "split"])["test_score"].mean()
    intervals = {
        cell_id: paired_interval(scores.to_numpy(dtype=float), *space.correction_rows)
        for cell_id, scores in by_split.groupby("cell_id")
        if len(scores) > 1 and scores.notna().all()
    }
    measure = chosen.measure
    highest = measure.highest if chosen.sign > 0 else -measure.lowest
    low = {cell_id: max(interval.low, chosen.floor) for cell_id, interval in intervals.items()}
    high = {cell_id: min(interval.high, highest) for cell_id, interval in intervals.items()}
    ends = {"test_score_low": low, "test_score_high": high}
    return _in_own_unit(cells.assign(**{column: cells["cell_id"].map(found) for column, found in ends.items()}), chosen)


def _in_own_unit(cells: pd.DataFrame, chosen: Judged) -> pd.DataFrame:
    """Beside scores that are negatives what they are negatives of: mean, deviation, interval."""
    if chosen.sign > 0:
        return cells
    own = {}
    for name, score in chosen.scores.items():
        own[name] = -cells[score]
        for ending, other in (("_sd", "_sd"), ("_low", "_high"), ("_high", "_low")):
            if f"{score}{other}" in cells:
                own[f"{name}{ending}"] = cells[f"{score}{other}"] * (1 if ending == "_sd" else -1)
    return cells.assign(**own)


def sync_sweep(
    space: Space,
    home: Path | str,
    tracking_uri: str | None = None,
    report_dir: Path | None = None,
    say: Say = to_nobody,
    is_restored: bool = False,
) -> SyncSummary:
    """Tell MLflow what the journal holds of a study; run again, it writes what is missing and nothing twice.

    For all but space and home see `prepare_sync` and `PreparedSync.send`.

    Raises:
        TrackingError: See `PreparedSync.send`.
    """
    uri = tracking_uri or default_uri(Path(home))
    check_reachable(uri)  # before the journal is read, so that a mistyped address is known at once
    return prepare_sync(space, home, uri).send(report_dir, say, is_restored)


def _curves(
    space: Space, journal: Journal, results: pd.DataFrame, description: SweepDescription
) -> tuple[CurvePoints, CurvePoints]:
    """Thinned mean curves of the cells, and of the single runs that the study asks for."""
    lengths = {cell.configuration.epochs for cell in space.cells}
    epochs = sorted(set().union(*(tracked_epochs(length) for length in lengths)))
    means = cell_curves(curves_table(space, journal, curve_names("main", description.task), epochs))
    wanted = curve_names(description.curves, description.task)
    chosen = _reference_runs(space, results, description) if description.curves == "reference" else None
    runs = curves_table(space, journal, wanted, epochs, chosen)
    return thin_curves(means, "cell_id"), thin_curves(runs, "run_id")


def _reference_runs(space: Space, results: pd.DataFrame, description: SweepDescription) -> set[str]:
    """The runs that views of one factor show: those of cells at most one factor away from the reference setting."""
    cells = results.drop_duplicates("cell_id")[["cell_id", *description.setting]].to_dict("records")
    near = {
        cell["cell_id"]
        for cell in cells
        if compared_factors(
            {factor: names.param_text(cell[factor]) for factor in description.setting}, description.setting
        )
    }
    return {run.run_id for run in space.runs if run.cell.cell_id in near}


def user_name() -> str:
    """Who runs this; in a container the number of the user may have no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "unknown"


def describe_sweep(space: Space, results: pd.DataFrame, record: SweepRecord | None) -> SweepDescription:
    """What tracking must know of a sweep besides its tables; it has a record if it ran here."""
    study, table = space.study, space.table
    followers = {name for group in study.grid.zip for name in group[1:]}
    levels = {
        factor: tuple(dict.fromkeys(names.param_text(value) for value in results[factor])) for factor in study.factors
    }
    (reference,) = results[results["cell_id"] == reference_cell(study, space.cells).cell_id].head(1).to_dict("records")
    target = getattr(study.logging, judged("target", table.task))
    return SweepDescription(
        sweep_id=names.plan_id(study.name, target, (run.run_id for run in space.runs)),
        former_id=sweep_id(space),
        study=study.name,
        question=study.question,
        factors=levels,
        setting={factor: names.param_text(reference[factor]) for factor in levels if factor not in followers},
        studied=tuple(study.studied),
        expected=describe_expectation(study),
        curves=study.logging.curves,
        task=table.task,
        measure=study.judged,
        target=target,
        fixed=_told_fixed(space),
        overrides=study.overrides,
        command=record.command_line if record else sweep_command(study),
        commit=record.git_commit if record else "",
        user=user_name(),
        study_text=study.text,
        environment=asdict(record) if record else {},
        data=DataDescription(
            table.name,
            table.digest,
            table.feature_names or tuple(column.name for column in table.columns),
            table.target_names,
            len(table.target),
            table.class_names,
            tuple((column.kind, not column.gap) for column in table.columns if table.is_raw),
        ),
    )


def _told_fixed(space: Space) -> tuple[str, ...]:
    """What a study fixes at another level than the default, and kernels where they are not XLA's.

    What it says of kernels is not told: by "auto" one sweep is trained so, and another one otherwise.
    """
    fixed = space.study.fixed
    told = [name for name, level in fixed.items() if level != FACTORS[name].default and name != KERNELS]
    return (*told, *([KERNELS] if space.kernels != XLA else []))


def describe_expectation(study: Study) -> str:
    """What is said before the answer, a paragraph each: the lecture's sentence, the author's guess, what would tell."""
    parts = {
        "The lecture says: ": study.lecture,
        "": study.expected,
        "Confirmed by: ": study.confirms,
        "Refuted by: ": study.refutes,
    }
    return "\n\n".join(head + text for head, text in parts.items() if text)


def sweep_command(study: Study) -> str:
    """The command that trains a study with its changes, for a shell."""
    changes = (word for change in study.overrides for word in ("--set", change))
    return shlex.join(["nnjax", "sweep", study.path, *changes])
