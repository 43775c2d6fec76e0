"""Between which numbers a score can lie: an interval that reaches beyond is cut there where it is shown."""

import math
from typing import Any

from sklearn.base import is_classifier, is_regressor

ScoreBounds = tuple[float, float]
"""The lowest and the highest score that there can be."""

BOUNDLESS: ScoreBounds = (-math.inf, math.inf)

_SHARES = ("accuracy", "average_precision", "f1", "jaccard", "precision", "recall", "roc_auc")
"""Scorers from zero to one; with an ending that names the average, too."""

_BOUNDS: dict[str, ScoreBounds] = {
    **dict.fromkeys(("r2", "explained_variance"), (-math.inf, 1.0)),
    **dict.fromkeys(("balanced_accuracy", "top_k_accuracy"), (0.0, 1.0)),
    "matthews_corrcoef": (-1.0, 1.0),
}


def scorer_bounds(scoring: Any, estimator: Any) -> ScoreBounds:
    """Bounds of a score, by the name of scikit-learn's scorer; without a name, those of the estimator's own score.

    >>> from sklearn.linear_model import Ridge
    >>> scorer_bounds("f1_macro", Ridge()), scorer_bounds("neg_log_loss", Ridge()), scorer_bounds(None, Ridge())
    ((0.0, 1.0), (-inf, 0.0), (-inf, 1.0))
    """
    if scoring is None:
        scoring = "r2" if is_regressor(estimator) else "accuracy" if is_classifier(estimator) else ""
    if not isinstance(scoring, str):
        return BOUNDLESS
    if scoring.startswith("neg_"):
        return -math.inf, 0.0
    if scoring.startswith("d2_"):
        return -math.inf, 1.0
    if any(scoring == name or scoring.startswith(f"{name}_") for name in _SHARES):
        return 0.0, 1.0
    return _BOUNDS.get(scoring, BOUNDLESS)
