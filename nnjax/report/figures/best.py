"""Every cell against the best one: the leaderboard, and the difference with its simultaneous interval."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from nnjax.report.choice import BestCell
from nnjax.report.figures.scales import plain_numbers
from nnjax.report.task import TaskTerms
from nnjax.report.theme import ACCENT, MUTED, PAGE
from nnjax.statistics.best import BestProbability, TiedBest


def leaderboard_table(results: pd.DataFrame, factors: Sequence[str], terms: TaskTerms) -> pd.DataFrame:
    """All cells by mean validation score, with what they reach on test rows.

    Returns:
        One row a cell: the factors, then the judged measure on validation rows, on test rows (with its standard
        deviation, ending in _sd) and at the last epoch, all as scores; best_epoch (median), n_parameters, runs,
        diverged, cell_id.
    """
    groups = results.groupby(["cell_id", *factors], sort=False)
    table = groups.agg(
        **{
            terms.validation: ("validation_score", "mean"),
            terms.test: ("test_score", "mean"),
            f"{terms.test}_sd": ("test_score", "std"),
            terms.last_test: ("last_test_score", "mean"),
        },
        best_epoch=("best_epoch", "median"),
        n_parameters=("n_parameters", "first"),
        runs=("test_score", "count"),
        diverged=("status", lambda statuses: int((statuses == "diverged").sum())),
    ).reset_index()
    ordered = table.sort_values(terms.validation, ascending=False, kind="stable")
    return ordered[[*[column for column in ordered.columns if column != "cell_id"], "cell_id"]].reset_index(drop=True)


def with_ties(table: pd.DataFrame, best: BestCell, tied: TiedBest, probability: BestProbability) -> pd.DataFrame:
    """The leaderboard with the comparison to the best cell.

    Args:
        table: From `leaderboard_table`.
        best: The cells that were compared.
        tied: Their differences to the best.
        probability: Their probabilities of being it.

    Returns:
        The table with p_best, tied, difference (test score minus that of the best), low and high before the column
        cell_id; empty (tied: False) for cells without a score in every split, which were not compared.
    """
    found = pd.DataFrame(
        {
            "cell_id": best.cell_ids,
            "p_best": probability.probability,
            "tied": tied.is_tied,
            "difference": tied.differences,
            "low": tied.low,
            "high": tied.high,
        }
    )
    merged = table.merge(found, on="cell_id", how="left")
    merged["tied"] = merged["tied"].eq(other=True)
    return merged[[*[column for column in merged.columns if column != "cell_id"], "cell_id"]]


def draw_ties(table: pd.DataFrame, axes: Axes) -> None:
    """A dot and its interval a cell, in the order of the validation scores; tied ones filled.

    Args:
        table: From `with_ties`, with a column place (1 = first by validation score), compared cells only.
        axes: Where to draw.
    """
    axes.axhline(0, color=MUTED, linewidth=1)
    for is_tied, cells in table.groupby("tied"):
        color, face = (ACCENT, ACCENT) if is_tied else (MUTED, PAGE)
        axes.vlines(cells["place"], cells["low"], cells["high"], color=color, linewidth=1.2, alpha=0.55)
        axes.plot(cells["place"], cells["difference"], "o", color=color, mfc=face, markersize=3.6)
    last = int(table["place"].max())
    step = 10 ** max(1, math.ceil(math.log10(last / 6)))
    axes.set_xticks([1, *range(step // 2, last + 1, step // 2)])
    axes.set_xlim(0, last + 1)
    axes.grid(visible=False, axis="x")
    axes.set_xlabel("cells, by validation score")
    plain_numbers(axes.yaxis)


def places(table: pd.DataFrame, most: int) -> pd.DataFrame:
    """Compared cells, evenly thinned out to at most that many, with their place in the order of validation scores."""
    compared = table[np.isfinite(table["difference"].to_numpy(dtype=float))]
    kept = np.unique(np.linspace(0, len(compared) - 1, min(most, len(compared))).round().astype(int))
    placed: pd.DataFrame = compared.assign(place=np.arange(1, len(compared) + 1)).iloc[kept]
    return placed
