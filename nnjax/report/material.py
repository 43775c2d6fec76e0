"""All that the chapters are made of, gathered once."""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from nnjax.report.baselines import RIDGE, kept_baselines
from nnjax.report.choice import BestCell, choose_best_cell, choose_on_validation, with_scores
from nnjax.report.claims import ClaimAnswer, Sizes, answer_claims
from nnjax.report.figures.scores import differences_table
from nnjax.report.histories import Histories, read_histories
from nnjax.report.layout import Layout, make_layout
from nnjax.report.theme import Palette, make_palette
from nnjax.results.table import results_table
from nnjax.statistics.scores import FLOOR
from nnjax.sweep.journal import Journal
from nnjax.sweep.record import SweepRecord, load_record
from nnjax.sweep.space import Space, sweep_id


class NothingToReportError(Exception):
    """No cell of the study has a run in every split yet: there is nothing to compare."""


@dataclass(frozen=True)
class Material:
    """A study with its results, as far as they are there.

    Attributes:
        space: The study and what it asked to be trained.
        results: One row a planned run, with scores.
        chosen: The runs of the nuisance levels that the validation rows chose, at every combination of studied levels.
        histories: Curves of the chosen runs.
        baselines: One row a baseline and split, with scores.
        layout: How the factors are shown.
        palette: How their levels look.
        sizes: Rows of a split.
        best: The cell chosen on validation rows in each split.
        claims: Answers to the declared claims.
        differences: Exploratory paired differences between the levels of each studied factor.
        record: What the sweep noted about itself; None if it never ran here.
    """

    space: Space
    results: pd.DataFrame
    chosen: pd.DataFrame
    histories: Histories
    baselines: pd.DataFrame
    layout: Layout
    palette: Palette
    sizes: Sizes
    best: BestCell
    claims: tuple[ClaimAnswer, ...]
    differences: pd.DataFrame
    record: SweepRecord | None

    @property
    def reference_runs(self) -> pd.DataFrame:
        """Chosen runs that most figures show: colour × panel factor, the others at their reference level."""
        return self.layout.at_reference(self.chosen, self.layout.shown)

    def baseline(self, model: str = RIDGE) -> pd.Series:
        """Score of a baseline on each split, indexed by split."""
        rows = self.baselines[self.baselines["model"] == model]
        return rows.set_index("split")["test_score"].sort_index()


def gather(space: Space, home: Path, seconds: Mapping[str, float] | None = None) -> Material:
    """Read journal, record and kept baselines of a study.

    Args:
        space: The study and its runs.
        home: The home folder.
        seconds: Stage -> seconds, over what the sweep record says.

    Raises:
        NothingToReportError: If no cell of the study is complete.
    """
    journal = Journal(home)
    record = load_record(home, sweep_id(space))
    return assemble(
        space,
        results_table(space, journal),
        lambda run_ids: read_histories(journal, run_ids),
        kept_baselines(space.table, space.splits, home),
        replace(record, seconds={**record.seconds, **(seconds or {})}) if record else None,
    )


def assemble(
    space: Space,
    results: pd.DataFrame,
    histories_of: Callable[[Set[str]], Histories],
    baselines: pd.DataFrame,
    record: SweepRecord | None,
) -> Material:
    """Compute what several chapters share.

    Args:
        space: The study and its runs.
        results: The results table.
        histories_of: Gives the curves of some runs.
        baselines: One row a baseline and split.
        record: What the sweep noted about itself.

    Raises:
        NothingToReportError: If no cell of the study is complete.
    """
    study, split = space.study, space.splits[0]
    results = with_scores(_as_written(results, space))
    best = choose_best_cell(results)
    if best is None or not (results["status"] == "finished").any():
        raise NothingToReportError(f"{study.name}: none of its {len(space.cells):,} cells is finished on every split")
    layout = make_layout(results, list(study.studied), list(study.nuisance), len(split.train))
    sizes = Sizes(len(split.train) + len(split.validation), len(split.test), len(split.train))
    chosen = choose_on_validation(results, layout.studied)
    return Material(
        space=space,
        results=results,
        chosen=chosen,
        histories=histories_of(set(chosen["run_id"])),
        baselines=baselines.assign(test_score=np.maximum(baselines["test_r2"], FLOOR)),
        layout=layout,
        palette=make_palette(layout.levels),
        sizes=sizes,
        best=best,
        claims=answer_claims(study.claims, space.cells, results, sizes),
        differences=differences_table(results, layout, sizes.pair),
        record=record,
    )


def _as_written(results: pd.DataFrame, space: Space) -> pd.DataFrame:
    """Initialisers by the study's word where they are a factor: "auto" means another one for each activation."""
    if "initializer" not in space.study.factors:
        return results
    words = {cell.cell_id: cell.levels["initializer"] for cell in space.cells}
    return results.assign(initializer=results["cell_id"].map(words))
