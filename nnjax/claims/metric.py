"""Which way a metric is better, and on which scale it is compared."""

import math

from nnjax.claims.declared import DeclaredClaim

SCORES = ("r2", "accuracy")
"""The measures that runs are chosen by."""

LOWER_IS_BETTER = frozenset(
    {f"{prefix}test_{error}" for prefix in ("", "last_") for error in ("rmse", "mae", "log_loss", "brier")}
    | {"best_epoch", "epochs_to_target", "function_evaluations"}
    | {"grad_slope_0", "grad_slope", "saturated", "dead", "n_parameters", "train_seconds"}
)
"""Metrics of which less is better: there the difference is B - A, so that a positive one always favours A."""

HIGHER_IS_BETTER = frozenset(
    {f"{prefix}{part}_{measure}" for prefix in ("", "last_") for part in ("validation", "test") for measure in SCORES}
    | {f"{prefix}test_{measure}" for prefix in ("", "last_") for measure in ("balanced_accuracy", "roc_auc")}
)
"""Metrics of which more is better; of the others neither is."""

COMPARED_AS_LOG2 = {"epochs_to_target": "epochs", "function_evaluations": "passes"}
"""Metrics of which ratios matter -> what they count."""

WITHOUT_TEST_ROWS = frozenset(
    {"grad_slope_0", "grad_slope", "grad_ratio_0", "grad_ratio", "saturated", "dead", "best_epoch"}
    | {"epochs_to_target", "function_evaluations", "train_seconds", "n_parameters"}
    | {f"{prefix}validation_{measure}" for prefix in ("", "last_") for measure in SCORES}
)
"""Metrics not measured on test rows: the same interval, but a statement about this table."""


AT_LAST_EPOCH = frozenset({"saturated", "dead"})
"""Metrics of the last epoch whose names do not say so."""


def choosing_score(metric: str) -> str:
    """The validation score that chooses what a claim on a metric leaves open: that of the epoch which is judged.

    Whoever trains to the last epoch tunes for it; tuned for another stopping rule an arm would be handicapped.

    Example:
        >>> choosing_score("last_test_r2"), choosing_score("test_r2")
        ('last_validation_score', 'validation_score')
    """
    is_last = metric.startswith("last_") or metric in AT_LAST_EPOCH
    return "last_validation_score" if is_last else "validation_score"


def scale_name(metric: str) -> str:
    """A metric with the scale that it is compared on.

    Example:
        >>> scale_name("epochs_to_target"), scale_name("test_r2")
        ('log₂ epochs_to_target', 'test_r2')
    """
    return f"log₂ {metric}" if metric in COMPARED_AS_LOG2 else metric


def describe_direction(claim: DeclaredClaim) -> str:
    """What a positive number means."""
    if claim.kind == "exceeds":
        return f"{claim.metric} of A itself"
    if claim.metric in COMPARED_AS_LOG2:
        what = COMPARED_AS_LOG2[claim.metric]
        return f"log₂ {what} of B − A: positive means that A takes fewer, 1 is a factor of two"
    if claim.metric in LOWER_IS_BETTER:
        return f"{claim.metric} of B − A: positive means that A has less of it"
    better = "A is better" if claim.metric in HIGHER_IS_BETTER else "A has more of it"
    return f"{claim.metric} of A − B: positive means that {better}"


def on_scale(threshold: float, metric: str) -> float:
    """A threshold on the scale on which its metric is compared.

    Example:
        >>> on_scale(8.0, "epochs_to_target"), on_scale(0.3, "test_r2")
        (3.0, 0.3)
    """
    return math.log2(max(threshold, 1.0)) if metric in COMPARED_AS_LOG2 else threshold


def describe_choice(metric: str) -> str:
    """How an arm's open settings are chosen, in a sentence."""
    epoch = "last" if choosing_score(metric).startswith("last_") else "best"
    return (
        f"Settings that the claim does not name are chosen in each split by the validation score at the {epoch} epoch."
    )


def describe_scope(claim: DeclaredClaim) -> str:
    """What the statement is about, in a sentence."""
    if claim.metric in WITHOUT_TEST_ROWS:
        return "On this table; the interval is widened as if for new tables."
    return "For new tables of this size from the same source, at exactly these settings."
