"""Races to a target of which the truth is known, though some runs never arrive: wrong verdicts, and verdicts kept."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from nnjax.calibration.exact import N_TEST, N_TRAIN, OVERLAP, simulate_differences
from nnjax.metrics import QUARTER_MORE
from nnjax.statistics.censoring import Bounds, bounded_interval
from nnjax.statistics.interval import PairedInterval
from nnjax.statistics.verdict import ClaimKind, Verdict, read_off

RACE_SPLITS = 20
OF_SPLIT = 0.5
"""Standard deviation of log2 T between splits, alike for both arms: some splits are hard to learn."""

OF_DIFFERENCE = 0.45
"""Standard deviation within a table of the difference of the arms: a factor of two is seen in nine tables of ten."""

HARDEST = (-QUARTER_MORE, 0.0, QUARTER_MORE)
"""True differences on the borders between the verdicts: farther off each is wrong more rarely."""

PAIRED_KINDS: tuple[ClaimKind, ...] = ("beats", "suffices", "same")


@dataclass(frozen=True)
class Race:
    """Two arms on their way to a target.

    Attributes:
        difference: Mean of log2 T of B minus that of A: positive if A is faster, 1 is a factor of two.
        censored: Which arm has runs that do not arrive, "A" or "B".
        share: Of its runs.
        is_late: Whether they would arrive with more epochs; else they never would, and the true difference is infinite.
    """

    difference: float
    censored: str
    share: float
    is_late: bool = True

    @property
    def truth(self) -> float:
        """The true mean difference."""
        if self.is_late or self.share == 0.0:
            return self.difference
        return math.inf if self.censored == "B" else -math.inf


def draw_race(race: Race, tables: int, generator: np.random.Generator) -> tuple[Bounds, Bounds]:
    """What is known of log2 T of both arms, [T, J] on T tables, with a last epoch by which some have not arrived.

    Late runs are those beyond a last epoch that the given share of the arm exceeds; never-arriving ones are that share
    of the splits, exactly, drawn anew in each table.
    """
    a = OF_SPLIT * generator.standard_normal((tables, RACE_SPLITS))
    b = a + race.difference + OF_DIFFERENCE * simulate_differences(tables, RACE_SPLITS, OVERLAP, generator)
    spread = math.hypot(OF_SPLIT, OF_DIFFERENCE / math.sqrt(1.0 - OVERLAP))
    middle, width = (0.0, OF_SPLIT) if race.censored == "A" else (race.difference, spread)
    if race.is_late:
        last = middle + width * float(special.ndtri(min(max(1.0 - race.share, 1e-3), 1.0)))
    else:
        last = max(0.0, race.difference) + 2.0 * spread
        order = generator.random((tables, RACE_SPLITS)).argsort(axis=1)
        (a if race.censored == "A" else b)[order < round(race.share * RACE_SPLITS)] = np.inf
    return _seen(a, last), _seen(b, last)


def _seen(times: NDArray[np.float64], last: float) -> Bounds:
    return Bounds(np.minimum(times, last), np.where(times > last, np.inf, times))


def is_false(kind: ClaimKind, verdict: Verdict, truth: float, margin: float) -> bool:
    """Whether a verdict says what is not so; "exceeds" has its threshold at 0.

    >>> is_false("same", Verdict.SUPPORTED, -math.inf, 0.3), is_false("beats", Verdict.SUPPORTED, 0.1, 0.3)
    (True, False)
    """
    supported = {"beats": truth > 0.0, "suffices": truth > -margin, "same": abs(truth) < margin, "exceeds": truth > 0.0}
    refuted = {
        "beats": truth < margin,
        "suffices": truth < -margin,
        "same": abs(truth) > margin,
        "exceeds": truth < 0.0,
    }
    says = {
        Verdict.SUPPORTED: supported[kind],
        Verdict.EQUAL: abs(truth) < margin,
        Verdict.REFUTED: refuted[kind],
        Verdict.UNDECIDED: True,
    }
    return not says[verdict]


def race_intervals(race: Race, tables: int, generator: np.random.Generator) -> list[PairedInterval]:
    """The interval of the difference on each of some tables."""
    a, b = draw_race(race, tables, generator)
    return _intervals(b.minus(a))


def quantity_intervals(race: Race, tables: int, generator: np.random.Generator) -> list[PairedInterval]:
    """The interval of log2 T of A alone, whose true mean is 0 where its runs arrive, on each of some tables."""
    return _intervals(draw_race(race, tables, generator)[0])


def _intervals(numbers: Bounds) -> list[PairedInterval]:
    return [bounded_interval(Bounds(*each), N_TRAIN, N_TEST) for each in zip(*numbers, strict=True)]


def verdict_share(kind: ClaimKind, verdict: Verdict, intervals: Sequence[PairedInterval]) -> float:
    """Share of intervals with a verdict."""
    return float(np.mean([_read(kind, each) is verdict for each in intervals]))


def false_share(kind: ClaimKind, truth: float, intervals: Sequence[PairedInterval]) -> float:
    """Share of intervals whose verdict is false."""
    return float(np.mean([is_false(kind, _read(kind, each), truth, QUARTER_MORE) for each in intervals]))


def _read(kind: ClaimKind, interval: PairedInterval) -> Verdict:
    return read_off(kind, interval.low, interval.high, QUARTER_MORE, 0.0).verdict


def worst_false_share(censored: str, share: float, is_late: bool, tables: int, generator: np.random.Generator) -> float:
    """The largest share of false verdicts of any kind of claim, at the true differences that are hardest to tell."""
    found = []
    for difference in HARDEST:
        race = Race(difference, censored, share, is_late)
        intervals = race_intervals(race, tables, generator)
        found += [false_share(kind, race.truth, intervals) for kind in PAIRED_KINDS]
    race = Race(0.0, censored, share, is_late)
    truth = math.inf if censored == "A" and math.isinf(race.truth) else 0.0
    return max([*found, false_share("exceeds", truth, quantity_intervals(race, tables, generator))])
