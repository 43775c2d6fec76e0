"""Scores: R² and accuracy on scales where one lost run cannot make its cell look better, nor own its mean."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from nnjax.metrics import JUDGED, METRICS


def clipped_scores(numbers: ArrayLike, diverged: ArrayLike, task: str) -> NDArray[np.float64]:
    """Turn a task's measure into scores: clipped at its lowest, which a run that diverged gets, too.

    So a factorial stays balanced and one explosion cannot own a mean.
    The lowest R² is -1, the lowest accuracy 0. Numbers (NaN where a run has none) and bools have the same shape, any,
    as the scores have, float64. A run without R² has the lowest score, too; one without accuracy has none.

    >>> clipped_scores([0.5, -7.0, np.nan, 0.4], [False, False, False, True], "regression").tolist()
    [0.5, -1.0, -1.0, -1.0]
    """
    lowest, values = JUDGED[task].lowest, np.asarray(numbers, dtype=np.float64)
    is_lost = np.asarray(diverged, dtype=np.bool_) | (np.isnan(values) & (task == "regression"))
    return np.where(is_lost, lowest, np.maximum(values, lowest))


def with_scores(results: pd.DataFrame, task: str) -> pd.DataFrame:
    """The results, a row a run, with a score beside each column of the measure that the task is judged by.

    Returns:
        A copy with validation_score, test_score, last_validation_score and last_test_score, as far as it has the
        measure on those rows: clipped, a diverged run with the lowest, a missing run without (NaN). All other columns,
        those of the measure itself among them, stay as they are.

    >>> runs = pd.DataFrame({"status": ["finished", "diverged", "finished"], "test_r2": [0.5, float("nan"), -7.0]})
    >>> with_scores(runs, "regression")["test_score"].tolist()
    [0.5, -1.0, -1.0]
    """
    is_diverged = (results["status"] == "diverged").to_numpy()
    is_missing = (results["status"] == "missing").to_numpy()
    scores = {
        metric.score: np.where(is_missing, np.nan, clipped_scores(results[name].to_numpy(float), is_diverged, task))
        for name, metric in METRICS.items()
        if metric.score and metric.task == task and name in results
    }
    return results.assign(**scores)
