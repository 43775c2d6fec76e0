"""Claims that no training can turn: what is compared is known before, or cannot leave one verdict."""

import math
from collections.abc import Sequence
from typing import cast

from nnjax.claims.declared import DeclaredClaim
from nnjax.claims.metric import on_scale, scale_name
from nnjax.metrics import EPOCHS_TO_TARGET, METRICS
from nnjax.statistics.verdict import ClaimKind, Verdict, read_off

Range = tuple[float, float]
"""Lowest and highest value."""


def metric_range(metric: str, epochs: Sequence[int]) -> Range:
    """What a metric can be after so many epochs, on the scale on which it is compared.

    >>> metric_range("test_r2", [200]), metric_range("epochs_to_target", [8, 256])
    ((-1.0, 1.0), (0.0, 8.0))
    """
    of_epochs = {
        "best_epoch": (1.0, float(max(epochs))),
        EPOCHS_TO_TARGET: (0.0, math.log2(max(epochs))),
        "function_evaluations": (math.log2(min(epochs)), math.inf),
    }
    return of_epochs.get(metric) or (METRICS[metric].lowest, METRICS[metric].highest)


def compared_range(metric: str, arms: Sequence[Range], is_one_arm_twice: bool) -> Range:
    """What is compared can be: of the one arm itself, or of the difference that favours A where it is positive.

    A difference of two arms that are the very same runs is 0.

    >>> compared_range("test_r2", [(-1.0, 1.0), (-1.0, 1.0)], is_one_arm_twice=False)
    (-2.0, 2.0)
    """
    if len(arms) == 1:
        return arms[0]
    if is_one_arm_twice:
        return 0.0, 0.0
    (low_a, high_a), (low_b, high_b) = arms
    low, high = low_a - high_b, high_a - low_b
    return (0.0 - high, 0.0 - low) if METRICS[metric].better == "lower" else (low, high)


def possible_verdicts(claim: DeclaredClaim, compared: Range) -> set[Verdict]:
    """The verdicts that a claim, not a compound one, could get if what is compared were known exactly."""
    low, high = compared
    kind = cast("ClaimKind", claim.kind)
    points = [low, high, *(point for point in (0.0,) if low < point < high)]
    threshold = None if claim.threshold is None else on_scale(claim.threshold, claim.metric)
    return {read_off(kind, point, point, claim.margin, threshold).verdict for point in points}


def why_settled(claim: DeclaredClaim, compared: Range) -> str:
    """Why no training can turn a claim, not a compound one, in a sentence; empty where one can.

    >>> from types import SimpleNamespace
    >>> claim = SimpleNamespace(kind="same", metric="n_parameters", margin=1.0, threshold=None)
    >>> why_settled(claim, (0.0, 0.0))
    'cannot fail: n_parameters of B − A is 0, whatever is trained'
    """
    verdicts = possible_verdicts(claim, compared)
    if verdicts != {Verdict.SUPPORTED} and Verdict.SUPPORTED in verdicts:
        return ""
    low, high = compared
    sides = "A" if claim.kind == "exceeds" else "B − A" if METRICS[claim.metric].better == "lower" else "A − B"
    if low == high:
        size = f"is {low:g}"
    elif math.isinf(low):
        size = f"is at most {high:.3g}"
    else:
        size = f"is at least {low:.3g}" if math.isinf(high) else f"lies between {low:.3g} and {high:.3g}"
    word = "cannot fail" if verdicts == {Verdict.SUPPORTED} else "cannot be supported"
    return f"{word}: {scale_name(claim.metric)} of {sides} {size}, whatever is trained"
