"""The stamp: what a calibration saw, of which statistics, and when; kept beside the reports that rely on it."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from nnjax.calibration.check import Check, Effort
from nnjax.sweep.durable import write_durably

STAMP = Path("reports") / "calibration.json"
"""Where it lies in a home folder."""


PACKAGE = Path(__file__).parents[1]
JUDGES = ("statistics/*.py", "claims/*.py", "metrics.py", "results/scores.py")
"""The files whose code decides what a verdict is: how an interval is made and read; which way of a number is better, on
what scale and at which epoch; what a diverged run counts as."""


@dataclass(frozen=True)
class Stamp:
    """A calibration that was run here.

    Attributes:
        made: When, in UTC.
        version: nnjax's.
        statistics: Digest of the source code that judges.
        seed: Of all simulations.
        effort: How much was simulated.
        checks: What was seen.
    """

    made: str
    version: str
    statistics: str
    seed: int
    effort: Effort
    checks: tuple[Check, ...]

    @property
    def passed(self) -> int:
        """Checks that are as expected."""
        return sum(check.is_ok for check in self.checks)

    @property
    def is_current(self) -> bool:
        """Whether the statistics are still those that were calibrated."""
        return self.statistics == statistics_digest()


def statistics_digest() -> str:
    """SHA-256 of the source files that judge, names included."""
    digest = hashlib.sha256()
    for path in sorted(path for pattern in JUDGES for path in PACKAGE.glob(pattern)):
        digest.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def write_stamp(checks: Sequence[Check], effort: Effort, seed: int, home: Path) -> Stamp:
    """Keep what a calibration saw."""
    made = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    stamp = Stamp(made, version("nnjax"), statistics_digest(), seed, effort, tuple(checks))
    write_durably(home / STAMP, (json.dumps(asdict(stamp), indent=1) + "\n").encode())
    return stamp


def load_stamp(home: Path) -> Stamp | None:
    """The stamp of a home folder; None if there is none, or none that can be read."""
    try:
        kept: dict[str, Any] = json.loads((home / STAMP).read_text("utf-8"))
        checks = tuple(_check(check) for check in kept["checks"])
        return Stamp(**{**kept, "effort": Effort(**kept["effort"]), "checks": checks})
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _check(kept: dict[str, Any]) -> Check:
    fields: dict[str, Any] = {key: tuple(part) if isinstance(part, list) else part for key, part in kept.items()}
    return Check(**fields)
