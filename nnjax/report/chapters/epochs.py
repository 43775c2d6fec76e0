"""Last epoch against the epoch that the validation rows chose: over-fitting made visible."""

from functools import partial

import pandas as pd

from nnjax.report.drawing import Shape, draw_panels, level_keys, panels_by
from nnjax.report.figures.curves import draw_steps, fit_table
from nnjax.report.figures.epochs import best_epoch_table, draw_epochs, draw_gap, epochs_table, gap_table
from nnjax.report.figures.scores import interval_columns
from nnjax.report.formats import decimals
from nnjax.report.layout import Layout
from nnjax.report.material import Material
from nnjax.report.theme import MUTED, variable
from nnjax.report.views import Chapter, FigureView, Key, view_table
from nnjax.statistics.interval import PairedInterval, paired_interval


def epochs_chapter(material: Material) -> Chapter:
    """Every cell at both epochs, the gap between training and validation rows, when the best epoch comes."""
    cells = epochs_table(material.results, [*material.layout.studied, *material.layout.nuisance])
    lost = lost_interval(material)
    figures = {"cells": _cells(material, cells), "gap": _gap(material), "best": _best(material)}
    finished = material.results[material.results["status"] == "finished"]
    facts = {
        "lost": decimals(lost.estimate),
        "lost_low": decimals(lost.low),
        "lost_high": decimals(lost.high),
        "median_best": f"{finished['best_epoch'].median():.0f}",
        "epochs": int(material.results["epochs"].max()),
        "worst_cell": str(cells.sort_values("lost")["cell"].iloc[-1]),
        "worst_lost": decimals(float(cells["lost"].max())),
    }
    tables = {"levels": view_table("lost_by_level", lost_table(material), material.layout.full_batch)}
    return Chapter("epochs", "Last epoch against best epoch", figures, tables, facts)


def lost_interval(material: Material) -> PairedInterval:
    """test_r2 at the chosen epoch minus that at the last one, averaged over all cells, with the corrected interval."""
    return paired_interval(_lost(material.results), *material.sizes.pair)


def _lost(runs: pd.DataFrame) -> list[float]:
    lost = runs["test_score"] - runs["last_test_score"]
    return lost.dropna().groupby(runs["split"]).mean().sort_index().tolist()


def lost_table(material: Material) -> pd.DataFrame:
    """What the last epoch costs, by level of every listed factor, averaged over all else.

    Returns:
        Columns factor, level, then the interval's.
    """
    rows = []
    for factor, levels in material.layout.levels.items():
        for level in levels:
            lost = _lost(material.results[material.results[factor] == level])
            if len(lost) > 1:
                numbers = interval_columns([paired_interval(lost, *material.sizes.pair)])
                text = material.layout.text(factor, level)
                rows.append({"factor": factor, "level": text} | {name: numbers[name][0] for name in numbers})
    return pd.DataFrame(rows)[["factor", "level", "estimate", "low", "high", "low_plain", "high_plain", "n"]]


def _cells(material: Material, cells: pd.DataFrame) -> FigureView:
    layout = material.layout
    parts = panels_by(cells, layout.panel, layout, partial(draw_epochs, palette=material.palette, factor=layout.color))
    caption = (
        "Every cell, mean over its replicates: test_r2 at the last epoch against test_r2 at the epoch chosen on "
        "validation rows. On the line nothing is lost by training on; the further below it, the more the last epoch "
        "over-fits."
    )
    if material.layout.nuisance:
        caption += f" All levels of {', '.join(layout.nuisance)} are shown."
    return FigureView(
        "epochs-cells",
        caption,
        level_keys(layout, material.palette, layout.color, cells[layout.color].unique().tolist()),
        draw_panels("epochs-cells", parts, Shape(height=290, quantity="last_test_r2", lowest=-1.05, shares_x=True)),
        2,
        view_table("cells_at_both_epochs", cells, layout.full_batch),
    )


def _gap(material: Material) -> FigureView:
    """Training and validation rows at the reference level of the colour factor."""
    layout = material.layout
    by = [layout.panel] if layout.panel else [layout.color]
    runs = layout.at_reference(material.chosen, [layout.panel])
    fits = {
        rows: fit_table(runs, by, material.histories, curve)
        for rows, curve in (("train", "fit_train_r2"), ("validation", "fit_validation_r2"))
    }
    table = gap_table(pd.concat([fit.assign(rows=rows) for rows, fit in fits.items()], ignore_index=True))
    parts = panels_by(table, layout.panel, layout, partial(draw_gap, palette=material.palette, factor=by[0]))
    caption = (
        "fit_train_r2 (dashed) and fit_validation_r2 (solid): median and middle half of the runs. "
        f"At {layout.reference_sentence([layout.panel]) or 'all runs'}. Where the two part, the network learns its "
        "training rows by heart."
    )
    keys = (Key("validation rows", variable(MUTED)), Key("training rows", variable(MUTED), "6.8 3.4"))
    shape = Shape(quantity="fit_validation_r2, fit_train_r2", lowest=-0.25)
    panels = draw_panels("epochs-gap", parts, shape)
    return FigureView("epochs-gap", caption, keys, panels, 2, view_table("fit_curves", table, layout.full_batch))


def _best(material: Material) -> FigureView:
    layout = material.layout
    table = best_epoch_table(material.reference_runs, layout.shown)
    parts = panels_by(table, layout.panel, layout, partial(draw_steps, palette=material.palette, factor=layout.color))
    caption = (
        f"Share of runs whose best epoch on validation rows has come. {_at(layout)}A staircase that is at 1 early "
        "belongs to cells that gain nothing from more epochs; one that climbs at the end was stopped too soon."
    )
    return FigureView(
        "epochs-best",
        caption,
        level_keys(layout, material.palette, layout.color, table[layout.color].unique().tolist()),
        draw_panels("epochs-best", parts, Shape(quantity="share of runs")),
        2,
        view_table("best_epoch", table, layout.full_batch),
    )


def _at(layout: Layout) -> str:
    sentence = layout.reference_sentence(layout.shown)
    return f"At {sentence}. " if sentence else ""
