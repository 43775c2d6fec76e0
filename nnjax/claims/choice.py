"""What the validation rows choose inside every split, never by a test row."""

from collections.abc import Sequence

import pandas as pd


def choose_on_validation(results: pd.DataFrame, kept: Sequence[str], score: str = "validation_score") -> pd.DataFrame:
    """Keep, for each level of the kept factors, the runs of the cell that the validation rows chose in each split.

    All other factors are chosen by the mean score over the split's seeds: that of the epoch which is judged, see
    `metric.choosing_score`. Ties go to the first cell in the table's order; cells without a finished run in a split are
    no candidates there.

    >>> table = pd.DataFrame({
    ...     "split": [0, 0, 1, 1], "cell_id": ["a", "b", "a", "b"], "activation": ["relu"] * 4,
    ...     "validation_score": [0.4, 0.5, 0.6, 0.5],
    ... })
    >>> choose_on_validation(table, ["activation"])["cell_id"].tolist()
    ['b', 'a']
    """
    keys = [*kept, "split"]
    known = results[list(dict.fromkeys((*keys, "cell_id", score)))].dropna(subset=[score])
    means = known.groupby([*keys, "cell_id"], sort=False, observed=True)[score].mean().reset_index()
    best = means.loc[means.groupby(keys, sort=False, observed=True)[score].idxmax(), ["split", "cell_id"]]
    wanted = pd.MultiIndex.from_frame(best)
    return results[pd.MultiIndex.from_frame(results[["split", "cell_id"]]).isin(wanted)]
