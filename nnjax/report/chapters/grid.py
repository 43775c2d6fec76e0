"""The whole grid at a glance: every cell that was trained, how good it is, and what cannot be told from the best."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import pandas as pd

from nnjax.data.streams import stream
from nnjax.report.alike import are_alike, name_lowest
from nnjax.report.best_cell import BestCell, choose_best_cell
from nnjax.report.chapters.best import TIED_LEVEL
from nnjax.report.drawing import draw_figure
from nnjax.report.figures.grid import draw_grid, grid_table, picture_shape, placed_grid, tint_range
from nnjax.report.figures.grid_axes import GridAxes, grid_axes
from nnjax.report.formats import confidence, decimals
from nnjax.report.layout import Layout
from nnjax.report.study_results import StudyResults
from nnjax.report.views import Chapter, FigureView, join_words, view_table
from nnjax.statistics.tied import tied_best

MOST_GRID_ROWS, MOST_COLUMNS = 60, 24
"""A larger grid is drawn over its studied factors alone, one that is still larger over two of them."""

MOST_LEVELS_NAMED = 6
"""Levels that a sentence lists."""


@dataclass(frozen=True)
class Squares:
    """What a picture of the grid shows."""

    results: pd.DataFrame
    """Runs; those of one cell_id share a square."""
    factors: list[str]
    """The factors that span it."""
    others: str
    """Where the other factors stand, in words; empty where every cell has a square of its own."""
    best: BestCell
    """The complete squares with their scores."""


def grid_chapter(study_results: StudyResults) -> Chapter:
    """One picture of all cells, or of as many factors as a page has room for."""
    layout, figure = study_results.layout, None
    for squares in _candidates(study_results):
        sides = grid_axes(layout, squares.factors)
        down, across = sides.shape(layout)
        if down <= MOST_GRID_ROWS and across <= MOST_COLUMNS:
            figure = _figure(study_results, squares, sides)
            break
    facts = {"cells": len(study_results.space.cells)}
    return Chapter("grid", "The whole grid", {"grid": figure} if figure else {}, facts=facts)


def _candidates(study_results: StudyResults) -> Iterator[Squares]:
    """Pictures from the most to the fewest factors; none where there is one cell."""
    layout = study_results.layout
    every = [*layout.studied, *layout.nuisance]
    if study_results.results["cell_id"].nunique() == 1:
        return
    yield Squares(study_results.results, every, "", study_results.best)
    if layout.nuisance:
        words = f"{', '.join(layout.nuisance)} as the validation rows chose in each split"
        yield from _merged(study_results.chosen, study_results.results, list(layout.studied), words)
    if layout.others:
        planned = layout.at_reference(study_results.results, layout.shown)
        words = layout.reference_sentence(layout.shown)
        yield from _merged(study_results.reference_runs, planned, layout.shown, words)


def _merged(runs: pd.DataFrame, planned: pd.DataFrame, factors: list[str], words: str) -> Iterator[Squares]:
    """One square a combination of levels: whatever cell the validation rows chose; planned ones without a run, too."""
    settings, known = (pd.MultiIndex.from_frame(table[factors]) for table in (planned, runs))
    together = pd.concat([runs, planned[~settings.isin(known)]])
    numbers = together.groupby(factors, sort=False).ngroup().astype(str)
    together = together.assign(cell_id=numbers)
    best = choose_best_cell(together)
    if best is not None and together["cell_id"].nunique() > 1:
        yield Squares(together, factors, words, best)


def _figure(study_results: StudyResults, squares: Squares, sides: GridAxes) -> FigureView:
    layout, best = study_results.layout, squares.best
    table = grid_table(squares.results, squares.factors, best, _tied(best, study_results))
    if squares.others:
        names = [layout.describe(row, squares.factors) for _, row in table.iterrows()]
        table = table.assign(cell_id="", cell=names)
    limits = tint_range(table["test_score"], study_results.terms.lowest_score)
    placed = placed_grid(table, layout, sides, limits)
    parts = [("", partial(draw_grid, placed, layout=layout, sides=sides, limits=limits))]
    caption = " ".join(_sentences(table, squares, sides, limits, study_results))
    view = view_table("grid", table, layout.full_batch)
    return draw_figure("grid-cells", caption, parts, picture_shape(layout, sides), view)


def _tied(best: BestCell, study_results: StudyResults) -> list[bool]:
    """Whether each square cannot be told apart from the one with the best mean validation score."""
    seed = stream(study_results.space.study.replicates.base_seed, "tied_best")
    first = int(best.validation.mean(axis=1).argmax())
    flags: list[bool] = tied_best(best.test, first, *study_results.sizes.pair, seed, TIED_LEVEL).is_tied.tolist()
    return flags


def _sentences(
    table: pd.DataFrame, squares: Squares, sides: GridAxes, limits: tuple[float, float], study_results: StudyResults
) -> Iterator[str]:
    """The caption: what is shown, where it is faint, what each mark means and how often it stands there."""
    layout, terms = study_results.layout, study_results.terms
    across = f", {' × '.join(sides.columns)} across" if sides.columns else ""
    what = f"Every combination of these factors, {squares.others}" if squares.others else "Every cell"
    low, high = (decimals(limit) for limit in limits)
    less = " or less" if (table["test_score"] < limits[0]).any() else ""
    yield (
        f"{what}: {' × '.join(sides.rows)} down{across}. The tint is the mean {terms.test}, from the faintest, "
        f"{low}{less}, to the strongest, {high}."
    )
    yield from filter(None, [extremes(table, layout, squares.factors)])
    yield f"Framed: the best mean on validation rows. {_worse(table, squares, study_results)}".strip()
    chosen = table[table["chosen_splits"] > 0]
    if len(chosen) > 1:
        yield f"Dots: what the validation rows of one split or more would choose, {len(chosen):,} in all."
    for mark, status in (("Crosses: runs that diverged", "diverged"), ("Dashes: runs that are missing", "missing")):
        if table[status].any():
            concerned = int((table[status] > 0).sum())
            yield f"{mark}, {int(table[status].sum()):,} in {concerned:,} of {len(table):,} squares."


def _worse(table: pd.DataFrame, squares: Squares, study_results: StudyResults) -> str:
    worse, complete = table[table["tied"].eq(False)], int(table["tied"].notna().sum())
    if worse.empty:
        return "No other can be told apart from it." if complete > 1 else ""
    common = common_levels(worse, table, study_results.layout, squares.factors)
    level, one = confidence(TIED_LEVEL), len(worse) == 1
    which = f"{len(worse):,} that {'is' if one else 'are'} worse ({level}{'' if one else ' for all of them together'})"
    where = f", {'' if one else 'all '}with {common}" if common else ""
    return f"Struck through: {which}{where}; the other {complete - len(worse) - 1:,} cannot be told apart from it."


def extremes(table: pd.DataFrame, layout: Layout, factors: Sequence[str]) -> str:
    """The level with the lowest mean score, and its worst partner, as a sentence; empty where nothing shown differs."""
    means = {factor: _level_means(table, factor) for factor in factors}
    differing = {factor: each for factor, each in means.items() if not are_alike(each.tolist(), decimals)}
    if not differing:
        return ""
    factor = min(differing, key=lambda each: float(differing[each].min()))
    part = table[table[factor] == differing[factor].idxmin()]
    partners = [(other, _level_means(part, other)) for other in factors if other != factor]
    telling = [each for each in partners if len(each[1]) == 1 or not are_alike(each[1].tolist(), decimals)]
    words = [_lowest(factor, differing[factor], layout, " (")]
    words += [_lowest(*min(telling, key=lambda each: float(each[1].min())), layout, ", ")] if telling else []
    return f"Faintest on average: {'; with '.join(words)})."


def _lowest(factor: str, means: "pd.Series[float]", layout: Layout, mark: str) -> str:
    """The level with the lowest mean, and those that show the same one: "depth = 2 (0.200"."""
    levels = [layout.text(factor, level) for level in means.index]
    return f"{factor} = {name_lowest(levels, means.tolist(), decimals)}{mark}{decimals(float(means.min()))}"


def _level_means(table: pd.DataFrame, factor: str) -> "pd.Series[float]":
    """Mean score of the levels that have one."""
    return table.groupby(factor, sort=False)["test_score"].mean().dropna()


def common_levels(group: pd.DataFrame, table: pd.DataFrame, layout: Layout, factors: Sequence[str]) -> str:
    """What some cells have in common, as "activation = logistic and depth = 4 or 8"; empty where it is nothing."""
    parts = []
    for factor in factors:
        present, possible = set(group[factor]), set(table[factor])
        if present < possible and len(present) <= MOST_LEVELS_NAMED:
            levels = [layout.text(factor, level) for level in layout.levels[factor] if level in present]
            parts.append(f"{factor} = {' or '.join(filter(None, (', '.join(levels[:-1]), levels[-1])))}")
    return join_words(parts)
