"""How the design of an undecided claim grows from one look to the next; pure functions of what was seen."""

import math
from dataclasses import dataclass
from enum import Enum

from nnjax.statistics.components import VarianceComponents
from nnjax.statistics.interval import PairedInterval
from nnjax.statistics.power import MOST_REPLICATES, Design, replicates_for_half_width
from nnjax.statistics.verdict import ClaimKind, Verdict, deciding_half_width

LOOKS = 5
"""How often at most a claim is looked at, K. Fixed before the first look: the level of all intervals depends on it."""

LEAST_GROWTH = 2.0
"""A look at fewer than twice the replicates tells little new, and costs one of the K."""

AIM = 0.9
"""Intervals are aimed to be a tenth narrower than would just decide: mean and variances will not stay quite as seen."""

FIRST_SEEDS = 2
"""Seeds a split that tell the wobble of seeds from that of splits."""


class State(Enum):
    """Where a claim stands after a look."""

    OPEN = "open"
    DECIDED = "decided"
    HOPELESS = "hopeless"
    USED_UP = "looks used up"
    NOT_JUDGED = "not judged"


@dataclass(frozen=True)
class Seen:
    """A claim as a look saw it.

    Attributes:
        kind: What is claimed.
        margin: Practical margin.
        threshold: The c of "exceeds".
        verdict: The verdict at this look.
        interval: The interval that it was read off, at the level of one of several looks; None if nothing was judged.
        components: Variance of the difference between seeds and splits; None with one seed a split.
    """

    kind: ClaimKind
    margin: float
    threshold: float | None
    verdict: Verdict
    interval: PairedInterval | None
    components: VarianceComponents | None


@dataclass(frozen=True)
class NextStep:
    """What follows a look.

    Attributes:
        state: Where the claim stands.
        design: Replicates of its cells at the next look; None unless it is open.
    """

    state: State
    design: Design | None = None


def next_step(seen: Seen, design: Design, look: int, folds: int | None) -> NextStep:
    """What follows look number `look`, from 1, at a claim, on this design; `folds` is None if no split can be added.

    An open claim goes a geometric part of the way to the cheapest design that would decide it if mean and variances
    stayed as they are; the last look has all of it.
    """
    if seen.verdict not in (Verdict.UNDECIDED, Verdict.EXPLORATORY):
        return NextStep(State.DECIDED)
    if seen.interval is None or seen.verdict is Verdict.EXPLORATORY:
        return NextStep(State.NOT_JUDGED)
    if not folds:
        return NextStep(State.HOPELESS)
    if look >= LOOKS:
        return NextStep(State.USED_UP)
    target = deciding_design(seen, seen.interval, design, folds)
    if target is None:
        return NextStep(State.HOPELESS)
    return NextStep(State.OPEN, part_of_the_way(design, target, LOOKS - look, folds))


def deciding_design(seen: Seen, interval: PairedInterval, design: Design, folds: int) -> Design | None:
    """The cheapest design that decides a claim, larger than today's, as far as can be seen; None if it is hopeless.

    More replicates of the same table move the estimate by no more than two of its plain standard errors or so, and a
    few splits know their own variance badly. So where mean and variances as they stand leave no hope, the most
    favourable ones that are not unlikely are asked, and only if these leave none it is hopeless. Where one seed a split
    cannot tell, it is today's splits with a second seed.
    """
    if interval.is_open_below and interval.is_open_above:
        return None  # more replicates close no end: those that are censored stay censored
    if seen.components is None:
        return Design(design.splits, FIRST_SEEDS)
    shift = 2.0 * interval.standard_deviation / math.sqrt(interval.n)
    hopes = (((0.0,), seen.components), ((-shift, 0.0, shift), seen.components.with_least_split()))
    for moves, components in hopes:
        estimates = [interval.estimate + move for move in moves]
        asked = (seen.margin, seen.threshold)
        widths = [AIM * deciding_half_width(seen.kind, interval, each, *asked) for each in estimates]
        sizes = (interval.n_train, interval.n_test, interval.level)
        designs = [replicates_for_half_width(width, components, *sizes, folds) for width in widths if width > 0.0]
        found = [each for each in designs if each is not None]
        if found:
            cheapest = min(found, key=lambda each: each.runs)
            return cheapest if cheapest.runs > design.runs else Design(design.splits, design.seeds + 1)
    return None


def part_of_the_way(design: Design, target: Design, looks_left: int, folds: int) -> Design:
    """The design of the next look: seeds first, then whole repeats of splits; twice today's runs at least.

    The target has no fewer splits than today's design and more runs; of the looks left, after this one, there is one
    at least.

    >>> part_of_the_way(Design(20, 2), Design(40, 16), looks_left=3, folds=4)
    Design(splits=20, seeds=5)
    >>> part_of_the_way(Design(20, 5), Design(40, 16), looks_left=1, folds=4)
    Design(splits=40, seeds=16)
    """
    if target.runs < LEAST_GROWTH * design.runs <= MOST_REPLICATES:
        return Design(design.splits, math.ceil(LEAST_GROWTH * design.seeds))
    growth = max(LEAST_GROWTH, (target.runs / design.runs) ** (1 / looks_left))
    wanted = design.runs * growth
    if looks_left == 1 or wanted >= target.runs:
        return target
    seeds = max(design.seeds, min(target.seeds, math.floor(wanted / design.splits)))
    splits = max(design.splits, min(target.splits, math.floor(wanted / seeds / folds) * folds))
    if splits * seeds < LEAST_GROWTH * design.runs:  # both were rounded down
        splits += folds
    return Design(splits, seeds) if splits <= target.splits and splits * seeds > design.runs else target
