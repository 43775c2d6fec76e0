"""Keys that came after studies had digests: at its default one is off, and the study what it was."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from nnjax.data.preparation import Preparation
from nnjax.sweep.study.factors import FACTORS
from nnjax.training.thresholds import USUAL_THRESHOLD

_FACTORS = (
    *(each.name for each in fields(Preparation)),
    *("target_scale", "huber_delta", "loss_quantile", "class_weight"),
)

LATER_KEYS: dict[str, dict[str, Any]] = {
    "": {"metric": "", "decision_threshold": USUAL_THRESHOLD},
    "data": {"weight": None, "positive": None},
    "fixed": {name: FACTORS[name].default for name in _FACTORS},
}
"""Table of a study, "" for its top -> its later keys, each with its default."""


def without_later(table: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """What a digest takes in of a table: all but later keys that are at their defaults.

    >>> without_later("data", {"file": "a.csv", "weight": None}), without_later("fixed", {"class_weight": "balanced"})
    ({'file': 'a.csv'}, {'class_weight': 'balanced'})
    """
    later = LATER_KEYS[table]
    return {key: value for key, value in given.items() if key not in later or value != later[key]}
