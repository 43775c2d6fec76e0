"""How two sweeps are related: whether their numbers may be paired, combined, or not compared at all."""

from enum import Enum

from nnjax.sweep.space import Space


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


def shared_runs(first: Space, second: Space) -> int:
    """Runs that both sweeps ask for: trained once, the same numbers in both."""
    return len({run.run_id for run in first.runs} & {run.run_id for run in second.runs})
