"""The runs of a round: of the cells of its claims, those that no earlier round and not the study itself asked for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from nnjax.claims.logbook import LOGBOOK_REMEDY, Logbook, LogbookError, load_logbook, logbook_path
from nnjax.statistics.power import Design
from nnjax.sweep.identity import content_hash
from nnjax.sweep.space import Run, Space, arm_cells, expand

QUESTION_KEYS = ("kind", "a", "b", "at", "metric", "margin", "threshold")
"""What a claim asks; its name and its wording may be mended without a new question."""


def question_id(space: Space) -> str:
    """The identity of what is looked at: the study's runs and what its claims ask of them.

    A word changed in the study, its name or what it logs make no new question, so they bring no new looks.
    """
    claims = space.study.claims
    places = {claim.name: place for place, claim in enumerate(claims)}
    asked = [
        {**{key: getattr(claim, key) for key in QUESTION_KEYS}, "parts": [places[part] for part in claim.parts]}
        for claim in claims
    ]
    return content_hash([asked, [run.run_id for run in space.runs]])


def study_logbook(space: Space, home: Path | str) -> Logbook | None:
    """The looks at a study's claims; None if nothing was ever added to decide them.

    Raises:
        LogbookError: If it cannot be read, or knows its claims by other names.
    """
    identity = question_id(space)
    logbook = load_logbook(home, identity)
    renamed = set(logbook.last() if logbook else ()) - {claim.name for claim in space.study.claims}
    if renamed:
        path, names = logbook_path(home, identity), ", ".join(sorted(renamed))
        raise LogbookError(f"{path}: {names}: no claim has this name any more; give it back, or else {LOGBOOK_REMEDY}")
    return logbook


def design_of(space: Space) -> Design:
    """The replicates that a study itself asks for."""
    return Design(space.study.replicates.splits, space.study.replicates.seeds_per_split)


def grown_space(space: Space, designs: Mapping[str, Design]) -> Space:
    """The cells of some claims, name -> replicates, that have more of them than the study asks for, and their runs.

    The runs of each claim's whole design, each run once. The study's own are among them: a study with more replicates
    starts with those of the smaller one.
    """
    largest = Design(max(each.splits for each in designs.values()), max(each.seeds for each in designs.values()))
    changes = {"splits": largest.splits, "seeds_per_split": largest.seeds}
    written = tuple(f"replicates.{key}={value}" for key, value in changes.items())
    study = replace(
        space.study,
        replicates=space.study.replicates.model_copy(update=changes),
        overrides=(*space.study.overrides, *written),
    )
    whole, wanted = expand(study, kernels=space.kernels), _wanted(space, designs)
    return _with_runs(whole, [run for run in whole.runs if _is_wanted(run, wanted)])


def _with_runs(space: Space, runs: Sequence[Run]) -> Space:
    """Only these runs, and the cells that they are of."""
    kept = {run.cell.cell_id for run in runs}
    return replace(space, cells=tuple(cell for cell in space.cells if cell.cell_id in kept), runs=tuple(runs))


def _wanted(space: Space, designs: Mapping[str, Design]) -> dict[str, list[Design]]:
    """Identity of each cell -> the designs that it is part of."""
    wanted: dict[str, list[Design]] = {}
    for claim in space.study.claims:
        if claim.name in designs:
            for cell_id in frozenset().union(*arm_cells(claim, space.cells)):
                wanted.setdefault(cell_id, []).append(designs[claim.name])
    return wanted


def _is_wanted(run: Run, wanted: Mapping[str, list[Design]]) -> bool:
    split, seed, designs = run.replicate.split, run.replicate.seed_index, wanted.get(run.cell.cell_id, ())
    return any(split < design.splits and seed < design.seeds for design in designs)


def round_space(space: Space, before: Mapping[str, Design], added: Mapping[str, Design]) -> Space:
    """What a round trains: what its claims need now, name -> replicates, less what the rounds before have trained."""
    known = {run.run_id for run in space.runs}
    if before:
        known |= {run.run_id for run in grown_space(space, before).runs}
    whole = grown_space(space, added)
    return _with_runs(whole, [run for run in whole.runs if run.run_id not in known])


def round_spaces(space: Space, logbook: Logbook) -> Iterator[Space]:
    """What each finished round trained, in order; the first, at the study's own replicates, trained nothing."""
    before: dict[str, Design] = {}
    for looks in logbook.rounds[1:]:
        added = {look.claim: look.design for look in looks}
        found = round_space(space, before, added)
        before |= added
        if found.runs:
            yield found


def added_spaces(space: Space, home: Path | str) -> list[Space]:
    """What was trained beside a study to decide its claims; nothing if nobody asked for it.

    Raises:
        LogbookError: If nobody knows.
    """
    logbook = study_logbook(space, home)
    return list(round_spaces(space, logbook)) if logbook else []
