"""What a sync did, for a person and for who called it."""

from dataclasses import dataclass


@dataclass
class Tally:
    """What became of a sweep's runs."""

    updated: int = 0
    """There, and told anew where they differed."""
    restored: int = 0
    """Brought back after a person had deleted them."""
    deleted: int = 0
    """Deleted by a person, and left so."""
    doubles: int = 0
    """Superfluous twins that were deleted."""
    strangers: int = 0
    """Runs that say they are of this sweep, and are none that it asks for."""
    waiting: int = 0
    """Cells held back because runs of theirs are missing."""

    @property
    def words(self) -> str:
        """What was mended, and what was left as it is with its remedy; empty if there was nothing of that."""
        parts = (
            (self.updated, "brought up to date"),
            (self.restored, "brought back"),
            (self.doubles, "that were there twice deleted"),
            (self.deleted, "deleted in MLflow by a person and left so: `nnjax sync STUDY --restore` brings them back"),
            (self.waiting, "cells waiting for runs that the journal lacks: `nnjax sweep STUDY` trains them"),
            (self.strangers, "of no run that the study asks for: delete them in MLflow"),
        )
        return "".join(f", {count:,} {words}" for count, words in parts if count)


@dataclass(frozen=True)
class SyncSummary:
    """What a sync did."""

    written: int
    """Runs sent: sweep, cells and single runs."""
    already_there: int
    """Runs that the store had."""
    seconds: float
    """Wall time, without the import of MLflow."""
    tracking_uri: str
    """Where they are, without a password."""
    experiment_id: str
    deep_link: str
    """Address that opens the leaderboard, once a server runs."""
    lane: str
    """"fast" or "client"."""
    tally: Tally

    @property
    def is_whole(self) -> bool:
        """Whether MLflow has all runs of the sweep, and none that it should not have."""
        return not (self.tally.deleted or self.tally.waiting or self.tally.strangers)

    @property
    def words(self) -> str:
        """What was done, and what was left undone with its remedy."""
        return f"{self.written:,} runs written, {self.already_there:,} were there{self.tally.words}"
