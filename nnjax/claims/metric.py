"""What a claim on a metric says: which way is better, on which scale, chosen how, for which tables."""

import math

from nnjax.claims.declared import DeclaredClaim
from nnjax.metrics import METRICS


def choosing_score(metric: str) -> str:
    """The validation score that chooses what a claim on a metric leaves open: that of the epoch which is judged.

    Whoever trains to the last epoch tunes for it; tuned for another stopping rule an arm would be handicapped.

    >>> choosing_score("last_test_r2"), choosing_score("test_r2")
    ('last_validation_score', 'validation_score')
    """
    return "last_validation_score" if METRICS[metric].epoch == "last" else "validation_score"


def scale_name(metric: str) -> str:
    """A metric with the scale that it is compared on.

    >>> scale_name("epochs_to_target"), scale_name("test_r2")
    ('log₂ epochs_to_target', 'test_r2')
    """
    return f"log₂ {metric}" if METRICS[metric].counts else metric


def describe_direction(claim: DeclaredClaim) -> str:
    """What a positive number means."""
    if claim.kind == "exceeds":
        return f"{claim.metric} of A itself"
    metric = METRICS[claim.metric]
    if metric.counts:
        return f"log₂ {metric.counts} of B − A: positive means that A takes fewer, 1 is a factor of two"
    if metric.better == "lower":
        return f"{metric.name} of B − A: positive means that A has less of it"
    better = "A is better" if metric.better == "higher" else "A has more of it"
    return f"{metric.name} of A − B: positive means that {better}"


def on_scale(threshold: float, metric: str) -> float:
    """A threshold on the scale on which its metric is compared.

    >>> on_scale(8.0, "epochs_to_target"), on_scale(0.3, "test_r2")
    (3.0, 0.3)
    """
    return math.log2(max(threshold, 1.0)) if METRICS[metric].counts else threshold


def describe_choice(metric: str) -> str:
    """How an arm's open settings are chosen, in a sentence."""
    epoch = "last" if choosing_score(metric).startswith("last_") else "best"
    return (
        f"Settings that the claim does not name are chosen in each split by the validation score at the {epoch} epoch."
    )


def describe_scope(claim: DeclaredClaim) -> str:
    """What the statement is about, in a sentence."""
    if not METRICS[claim.metric].is_on_test_rows:
        return "On this table; the interval is widened as if for new tables."
    return "For new tables of this size from the same source, at exactly these settings."
