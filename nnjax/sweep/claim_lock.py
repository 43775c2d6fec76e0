"""The lock on claims: what they asked before the runs that they need were trained. A checksummed file a study."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any

from nnjax.refusal import RefusedError
from nnjax.sweep.durable import remove_stale_temporaries, write_durably
from nnjax.sweep.identity import content_hash

FORMAT = 1
"""Of the file."""

LOCK_REMEDY = "put back a copy of it, or remove it: its study's claims then count as not recorded"


class ClaimLockError(RefusedError):
    """A lock cannot be read, so nobody knows what was declared when the training began; one line with the remedy."""


class Standing(Enum):
    """Whether a claim was there before the runs that it needs, in words for people."""

    BEFORE = "declared before training"
    AFTER = "declared after training"
    UNKNOWN = "not recorded"

    @property
    def label(self) -> str:
        """What must stand beside the verdict; empty where all is as it should be."""
        return {"BEFORE": "", "AFTER": self.value, "UNKNOWN": f"declaration {self.value}"}[self.name]


@dataclass(frozen=True)
class LockedClaim:
    """A claim as it was when it was locked.

    Attributes:
        asked: Hash of what it asks: arms with their nuisance levels, metric, margin, threshold, kind; no words.
        places: Cells on the study's splits that it needs, see `declarations.cell_place`.
        standing: Whether it was there before its runs.
        study: Name of the study that locked it.
        locked: When, in Unix seconds; 0 if it is not locked yet.
        sharing: Claims that shared the 5 % then; 0 for one that joins others and has no interval.
        needed: Runs that it needed then.
        trained: Those of them that were in the journal then.
    """

    asked: str
    name: str
    sentence: str
    kind: str
    metric: str
    margin: float
    threshold: float | None
    places: tuple[str, ...]
    standing: Standing
    study: str
    locked: float = 0.0
    sharing: int = 0
    needed: int = 0
    trained: int = 0

    @property
    def definition(self) -> str:
        """What it asks, in the study file's words.

        >>> LockedClaim("", "", "", "beats", "test_r2", 0.02, None, (), Standing.AFTER, "", 0, 1, 4, 4).definition
        'beats in test_r2, margin 0.02'
        """
        if self.kind == "all":
            return "all of several"
        size = f"threshold {self.threshold:g}" if self.threshold is not None else f"margin {self.margin:g}"
        return f"{self.kind} in {self.metric}, {size}"

    @property
    def words(self) -> str:
        """When it was declared, and what had been trained by then."""
        runs = f"{self.trained:,} of the {self.needed:,} runs that it needs"
        if self.standing is Standing.UNKNOWN:
            there = f": {runs} were there before anything was written down" if self.needed else ""
            return f"Not recorded whether it was declared before its training{there}."
        date = datetime.fromtimestamp(self.locked, UTC).strftime("%Y-%m-%d %H:%M UTC")
        when = f"Declared on {date} in study {self.study}" if self.locked else "Declared"
        if self.standing is Standing.AFTER:
            return f"{when} after training: {runs} had been trained by then."
        share = f"; one of {self.sharing} claims that share the 5 %" if self.sharing > 1 else ""
        if self.trained:
            return f"{when}, before its training, but {runs} had been trained before, for another study{share}."
        if not self.locked:
            return f"Not locked yet: none of the {self.needed:,} runs that it needs has been trained."
        return f"{when}, before the first of the {self.needed:,} runs that it needs was trained{share}."


@dataclass(frozen=True)
class ClaimLock:
    """What is known of a study's claims.

    Attributes:
        claims: All that were ever locked while a run of theirs was trained, in the order in which they came.
        recorded: Places that the study has asked for and that had no run before, or none that no lock knew of.
        older: Places of which runs were there that no lock knew of.
    """

    study: str
    claims: tuple[LockedClaim, ...] = ()
    recorded: frozenset[str] = frozenset()
    older: frozenset[str] = frozenset()


def lock_path(home: Path | str, study: str) -> Path:
    """Where the lock of a study's claims stands."""
    return Path(home) / "journal" / "claims" / f"{study}.json"


def save_lock(home: Path | str, lock: ClaimLock) -> None:
    """Write a lock, whole or not at all."""
    content = {
        "format": FORMAT,
        "study": lock.study,
        "claims": [{**asdict(claim), "standing": claim.standing.value} for claim in lock.claims],
        "recorded": sorted(lock.recorded),
        "older": sorted(lock.older),
    }
    path = lock_path(home, lock.study)
    remove_stale_temporaries(path.parent)
    text = json.dumps({"checksum": content_hash(content), **content}, indent=1, ensure_ascii=False)
    write_durably(path, f"{text}\n".encode())


def read_lock(path: Path) -> ClaimLock | None:
    """A lock; None if there is none.

    Raises:
        ClaimLockError: If it cannot be read, is not what was written, or is of another format.
    """
    try:
        content = json.loads(path.read_bytes())
        checksum = content.pop("checksum")
        if content["format"] != FORMAT:
            raise ClaimLockError(f"{path}: of format {content['format']}, this nnjax reads {FORMAT}; use a newer nnjax")
        if checksum != content_hash(content):
            raise ClaimLockError(f"{path}: damaged (its content does not agree with its checksum); {LOCK_REMEDY}")
        claims = tuple(_claim(each) for each in content["claims"])
        return ClaimLock(content["study"], claims, frozenset(content["recorded"]), frozenset(content["older"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ClaimLockError(f"{path}: cannot be read ({type(error).__name__}); {LOCK_REMEDY}") from None


def _claim(content: Mapping[str, Any]) -> LockedClaim:
    plain = {each.name: content[each.name] for each in fields(LockedClaim)}
    return LockedClaim(**plain | {"places": tuple(content["places"]), "standing": Standing(content["standing"])})


def other_locks(home: Path | str, study: str) -> Iterator[ClaimLock]:
    """The locks of all other studies under a home; what cannot be read says nothing here, see `damaged_locks`."""
    for path in sorted(lock_path(home, study).parent.glob("[!.]*.json")):
        try:
            lock = read_lock(path) if path != lock_path(home, study) else None
        except ClaimLockError:
            continue
        if lock is not None:
            yield lock


def damaged_locks(home: Path | str) -> dict[str, str]:
    """Name of each lock that cannot be read -> what is wrong, with the remedy."""
    damaged = {}
    for path in sorted((Path(home) / "journal" / "claims").glob("[!.]*.json")):
        try:
            read_lock(path)
        except ClaimLockError as error:
            damaged[path.name] = str(error)
    return damaged
