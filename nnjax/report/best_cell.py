"""The cell that the validation rows choose in every split, never by a test row."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nnjax.statistics.selection import NestedSelection, nested_selection


@dataclass(frozen=True)
class BestCell:
    """The cell that the validation rows choose in each split, out of the complete cells."""

    is_complete: bool
    """Whether no candidate lacks a run. Only where every cell lacks some, those are candidates that have a score in
    every split, from fewer seeds than planned.
    """
    cell_ids: tuple[str, ...]
    """The candidates, in the table's order; the selection's indices refer to them."""
    splits: tuple[int, ...]
    """Splits, in the order of the selection's scores."""
    selection: NestedSelection
    """Nested selection, with the naive maximum beside it."""
    validation_mean: float
    """Mean validation score of the chosen cell, on the rows that chose it: too good on average."""
    validation: NDArray[np.float64]
    """Validation scores, seeds averaged [C, J]."""
    test: NDArray[np.float64]
    """Test scores likewise [C, J]."""

    def scores(self) -> pd.Series:
        """Test score of the chosen cell, indexed by split."""
        return pd.Series(self.selection.scores, index=list(self.splits))


def complete_runs(results: pd.DataFrame) -> pd.DataFrame:
    """The runs of the cells of which no planned run is missing."""
    return results[~results["cell_id"].isin(results.loc[results["status"] == "missing", "cell_id"])]


def choose_best_cell(results: pd.DataFrame) -> BestCell | None:
    """Choose among all complete cells by validation score in each split, seeds averaged.

    A mean over fewer seeds wobbles more, and is chosen for its luck more often: so a cell that lacks runs is a
    candidate only where all do. None where no cell has a score in every split.
    """
    complete = complete_runs(results)
    candidates = results if complete.empty else complete
    wide = [
        candidates.pivot_table(index="cell_id", columns="split", values=column, aggfunc="mean", sort=False)
        .reindex(columns=sorted(results["split"].unique()))
        .dropna()
        for column in ("validation_score", "test_score")
    ]
    if wide[0].empty:
        return None
    validation, test = wide[0].to_numpy(dtype=float), wide[1].loc[wide[0].index].to_numpy(dtype=float)
    return BestCell(
        is_complete=len(complete) > 0,
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
