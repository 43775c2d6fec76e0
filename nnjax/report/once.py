"""Made once: what several chapters ask of the same results is computed for the first of them and kept for the rest."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from nnjax.report.study_results import StudyResults

Given = ParamSpec("Given")
Made = TypeVar("Made")


def once(
    make: Callable[Concatenate[StudyResults, Given], Made],
) -> Callable[Concatenate[StudyResults, Given], Made]:
    """Call a function once for each `StudyResults` and whatever else, hashable, it is given.

    Its outcome is shared, so nobody may change it; it goes when the results go.
    """

    @wraps(make)
    def made_once(study_results: StudyResults, /, *given: Any, **named: Any) -> Made:
        key = (make, given, tuple(named.items()))
        if key not in study_results.made:
            study_results.made[key] = make(study_results, *given, **named)
        made: Made = study_results.made[key]
        return made

    return made_once
