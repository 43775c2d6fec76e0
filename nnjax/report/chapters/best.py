"""Best cells: chosen on validation rows, reported on test rows, beside the maximum that nobody should quote."""

import pandas as pd

from nnjax.report.formats import decimals
from nnjax.report.material import Material
from nnjax.report.views import Chapter, view_table

CELLS_LISTED = 20


def best_chapter(material: Material) -> Chapter:
    """Nested selection, the cells it chose, and the leaderboard."""
    cell_ids, selection = material.best.cell_ids, material.best.selection
    labels = material.results.drop_duplicates("cell_id").set_index("cell_id")["cell"]
    chosen = pd.Series([labels[cell_ids[index]] for index in selection.chosen]).value_counts()
    facts = {
        "terms": material.terms,
        "cells": len(cell_ids),
        "splits": len(selection.scores),
        "nested": decimals(selection.mean),
        "nested_sd": decimals(float(selection.scores.std(ddof=1))),
        "validation": decimals(material.best.validation_mean),
        "flattery": decimals(material.best.validation_mean - selection.mean),
        "n_validation": len(material.space.splits[0].validation),
        "naive": decimals(selection.naive_maximum),
        "naive_cell": str(labels[cell_ids[selection.naive_best_index]]),
        "difference": decimals(selection.naive_maximum - selection.mean),
        "distinct": len(chosen),
        "favourite": str(chosen.index[0]),
        "favourite_splits": int(chosen.iloc[0]),
        "listed": CELLS_LISTED,
    }
    top = top_cells(material)
    tables = {
        "top": view_table("best_cells", top, material.layout.full_batch, columns=_shown(top)),
        "chosen": view_table(
            "cells_chosen", chosen.rename_axis("cell").reset_index(name="splits"), material.layout.full_batch
        ),
    }
    return Chapter("best", "Best cells", tables=tables, facts=facts)


def _shown(top: pd.DataFrame) -> list[str]:
    """Columns for the page: no counts that are the same for every cell."""
    same = {name for name in ("runs", "diverged") if top[name].nunique() == 1}
    return [str(name) for name in top if name not in same | {"cell_id"}]


def top_cells(material: Material) -> pd.DataFrame:
    """The first cells by mean validation score, with what they reach on test rows.

    Returns:
        One row a cell: the listed factors, then the judged measure on validation rows, on test rows (with its standard
        deviation, ending in _sd) and at the last epoch, all as scores; best_epoch (median), runs, diverged, cell_id.
    """
    terms = material.terms
    factors = [*material.layout.studied, *material.layout.nuisance]
    groups = material.results.groupby(["cell_id", *factors], sort=False)
    table = groups.agg(
        **{
            terms.validation: ("validation_score", "mean"),
            terms.test: ("test_score", "mean"),
            f"{terms.test}_sd": ("test_score", "std"),
            terms.last_test: ("last_test_score", "mean"),
        },
        best_epoch=("best_epoch", "median"),
        runs=("test_score", "count"),
        diverged=("status", lambda statuses: int((statuses == "diverged").sum())),
    ).reset_index()
    ordered = table.sort_values(terms.validation, ascending=False, kind="stable").head(CELLS_LISTED)
    return ordered[[*[column for column in ordered.columns if column != "cell_id"], "cell_id"]].reset_index(drop=True)
