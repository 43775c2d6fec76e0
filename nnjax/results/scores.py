"""Scores: what runs are judged by on a scale where one lost run cannot make its cell look better, nor own its mean."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from nnjax.judged import USUAL, Judged


def clipped_scores(numbers: ArrayLike, diverged: ArrayLike, judged: Judged) -> NDArray[np.float64]:
    """Turn the measure that a study is judged by into scores: clipped at its worst, that of a run that diverged.

    So a factorial stays balanced and one explosion cannot own a mean.
    The lowest R² is -1, the lowest accuracy 0. Numbers (NaN where a run has none) and bools have the same shape, any,
    as the scores have, float64. A run without a measure of a regression has the lowest score, too; one without a
    measure of classes has none.

    >>> from nnjax.judged import USUAL
    >>> clipped_scores([0.5, -7.0, np.nan, 0.4], [False, False, False, True], USUAL["regression"]).tolist()
    [0.5, -1.0, -1.0, -1.0]
    """
    values = judged.sign * np.asarray(numbers, dtype=np.float64)
    is_lost = np.asarray(diverged, dtype=np.bool_) | (np.isnan(values) & (judged.measure.task == "regression"))
    return np.where(is_lost, judged.floor, np.maximum(values, judged.floor))


def with_scores(results: pd.DataFrame, judged: Judged) -> pd.DataFrame:
    """The results, a row a run, with a score beside each column of the measure that the study is judged by.

    Returns:
        A copy with validation_score, test_score, last_validation_score and last_test_score, as far as it has the
        measure on those rows: clipped, a diverged run with the lowest, a missing run without (NaN). All other columns,
        those of the measure itself among them, stay as they are. What the task is usually judged by has its scores
        beside those of another measure: usual_test_score and so on.

    >>> from nnjax.judged import USUAL
    >>> runs = pd.DataFrame({"status": ["finished", "diverged", "finished"], "test_r2": [0.5, float("nan"), -7.0]})
    >>> with_scores(runs, USUAL["regression"])["test_score"].tolist()
    [0.5, -1.0, -1.0]
    """
    is_diverged = (results["status"] == "diverged").to_numpy()
    is_missing = (results["status"] == "missing").to_numpy()
    usual = USUAL[judged.measure.task]
    columns = [(judged, judged.scores), *([] if judged.is_usual else [(usual, usual.beside)])]
    scores = {
        score: np.where(is_missing, np.nan, clipped_scores(results[name].to_numpy(float), is_diverged, each))
        for each, named in columns
        for name, score in named.items()
        if name in results
    }
    return results.assign(**scores)
