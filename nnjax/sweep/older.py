"""What earlier engines have trained of a study: valid as what it is, and no part of today's."""

from collections.abc import Set

from nnjax.sweep.journal import Journal
from nnjax.sweep.space import Space, expand
from nnjax.training import engine_of


def runs_of_other_engines(space: Space, journal: Journal) -> dict[str, int]:
    """Engine -> runs of this study that the journal has from it; without today's engine and without zeros.

    Args:
        space: The study and its runs, as today's engine identifies them.
        journal: Where finished runs lie.
    """
    table = journal.read(["engine"])
    there = dict(zip(table["run_id"].to_pylist(), table["engine"].to_pylist(), strict=True))
    today = {engine_of(cell.configuration.clipping) for cell in space.cells}
    own = {run.run_id for run in space.runs}
    others = sorted(set(there.values()) - (today if len(today) == 1 else set()))
    counts = {engine: _count(space, engine, there.keys() - own) for engine in others}
    return {engine: count for engine, count in counts.items() if count}


def _count(space: Space, engine: str, there: Set[str]) -> int:
    return sum(run.run_id in there for run in expand(space.study, engine).runs)
