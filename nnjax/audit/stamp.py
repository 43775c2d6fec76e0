"""The stamp of an audit: what was looked at, what was found, and when; kept beside the journal, shown in the report."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from nnjax.sweep.durable import write_durably


@dataclass(frozen=True)
class Line:
    """One thing that was looked at; whether it is fine is None if that cannot be seen on this machine."""

    what: str
    seen: str
    is_ok: bool | None


@dataclass(frozen=True)
class AuditStamp:
    """An audit of one sweep: when in UTC it was made, the seed of the sample trained again, what was looked at."""

    made: str
    seed: int
    lines: tuple[Line, ...]

    @property
    def is_clean(self) -> bool:
        """Whether nothing was found."""
        return all(line.is_ok is not False for line in self.lines)

    @property
    def words(self) -> str:
        """What it came to."""
        seen = [line.is_ok for line in self.lines if line.is_ok is not None]
        blind = f", {len(self.lines) - len(seen)} not possible here" if len(seen) < len(self.lines) else ""
        verdict = "Clean" if self.is_clean else "Something is wrong"
        return f"{verdict}: {sum(seen)} of {len(seen)} looks were fine{blind}"


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
