"""Where a grid is faint, in words made from its numbers."""

from collections.abc import Sequence

import pandas as pd

from nnjax.report.alike import are_alike, name_lowest
from nnjax.report.formats import decimals
from nnjax.report.layout import Layout
from nnjax.report.views import join_words

MOST_LEVELS_NAMED = 6
"""Levels that a sentence lists."""


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
    """What some cells of a grid have in common: the factors of which they have a part of the levels only.

    Such as "activation = logistic and depth = 4 or 8"; empty where they have nothing in common.
    """
    parts = []
    for factor in factors:
        present, possible = set(group[factor]), set(table[factor])
        if present < possible and len(present) <= MOST_LEVELS_NAMED:
            levels = [layout.text(factor, level) for level in layout.levels[factor] if level in present]
            parts.append(f"{factor} = {' or '.join(filter(None, (', '.join(levels[:-1]), levels[-1])))}")
    return join_words(parts)
