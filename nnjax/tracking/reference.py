"""The reference setting: one level of every factor, around which the prepared views vary one factor at a time.

It is read off the study alone, never off the results: a setting picked because it did best would flatter whatever is shown at it.
"""

from collections.abc import Mapping, Sequence

PAGE = 100
"""Rows MLflow's runs page loads at once; a view with more shows only the first of them."""

PREFERRED = ("relu", "adam")
"""Unordered levels that a reader takes for usual."""


def _is_number(text: str) -> bool:
    """Whether a level is ordered."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def reference_level(levels: Sequence[str]) -> str:
    """The middle of ordered levels (the lower of two), the usual or else the first of unordered ones.

    >>> reference_level(["1", "2", "4", "8"]), reference_level(["logistic", "relu"]), reference_level(["a", "b"])
    ('2', 'relu', 'a')
    """
    if all(_is_number(level) for level in levels):
        return sorted(levels, key=float)[(len(levels) - 1) // 2]
    return next((level for level in PREFERRED if level in levels), levels[0])


def reference_setting(factors: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The reference level of every factor."""
    return {factor: reference_level(levels) for factor, levels in factors.items()}


def compared_factors(params: Mapping[str, str], setting: Mapping[str, str]) -> tuple[str, ...]:
    """Those factors whose comparison a run belongs to: all *others* stand at their reference level.

    Args:
        params: The run's params as text.
        setting: The reference setting.

    Returns:
        Every factor at the reference setting itself, one factor beside it, none farther out.

    >>> compared_factors({"depth": "8", "l2": "0"}, {"depth": "2", "l2": "0"})
    ('depth',)
    """
    astray = [factor for factor, level in setting.items() if params.get(factor) != level]
    if not astray:
        return tuple(setting)
    return (astray[0],) if len(astray) == 1 else ()


def shown_replicates(levels: int) -> int:
    """How many replicates a level a view of one factor can show on one page.

    >>> shown_replicates(6), shown_replicates(4), shown_replicates(200)
    (16, 25, 1)
    """
    return max(1, PAGE // levels)
