"""Which of a sweep's runs a store has already: the memory that makes sync idempotent."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from nnjax.tracking import names
from nnjax.tracking.address import run_link
from nnjax.tracking.layout import TrackedRun

RUN_KINDS = ("sweep", "cell", "run")

Advance = Callable[[int], None]
"""Takes a number of runs that have been written since it was last called."""


@dataclass(frozen=True)
class Entry:
    """One run that the store has."""

    run_id: str
    status: str
    """RUNNING means that a sync was killed while it was being sent."""
    is_deleted: bool
    """Whether a person has deleted it; it is then left alone unless that person asks for it."""
    experiment_id: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    """As they are there, for a person can change and delete them; none of a run that has only now been written."""
    params: Mapping[str, str] = field(default_factory=dict)
    """As they are there: nobody can change or delete them."""
    metrics: Mapping[str, float] = field(default_factory=dict)
    """The last value of each, NaN where a number was taken back."""

    @property
    def is_done(self) -> bool:
        """Whether there is nothing left to send."""
        return self.is_deleted or self.status != "RUNNING"

    @property
    def kind(self) -> str | None:
        """Sweep, cell or run; None if it is none of ours.

        Told by its params; the tag is asked only while a killed sync has left none.
        """
        if not any(key in self.tags for key in (names.KIND, names.SWEEP, names.CELL, names.RUN)):
            return None
        if not self.params:
            kind = self.tags.get(names.KIND)
            return kind if kind in RUN_KINDS else None
        return "sweep" if "study" in self.params else "run" if "split" in self.params else "cell"


@dataclass(frozen=True)
class ToldRun:
    """The sweep's own run as it is there, with all that is said of it alone."""

    run_id: str
    experiment_id: str
    status: str
    end: int | None
    """Milliseconds since 1970; None while it runs."""
    artifact_uri: str
    has_data: bool
    """Whether it says what data it is about."""
    tags: Mapping[str, str]
    params: Mapping[str, str]
    metrics: Mapping[str, float]


@dataclass
class Ledger:
    """A sweep's runs in one store, by identity; grows while a sync writes."""

    entries: dict[str, Entry] = field(default_factory=dict)
    """Identity -> the run there."""
    doubles: list[Entry] = field(default_factory=list)
    """Superfluous twins: left by a request that a dying server had already obeyed, or by an earlier build."""
    strangers: list[Entry] = field(default_factory=list)
    """Single runs that say they are of this sweep, and are none that it asks for."""
    sweep_id: str = ""
    """What the store calls this sweep."""
    experiment_id: str = ""
    """Where it lies; empty if it is nowhere yet."""

    def absent(self, runs: Iterable[TrackedRun]) -> list[TrackedRun]:
        """Those runs that the store has not."""
        return [run for run in runs if run.identity not in self.entries]

    def cut_off(self, runs: Iterable[TrackedRun]) -> list[TrackedRun]:
        """Those runs that a killed sync has left half sent."""
        return [run for run in runs if run.identity in self.entries and not self.entries[run.identity].is_done]

    def deleted(self, runs: Iterable[TrackedRun]) -> list[Entry]:
        """Those runs that a person has deleted."""
        found = (self.entries.get(run.identity) for run in runs)
        return [entry for entry in found if entry and entry.is_deleted]


def parent_tags(run: TrackedRun, ledger: Ledger) -> Mapping[str, str]:
    """The tag that nests a run under its parent, and a cell's note, which leads there and to the report."""
    if run.parent is None:
        return {}
    nested = {names.PARENT: ledger.entries[run.parent].run_id}
    return nested | {names.NOTE: _cell_note(run, ledger)} if names.PARENT_NAME in run.tags else nested


def _cell_note(cell: TrackedRun, ledger: Ledger) -> str:
    sweep, report = (
        run_link(ledger.experiment_id, ledger.entries[cell.parent or ""].run_id, artifact)
        for artifact in ("", names.REPORT)
    )
    return (
        f"Means over {cell.tags[names.REPLICATES]} replicates, in [{cell.tags[names.PARENT_NAME]}]({sweep}). "
        f"Whether they beat those of other cells by more than chance: [the report]({report})."
    )
