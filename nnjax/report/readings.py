"""Two readings of a factor: the nuisance factors at one setting for all, and each combination at its own best."""

from collections.abc import Mapping

import pandas as pd

from nnjax.claims.declared import ALPHA
from nnjax.report.differences import LevelView, compare_levels
from nnjax.report.layout import Layout
from nnjax.sweep.study.factors import Level

OWN_BEST = "each at its own best"
FIXED = "at fixed nuisance settings"


def fixed_nuisance(results: pd.DataFrame, layout: Layout) -> dict[str, Level]:
    """The nuisance setting with the best mean validation score over all cells, as levels of the results table."""
    means = results.groupby(list(layout.nuisance), sort=False)["validation_score"].mean()
    best = means.idxmax()
    levels = best if isinstance(best, tuple) else (best,)
    return dict(zip(layout.nuisance, levels, strict=True))


def readings_table(
    results: pd.DataFrame, chosen: pd.DataFrame, layout: Layout, setting: Mapping[str, Level], sizes: tuple[int, int]
) -> pd.DataFrame:
    """Paired differences to the reference level of every studied factor, read both ways, averaged over the others.

    One reading has the nuisance levels that validation rows chose for each combination of studied levels (`chosen`),
    the other one `setting` for all.

    Returns:
        One row a comparison and reading: factor, level, reference, view, the interval's columns, q (over both).
    """
    at_setting = results
    for factor, level in setting.items():
        at_setting = at_setting[at_setting[factor] == level]

    def views(factor: str) -> Mapping[str, LevelView]:
        others = [other for other in layout.studied if other != factor]
        return {OWN_BEST: (chosen, others), FIXED: (at_setting, others)}

    return compare_levels(layout, views, sizes)


def disagreements(table: pd.DataFrame) -> pd.DataFrame:
    """The comparisons that stand out in one reading only, or in both with opposite signs: both rows of each.

    Example:
        >>> rows = {"factor": ["depth"] * 2, "level": [8] * 2, "q": [0.01, 0.4], "estimate": [0.1, 0.08]}
        >>> len(disagreements(pd.DataFrame(rows)))
        2
    """
    if table.empty:
        return table
    found = table.assign(sign=(table["q"] <= ALPHA) * (1 - 2 * (table["estimate"] < 0)))
    groups = found.groupby(["factor", "level"], sort=False)["sign"]
    return table[groups.transform("nunique") > 1]
