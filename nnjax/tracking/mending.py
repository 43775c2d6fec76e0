"""What a run in MLflow must be told anew: where a person, a retraining or another wording has parted it from ours.

MLflow can add, and change tags, names and states; it takes no number and no param back. A number that differs is told
again, later than the one that is there; one that should not be there is told to be none.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from nnjax.tracking import names
from nnjax.tracking.layout import Point, TrackedRun
from nnjax.tracking.ledger import Entry, Ledger, parent_tags

OWN_TAGS = (
    names.KIND,
    names.STUDY,
    names.SWEEP,
    names.PLAN,
    names.CELL,
    names.RUN,
    names.STATUS,
    names.REPLICATES,
    names.PARENT_NAME,
    names.REFERENCE,
)
"""Tags that say what a run is. Who told it, by which command and commit, stays as it was then; so does a colour."""

SETTLED = {f"{name}{ending}" for name in (*names.TOLD, *names.CHOSEN_BY) for ending in names.CELL_ENDINGS} | {
    names.DIVERGED_EPOCH,
    "diverged",
}
"""Metrics that a run either has or has not; a curve may be there from a time when the study asked for more."""


@dataclass(frozen=True)
class Change:
    """What to tell of one run that is there."""

    run: TrackedRun
    """As it should be."""
    run_id: str
    tags: Mapping[str, str] = field(default_factory=dict)
    lost_tags: Sequence[str] = ()
    """To be removed."""
    params: Mapping[str, str] = field(default_factory=dict)
    new_points: Sequence[Point] = ()
    """Of metrics that it has not."""
    other_points: Sequence[Point] = ()
    """Of metrics that are there with another number."""
    name: str | None = None
    has_other_status: bool = False
    """Whether its state is to be set."""

    @property
    def is_one(self) -> bool:
        """Whether there is anything to tell."""
        told = (self.tags, self.lost_tags, self.params, self.new_points, self.other_points, self.name)
        return any(told) or self.has_other_status


def differences(runs: Iterable[TrackedRun], ledger: Ledger) -> list[Change]:
    """What must be told of runs that the store has; those that are new or that a person has deleted are passed over."""
    there = ((run, ledger.entries.get(run.identity)) for run in runs)
    changes = (_change(run, entry, ledger) for run, entry in there if entry and entry.tags and not entry.is_deleted)
    return [change for change in changes if change.is_one]


def _change(run: TrackedRun, entry: Entry, ledger: Ledger) -> Change:
    wanted = {key: run.tags[key] for key in OWN_TAGS if key in run.tags} | dict(parent_tags(run, ledger))
    is_sweep = run.parent is None  # its end and its numbers are told when all else is
    new, other = ([], []) if is_sweep else _points(run, entry)
    has_moved = entry.tags.get(names.SWEEP) != run.tags[names.SWEEP]  # only then: a name that a person gave stays
    return Change(
        run=run,
        run_id=entry.run_id,
        tags={key: text for key, text in wanted.items() if entry.tags.get(key) != text and not _is_kept(key, entry)},
        lost_tags=[key for key in OWN_TAGS if key in entry.tags and key not in wanted],
        params={key: text for key, text in run.params.items() if key not in entry.params},
        new_points=new,
        other_points=other,
        name=run.name if has_moved and entry.tags.get(names.RUN_NAME) != run.name else None,
        has_other_status=not is_sweep and entry.status != run.status,
    )


def _is_kept(key: str, entry: Entry) -> bool:
    """Whether a tag stays as it is there: a person may have written another note."""
    return key == names.NOTE and key in entry.tags


def is_told(value: float | None, there: float | None) -> bool:
    """Whether a store's number is the one that it should be; None and NaN are no number.

    >>> is_told(0.5, 0.5), is_told(None, float("nan")), is_told(0.5, None), is_told(None, 0.5)
    (True, True, False, False)
    """
    ours, theirs = (math.nan if each is None else each for each in (value, there))
    return ours == theirs or (math.isnan(ours) and math.isnan(theirs))


def _points(run: TrackedRun, entry: Entry) -> tuple[list[Point], list[Point]]:
    """Points of metrics that are not there, and of those that are there with another number."""
    last = {point.key: point.value for point in run.points}
    astray = {key for key, value in last.items() if key in entry.metrics and not is_told(value, entry.metrics[key])}
    new = [point for point in run.points if point.key not in entry.metrics]
    other = [point for point in run.points if point.key in astray]
    surplus = (SETTLED & entry.metrics.keys()) - last.keys()
    none = [Point(key, math.nan, run.end, 0) for key in sorted(surplus) if not is_told(None, entry.metrics[key])]
    return new, other + none


def after(points: Sequence[Point], latest: Mapping[str, tuple[int, int]]) -> list[Point]:
    """Points moved so that each metric's last one comes after what is there: MLflow shows the latest by step and time.

    `latest`: metric -> step and milliseconds of its latest point that is there.

    >>> after([Point("test_r2", 0.5, 100, 0)], {"test_r2": (0, 100)})
    [Point(key='test_r2', value=0.5, timestamp=101, step=0)]
    """
    ends = {point.key: point for point in points}
    moved = []
    for point in points:
        step, time = latest[point.key]
        # All points of a metric move by as much, so that a curve keeps its shape.
        later = max(0, time + 1 - ends[point.key].timestamp)
        is_end = point is ends[point.key]
        moved.append(
            point._replace(timestamp=point.timestamp + later, step=max(step, point.step) if is_end else point.step)
        )
    return moved
