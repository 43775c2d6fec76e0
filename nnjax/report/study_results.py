"""All that the chapters are made of, gathered once."""

import shlex
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from nnjax.audit.stamp import AuditStamp, load_audit
from nnjax.calibration.stamp import Stamp, load_stamp
from nnjax.claims.answer import ClaimAnswer, Sizes
from nnjax.claims.choice import choose_on_validation
from nnjax.claims.declared import claim_level
from nnjax.claims.logbook import Logbook, looks_at_most
from nnjax.claims.rounds import study_logbook
from nnjax.claims.study_answers import answer_study, claim_results, correction_sizes, grown_designs
from nnjax.data.long_tails import AS_IS
from nnjax.judged import Judged
from nnjax.metrics import MEASURES
from nnjax.report.best_cell import BestCell, best_runs, choose_best_cell
from nnjax.report.differences import differences_table
from nnjax.report.histories import DRAWN_LAYER_CURVES, Curves, Histories, packed_columns, read_histories
from nnjax.report.kept_baselines import study_baselines
from nnjax.report.layout import Layout, make_layout
from nnjax.report.nothing_to_report import NothingToReportError
from nnjax.report.predictions import Predictions, read_predictions
from nnjax.report.task import TERMS, TaskTerms, cut_column, terms_of
from nnjax.report.theme import Palette, make_palette
from nnjax.results.scores import clipped_scores, with_scores
from nnjax.results.table import results_with_curves
from nnjax.sweep.declarations import Declarations, declarations, unrecorded
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.journal.record import SweepRecord, load_record
from nnjax.sweep.reference import reference_cell
from nnjax.sweep.space import Cell, Space, level_text, sweep_id
from nnjax.sweep.study.factors import AUTO, Level
from nnjax.terminal import Say, complete_commands, home_words, to_nobody

MOST_EPOCHS_HELD = 2_000_000
"""Of all runs of a study together whose curves are read along with its results: of more they take hundreds of MB."""


@dataclass(frozen=True)
class Looked:
    """What a study's claims were looked at on, more than once."""

    logbook: Logbook
    """The looks."""
    results: pd.DataFrame
    """Scored results of the study's runs and of those added to decide claims."""


@dataclass(frozen=True)
class Reading:
    """How what is read only if there is something to report is read: curves and predictions of runs, by their ids.

    What the claims were looked at on is None if it was once, and on the study's own results.
    """

    histories: Callable[[Set[str]], Histories]
    predictions: Callable[[Set[str]], Predictions]
    looked: Callable[[], Looked | None] = lambda: None


