"""A check: one known truth, and what was seen of it, at some effort."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """One truth and what was seen of it.

    Attributes:
        group: What kind of check it is.
        what: What is looked at.
        expected: The truth, one number a part; empty where only a range is known.
        low: Least that should be seen, one number a part.
        high: Most that should be seen.
        seen: What was seen.
        is_share: Whether the numbers are shares, to be read in percent.
    """

    group: str
    what: str
    expected: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    seen: tuple[float, ...]
    is_share: bool = True

    @property
    def is_ok(self) -> bool:
        """Whether all parts are as expected."""
        return all(low <= seen <= high for low, seen, high in zip(self.low, self.seen, self.high, strict=True))


@dataclass(frozen=True)
class Effort:
    """How much is simulated.

    Attributes:
        draws: Tables of the exact model.
        tables: Tables that are really split and learned from.
    """

    draws: int
    tables: int
