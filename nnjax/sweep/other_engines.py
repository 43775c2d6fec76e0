"""Runs that earlier engines or other kernels have trained: valid as what they are, counted apart, never mixed."""

import shlex
from collections import Counter
from collections.abc import Mapping

from nnjax.kernels.names import in_words
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.space import BEFORE_ROUNDING, Space, expand, served_runs
from nnjax.sweep.study.factors import KERNELS
from nnjax.training import ENGINE_VERSION


def runs_of_other_engines(space: Space, journal: Journal) -> dict[str, int]:
    """Engine -> runs of this study that the journal has from it; without today's engine and without zeros."""
    counts: Counter[str] = Counter()
    for (engine, kernels), there in _makers(journal).items():
        if engine != ENGINE_VERSION:
            counts[engine] += sum(run.run_id in there for run in expand(space.study, engine, kernels).runs)
    return {engine: count for engine, count in sorted(counts.items()) if count}


def runs_of_other_kernels(space: Space, journal: Journal) -> dict[str, int]:
    """Kernels -> runs of this study that the journal has from them, by today's engine; without those of the space."""
    counts = {
        kernels: len(there & served_runs(expand(space.study, None, kernels)))
        for (engine, kernels), there in _makers(journal).items()
        if engine == ENGINE_VERSION and kernels != space.kernels
    }
    return {kernels: count for kernels, count in sorted(counts.items()) if count}


def _makers(journal: Journal) -> Mapping[tuple[str, str], set[str]]:
    """Engine and kernels -> the runs that the journal has from the two; not those of which nobody wrote them down."""
    found: dict[tuple[str, str], set[str]] = {}
    for row in journal.read(["engine", KERNELS]).to_pylist():
        found.setdefault((row["engine"], row[KERNELS]), set()).add(row["run_id"])
    return {maker: runs for maker, runs in found.items() if None not in maker}


def left_behind(space: Space, journal: Journal) -> tuple[str, ...]:
    """What is to be said of runs that an upgrade, or another word for kernels, has left behind; none if there are none.

    Two sentences an engine or kernels.
    """
    engines, kernels = runs_of_other_engines(space, journal), runs_of_other_kernels(space, journal)
    return (
        *(_of_engine(engine, runs, space) for engine, runs in engines.items()),
        *(_of_kernels(name, runs, space) for name, runs in kernels.items()),
    )


def _of_engine(engine: str, runs: int, space: Space) -> str:
    today = f"this is engine {ENGINE_VERSION}, whose last digits differ"
    if engine in BEFORE_ROUNDING and any(each.rounded for each in space.replicates):
        today = "today a column that is constant but for rounding is taken for constant"
    path = shlex.quote(space.study.path)
    compare = f"`nnjax report {path} {path} --other-engine {engine}`"
    return _describe(f"engine {engine}", runs, today, compare)


def _of_kernels(name: str, runs: int, space: Space) -> str:
    today = f"this sweep is trained by {in_words(space.kernels)}, whose last digits differ"
    path = shlex.quote(space.study.path)
    compare = f"`nnjax report {path} {path} --other-kernels {name}`"
    if space.about_kernels:  # has said that the two differ, and are not mixed
        return f"{runs:,} runs of this study are in the journal from {in_words(name)}; to compare the two: {compare}"
    return _describe(in_words(name), runs, today, compare)


def _describe(maker: str, runs: int, today: str, compare: str) -> str:
    return (
        f"{runs:,} runs of this study are in the journal from {maker}; {today}. They stay as they are, and "
        f"its own are trained beside them; to compare the two: {compare}"
    )
