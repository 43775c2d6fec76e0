"""From two studies' names to the page that compares their sweeps."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nnjax.comparison.page import write_comparison
from nnjax.refusal import RefusedError
from nnjax.report.study_results import NothingToReportError, StudyResults, gather
from nnjax.sweep.space import Space, expand, sweep_id
from nnjax.sweep.study.study import load_study


class ComparisonError(RefusedError):
    """Two sweeps that cannot be compared; one line with the remedy."""


@dataclass(frozen=True)
class Side:
    """One of two sweeps: study, home, and the numerical version of the engine that trained it; today's if None."""

    study: Path
    home: Path
    engine: str | None = None

    def space(self, overrides: Sequence[str]) -> Space:
        """The study and its runs."""
        return expand(load_study(self.study, overrides), self.engine)


def compare(first: Side, second: Side, overrides: Sequence[str] = (), with_pdf: bool = False) -> Path:
    """Write the page that compares two sweeps, under the reports of the first one's home; overrides change both.

    Raises:
        StudyError: If a study cannot be read.
        ComparisonError: If they are one and the same, of two kinds, or there is nothing to compare.
        LogbookError: If nobody knows how often the claims of one were looked at.
    """
    spaces = [side.space(overrides) for side in (first, second)]
    if sweep_id(spaces[0]) == sweep_id(spaces[1]) and first.home.resolve() == second.home.resolve():
        raise ComparisonError(f"{second.study}: the same sweep as {first.study}; name another, or its home or engine")
    sides = [_gather(space, side.home) for space, side in zip(spaces, (first, second), strict=True)]
    tasks = [side.terms.task for side in sides]
    if tasks[0] != tasks[1]:
        words = " and ".join(f"{side.space.study.name} is a {side.terms.task}" for side in sides)
        raise ComparisonError(f"{words}: their scores are on different scales; compare two of a kind")
    return write_comparison(sides[0], sides[1], first.home / "reports", with_pdf)


def _gather(space: Space, home: Path) -> StudyResults:
    try:
        return gather(space, home)
    except NothingToReportError as error:
        raise ComparisonError(f"{error}; sweep it first") from None
