"""What carries the variance: factors and their interactions, splits, seeds."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from nnjax.report.figures.scales import named_y
from nnjax.report.formats import Show
from nnjax.report.layout import Layout
from nnjax.report.theme import ACCENT, INK, MUTED
from nnjax.statistics.effects import importance
from nnjax.statistics.variance import VarianceBudget, variance_budget

MOST_FACTORS_NAMED = 2
"""Interactions of more factors are summed."""


def importance_table(results: pd.DataFrame, layout: Layout) -> pd.DataFrame:
    """Share of the variance that each factor and interaction carries; the grid must be complete.

    Columns effect, share (of the variance between cells), unbiased_share (of all variance), low, high; main effects
    first, interactions of three and more summed, without an interval; empty where cells or scores lack.
    """
    grid = score_grid(results, layout)
    if grid is None:
        return pd.DataFrame(columns=["effect", "share", "unbiased_share", "low", "high"])
    effects, factors = importance(grid), [*layout.studied, *layout.nuisance]
    numbers = ("share", "unbiased_share", "low", "high")
    named: list[dict[str, object]] = [
        {"effect": " × ".join(factors[axis] for axis in effect.axes)}
        | {name: getattr(effect, name) for name in numbers}
        for effect in effects
        if len(effect.axes) <= MOST_FACTORS_NAMED
    ]
    rest = [effect for effect in effects if len(effect.axes) > MOST_FACTORS_NAMED]
    if rest:
        sums = {name: sum(getattr(effect, name) for effect in rest) for name in ("share", "unbiased_share")}
        named.append({"effect": "three and more", **sums, "low": np.nan, "high": np.nan})
    return pd.DataFrame(named)


def score_grid(results: pd.DataFrame, layout: Layout) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]] | None":
    """Test scores [J, levels of each factor], seeds averaged; None unless all of at least two cells have all splits."""
    factors = [*layout.studied, *layout.nuisance]
    means = results.groupby(["split", *factors], sort=False)["test_score"].mean()
    levels = [sorted(results["split"].unique()), *(layout.levels[factor] for factor in factors)]
    grid = means.reindex(pd.MultiIndex.from_product(levels, names=["split", *factors]))
    if len(factors) < 2 or grid.isna().any() or len(means) != len(grid) or len(levels[0]) < 2:
        return None
    return grid.to_numpy(dtype=float).reshape([len(part) for part in levels])


def complete_scores(results: pd.DataFrame) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]] | None":
    """Test scores of the cells that have all their runs [C, J, S]; None unless those are two cells and two splits."""
    wide = results.pivot_table(index="cell_id", columns=["split", "seed_index"], values="test_score", sort=False)
    splits, seeds = results["split"].nunique(), results["seed_index"].nunique()
    complete = wide.dropna()
    if len(complete) < 2 or splits < 2 or complete.shape[1] != splits * seeds:
        return None
    ordered = complete.sort_index(axis=1).to_numpy(dtype=float)
    return ordered.reshape(len(complete), splits, seeds)


def budget_of(results: pd.DataFrame) -> VarianceBudget | None:
    """Where the variance of a run's test score comes from; None unless two cells are complete."""
    scores = complete_scores(results)
    return None if scores is None else variance_budget(scores)


def budget_table(budget: VarianceBudget) -> pd.DataFrame:
    """The parts of a budget: source, standard_deviation, share; shares sum to 1 where anything varies."""
    parts = {"setting": budget.cell, "split": budget.split}
    if budget.seed is None or budget.interaction is None:
        parts["split × setting, and seed"] = budget.rest
    else:
        parts |= {"split × setting": budget.interaction, "seed": budget.seed}
    total = sum(parts.values())
    return pd.DataFrame(
        {
            "source": list(parts),
            "standard_deviation": np.sqrt(list(parts.values())),
            "share": [part / total if total else 0.0 for part in parts.values()],
        }
    )


def draw_shares(table: pd.DataFrame, axes: Axes, name: str) -> None:
    """A bar a line, with its share; the lines' names are a column, too."""
    draw_bars(table, axes, name, "share", lambda share: f"{100 * share:.0f} %", 1.18, 0.01)


def draw_bars(
    table: pd.DataFrame, axes: Axes, name: str, length: str, show: Show, room: float, least: float = 1e-9
) -> None:
    """A bar a line, with its number: columns of names and lengths, and how many times the longest the axis is."""
    axes.barh(np.arange(len(table)), table[length], height=0.62, color=ACCENT, alpha=0.8)
    for place, value in enumerate(table[length]):
        axes.text(value, place, f"\u00a0{show(value)}", va="center", color=INK)
    named_y(axes, table[name].tolist())
    axes.set_xlim(0, room * max(float(table[length].max()), least))
    axes.grid(visible=False)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)


def draw_unbiased(table: pd.DataFrame, axes: Axes) -> None:
    """A dot an effect with its interval, in percent of all variance; what would fall below zero is drawn there."""
    axes.axvline(0, color=MUTED, linewidth=1)
    for place, (share, low, high) in enumerate(table[["unbiased_share", "low", "high"]].to_numpy(dtype=float)):
        axes.plot([100 * low, 100 * high], [place, place], color=ACCENT, lw=4.5, alpha=0.4, solid_capstyle="butt")
        axes.plot(100 * share, place, "o", color=ACCENT)
    named_y(axes, table["effect"].tolist())
    axes.set_xlabel("% of all variance")
