"""What the validation rows choose: nuisance levels, cells, inside every split and never by a test row."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nnjax.report.task import TaskTerms
from nnjax.results.scores import as_scores
from nnjax.statistics.selection import NestedSelection, nested_selection


def with_scores(results: pd.DataFrame, terms: TaskTerms) -> pd.DataFrame:
    """The results table with one score beside each column of the judged measure.

    Args:
        results: One row a planned run.
        terms: Which measure is judged.

    Returns:
        A copy with validation_score, test_score, last_validation_score and last_test_score: clipped, and the floor for
        a diverged run. A missing run has none (NaN).
    """
    scores = as_scores(results, terms.task)
    prefixes = ("validation", "test", "last_validation", "last_test")
    return results.assign(**{f"{prefix}_score": scores[f"{prefix}_{terms.measure}"] for prefix in prefixes})


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


@dataclass(frozen=True)
class BestCell:
    """The cell that the validation rows choose in each split, out of the cells that have a score in every split.

    Attributes:
        cell_ids: The candidates, in the table's order; the selection's indices refer to them.
        splits: Splits, in the order of the selection's scores.
        selection: Nested selection, with the naive maximum beside it.
        validation_mean: Mean validation score of the chosen cell, on the rows that chose it: too good on average.
        validation: Validation scores of all candidates, seeds averaged [C, J].
        test: Test scores likewise.
    """

    cell_ids: tuple[str, ...]
    splits: tuple[int, ...]
    selection: NestedSelection
    validation_mean: float
    validation: NDArray[np.float64]
    test: NDArray[np.float64]

    def scores(self) -> pd.Series:
        """Test score of the chosen cell, indexed by split."""
        return pd.Series(self.selection.scores, index=list(self.splits))


def choose_best_cell(results: pd.DataFrame) -> BestCell | None:
    """Choose among all complete cells by validation score in each split, seeds averaged.

    Args:
        results: The results table with scores.

    Returns:
        The choice; None where no cell has a score in every split.
    """
    wide = [
        results.pivot_table(index="cell_id", columns="split", values=column, aggfunc="mean", sort=False)
        .reindex(columns=sorted(results["split"].unique()))
        .dropna()
        for column in ("validation_score", "test_score")
    ]
    if wide[0].empty:
        return None
    validation, test = wide[0].to_numpy(dtype=float), wide[1].loc[wide[0].index].to_numpy(dtype=float)
    return BestCell(
        cell_ids=tuple(wide[0].index),
        splits=tuple(int(split) for split in wide[0].columns),
        selection=nested_selection(validation, test),
        validation_mean=float(validation.max(axis=0).mean()),
        validation=validation,
        test=test,
    )


def best_runs(results: pd.DataFrame, best: BestCell) -> pd.DataFrame:
    """The runs of the chosen cell of each split, all seeds."""
    chosen = [best.cell_ids[index] for index in best.selection.chosen]
    wanted = pd.MultiIndex.from_arrays([list(best.splits), chosen], names=["split", "cell_id"])
    return results[pd.MultiIndex.from_frame(results[["split", "cell_id"]]).isin(wanted)]
