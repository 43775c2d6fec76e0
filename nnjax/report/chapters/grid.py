"""The whole grid at a glance: every cell that was trained, how good it is, and what cannot be told from the best."""

from functools import partial

import numpy as np
import pandas as pd

from nnjax.data.streams import stream
from nnjax.report.drawing import Shape, draw_panels
from nnjax.report.figures.grid import draw_grid, extremes, grid_sides, grid_table, is_turned, placed_grid
from nnjax.report.formats import decimals
from nnjax.report.material import Material
from nnjax.report.views import Chapter, FigureView, view_table
from nnjax.statistics.tied import tied_best

MOST_ROWS, MOST_COLUMNS = 60, 16
"""A larger grid is drawn over its studied factors alone; one that is larger still, not at all."""

ROW_HEIGHT, COLUMN_WIDTH = 15, 26
"""Of a square."""


def grid_chapter(material: Material) -> Chapter:
    """One picture of all cells; without one where a page has no room for it."""
    layout = material.layout
    figure = None
    for results, factors in (
        (material.results, [*layout.studied, *layout.nuisance]),
        (material.chosen, list(layout.studied)),
    ):
        sides = grid_sides(layout, factors)
        shape = [int(np.prod([len(layout.levels[name]) for name in side])) for side in (sides.rows, sides.columns)]
        distinct = results.drop_duplicates("cell_id")[factors].drop_duplicates()
        if figure is None and shape[0] <= MOST_ROWS and shape[1] <= MOST_COLUMNS and len(distinct) > 1:
            figure = _figure(material, factors, (shape[0], shape[1]))
    return Chapter(
        "grid",
        "The whole grid",
        {"grid": figure} if figure else {},
        facts={"cells": len(material.space.cells), "rows": MOST_ROWS, "columns": MOST_COLUMNS},
    )


def _figure(material: Material, factors: list[str], shape: tuple[int, int]) -> FigureView:
    layout, terms, best = material.layout, material.terms, material.best
    is_whole = len(factors) == len([*layout.studied, *layout.nuisance])
    results = material.results if is_whole else material.chosen
    first = int(best.validation.mean(axis=1).argmax())
    order = [first, *(place for place in range(len(best.cell_ids)) if place != first)]
    seed = stream(material.space.study.replicates.base_seed, "tied_best")
    is_tied = tied_best(best.test[order], 0, *material.sizes.pair, seed).is_tied
    tied = {best.cell_ids[place]: bool(flag) for place, flag in zip(order, is_tied, strict=True)} if is_whole else {}
    table = grid_table(results, factors, tied, best.cell_ids[first])
    if not is_whole:
        table = _merged(table, factors)
    sides = grid_sides(layout, factors)
    placed = placed_grid(table, layout, sides)
    down, across = " × ".join(sides.rows), " × ".join(sides.columns)
    lowest, highest = (decimals(float(getattr(table["test_score"], end)())) for end in ("min", "max"))
    caption = (
        f"Every cell: {down} down{f', {across} across' if across else ''}; the tint is the mean {terms.test}, from the "
        f"palest, {lowest}, to the darkest, {highest}. {extremes(table, layout, factors)} "
    )
    if is_whole:
        worse = sum(not flag for flag in tied.values())
        caption += (
            f"Framed: the best mean on validation rows. Struck through: {worse:,} cells that are worse for sure; the "
            f"other {len(tied) - worse:,} cannot be told apart from it. "
        )
    else:
        caption += f"{', '.join(layout.nuisance)} as the validation rows chose in each split. "
    if table["diverged"].any():
        caption += f"{int(table['diverged'].sum()):,} runs diverged (crosses). "
    if table["missing"].any():
        caption += f"{int(table['missing'].sum()):,} runs are missing. "
    left = 58 + (52 if len(sides.rows) > 1 else 30)
    top = (46 if is_turned(layout, sides) else 24) + (20 if len(sides.columns) > 1 else 0)
    size = Shape(
        width=min(440, left + 12 + COLUMN_WIDTH * max(4, shape[1])),
        height=top + 6 + ROW_HEIGHT * shape[0] + 6 * len(layout.levels[layout.color]),
        left=left,
        right=6,
        top=top,
        bottom=6,
        font_size=10.5,
    )
    panels = draw_panels("grid-cells", [("", partial(draw_grid, placed, layout=layout, sides=sides))], size)
    return FigureView("grid-cells", caption.strip(), (), panels, 1, view_table("grid", table, layout.full_batch))


def _merged(table: pd.DataFrame, factors: list[str]) -> pd.DataFrame:
    """One row a combination of studied levels: the runs of whatever nuisance levels were chosen."""
    weighted = table.assign(total=table["test_score"] * table["runs"])
    groups = weighted.groupby(factors, sort=False, as_index=False)
    merged = groups.agg(
        cell_id=("cell_id", "first"),
        cell=("cell", "first"),
        total=("total", "sum"),
        runs=("runs", "sum"),
        diverged=("diverged", "sum"),
        missing=("missing", "sum"),
    )
    return merged.assign(test_score=merged["total"] / merged["runs"], tied=None, is_best=False).drop(columns="total")
