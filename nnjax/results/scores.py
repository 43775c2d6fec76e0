"""Scores: R² and accuracy on scales where one lost run cannot make its cell look better, nor own its mean."""

import numpy as np
import pandas as pd

from nnjax.statistics.scores import clipped_scores

MEASURES = ("r2", "accuracy")
"""What a score can be, at the end of a column's name."""


def as_scores(results: pd.DataFrame) -> pd.DataFrame:
    """The results with every R² and accuracy as a score.

    Args:
        results: One row a run, with `status` and any of the finals.

    Returns:
        A copy: R² is clipped below at -1, a diverged run has R² -1 and accuracy 0. A missing run has no score (NaN),
        and a column without a single number, such as the R² of classes, stays as it is.

    Example:
        >>> runs = pd.DataFrame({"status": ["finished", "diverged", "finished"], "test_r2": [0.5, float("nan"), -7.0]})
        >>> as_scores(runs)["test_r2"].tolist()
        [0.5, -1.0, -1.0]
    """
    is_diverged = (results["status"] == "diverged").to_numpy()
    is_missing = (results["status"] == "missing").to_numpy()
    scores = {}
    for name in results.columns:
        measure = str(name).rpartition("_")[2]
        if measure not in MEASURES or name.startswith("target_") or results[name].isna().all():
            continue
        values = results[name].to_numpy(dtype=float)
        values = clipped_scores(values, is_diverged) if measure == "r2" else np.where(is_diverged, 0.0, values)
        scores[name] = np.where(is_missing, np.nan, values)
    return results.assign(**scores)
