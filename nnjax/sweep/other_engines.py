"""What earlier engines have trained of a study: valid as what it is, and no part of today's."""

import shlex
from collections.abc import Set

from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.space import Space, expand
from nnjax.training import CLIPPED_BY_NORM, ENGINE_VERSION, engine_of


def runs_of_other_engines(space: Space, journal: Journal) -> dict[str, int]:
    """Engine -> runs of this study that the journal has from it; without today's engine and without zeros.

    Args:
        space: The study and its runs, as today's engine identifies them.
        journal: Where finished runs lie.
    """
    table = journal.read(["engine"])
    there = dict(zip(table["run_id"].to_pylist(), table["engine"].to_pylist(), strict=True))
    today = {engine_of(cell.configuration.clipping) for cell in space.cells}
    is_today_s_own = len(today) == 1 and not any(each.rounded for each in space.replicates)  # nothing of it is older
    own = {run.run_id for run in space.runs}
    others = sorted(set(there.values()) - (today if is_today_s_own else set()))
    counts = {engine: _count(space, engine, there.keys() - own) for engine in others}
    return {engine: count for engine, count in counts.items() if count}


def _count(space: Space, engine: str, there: Set[str]) -> int:
    return sum(run.run_id in there for run in expand(space.study, engine).runs)


def left_behind(space: Space, journal: Journal) -> tuple[str, ...]:
    """What is to be said of runs that an upgrade has left behind, two sentences an engine; none if there are none.

    Args:
        space: The study and its runs.
        journal: Where finished runs lie.
    """
    found = runs_of_other_engines(space, journal)
    return tuple(_describe(engine, runs, space) for engine, runs in found.items())


def _describe(engine: str, runs: int, space: Space) -> str:
    path, today = shlex.quote(space.study.path), f"this is engine {ENGINE_VERSION}, whose last digits differ"
    if any(each.rounded for each in space.replicates):
        today = "today a column that is constant but for rounding is taken for constant"
    elif engine == ENGINE_VERSION:
        today = (
            f"this is engine {engine_of(CLIPPED_BY_NORM[0])} for gradients clipped by norm, whose last digits differ"
        )
    return (
        f"{runs:,} runs of this study are in the journal from engine {engine}; {today}. They stay as they are, and "
        f"its own are trained beside them; to compare the two: "
        f"nnjax report {path} {path} --other-engine {engine}"
    )
