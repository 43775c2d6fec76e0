"""Scores on test rows: their spread over replicates, paired differences, baselines, and what carries the variance."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from nnjax.claims.choice import choose_on_validation
from nnjax.claims.declared import ALPHA
from nnjax.report.figures.scales import named_x, named_y, plain_numbers
from nnjax.report.layout import Layout, with_places
from nnjax.report.theme import MUTED, PAGE, SHADE, Palette
from nnjax.statistics.interval import PairedInterval, paired_interval
from nnjax.statistics.multiplicity import benjamini_hochberg, selected_level

MOST_LEVEL_NAMES = 4
"""Names that stand side by side below a panel without being turned."""


def spread_table(runs: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Score of every split (seeds averaged), one row each.

    Returns:
        Columns of `by`, then split and test_score.
    """
    return runs.groupby([*by, "split"], sort=False)["test_score"].mean().reset_index()


def split_spread(table: pd.DataFrame, by: Sequence[str]) -> tuple[float, float] | None:
    """How the scores of several levels vary: what a split does to all of them alike, and what is left beside it.

    Args:
        table: From `spread_table`.
        by: The factors that it was made by.

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


def draw_spread(table: pd.DataFrame, axes: Axes, palette: Palette, factor: str, baseline: float) -> None:
    """A dot a split, a bar at the mean of each level, a line at the mean of the baseline.

    Args:
        table: From `spread_table`, with columns place, offset (x of each dot) and mean.
        axes: Where to draw.
        palette: Styles.
        factor: The factor on the x axis.
        baseline: Where the line goes.
    """
    axes.axhline(baseline, color=MUTED, linewidth=1.2, dashes=(4, 2))
    for level, group in table.groupby(factor, sort=False):
        style = palette.style(factor, level)
        x = group["place"] + group["offset"]
        axes.plot(x, group["test_score"], style.marker, color=style.color, alpha=0.45, markersize=3.5, linewidth=0)
        place, mean = group["place"].iloc[0], group["mean"].iloc[0]
        axes.plot([place - 0.34, place + 0.34], [mean, mean], color=style.color, linewidth=2.5)
    named_x(axes, table.drop_duplicates("place").sort_values("place")["place_name"].tolist())
    axes.tick_params(axis="x", rotation=35 if table[factor].nunique() > MOST_LEVEL_NAMES else 0)
    plain_numbers(axes.yaxis)


def differences_table(results: pd.DataFrame, layout: Layout, sizes: tuple[int, int]) -> pd.DataFrame:
    """Paired differences of the score: every level of every studied factor against its reference level.

    Two views: "averaged" over the combinations of the other studied factors, and "at its best", with all other
    factors chosen on validation rows in each split. Nobody declared these comparisons: they come with a
    Benjamini-Hochberg q; intervals of those with q <= 0.05 are at level 1 - 0.05·R/M, the others at 95 %.

    Args:
        results: The results table with scores.
        layout: Factors and reference levels.
        sizes: Training rows (validation rows among them) and test rows of a split.

    Returns:
        One row a comparison: factor, view, level, reference, the interval's fields, q.
    """
    chosen = choose_on_validation(results, layout.studied)
    comparisons: list[dict[str, object]] = []

    def compare(runs: pd.DataFrame, others: Sequence[str], **names: object) -> None:
        differences = paired_differences(runs, str(names["factor"]), (names["level"], names["reference"]), others)
        if len(differences) > 1:
            comparisons.append({**names, "d": differences})

    for factor in layout.studied:
        best = choose_on_validation(results, [factor])
        for level in layout.levels[factor]:
            if level != layout.reference[factor]:
                others = [other for other in layout.studied if other != factor]
                names: dict[str, object] = {"factor": factor, "level": level, "reference": layout.reference[factor]}
                compare(chosen, others, **names, view="averaged")
                compare(best, [], **names, view="at its best")
    return with_intervals(comparisons, sizes)


def paired_differences(
    runs: pd.DataFrame, factor: str, pair: tuple[object, object], others: Sequence[str]
) -> list[float]:
    """Difference of the split means, over the combinations of the other factors that both levels have."""
    keys = [*others, "split"]
    sides = [runs[runs[factor] == level].groupby(keys)["test_score"].mean() for level in pair]
    return (sides[0] - sides[1]).dropna().groupby("split").mean().sort_index().tolist()


def with_intervals(comparisons: Sequence[Mapping[str, object]], sizes: tuple[int, int]) -> pd.DataFrame:
    """Intervals of differences that nobody declared, with a Benjamini-Hochberg q; the selected ones are wider.

    Args:
        comparisons: What each compares, and as d a list of differences, one a split.
        sizes: Training and test rows of a split.

    Returns:
        One row a comparison: what it compares as it was given (a column of levels holds those of several factors:
        16 beside 0.05 stays 16), then the interval's columns and q instead of d.
    """
    table = pd.DataFrame(comparisons, dtype=object)
    if table.empty:
        return table
    p = [paired_interval(d, *sizes).p_value for d in table["d"]]
    q = benjamini_hochberg(p)
    selected = int((q <= ALPHA).sum())
    level = selected_level(ALPHA, selected, len(p)) if selected else 1 - ALPHA
    intervals = [
        paired_interval(d, *sizes, level=level if is_selected else 1 - ALPHA)
        for d, is_selected in zip(table["d"], q <= ALPHA, strict=True)
    ]
    return table.drop(columns="d").assign(**interval_columns(intervals), q=q)


def placed_differences(table: pd.DataFrame, layout: Layout, palette: Palette, views: Sequence[str]) -> pd.DataFrame:
    """Rows of one factor's differences with place and looks: two views of a level, the second hollow and below.

    Args:
        table: Columns factor (one), level, view and the interval's.
        layout: Knows the order of the levels.
        palette: Styles.
        views: The two views.
    """
    factor = str(table["factor"].iloc[0])
    placed = with_places(table.assign(**{factor: table["level"]}), factor, layout, "place")
    return placed.assign(
        name=placed["place_name"],
        place=placed["place"] + placed["view"].map({views[0]: -0.17, views[1]: 0.17}),
        is_hollow=placed["view"] == views[1],
        color=[palette.style(factor, level).color for level in placed["level"]],
    )


def interval_columns(intervals: Sequence[PairedInterval]) -> dict[str, list[float]]:
    """The numbers of intervals as columns of a table, under their own names."""
    names = ("estimate", "low", "high", "low_plain", "high_plain", "p_value", "n")
    return {name: [getattr(interval, name) for interval in intervals] for name in names} | {
        "interval_level": [interval.level for interval in intervals]
    }


def draw_intervals(table: pd.DataFrame, axes: Axes, margin: float) -> None:
    """An interval a row: corrected thick, plain thin inside it, the margin of practical equality shaded.

    Args:
        table: Columns name, place (down the y axis), color, is_hollow, and the interval's.
        axes: Where to draw.
        margin: Practical margin, 0 for none.
    """
    axes.axvspan(-margin, margin, color=SHADE, alpha=0.5, linewidth=0)
    axes.axvline(0, color=MUTED, linewidth=1)
    for row in table.to_dict("records"):
        color, place = row["color"], row["place"]
        axes.plot([row["low"], row["high"]], [place, place], color=color, lw=4.5, alpha=0.4, solid_capstyle="butt")
        axes.plot([row["low_plain"], row["high_plain"]], [place, place], color=color, linewidth=1.3)
        axes.plot(row["estimate"], place, "o", color=color, mfc=PAGE if row["is_hollow"] else color)
    named_y(axes, table.drop_duplicates("name")["name"].tolist())
    plain_numbers(axes.xaxis)


def draw_differences(table: pd.DataFrame, axes: Axes, margin: float, metric: str) -> None:
    """`draw_intervals` of differences in a metric, named on the axis."""
    draw_intervals(table, axes, margin)
    axes.set_xlabel(f"difference in {metric}")


def models_table(scores: Mapping[str, pd.Series], reference: str, sizes: tuple[int, int]) -> pd.DataFrame:
    """Score of each model on the same splits, and its paired difference to a reference model.

    Args:
        scores: Model -> score of each split.
        reference: Key of the model that the others are compared with.
        sizes: Training and test rows of a split.

    Returns:
        One row a model: name, test_score, standard_deviation (over splits), and the interval of the difference.
    """
    rows = []
    for name, score in scores.items():
        interval = paired_interval((score - scores[reference]).to_numpy(dtype=float), *sizes)
        columns = {key: values[0] for key, values in interval_columns([interval]).items()}
        rows.append({"name": name, "test_score": score.mean(), "standard_deviation": score.std()} | columns)
    return pd.DataFrame(rows)
