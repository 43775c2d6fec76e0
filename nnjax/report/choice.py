"""What the validation rows choose: nuisance levels, cells, inside every split and never by a test row."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nnjax.statistics.scores import clipped_scores

SCORES = {
    "validation_r2": "validation_score",
    "test_r2": "test_score",
    "last_validation_r2": "last_validation_score",
    "last_test_r2": "last_test_score",
}
"""R² column -> its score: clipped below at -1, and -1 for a diverged run. A missing run has none (NaN)."""


def with_scores(results: pd.DataFrame) -> pd.DataFrame:
    """The results table with one score beside each R².

    Args:
        results: One row a planned run.

    Returns:
        A copy with the columns of `SCORES` added.
    """
    diverged = (results["status"] == "diverged").to_numpy()
    is_missing = (results["status"] == "missing").to_numpy()
    scores = {
        score: np.where(is_missing, np.nan, clipped_scores(results[column].to_numpy(dtype=float), diverged))
        for column, score in SCORES.items()
    }
    return results.assign(**scores)


def choose_on_validation(results: pd.DataFrame, kept: Sequence[str]) -> pd.DataFrame:
    """Keep, for each level of the kept factors, the runs of the cell that the validation rows chose in each split.

    Args:
        results: The results table with scores, one row a run.
        kept: Factors that stay; all others are chosen by mean validation score over the split's seeds.

    Returns:
        The rows of the chosen cells: one cell for each combination of kept levels and split. Ties go to the first
        cell in the table's order; cells without a finished run in a split are no candidates there.

    Example:
        >>> table = pd.DataFrame({
        ...     "split": [0, 0, 1, 1], "cell_id": ["a", "b", "a", "b"], "activation": ["relu"] * 4,
        ...     "validation_score": [0.4, 0.5, 0.6, 0.5],
        ... })
        >>> choose_on_validation(table, ["activation"])["cell_id"].tolist()
        ['b', 'a']
    """
    keys = [*kept, "split"]
    means = (
        results.dropna(subset=["validation_score"])
        .groupby([*keys, "cell_id"], sort=False, observed=True)["validation_score"]
        .mean()
        .reset_index()
    )
    best = means.loc[means.groupby(keys, sort=False, observed=True)["validation_score"].idxmax(), ["split", "cell_id"]]
    wanted = pd.MultiIndex.from_frame(best)
    return results[pd.MultiIndex.from_frame(results[["split", "cell_id"]]).isin(wanted)]


def by_split(runs: pd.DataFrame, column: str) -> pd.Series:
    """Mean of a column over all runs of each split, split after split.

    Returns:
        Series indexed by split, sorted.
    """
    return runs.groupby("split")[column].mean().sort_index()


def score_matrix(results: pd.DataFrame, column: str) -> tuple[list[str], NDArray[np.float64]]:
    """Scores as cells × splits, averaged over seeds; cells with a missing split are left out.

    Returns:
        Cell ids in the table's order [C], and the scores [C, J].
    """
    wide = results.pivot_table(index="cell_id", columns="split", values=column, aggfunc="mean", sort=False)
    wide = wide.dropna()[sorted(wide.columns)]
    return [str(cell) for cell in wide.index], wide.to_numpy(dtype=float)