@dataclass(frozen=True)
class StudyResults:
    """A study with its results, as far as they are there."""

    space: Space
    terms: TaskTerms
    results: pd.DataFrame
    """One row a planned run, with scores."""
    chosen: pd.DataFrame
    """The runs of the nuisance levels that the validation rows chose, at every combination of studied levels."""
    histories: Histories
    """Curves of the chosen runs."""
    predictions: Predictions
    """Test predictions of the runs of the best cell in each split; empty for regression."""
    baselines: pd.DataFrame
    """One row a baseline and split, with scores."""
    layout: Layout
    palette: Palette
    sizes: Sizes
    best: BestCell
    claims: tuple[ClaimAnswer, ...]
    declared: Declarations
    """How the claims stand to the training, and those that were withdrawn."""
    differences: pd.DataFrame
    """Exploratory paired differences between the levels of each studied factor."""
    record: SweepRecord | None
    """What the sweep noted about itself; None if it never ran here."""
    calibration: Stamp | None = None
    """What `nnjax calibrate` saw here; None if it never ran."""
    audit: AuditStamp | None = None
    """What `nnjax audit` saw of this sweep; None if it never ran."""
    added: pd.DataFrame | None = None
    """Runs beside the planned ones, trained to decide claims, with scores; None if there are none."""
    logbook: Logbook | None = None
    """Looks at the claims while replicates were added to them; None if there was one look, at the results."""
    home: Path | None = None
    """The folder in which it all lies; None if it lies nowhere."""
    curves: Curves | None = None
    """Where the curves of all runs are read from; None if they cannot be."""
    made: dict[object, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What was made of them so far, by the functions that are called `once`."""

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "made": {}}  # another process makes its own; here it may be growing

    @property
    def reference_runs(self) -> pd.DataFrame:
        """Chosen runs that most figures show: colour × panel factor, the others at their reference level."""
        key = (Layout.at_reference,)
        if key not in self.made:
            self.made[key] = self.layout.at_reference(self.chosen, self.layout.shown)
        runs: pd.DataFrame = self.made[key]
        return runs

    @property
    def claim_level(self) -> float:
        """Level of every declared interval."""
        withdrawn = self.declared.withdrawn_intervals
        return claim_level(self.space.study.claims, looks_at_most(self.logbook), withdrawn)

    @property
    def given(self) -> tuple[str, ...]:
        """The study with its changes, as commands take it."""
        study = self.space.study
        return (study.path, *(word for override in study.overrides for word in ("--set", override)))

    @property
    def target_scales(self) -> tuple[str, ...]:
        """The scales other than its own on which some cell's target is trained."""
        levels = dict.fromkeys(cell.configuration.target_scale for cell in self.space.cells)
        return tuple(level for level in levels if level != AS_IS)

    def command(self, name: str, *words: str) -> str:
        """A command of nnjax that can be pasted: it says the home where it is not the one that is taken anyway."""
        return shlex.join(["nnjax", name, *words, *self._home_words])

    def with_commands(self, text: str) -> str:
        """A text whose quoted commands can be pasted likewise."""
        return complete_commands(text, shlex.join(self.given), shlex.join(self._home_words))

    @property
    def _home_words(self) -> list[str]:
        return home_words(self.home) if self.home else []

    def baseline(self, model: str = "") -> pd.Series:
        """Score of a baseline, the reference unless named, on each split, indexed by split."""
        rows = self.baselines[self.baselines["model"] == (model or self.terms.reference)]
        return rows.set_index("split")["test_score"].sort_index()


def gather(
    space: Space,
    home: Path,
    seconds: Mapping[str, float] | None = None,
    say: Say = to_nobody,
    wait: Callable[[], None] = lambda: None,
) -> StudyResults:
    """Read journal, record and kept baselines of a study; stages of `seconds` go over what the sweep record says.

    When all else is there, baselines are waited for, which another process may be fitting.

    Raises:
        NothingToReportError: If no cell of the study is complete.
        LogbookError: If nobody knows how often its claims were looked at.
        ClaimLockError: If nobody knows what its claims were when its training began.
    """

    def baselines() -> pd.DataFrame:
        wait()
        return study_baselines(space, home, say)

    journal, terms = Journal(home), TERMS[space.table.task]
    record = load_record(home, sweep_id(space))
    is_held = sum(run.cell.configuration.epochs for run in space.runs) <= MOST_EPOCHS_HELD
    columns = dict.fromkeys((*terms.shown_curves, *packed_columns(terms), *DRAWN_LAYER_CURVES)) if is_held else ()
    results, along = results_with_curves(space, journal, tuple(columns))
    curves = Curves(journal, along if is_held else None)
    study_results = assemble(
        space,
        results,
        Reading(
            lambda run_ids: read_histories(curves, run_ids, terms.shown_curves),
            lambda run_ids: read_predictions(journal, run_ids),
            lambda: _read_looked(space, journal, home),
        ),
        baselines,
        replace(record, seconds={**record.seconds, **(seconds or {})}) if record else None,
        declarations(space, home),
    )
    return replace(
        study_results, calibration=load_stamp(home), audit=load_audit(home, sweep_id(space)), home=home, curves=curves
    )


def _read_looked(space: Space, journal: Journal, home: Path) -> Looked | None:
    logbook = study_logbook(space, home)
    return Looked(logbook, claim_results(space, grown_designs(space, logbook), journal)) if logbook else None


def assemble(
    space: Space,
    results: pd.DataFrame,
    reading: Reading,
    baselines: Callable[[], pd.DataFrame],
    record: SweepRecord | None,
    declared: Declarations | None = None,
) -> StudyResults:
    """Compute what several chapters share; how the claims stand to the training is not recorded if None.

    Raises:
        NothingToReportError: If no cell of the study is complete.
    """
    study, terms, declared = space.study, terms_of(space.study.judged), declared or unrecorded(space)
    results = with_scores(_as_written(results, space), terms.judged)
    best = choose_best_cell(results)
    if best is None or not (results["status"] == "finished").any():
        raise NothingToReportError(f"{study.name}: {_lack(results)}")
    order = _levels_in_order(results, space)
    sizes = correction_sizes(space)
    reference = _reference_levels(results, space)
    layout = make_layout(results, list(study.studied), list(study.nuisance), sizes.full_batch, order, reference)
    chosen = choose_on_validation(results, layout.studied)
    # not earlier: a damaged logbook must not hide that there is nothing to report
    looked = reading.looked()
    logbook, asked = (looked.logbook, looked.results) if looked else (None, results)
    answers = answer_study(
        space, asked, grown_designs(space, logbook), looks_at_most(logbook), declared.withdrawn_intervals
    )
    return StudyResults(
        space=space,
        terms=terms,
        results=results,
        chosen=chosen,
        histories=reading.histories(set(chosen["run_id"])),
        predictions=reading.predictions(set(best_runs(results, best)["run_id"])) if space.table.class_names else {},
        layout=layout,
        palette=make_palette(layout.levels),
        sizes=sizes,
        best=best,
        claims=answers,
        declared=declared,
        differences=differences_table(results, chosen, layout, sizes.pair),
        record=record,
        added=asked[~asked["run_id"].isin(results["run_id"])].reset_index(drop=True) if logbook else None,
        logbook=logbook,
        baselines=scored_baselines(baselines(), terms.judged),  # last: another process may be fitting them
    )


def scored_baselines(baselines: pd.DataFrame, judged: Judged) -> pd.DataFrame:
    """Baselines with scores, their rows cut where those of the networks are."""
    if judged.has_chosen_threshold:
        cut = {f"test_{each.name}": cut_column(each.name, judged.cut_by) for each in MEASURES if each.has_threshold}
        baselines = baselines.assign(**{name: baselines[column] for name, column in cut.items()})
    return baselines.assign(test_score=clipped_scores(baselines[judged.metric("test")], False, judged))


def _lack(results: pd.DataFrame) -> str:
    """Why there is nothing to compare."""
    statuses = set(results["status"])
    if "diverged" in statuses and "finished" not in statuses:
        return "all of its trained runs diverged"
    return f"none of its {results['cell_id'].nunique():,} cells is finished on every split"


def _levels_in_order(results: pd.DataFrame, space: Space) -> dict[str, list[Level]]:
    """Levels of each listed factor as the results have them, in the study's order, whichever cells are left out."""
    first = results.drop_duplicates("cell_id").set_index("cell_id")
    order = {}
    for factor, levels in space.study.factors.items():
        cells = sorted(space.cells, key=lambda cell: levels.index(cell.levels[factor]))
        order[factor] = list(dict.fromkeys(first.loc[[cell.cell_id for cell in cells], factor].tolist()))
    return order


def shown_reference(results: pd.DataFrame, space: Space) -> Cell:
    """The reference cell; while none of its runs is finished, the nearest one of which one is."""
    finished = set(results.loc[results["status"] == "finished", "cell_id"])
    return reference_cell(space.study, [cell for cell in space.cells if cell.cell_id in finished])


def _reference_levels(results: pd.DataFrame, space: Space) -> dict[str, Level]:
    """Levels of the cell that figures show, as the results have them."""
    row = results[results["cell_id"] == shown_reference(results, space).cell_id]
    return {factor: row[factor].tolist()[0] for factor in space.study.factors}


def _as_written(results: pd.DataFrame, space: Space) -> pd.DataFrame:
    """Levels by the study's word where the training knows another one.

    "auto" means another initialiser for each activation, and a network without hidden layers has no use for the name of
    their activation. The batch size stays a number; "full" is shown as such.
    """
    for factor, levels in space.study.factors.items():
        is_text = AUTO in levels or any(isinstance(level, tuple) for level in levels)
        known = {level_text(level) if is_text else level for level in levels}
        if factor != "batch_size" and (AUTO in levels or not set(results[factor]) <= known):
            words = {cell.cell_id: cell.levels[factor] for cell in space.cells}
            words = {cell_id: level_text(level) if is_text else level for cell_id, level in words.items()}
            results = results.assign(**{factor: results["cell_id"].map(words)})
    return results
