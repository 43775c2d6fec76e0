"""The reference setting: one level of every factor, around which the prepared views vary one factor at a time.

It is read off the study alone, never off the results: a setting picked because it did best would flatter whatever is
shown at it.
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


def distance(level: str, levels: Sequence[str]) -> int:
    """How far a level is from the one a reader would take for the reference.

    Args:
        level: One of `levels`.
        levels: Ordered ones count steps from the middle (the lower of two); of unordered ones the usual level, or else
            the first, is at 0 and all others at 1.

    >>> [distance(level, ["1", "2", "4", "8"]) for level in ("1", "2", "4", "8")]
    [1, 0, 1, 2]
    >>> distance("relu", ["logistic", "relu"]), distance("b", ["a", "b"])
    (0, 1)
    """
    if all(_is_number(each) for each in levels):
        ordered = sorted(levels, key=float)
        return abs(ordered.index(level) - (len(ordered) - 1) // 2)
    usual = next((each for each in PREFERRED if each in levels), levels[0])
    return int(level != usual)


def reference_setting(factors: Mapping[str, Sequence[str]], cells: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """The level of every factor in the cell nearest to the middle of all factors.

    Args:
        factors: Factor -> levels; without those that only follow another one.
        cells: The levels of each cell there is: with excluded cells, the very middle may be missing.

    >>> reference_setting({"depth": ["1", "2", "4"]}, [{"depth": "1"}, {"depth": "4"}])
    {'depth': '1'}
    """
    nearest = min(cells, key=lambda cell: sum(distance(cell[factor], factors[factor]) for factor in factors))
    return {factor: nearest[factor] for factor in factors}


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
