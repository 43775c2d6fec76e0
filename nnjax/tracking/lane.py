"""A way of reading and writing runs of a store: what the client and the quick way have in common."""

from collections.abc import Callable, Sequence
from typing import Protocol

from nnjax.tracking.layout import TrackedRun
from nnjax.tracking.ledger import Entry, Ledger
from nnjax.tracking.mending import Change

Advance = Callable[[int], None]
"""Takes a number of runs that have been written since it was last called."""


class Lane(Protocol):
    """A way of reading and writing runs of a store."""

    name: str
    """For messages."""

    def read(self, experiment_ids: Sequence[str]) -> list[Entry]:
        """All runs of some experiments, deleted ones included."""
        ...

    def write(self, runs: Sequence[TrackedRun], ledger: Ledger, advance: Advance) -> None:
        """Write runs whose parents the ledger has, and enter them.

        Args:
            runs: What to write.
            ledger: What the store has; grows.
            advance: Told now and then how many more are written.
        """
        ...

    def mend(self, changes: Sequence[Change]) -> None:
        """Make runs that are there say what they should."""
        ...
