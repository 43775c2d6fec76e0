"""Runs that earlier engines have trained: valid as what they are, counted apart, never mixed with today's."""

import shlex

from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.space import BEFORE_ROUNDING, Space, expand
from nnjax.training import ENGINE_VERSION


def runs_of_other_engines(space: Space, journal: Journal) -> dict[str, int]:
    """Engine -> runs of this study that the journal has from it; without today's engine and without zeros."""
    there = journal.column("engine")
    others = sorted(set(there.values()) - {None, ENGINE_VERSION})  # None: nobody wrote it down
    counts = {engine: sum(run.run_id in there for run in expand(space.study, engine).runs) for engine in others}
    return {engine: count for engine, count in counts.items() if count}


def left_behind(space: Space, journal: Journal) -> tuple[str, ...]:
    """What is to be said of runs that an upgrade has left behind, two sentences an engine; none if there are none."""
    found = runs_of_other_engines(space, journal)
    return tuple(_describe(engine, runs, space) for engine, runs in found.items())


def _describe(engine: str, runs: int, space: Space) -> str:
    path, today = shlex.quote(space.study.path), f"this is engine {ENGINE_VERSION}, whose last digits differ"
    if engine in BEFORE_ROUNDING and any(each.rounded for each in space.replicates):
        today = "today a column that is constant but for rounding is taken for constant"
    return (
        f"{runs:,} runs of this study are in the journal from engine {engine}; {today}. They stay as they are, and "
        f"its own are trained beside them; to compare the two: "
        f"`nnjax report {path} {path} --other-engine {engine}`"
    )
