"""Where a grid is faint, in words made from its numbers."""

from collections.abc import Sequence

import pandas as pd

from nnjax.report.formats import decimals
from nnjax.report.layout import Layout
from nnjax.report.views import join_words

MOST_NAMED = 6
"""Levels that a sentence lists."""


def extremes(table: pd.DataFrame, layout: Layout, factors: Sequence[str]) -> str:
    """The level with the lowest mean score, and its worst partner, as a sentence; empty where nothing differs.

    Args:
        table: From `grid_table`.
        layout: Knows how levels are written.
        factors: Factors of the grid.
    """
    means = _level_means(table, factors)
    if len(means) < 2:
        return ""
    lowest, factor, level = min(means, key=lambda each: each[0])
    words = f"Faintest on average: {factor} = {layout.text(factor, level)} ({decimals(lowest)}"
    pairs = _level_means(table[table[factor] == level], [other for other in factors if other != factor])
    if pairs:
        worst, other, value = min(pairs, key=lambda each: each[0])
        words += f"; with {other} = {layout.text(other, value)}, {decimals(worst)}"
    return f"{words})."


def _level_means(table: pd.DataFrame, factors: Sequence[str]) -> list[tuple[float, str, object]]:
    """Mean score, factor and level, of the levels that have a score."""
    return [
        (float(part["test_score"].mean()), factor, level)
        for factor in factors
        for level, part in table.groupby(factor, sort=False)
        if part["test_score"].notna().any()
    ]


def common_levels(group: pd.DataFrame, table: pd.DataFrame, layout: Layout, factors: Sequence[str]) -> str:
    """What some cells of a grid have in common: the factors of which they have a part of the levels only.

    Args:
        group: Some rows of the table.
        table: All cells.
        layout: Knows how levels are written, and their order.
        factors: Factors of the grid.

    Returns:
        Such as "activation = logistic and depth = 4 or 8"; empty where they have nothing in common.
    """
    parts = []
    for factor in factors:
        present, possible = set(group[factor]), set(table[factor])
        if present < possible and len(present) <= MOST_NAMED:
            levels = [layout.text(factor, level) for level in layout.levels[factor] if level in present]
            parts.append(f"{factor} = {' or '.join(filter(None, (', '.join(levels[:-1]), levels[-1])))}")
    return join_words(parts)
