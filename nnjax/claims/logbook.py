"""The logbook of looks: which claim was seen on which replicates, and what followed. One JSON file a sweep."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nnjax.claims.growth import LOOKS, State
from nnjax.refusal import RefusedError
from nnjax.statistics.power import Design
from nnjax.sweep.durable import write_durably


class LogbookError(RefusedError):
    """The logbook cannot be read, so nobody knows how often the claims were looked at; one line with the remedy."""


@dataclass(frozen=True)
class Look:
    """One claim, looked at once.

    Attributes:
        claim: Its name.
        number: Of the look, from 1.
        design: Replicates of the claim's cells.
        estimate: What was seen; NaN where nothing could be judged.
        low: Lower end of the corrected interval; -inf where it is open.
        high: Upper end; inf where it is open.
        verdict: The verdict's word.
        state: What followed.
        next_design: Replicates at the next look; None unless the claim is open.
    """

    claim: str
    number: int
    design: Design
    estimate: float
    low: float
    high: float
    verdict: str
    state: State
    next_design: Design | None = None


@dataclass(frozen=True)
class Logbook:
    """All looks at the claims of a sweep.

    Attributes:
        rounds: The looks of each round; a round is one training, of the runs that its claims lacked.
    """

    rounds: tuple[tuple[Look, ...], ...] = ()

    @property
    def looks(self) -> tuple[Look, ...]:
        """All looks, one after the other."""
        return tuple(look for looks in self.rounds for look in looks)

    def last(self) -> Mapping[str, Look]:
        """Name of each claim -> its last look."""
        return {look.claim: look for look in self.looks}

    def pending(self) -> Mapping[str, Design]:
        """Name of each open claim -> the replicates that its next look needs."""
        return {name: look.next_design for name, look in self.last().items() if look.next_design is not None}


def looks_at_most(logbook: Logbook | None) -> int:
    """How often the claims of a study may be looked at: once, unless replicates are added to them."""
    return LOOKS if logbook and logbook.rounds else 1


def logbook_path(home: Path | str, question_id: str) -> Path:
    """Where the logbook of a question stands, see `rounds.question_id`."""
    return Path(home) / "journal" / "decisions" / f"{question_id}.json"


def save_logbook(home: Path | str, question_id: str, logbook: Logbook) -> None:
    """Write a logbook, whole or not at all."""
    rounds = [[_to_json(look) for look in looks] for looks in logbook.rounds]
    content = json.dumps({"looks_at_most": LOOKS, "rounds": rounds}, indent=2, ensure_ascii=False)
    write_durably(logbook_path(home, question_id), content.encode())


def load_logbook(home: Path | str, question_id: str) -> Logbook | None:
    """The logbook of a question; None if its claims were never looked at in this way.

    Raises:
        LogbookError: If it is damaged, or was kept with another number of looks: the error rate would be unknown.
    """
    path = logbook_path(home, question_id)
    try:
        content = json.loads(path.read_text("utf-8"))
        if content["looks_at_most"] != LOOKS:
            kept = f"kept for {content['looks_at_most']} looks, this version has {LOOKS}"
            raise LogbookError(f"{path}: {kept}; {LOGBOOK_REMEDY}")
        return Logbook(tuple(tuple(_from_json(look) for look in looks) for looks in content["rounds"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise LogbookError(f"{path}: cannot be read ({type(error).__name__}); {LOGBOOK_REMEDY}") from None


LOGBOOK_REMEDY = "remove it only if nobody has acted on its looks, or ask the question anew with another base_seed"


OPEN_ENDS = {"low": -math.inf, "high": math.inf}
"""Ends of an interval -> what null means there: no bound."""


def _to_json(look: Look) -> dict[str, Any]:
    plain = {name: getattr(look, name) for name in ("claim", "number", "estimate", "low", "high", "verdict")}
    for end in OPEN_ENDS:
        plain[end] = None if math.isinf(plain[end]) else plain[end]  # JSON knows no infinity
    following = look.next_design
    return plain | {
        "state": look.state.value,
        "design": [look.design.splits, look.design.seeds],
        "next_design": [following.splits, following.seeds] if following else None,
    }


def _from_json(content: Mapping[str, Any]) -> Look:
    ends = {name: end if content[name] is None else content[name] for name, end in OPEN_ENDS.items()}
    designs = {name: Design(*content[name]) if content[name] else None for name in ("design", "next_design")}
    return Look(**{**content, **ends, **designs, "state": State(content["state"])})
