"""Paired differences between levels and between models, each with its interval, and what pairing takes out."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from nnjax.claims.choice import choose_on_validation
from nnjax.claims.declared import ALPHA
from nnjax.report.layout import Layout
from nnjax.statistics.interval import PairedInterval, paired_interval
from nnjax.statistics.multiplicity import benjamini_hochberg, selected_level
from nnjax.sweep.study.factors import Level

LevelView = tuple[pd.DataFrame, Sequence[str]]
"""Runs of a view, and the factors over whose combinations their differences are averaged."""

AVERAGED, AT_BEST = "averaged", "at its best"
OWN_BEST, FIXED = "each at its own best", "at fixed nuisance settings"


def differences_table(
    results: pd.DataFrame, chosen: pd.DataFrame, layout: Layout, sizes: tuple[int, int]
) -> pd.DataFrame:
    """Paired differences of the score: every level of every studied factor against its reference level.

    Two views: "averaged" over the combinations of the other studied factors, with the nuisance levels that the
    validation rows chose for each (`chosen`), and "at its best", with all other factors chosen on validation rows in
    each split. Nobody declared these comparisons: see `with_intervals`. `sizes` are a split's training rows, with
    validation rows among them, and its test rows.

    One row a comparison: factor, level, reference, view, the interval's columns, q.
    """

    def views(factor: str) -> Mapping[str, LevelView]:
        others = [other for other in layout.studied if other != factor]
        return {AVERAGED: (chosen, others), AT_BEST: (choose_on_validation(results, [factor]), [])}

    return compare_levels(layout, views, sizes)


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

    >>> rows = {"factor": ["depth"] * 2, "level": [8] * 2, "q": [0.01, 0.4], "estimate": [0.1, 0.08]}
    >>> len(disagreements(pd.DataFrame(rows)))
    2
    """
    if table.empty:
        return table
    found = table.assign(sign=(table["q"] <= ALPHA) * (1 - 2 * (table["estimate"] < 0)))
    groups = found.groupby(["factor", "level"], sort=False)["sign"]
    return table[groups.transform("nunique") > 1]


def compare_levels(
    layout: Layout, views: Callable[[str], Mapping[str, LevelView]], sizes: tuple[int, int]
) -> pd.DataFrame:
    """Paired differences of every level of every studied factor to its reference level, in the views of the factor."""
    comparisons = []
    for factor, reference in layout.reference.items():
        sides = {
            view: (runs[list(dict.fromkeys((factor, *others, "split", "test_score")))], others)
            for view, (runs, others) in views(factor).items()
        }
        for level in layout.levels[factor]:
            for view, (runs, others) in sides.items() if level != reference else ():
                differences = paired_differences(runs, factor, (level, reference), others)
                if len(differences) > 1:
                    names = {"factor": factor, "level": level, "reference": reference, "view": view}
                    comparisons.append({**names, "d": differences})
    return with_intervals(comparisons, sizes)


def paired_differences(
    runs: pd.DataFrame, factor: str, pair: tuple[object, object], others: Sequence[str]
) -> list[float]:
    """Difference of the split means, over the combinations of the other factors that both levels have."""
    keys = [*others, "split"]
    sides = [runs[runs[factor] == level].groupby(keys)["test_score"].mean() for level in pair]
    return (sides[0] - sides[1]).dropna().groupby("split").mean().sort_index().tolist()


def with_intervals(comparisons: Sequence[Mapping[str, object]], sizes: tuple[int, int]) -> pd.DataFrame:
    """Intervals of differences (d: a list, one a split) that nobody declared, with a Benjamini-Hochberg q.

    All intervals are at the level 1 - 0.05·R/M of those with q <= 0.05 (R of M; R counts as 1 where there is none): so
    an interval leaves out zero exactly where q says that the difference stands out.

    One row a comparison: what it compares as it was given (a column of levels holds those of several factors: 16 beside
    0.05 stays 16), then the interval's columns and q instead of d.
    """
    table = pd.DataFrame(comparisons, dtype=object)
    if table.empty:
        return table
    q = benjamini_hochberg([paired_interval(d, *sizes).p_value for d in table["d"]])
    level = selected_level(ALPHA, max(1, int((q <= ALPHA).sum())), len(q))
    numbers = pd.DataFrame([interval_numbers(paired_interval(d, *sizes, level=level)) for d in table["d"]])
    return table.drop(columns="d").join(numbers).assign(q=q)


def interval_numbers(interval: PairedInterval) -> dict[str, float]:
    """The numbers of an interval as columns of a table, under their own names."""
    names = ("estimate", "low", "high", "low_plain", "high_plain", "p_value", "n")
    return {name: getattr(interval, name) for name in names} | {"interval_level": interval.level}


def models_table(scores: Mapping[str, pd.Series], reference: str, sizes: tuple[int, int]) -> pd.DataFrame:
    """Models on the same splits: name, test_score, standard_deviation, interval of the difference to the reference."""
    rows = []
    for name, score in scores.items():
        interval = paired_interval((score - scores[reference]).to_numpy(dtype=float), *sizes)
        columns = {"name": name, "test_score": score.mean(), "standard_deviation": score.std()}
        rows.append(columns | interval_numbers(interval))
    return pd.DataFrame(rows)


def split_spread(table: pd.DataFrame, by: Sequence[str]) -> tuple[float, float] | None:
    """How the scores of several levels vary: what a split does to all of them alike, and what is left beside it.

    Returns:
        Standard deviation over splits of the mean over levels, and of a score less the means of its level and of its
        split; None for fewer than two levels or splits that all have a score.
    """
    wide = table.pivot(index="split", columns=list(by), values="test_score").dropna().to_numpy(dtype=float)
    if min(wide.shape, default=0) < 2:
        return None
    splits = wide.mean(axis=1)
    rest = wide - splits[:, None] - wide.mean(axis=0) + wide.mean()
    freedom = (wide.shape[0] - 1) * (wide.shape[1] - 1)
    return float(splits.std(ddof=1)), float(np.sqrt((rest**2).sum() / freedom))
