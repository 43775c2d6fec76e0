"""How two sweeps are related, and their claims, by name: verdicts side by side, the interval of their difference."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from nnjax.claims.answer import ClaimAnswer
from nnjax.claims.declared import claim_level
from nnjax.claims.rounds import QUESTION_KEYS
from nnjax.report.study_results import StudyResults
from nnjax.statistics.difference import Difference, independent_difference
from nnjax.statistics.interval import paired_interval
from nnjax.statistics.verdict import Verdict
from nnjax.sweep.space import Space

DEFINITION = (*QUESTION_KEYS, "parts")


class Relation(Enum):
    """What two sweeps share, and what that means for the interval of a difference between them."""

    SAME_SPLITS = "Both saw the same splits of the same rows: differences are taken split by split."
    OTHER_ROWS = (
        "They saw different tables: corrected standard errors add in squares (Welch), as if no row were shared."
    )
    SAME_ROWS = (
        "They saw other splits of the same rows: neither paired nor independent, so that a difference has no interval "
        "here; verdicts can be compared."
    )


def relate(first: Space, second: Space) -> Relation:
    """How two sweeps are related."""
    if first.table.digest != second.table.digest:
        return Relation.OTHER_ROWS
    common = min(len(first.splits), len(second.splits))
    digests = [[split.digest for split in space.splits[:common]] for space in (first, second)]
    return Relation.SAME_SPLITS if digests[0] == digests[1] else Relation.SAME_ROWS


@dataclass(frozen=True)
class ComparedClaim:
    """A claim that both studies declare."""

    first: ClaimAnswer
    second: ClaimAnswer
    is_same_claim: bool
    """Whether both declare the same: arms, metric, margin."""
    difference: Difference | None
    """Second estimate minus first; None where no interval can be given."""

    @property
    def is_changed(self) -> bool:
        """Whether the verdict is another one."""
        return self.first.judgement.verdict is not self.second.judgement.verdict

    @property
    def is_real(self) -> bool:
        """Whether the estimates differ by more than luck."""
        return self.difference is not None and not self.difference.low <= 0.0 <= self.difference.high

    @property
    def words(self) -> str:
        """What became of the conclusion."""
        before, after = (answer.judgement.verdict.word for answer in (self.first, self.second))
        if not self.is_same_claim:
            return f"declared differently: {before} and {after} are about different things"
        change = f"changed: {before} → {after}" if self.is_changed else f"the same verdict: {before}"
        if self.difference is None:
            return change
        if self.is_real:
            return f"{change}; the estimates differ"
        return f"{change}; the estimates do not differ for sure" if self.is_changed else change


def compare_claims(first: StudyResults, second: StudyResults, relation: Relation) -> tuple[ComparedClaim, ...]:
    """The claims that both declare under one name, in the first one's order."""
    others = {answer.claim.name: answer for answer in second.claims}
    both = [(answer, others[answer.claim.name]) for answer in first.claims if answer.claim.name in others]
    level = claim_level([answer.claim for answer, _ in both])
    return tuple(_compare(*each, relation, level) for each in both)


def changed_conclusions(compared: Sequence[ComparedClaim]) -> tuple[ComparedClaim, ...]:
    """Those of one and the same claim whose verdict is another one in the second sweep."""
    return tuple(each for each in compared if each.is_same_claim and each.is_changed)


def only_in(first: StudyResults, second: StudyResults) -> tuple[ClaimAnswer, ...]:
    """Answers of the first sweep to claims that the second does not declare."""
    names = {answer.claim.name for answer in second.claims}
    return tuple(answer for answer in first.claims if answer.claim.name not in names)


def _compare(first: ClaimAnswer, second: ClaimAnswer, relation: Relation, level: float) -> ComparedClaim:
    is_same = all(getattr(first.claim, name) == getattr(second.claim, name) for name in DEFINITION)
    difference = _difference(first, second, relation, level) if is_same else None
    return ComparedClaim(first, second, is_same, difference)


def _difference(first: ClaimAnswer, second: ClaimAnswer, relation: Relation, level: float) -> Difference | None:
    if first.interval is None or second.interval is None or relation is Relation.SAME_ROWS:
        return None
    if Verdict.EXPLORATORY in (first.judgement.verdict, second.judgement.verdict):
        return None
    if not (first.by_split and second.by_split):  # an end is open: of two bounds the difference is not known
        return None
    if relation is Relation.OTHER_ROWS:
        return independent_difference(first.interval, second.interval, level)
    common = min(len(first.by_split), len(second.by_split))
    numbers = np.subtract(second.by_split[:common], first.by_split[:common])
    paired = paired_interval(numbers, first.interval.n_train, first.interval.n_test, level)
    return Difference(paired.estimate, paired.low, paired.high, paired.n - 1.0, level)
