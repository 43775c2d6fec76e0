"""The cells of a claim: which of a study's cells have the levels that pin its arms."""

from collections.abc import Mapping, Sequence

from nnjax.sweep.space import Cell
from nnjax.sweep.study.factors import Level
from nnjax.sweep.study.grid import has_levels
from nnjax.sweep.study.tables import Claim


def arm_cells(claim: Claim, cells: Sequence[Cell]) -> tuple[frozenset[str], ...]:
    """Identities of the cells of each arm, whatever the nuisance factors that are not pinned.

    Args:
        claim: The claim.
        cells: All cells of its study.
    """
    return tuple(cells_at(levels, cells) for levels in claim.arms.values())


def cells_at(levels: Mapping[str, Level], cells: Sequence[Cell]) -> frozenset[str]:
    """Identities of the cells at some levels; a factor that the study fixes does not tell cells apart."""
    return frozenset(
        cell.cell_id
        for cell in cells
        if has_levels(cell.levels, {factor: level for factor, level in levels.items() if factor in cell.levels})
    )
