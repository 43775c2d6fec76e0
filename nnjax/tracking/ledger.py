"""Which of a sweep's runs a store has already: the memory that makes sync idempotent."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from nnjax.tracking.layout import TrackedRun


@dataclass(frozen=True)
class Entry:
    """One run that the store has."""

    run_id: str
    """The store's id of it."""
    status: str
    """RUNNING means that a sync was killed while it was being sent."""
    is_deleted: bool
    """Whether a person has deleted it; it is then left alone."""

    @property
    def is_done(self) -> bool:
        """Whether there is nothing left to send."""
        return self.is_deleted or self.status != "RUNNING"


@dataclass
class Ledger:
    """A sweep's runs in one store, by identity; grows while a sync writes."""

    entries: dict[str, Entry] = field(default_factory=dict)
    """Identity -> the run there."""
    doubles: list[str] = field(default_factory=list)
    """Run ids of superfluous twins, left by a request that a dying server had already obeyed."""

    def add(self, identity: str, entry: Entry) -> None:
        """Take note of a run; of two with one identity the finished one counts."""
        known = self.entries.get(identity)
        if known is None:
            self.entries[identity] = entry
            return
        kept, surplus = (known, entry) if known.is_done or not entry.is_done else (entry, known)
        self.entries[identity] = kept
        if not surplus.is_deleted:
            self.doubles.append(surplus.run_id)

    def absent(self, runs: Iterable[TrackedRun]) -> list[TrackedRun]:
        """Those runs that the store has not."""
        return [run for run in runs if run.identity not in self.entries]

    def cut_off(self, runs: Iterable[TrackedRun]) -> list[TrackedRun]:
        """Those runs that a killed sync has left half sent."""
        return [run for run in runs if run.identity in self.entries and not self.entries[run.identity].is_done]


Advance = Callable[[int], None]
"""Takes a number of runs that have been written since it was last called."""


class Lane(Protocol):
    """A way of writing runs into a store."""

    name: str
    """For messages."""

    def read_ledger(self, sweep_id: str) -> Ledger:
        """What the store has of this sweep, deleted runs included."""
        ...

    def write(self, runs: Sequence[TrackedRun], ledger: Ledger, advance: Advance) -> None:
        """Write runs whose parents the ledger has, and enter them.

        Args:
            runs: What to write.
            ledger: What the store has; grows.
            advance: Told now and then how many more are written.
        """
        ...


def parent_tags(run: TrackedRun, ledger: Ledger, key: str) -> Mapping[str, str]:
    """The tag that nests a run under its parent."""
    return {} if run.parent is None else {key: ledger.entries[run.parent].run_id}
