"""What a claim must say of itself to be answered, and the level that several claims share."""

from collections.abc import Iterable
from typing import Protocol

from nnjax.statistics.interval import bonferroni_level

ALPHA = 0.05
"""All verdicts of a report together are wrong with at most this probability; also the false discovery rate of what
nobody declared."""


class DeclaredClaim(Protocol):
    """A sentence about the runs of one or two arms; a study's own claims are of this shape."""

    @property
    def name(self) -> str:
        """Names the claim."""

    @property
    def sentence(self) -> str:
        """The claim in words."""

    @property
    def kind(self) -> str:
        """beats, suffices, same, exceeds, or all for a claim that joins others."""

    @property
    def metric(self) -> str:
        """Column of the results table."""

    @property
    def margin(self) -> float:
        """The smallest difference that matters, on the scale of the comparison."""

    @property
    def threshold(self) -> float | None:
        """What "exceeds" exceeds."""

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of the claims that "all" joins."""

    @property
    def is_compound(self) -> bool:
        """Whether it joins other claims, and has no interval of its own."""


def claim_level(claims: Iterable[DeclaredClaim], looks: int = 1, withdrawn: int = 0) -> float:
    """Level of every declared interval, 1 - alpha / (m K): together they hold with probability 1 - alpha or more.

    A compound claim has no interval of its own; its parts count.

    Args:
        claims: All declared claims of a study; m of them have an interval.
        looks: How often at most the claims are looked at while replicates are added, K.
        withdrawn: Claims with an interval that were declared for these runs and taken out; they are among the m.
    """
    return bonferroni_level(ALPHA, looks * max(1, withdrawn + sum(not claim.is_compound for claim in claims)))
