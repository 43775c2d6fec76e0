"""Scores: R² and accuracy on scales where one lost run cannot make its cell look better, nor own its mean."""

import numpy as np
import pandas as pd

from nnjax.metrics import JUDGED
from nnjax.statistics.scores import clipped_scores


def as_scores(results: pd.DataFrame, task: str) -> pd.DataFrame:
    """The results with the task's measure as a score wherever it stands.

    Args:
        results: One row a run, with `status` and any of the finals.
        task: "regression", judged by R², or "classification", judged by accuracy.

    Returns:
        A copy: R² is clipped below at -1, a diverged run has R² -1 or accuracy 0, a missing run has no score (NaN).
        All other columns stay as they are.

    Example:
        >>> runs = pd.DataFrame({"status": ["finished", "diverged", "finished"], "test_r2": [0.5, float("nan"), -7.0]})
        >>> as_scores(runs, "regression")["test_r2"].tolist()
        [0.5, -1.0, -1.0]
    """
    is_diverged = (results["status"] == "diverged").to_numpy()
    is_missing = (results["status"] == "missing").to_numpy()
    measure, scores = JUDGED[task].name, {}
    for name in (f"{prefix}{part}_{measure}" for prefix in ("", "last_") for part in ("validation", "test")):
        if name not in results:
            continue
        values = results[name].to_numpy(dtype=float)
        worst = np.where(is_diverged, JUDGED[task].lowest, values)
        scores[name] = np.where(is_missing, np.nan, clipped_scores(values, is_diverged) if measure == "r2" else worst)
    return results.assign(**scores)


def with_scores(results: pd.DataFrame, task: str) -> pd.DataFrame:
    """The results table with one score beside each column of the judged measure.

    Args:
        results: One row a planned run.
        task: "regression" or "classification".

    Returns:
        A copy with validation_score, test_score, last_validation_score and last_test_score: see `as_scores`. The
        columns of the measure itself stay as they are.
    """
    scores = as_scores(results, task)
    prefixes = ("validation", "test", "last_validation", "last_test")
    return results.assign(**{f"{prefix}_score": scores[f"{prefix}_{JUDGED[task].name}"] for prefix in prefixes})
