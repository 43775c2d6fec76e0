"""The reference setting: one level of every factor, at which report and MLflow hold what a comparison does not vary.

It is the cell nearest to the defaults, what somebody gets who changes nothing; where a study lacks a default, its first
level as written counts as such, and where cells are excluded, a level may be neither. It is read off the study alone,
never off the results: a setting picked because it did best would flatter whatever is shown at it. The middle of the
levels would move with every level that is added. Only while the cell has no finished run, and a figure would be empty,
the report shows the nearest one that has, and says so.
"""

from collections.abc import Mapping, Sequence

from nnjax.sweep.space import Cell
from nnjax.sweep.study.factors import FACTORS, Level
from nnjax.sweep.study.study import Study


def reference_cell(study: Study, cells: Sequence[Cell]) -> Cell:
    """The cell nearest to the defaults: the first in which the fewest factors are away from them.

    Where the study lacks a factor's default, its first level as written counts as such; of factors that vary together
    only the first counts. Among cells of which some are excluded or cannot be shown, the defaults may be missing.
    """
    followers = {name for group in study.grid.zip for name in group[1:]}
    wanted = {name: _wanted(name, levels) for name, levels in study.factors.items() if name not in followers}
    return min(cells, key=lambda cell: sum(cell.levels[name] != level for name, level in wanted.items()))


def _wanted(factor: str, levels: Sequence[Level]) -> Level:
    default = FACTORS[factor].default
    return default if default is not None and default in levels else levels[0]


def compared_factors(params: Mapping[str, str], setting: Mapping[str, str]) -> tuple[str, ...]:
    """Those factors whose comparison a run belongs to: all *others* stand at their reference level.

    Every factor at the reference setting itself, one factor beside it, none farther out.

    >>> compared_factors({"depth": "8", "l2": "0"}, {"depth": "2", "l2": "0"})
    ('depth',)
    """
    astray = [factor for factor, level in setting.items() if params.get(factor) != level]
    if not astray:
        return tuple(setting)
    return (astray[0],) if len(astray) == 1 else ()
