"""Best cells: chosen on validation rows, reported on test rows, beside the maximum that nobody should quote."""

from functools import partial
from typing import Any

import pandas as pd

from nnjax.report.alike import name_highest
from nnjax.report.drawing import Shape, draw_figure
from nnjax.report.figures.tied import draw_tied, tied_table
from nnjax.report.formats import confidence, decimals, percent
from nnjax.report.study_results import StudyResults
from nnjax.report.theme import ACCENT, MUTED, variable
from nnjax.report.views import Chapter, FigureView, Key, view_table

CELLS_LISTED = 20

MOST_TIED_DRAWN = 400
"""Cells in the picture of the tied-best set; more are narrower than a pixel."""

TIED_LEVEL = 0.95
"""Probability that all cells outside the tied-best set are rightly outside, together."""


def best_chapter(study_results: StudyResults) -> Chapter:
    """Nested selection, the cells it chose, those that cannot be told apart from the best, and the leaderboard."""
    cell_ids, selection = study_results.best.cell_ids, study_results.best.selection
    labels = study_results.results.drop_duplicates("cell_id").set_index("cell_id")["cell"]
    chosen = pd.Series([labels[cell_ids[index]] for index in selection.chosen]).value_counts()
    tied = tied_table(
        study_results.best,
        study_results.results,
        study_results.sizes.pair,
        study_results.space.study.replicates.base_seed,
    )
    facts = {
        "terms": study_results.terms,
        "best": study_results.best,
        "nested_sd": decimals(float(selection.scores.std(ddof=1))),
        "n_validation": len(study_results.space.splits[0].validation),
        "naive_cell": str(labels[cell_ids[selection.naive_best_index]]),
        "distinct": len(chosen),
        "favourite": name_highest([str(cell) for cell in chosen.index], chosen.tolist(), "{:g}".format),
        "favourite_splits": int(chosen.iloc[0]),
        "listed": CELLS_LISTED,
    } | tied_facts(tied)
    top = top_cells(study_results).merge(tied[["cell_id", "tied", "p_best"]], on="cell_id", how="left")
    top = top.rename(columns=study_results.terms.page_names)
    tables = {
        "top": view_table("best_cells", top, study_results.layout.full_batch, columns=_shown(top)),
        "chosen": view_table(
            "cells_chosen", chosen.rename_axis("cell").reset_index(name="splits"), study_results.layout.full_batch
        ),
    }
    figures = {"tied": _tied(study_results, tied)} if len(tied) > 1 else {}
    return Chapter("best", "Best cells", figures, tables, facts)


def tied_facts(tied: pd.DataFrame) -> dict[str, Any]:
    """The tied-best set, from `tied_table`, in numbers and names."""
    members = tied[tied["tied"]]
    smallest = members.sort_values(["n_parameters", "validation_score"], ascending=[True, False]).iloc[0]
    shares = tied["p_best"].tolist()
    return {
        "named": str(tied["cell"].iloc[0]),
        "tied": len(members),
        "smallest": str(smallest["cell"]),
        "smallest_parameters": f"{int(smallest['n_parameters']):,}",
        "smallest_score": decimals(float(smallest["test_score"])),
        "as_small": int((members["n_parameters"] == smallest["n_parameters"]).sum()),
        "probable": name_highest(tied["cell"].tolist(), shares, percent),
        "probability": percent(max(shares)),
        "together": percent(float(members["p_best"].sum())),
    }


def _tied(study_results: StudyResults, tied: pd.DataFrame) -> FigureView:
    terms = study_results.terms
    caption = (
        f"How far each cell’s {terms.test} lies below that of the cell with the best mean {terms.validation}: mean "
        f"over splits, and down to where it may lie, all cells together ({confidence(TIED_LEVEL)}, one-sided, "
        "corrected for splits that share one table). Filled: the bar reaches zero, the cell cannot be told apart from "
        "the best. Below zero: on test rows the cell was even better than the one that the validation rows name."
    )
    if len(tied) > MOST_TIED_DRAWN:
        caption += f" The first {MOST_TIED_DRAWN:,} of {len(tied):,} cells are drawn; the table has them all."
    keys = (
        Key("tied with the best", variable(ACCENT), marker="-3,3 3,3 3,-3 -3,-3"),
        Key("worse", variable(MUTED)),
    )
    shape = Shape(width=440, height=260, left=52, quantity=f"best minus cell, {terms.test}", across=1)
    parts = [("", partial(draw_tied, tied.head(MOST_TIED_DRAWN)))]
    return draw_figure("tied", caption, parts, shape, view_table("tied_best", tied), keys)


def _shown(top: pd.DataFrame) -> list[str]:
    """Columns for the page: no counts that are the same for every cell."""
    same = {name for name in ("runs", "diverged", "tied") if top[name].nunique() == 1}
    return [str(name) for name in top if name not in same | {"cell_id"}]


def top_cells(study_results: StudyResults) -> pd.DataFrame:
    """The first cells by mean validation score, with what they reach on test rows.

    One row a cell: the listed factors, then mean scores on validation rows, on test rows (with their standard
    deviation, ending in _sd) and at the last epoch; best_epoch (median), runs, diverged, cell_id.
    """
    factors = [*study_results.layout.studied, *study_results.layout.nuisance]
    groups = study_results.results.groupby(["cell_id", *factors], sort=False)
    table = groups.agg(
        validation_score=("validation_score", "mean"),
        test_score=("test_score", "mean"),
        test_score_sd=("test_score", "std"),
        last_test_score=("last_test_score", "mean"),
        best_epoch=("best_epoch", "median"),
        runs=("test_score", "count"),
        diverged=("status", lambda statuses: int((statuses == "diverged").sum())),
    ).reset_index()
    ordered = table.sort_values("validation_score", ascending=False, kind="stable").head(CELLS_LISTED)
    return ordered[[*[column for column in ordered.columns if column != "cell_id"], "cell_id"]].reset_index(drop=True)
