"""Best cells: chosen on validation rows, reported on test rows, beside the maximum that nobody should quote."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from nnjax.report.drawing import Shape, draw_panels
from nnjax.report.figures.best import draw_ties, leaderboard_table, places, with_ties
from nnjax.report.formats import confidence, decimals, probability
from nnjax.report.material import Material
from nnjax.report.theme import ACCENT, MUTED, variable
from nnjax.report.views import Chapter, FigureView, Key, view_table
from nnjax.statistics.best import BestProbability, TiedBest, best_probability, smallest_tied, tied_best

CELLS_LISTED = 20
CELLS_DRAWN = 60
DRAWS_SEED = 1984
"""Seed of the draws behind critical value and probabilities: the same results give the same page."""

NOT_SHOWN = frozenset({"cell_id", "difference", "low", "high"})
"""Columns of the leaderboard that the figure and the file show."""


@dataclass(frozen=True)
class Comparison:
    """All complete cells against the best one.

    Attributes:
        tied: Differences on test rows, with simultaneous intervals.
        probability: How probable it is that each cell is the best.
        table: The leaderboard with both.
    """

    tied: TiedBest
    probability: BestProbability
    table: pd.DataFrame


def best_chapter(material: Material) -> Chapter:
    """Nested selection, the cells it chose, those that cannot be told apart from the best, and the leaderboard."""
    labels = material.results.drop_duplicates("cell_id").set_index("cell_id")["cell"]
    chosen = pd.Series([labels[material.best.cell_ids[index]] for index in material.best.selection.chosen])
    counts = chosen.value_counts()
    comparison = compare_cells(material)
    tables = {
        "top": view_table(
            "best_cells",
            comparison.table,
            material.layout.full_batch,
            most_rows=CELLS_LISTED,
            columns=_shown(comparison.table),
        ),
        "chosen": view_table(
            "cells_chosen", counts.rename_axis("cell").reset_index(name="splits"), material.layout.full_batch
        ),
    }
    facts = _selection_facts(material, counts, labels) | _tied_facts(material, comparison, labels)
    return Chapter("best", "Best cells", {"ties": _ties(material, comparison)}, tables, facts)


def compare_cells(material: Material) -> Comparison:
    """Compare every complete cell with the one that is best on validation rows."""
    best, layout = material.best, material.layout
    draws = np.random.default_rng(DRAWS_SEED)
    tied = tied_best(best.validation, best.test, *material.sizes.pair, draws)
    probable = best_probability(best.test, *material.sizes.pair, draws)
    table = leaderboard_table(material.results, [*layout.studied, *layout.nuisance], material.terms)
    return Comparison(tied, probable, with_ties(table, best, tied, probable))


def _shown(table: pd.DataFrame) -> list[str]:
    """Columns for the page: no counts that are the same for every cell."""
    same = {name for name in ("runs", "diverged") if table[name].nunique() == 1}
    rest = [str(name) for name in table if name not in same | NOT_SHOWN | {"tied", "p_best"}]
    after = next(place for place, name in enumerate(rest) if name.endswith("_sd"))
    return [*rest[:after], "tied", "p_best", *rest[after:]]


def _selection_facts(material: Material, counts: "pd.Series[int]", labels: "pd.Series[str]") -> dict[str, object]:
    cell_ids, selection = material.best.cell_ids, material.best.selection
    return {
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
        "distinct": len(counts),
        "favourite": str(counts.index[0]),
        "favourite_splits": int(counts.iloc[0]),
        "listed": min(CELLS_LISTED, len(labels)),
    }


def _tied_facts(material: Material, comparison: Comparison, labels: "pd.Series[str]") -> dict[str, object]:
    best, tied = material.best, comparison.tied
    first = material.results.drop_duplicates("cell_id").set_index("cell_id")
    parameters = first.loc[list(best.cell_ids), "n_parameters"].fillna(np.inf).to_numpy(dtype=float)
    smallest = smallest_tied(tied, parameters, best.validation.mean(axis=1))
    likeliest = int(np.argmax(comparison.probability.probability))
    return {
        "best_cell": str(labels[best.cell_ids[tied.best]]),
        "best_score": decimals(float(best.test[tied.best].mean())),
        "tied": tied.size,
        "smallest": str(labels[best.cell_ids[smallest]]),
        "smallest_parameters": f"{parameters[smallest]:,.0f}",
        "best_parameters": f"{parameters[tied.best]:,.0f}",
        "smallest_score": decimals(float(best.test[smallest].mean())),
        "smallest_is_best": smallest == tied.best,
        "likeliest": str(labels[best.cell_ids[likeliest]]),
        "likeliest_p": probability(float(comparison.probability.probability[likeliest])),
        "chance_error": f"{float(comparison.probability.standard_error.max()):.1g}",
        "probability_draws": f"{comparison.probability.draws:,}",
        "critical": decimals(tied.critical, 2),
        "critical_error": f"{tied.critical_error:.1g}",
        "critical_draws": f"{tied.draws:,}",
        "tied_level": confidence(tied.level),
    }


def _ties(material: Material, comparison: Comparison) -> FigureView:
    terms, tied = material.terms, comparison.tied
    table = places(comparison.table, CELLS_DRAWN)
    caption = (
        f"Mean {terms.test} of each cell minus that of the cell that is best on validation rows, the first on the "
        f"left; the {confidence(tied.level)} intervals hold for all {len(tied.is_tied):,} cells at once. Filled: the "
        "interval reaches 0, so the cell is not shown to be worse than the best."
    )
    if len(tied.is_tied) > len(table):
        caption += f" {len(table)} cells, evenly spaced in that order, are drawn; the file of the next table has all."
    return FigureView(
        "best-ties",
        caption,
        (Key("tied with the best", variable(ACCENT)), Key("worse than the best", variable(MUTED))),
        draw_panels(
            "best-ties",
            [("", partial(draw_ties, table))],
            Shape(width=440, height=250, left=52, quantity=f"{terms.test} minus the best’s"),
        ),
        1,
        view_table("tied_best", table.drop(columns="cell_id"), material.layout.full_batch),
    )
