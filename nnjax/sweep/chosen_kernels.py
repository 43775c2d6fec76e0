"""Which kernels train a study: those of its runs that are there, else what its file and this machine say."""

from collections.abc import Set
from math import inf, isnan
from pathlib import Path
from typing import NamedTuple

from nnjax.kernels.choice import available, begin, load, usable
from nnjax.kernels.names import FUSED, XLA, in_words, is_fused
from nnjax.refusal import RefusedError
from nnjax.sweep.buckets import is_served
from nnjax.sweep.compilation_cache import cache_folder
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.space import Space, expand, served_runs, with_kernels
from nnjax.sweep.study.factors import AUTO, KERNELS
from nnjax.sweep.study.study import Study

ANEW = "to train all of it by XLA: --set kernels=xla"


def expand_at(study: Study, home: Path | str = ".", engine: str | None = None, builds: bool = False) -> Space:
    """The space of a study in a home: what its kernels come to is settled here, and nowhere else.

    A study goes on with the kernels of the oldest of its runs in the journal; only without any it is asked what this
    machine has: as far as that is known, or, if it `builds`, for sure. With an earlier engine, the runs that it has
    trained.

    Raises:
        RefusedError: The study wants fused operations, none of its runs is from any, and this machine has none.
    """
    return settle_kernels(expand(study, engine), home, engine, builds)


def settle_kernels(space: Space, home: Path | str, engine: str | None = None, builds: bool = False) -> Space:
    """A space that somebody expanded, with the kernels that its study comes to in a home; see `expand_at`."""
    study, home = space.study, Path(home)
    if study.kernels == XLA or is_fused(study.kernels):
        return with_kernels(space, study.kernels, engine)
    if not any(is_served(cell.configuration) for cell in space.cells):
        return with_kernels(space, XLA, engine, _UNSERVED if study.kernels == FUSED else "")
    spaces = _spaces_there(space, home, engine)
    here = available(cache_folder(home))
    if spaces:
        kernels = min(spaces, key=lambda name: (spaces[name].first, name != XLA, name))
        found = spaces[kernels]
        usual = here.name or (XLA if study.kernels == AUTO else "")
        about = _told(kernels, found.runs, here.name) if kernels != usual or len(spaces) > 1 else ""
        return with_kernels(found.space, kernels, engine, about)
    if here.name and builds:
        here = usable(cache_folder(home))
    if here.name or study.kernels == AUTO:
        about = "" if here.name else f"Trained by XLA, right and slower, since {_NONE_HERE}: {here.reason}."
        return with_kernels(space, here.name or XLA, engine, about)
    problem = f"{_NONE_HERE}: {here.problem}"
    raise RefusedError(f"{study.path}: fixed.{KERNELS} = {FUSED!r}: {problem}; {here.remedy or ANEW}")


_NONE_HERE = "there are no fused operations here"

_UNSERVED = "Trained by XLA: no fused operation serves any of these trainings."


class _There(NamedTuple):
    """A study's space with some kernels, how many of its runs the journal has, and when the first began; served ones.

    The first one's time is in Unix seconds, minus infinity where nobody wrote it down.
    """

    space: Space
    runs: int
    first: float


def _spaces_there(space: Space, home: Path, engine: str | None) -> dict[str, _There]:
    """Kernels that a study allows and that some of its runs in the journal have -> what there is of them."""
    if not (home / "journal").is_dir():
        return {}
    rows = Journal(home).read([KERNELS, "started"])
    began = dict(zip(rows["run_id"].to_pylist(), rows["started"].to_pylist(), strict=True))
    found = {}
    for name in sorted(set(rows[KERNELS].to_pylist()) - {None}):
        if space.study.kernels == AUTO or is_fused(name):
            made = with_kernels(space, name, engine)
            if runs := served_runs(made) & began.keys():
                times = [began[run_id] for run_id in runs]
                found[name] = _There(made, len(runs), min(-inf if isnan(time) else time for time in times))
    return found


def _told(kernels: str, runs: int, here: str) -> str:
    """Why a study goes on with kernels that nobody asked for, and how to ask for those that are here."""
    told = (
        f"This study is one of {in_words(kernels)}, as its first run was: so are {runs:,} of its runs in the journal. "
        "What other kernels compute differs in the last bits, and is not mixed with them"
    )
    if here in ("", kernels):
        return f"{told}."
    wanted = here if is_fused(kernels) else FUSED
    return f"{told}; to train all of it by {in_words(here)}: --set {KERNELS}={wanted}"


def begin_kernels(space: Space, home: Path | str) -> None:
    """Have what trains a space built beside whatever else is to be done, where nobody did before."""
    if is_fused(space.kernels):
        begin(cache_folder(Path(home)), space.kernels)


def require_kernels(names: Set[str], home: Path | str, where: str) -> None:
    """See that this machine has all the kernels that are to train, as far as that is known without building.

    Raises:
        RefusedError: It has not; `where` is what wants them.
    """
    if why := why_not_here(names, home):
        raise RefusedError(f"{where}: {why}")


def why_not_here(names: Set[str], home: Path | str) -> str:
    """Why this machine cannot train by all of these kernels, and what to do; "" if it can. Nothing is built."""
    for name in sorted(names - {XLA}):
        here = available(cache_folder(Path(home)), name)
        if here.name != name:
            told = f"trained by {in_words(name)}, which cannot be had here: {here.reason}"
            return f"{told}; go on where they can, or, {ANEW}"
    return ""


def kernels_left(space: Space, there: Set[str]) -> set[str]:
    """Kernels of the runs that are still to be trained, where these are there."""
    return {run.cell.configuration.kernels for run in space.runs if run.run_id not in there}


def provide_kernels(name: str, home: Path | str) -> None:
    """Get this process ready to train by kernels; built where nobody did before.

    Raises:
        KernelsError: This machine has not got them.
    """
    if name != XLA:
        load(cache_folder(Path(home)), name)
