"""One thing that was looked at, and what to do about it."""

from dataclasses import dataclass

from nnjax.redaction import masked


@dataclass(frozen=True)
class Symptom:
    """One thing that was looked at.

    Attributes:
        what: What it is.
        seen: What was found.
        remedy: What to do; "" if all is well.
    """

    what: str
    seen: str
    remedy: str = ""

    @property
    def is_ok(self) -> bool:
        """Whether there is nothing to do."""
        return not self.remedy

    def __str__(self) -> str:
        """A line, the remedy below it; without the passwords of addresses."""
        line = f"{'ok   ' if self.is_ok else 'WRONG'} {self.what}: {self.seen}"
        return masked(line if self.is_ok else f"{line}\n      {self.remedy}")
