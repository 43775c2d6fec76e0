"""The stamp of an audit: what was looked at, what was found, and when; kept beside the journal, shown in the report."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from nnjax.sweep.durable import write_durably


@dataclass(frozen=True)
class Line:
    """One thing that was looked at.

    Attributes:
        what: What it is.
        seen: What was found, in words and numbers.
        is_ok: Whether all is as it should be.
    """

    what: str
    seen: str
    is_ok: bool


@dataclass(frozen=True)
class AuditStamp:
    """An audit of one sweep.

    Attributes:
        made: When, in UTC.
        seed: Of the sample of runs that were trained again.
        lines: What was looked at.
    """

    made: str
    seed: int
    lines: tuple[Line, ...]

    @property
    def is_clean(self) -> bool:
        """Whether nothing was found."""
        return all(line.is_ok for line in self.lines)

    @property
    def words(self) -> str:
        """What it came to."""
        fine = sum(line.is_ok for line in self.lines)
        return f"{'Clean' if self.is_clean else 'Something is wrong'}: {fine} of {len(self.lines)} looks were fine"


def stamp_path(home: Path | str, sweep_id: str) -> Path:
    """Where a sweep's stamp stands."""
    return Path(home) / "journal" / "audits" / f"{sweep_id}.json"


def write_audit(stamp: AuditStamp, home: Path | str, sweep_id: str) -> None:
    """Keep a stamp, over an older one of the same sweep."""
    write_durably(stamp_path(home, sweep_id), (json.dumps(asdict(stamp), indent=1, ensure_ascii=False) + "\n").encode())


def load_audit(home: Path | str, sweep_id: str) -> AuditStamp | None:
    """The stamp of a sweep; None if it was never audited here, or the stamp cannot be read."""
    try:
        kept = json.loads(stamp_path(home, sweep_id).read_text("utf-8"))
        return AuditStamp(kept["made"], kept["seed"], tuple(Line(**line) for line in kept["lines"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None
