"""What a plan has computed of its claims, kept in the home: while nothing changes the next one computes nothing.

Spreads of the journal's runs take pandas, what can be found at them takes scipy: importing these is half of a plan.
"""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from nnjax.sweep.durable import write_durably
from nnjax.sweep.identity import content_hash, file_hash, package_hash
from nnjax.sweep.journal.journal import journal_files
from nnjax.sweep.space import Space, sweep_id

FOLDER = Path(".cache") / "forecasts"


class Findable(NamedTuple):
    """What can be found of a claim.

    Attributes:
        spreads: Standard deviations over splits that the rest is for.
        is_assumed: Whether they are assumed, and not those of the journal's runs.
        found: Smallest true difference found with 80 % power, for each of them.
        half_widths: Half the width of the interval, for each of them.
    """

    spreads: tuple[float, ...]
    is_assumed: bool
    found: tuple[float, ...]
    half_widths: tuple[float, ...]


def kept_forecasts(
    space: Space, home: Path, level: float, compute: Callable[[], Mapping[str, Findable]]
) -> Mapping[str, Findable]:
    """What can be found of each claim, by name: as it was kept, if all that it comes from is as it was, else anew.

    Some of the study's runs are in the journal; the level is that of every declared interval.
    """
    path = home / FOLDER / f"{sweep_id(space)}.json"
    try:
        made_from = _made_from(space, home, level)
    except OSError:  # a file that nobody can read: what is kept may be of another one
        return compute()
    with suppress(OSError, ValueError, TypeError, KeyError):
        kept = json.loads(path.read_text("utf-8"))
        if kept["made_from"] == made_from:
            return {name: _read(*told) for name, told in kept["claims"].items()}
    computed = compute()
    with suppress(OSError):  # nobody may write here: the next plan computes it, too
        write_durably(path, json.dumps({"made_from": made_from, "claims": computed}, indent=1).encode())
    return computed


def _made_from(space: Space, home: Path, level: float) -> str:
    """Hash of this package, the study, and the content of the journal."""
    study = space.study
    runs = [[path.name, file_hash(path)] for path in journal_files(home)]
    return content_hash([package_hash(), study.text, study.overrides, sweep_id(space), level, runs])


def _read(spreads: list[float], is_assumed: bool, found: list[float], half_widths: list[float]) -> Findable:
    return Findable(tuple(spreads), is_assumed, tuple(found), tuple(half_widths))
