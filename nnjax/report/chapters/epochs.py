"""Last epoch against the epoch that the validation rows chose: over-fitting made visible."""

from functools import partial

import pandas as pd

from nnjax.report.alike import are_alike, name_highest
from nnjax.report.drawing import LevelTable, Shape, draw_figure, level_figure, level_panels, panels_by
from nnjax.report.figures.curves import draw_steps, fit_table
from nnjax.report.figures.epochs import best_epoch_table, draw_epochs, draw_gap, epochs_table
from nnjax.report.formats import decimals
from nnjax.report.layout import each_group
from nnjax.report.stopping import lost_interval, lost_table, stopping_table
from nnjax.report.study_results import StudyResults
from nnjax.report.theme import MUTED, variable
from nnjax.report.views import Chapter, FigureView, Key, view_table

MOST_DRAWN = 800
"""Cells in the picture of both epochs."""


def epochs_chapter(study_results: StudyResults) -> Chapter:
    """Every cell at both epochs, the gap between training and validation rows, the best epoch, early stopping."""
    cells = epochs_table(study_results.results, [*study_results.layout.studied, *study_results.layout.nuisance])
    lost = lost_interval(study_results)
    stopping = stopping_table(study_results.reference_runs, study_results.histories, study_results.terms)
    figures = {"cells": _cells(study_results, cells), "gap": _gap(study_results), "best": _best(study_results)}
    losses = cells["lost"].tolist()
    finished = study_results.results[study_results.results["status"] == "finished"]
    facts = {
        "terms": study_results.terms,
        "lost": lost,
        "target_scales": study_results.target_scales,
        "median_best": f"{finished['best_epoch'].median():.0f}",
        "epochs": int(study_results.results["epochs"].max()),
        "worst_cell": "" if are_alike(losses, decimals) else name_highest(cells["cell"].tolist(), losses, decimals),
        "worst_lost": decimals(float(cells["lost"].max())),
        "where": study_results.layout.where(study_results.layout.shown),
        "has_test_curves": bool(stopping["test_score_lost"].notna().any()),
    }
    tables = {"levels": view_table("lost_by_level", lost_table(study_results), study_results.layout.full_batch)}
    if len(stopping):
        shown = [str(name) for name in stopping if stopping[name].notna().any()]
        tables["stopping"] = view_table("early_stopping", stopping, columns=shown)
        tables["stopping_by_level"] = view_table("early_stopping_by_level", _stopping_by_level(study_results))
    return Chapter("epochs", "Last epoch against best epoch", figures, tables, facts)


def _stopping_by_level(study_results: StudyResults) -> pd.DataFrame:
    """The same for each level of the colour factor."""
    color, runs = study_results.layout.color, study_results.reference_runs
    parts = [
        stopping_table(group, study_results.histories, study_results.terms).assign(**levels)
        for levels, group in each_group(runs, [color])
    ]
    table = pd.concat([part for part in parts if len(part)], ignore_index=True)
    return table[[color, *(name for name in table if name != color)]]


def _cells(study_results: StudyResults, cells: pd.DataFrame) -> FigureView:
    layout, terms = study_results.layout, study_results.terms
    draw = partial(draw_epochs, palette=study_results.palette, factor=layout.color, metric=terms.test)
    step = -(-len(cells) // MOST_DRAWN)
    parts = panels_by(cells.iloc[::step], layout.panel, layout, draw)
    which = f"Every cell ({step - 1} of {step} are in the table only)" if step > 1 else "Every cell"
    caption = (
        f"{which}, mean over its replicates: {terms.test} at the last epoch against that at the epoch chosen on "
        "validation rows. On the line nothing is lost by training on; the further below it, the more the last epoch "
        "over-fits."
    )
    if study_results.layout.nuisance:
        caption += f" All levels of {', '.join(layout.nuisance)} are shown."
    shape = Shape(height=290, quantity=terms.last_test, lowest=terms.floor - 0.05, shares_x=True)
    drawn = LevelTable("cells_at_both_epochs", cells, layout.color)
    return level_figure(study_results, "epochs-cells", caption, parts, shape, drawn)


def _gap(study_results: StudyResults) -> FigureView:
    """Training and validation rows at the reference level of the colour factor."""
    layout, terms = study_results.layout, study_results.terms
    by = [layout.panel] if layout.panel else [layout.color]
    runs = layout.at_reference(study_results.chosen, [layout.panel])
    fits = {
        rows: fit_table(runs, by, study_results.histories, curve, terms.curve_floor)
        for rows, curve in (("train", terms.fit_train), ("validation", terms.fit_validation))
    }
    both = pd.concat([fit.assign(rows=rows) for rows, fit in fits.items()], ignore_index=True)
    table = both.sort_values(["rows", "epoch"], kind="stable", ignore_index=True)
    parts = level_panels(study_results, LevelTable("fit_curves", table, by[0]), draw_gap)
    caption = (
        f"{terms.fit_train} (dashed) and {terms.fit_validation} (solid): median and middle half of the runs. "
        f"{layout.where([layout.panel])} Where the two part, the network learns its "
        "training rows by heart."
    )
    keys = (Key("validation rows", variable(MUTED)), Key("training rows", variable(MUTED), "6.8 3.4"))
    shape = Shape(quantity=f"{terms.fit_validation}, {terms.fit_train}", lowest=terms.lowest_shown)
    return draw_figure("epochs-gap", caption, parts, shape, view_table("fit_curves", table, layout.full_batch), keys)


def _best(study_results: StudyResults) -> FigureView:
    layout = study_results.layout
    table = best_epoch_table(study_results.reference_runs, layout.shown)
    drawn = LevelTable("best_epoch", table, layout.color)
    caption = (
        f"Share of runs whose best epoch on validation rows has come. {layout.where(layout.shown)} A staircase that is "
        "at 1 early belongs to cells that gain nothing from more epochs; one that climbs at the end was stopped too "
        "soon."
    )
    return level_figure(study_results, "epochs-best", caption, draw_steps, Shape(quantity="share of runs"), drawn)
