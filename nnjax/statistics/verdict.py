"""The verdict on a claim, read off one interval, and what would decide an undecided one."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from nnjax.statistics.components import VarianceComponents
from nnjax.statistics.interval import PairedInterval
from nnjax.statistics.power import (
    MOST_REPLICATES,
    half_width,
    replicates_for_half_width,
    splits_for_half_width,
    whole_repeats,
)

ClaimKind = Literal["beats", "suffices", "same", "exceeds"]
"""A beats B · A suffices (not worse than B by the margin) · A and B are the same · a quantity exceeds a threshold."""


class Verdict(Enum):
    """What the interval says about a claim, with a sentence for people."""

    SUPPORTED = ("supported", "The data support the claim.")
    EQUAL = ("practically equal", "Any difference is smaller than the margin that matters.")
    REFUTED = ("refuted", "The data speak against the claim.")
    UNDECIDED = ("undecided", "The data cannot tell; this is not evidence of equality.")
    EXPLORATORY = ("exploratory", "No interval is known to hold for such splits: a description, and no verdict.")

    def __init__(self, word: str, sentence: str) -> None:
        """Keep the word and the sentence of the member."""
        self.word, self.sentence = word, sentence


VERDICTS = (Verdict.SUPPORTED, Verdict.EQUAL, Verdict.REFUTED, Verdict.UNDECIDED)
"""Those that an interval can give."""


@dataclass(frozen=True)
class Judgement:
    """A verdict and the sentence that makes it precise."""

    verdict: Verdict
    """What the interval says."""
    note: str
    """By how much, in which direction, or what would decide it."""


def judge(
    kind: ClaimKind,
    interval: PairedInterval,
    margin: float,
    threshold: float | None = None,
    components: VarianceComponents | None = None,
    folds: int | None = 1,
) -> Judgement:
    """Judge a claim by its corrected interval [L, U]; positive differences mean "A is better".

    Supported and refuted are exactly one-sided statements, each wrong with probability at most alpha / (2 m).

    Args:
        kind: What is claimed.
        interval: Interval of A - B (oriented so that larger is better), or of the quantity for "exceeds".
        margin: Practical margin r > 0 in the unit of the interval; "exceeds" has no use for it.
        threshold: The c of "exceeds", which needs it.
        components: Variance of the difference between seeds and between splits, by which an undecided claim is told
            what would decide it; None where one seed a split cannot tell.
        folds: Splits of a whole repeat; only whole repeats are proposed. None where there can be no more splits.

    Raises:
        ValueError: If the margin is not positive, the threshold is missing, or the kind unknown.

    Source: Goeman, Solari & Stijnen (2010), Statistics in Medicine 29 (three-sided testing).

    >>> from nnjax.statistics.interval import paired_interval
    >>> judge("beats", paired_interval([0.08, 0.09, 0.07, 0.08], 331, 111), margin=0.02)
    Judgement(verdict=<Verdict.SUPPORTED: ('supported', 'The data support the claim.')>, \
note='A is better by more than 0.02.')
    """
    judgement = read_off(kind, interval.low, interval.high, margin, threshold)
    if judgement.verdict is Verdict.UNDECIDED:
        return Judgement(Verdict.UNDECIDED, what_would_decide(kind, interval, margin, threshold, components, folds))
    return judgement


def read_off(kind: ClaimKind, low: float, high: float, margin: float, threshold: float | None = None) -> Judgement:
    """The verdict of an interval [low, high], asked as `judge` is; the note of an undecided one is empty.

    Raises:
        ValueError: If the margin is not positive, the threshold is missing, or the kind unknown.
    """
    if kind == "exceeds":
        if threshold is None:
            raise ValueError('a claim of kind "exceeds" needs a threshold')
        return _judge_exceeds(low, high, threshold)
    if not margin > 0.0:
        raise ValueError(f"margin = {margin}: need a positive margin")
    table = {"beats": _judge_beats, "suffices": _judge_suffices, "same": _judge_same}
    if kind not in table:
        raise ValueError(f"kind = {kind!r}: need beats, suffices, same or exceeds")
    return table[kind](low, high, margin)


_TOO_MANY = f"Only more than {MOST_REPLICATES:,} runs a cell could decide it"
_NO_MORE = "There are no more splits of this table, only a larger one could decide it"
_UNDECIDED = Judgement(Verdict.UNDECIDED, "")


def _judge_beats(low: float, high: float, margin: float) -> Judgement:
    if high >= margin and low > 0.0:
        by_how_much = f"by more than {margin:.3g}." if low > margin else f"whether by more than {margin:.3g} is open."
        return Judgement(Verdict.SUPPORTED, f"A is better{' ' if low > margin else '; '}{by_how_much}")
    if -margin < low and high < margin:
        return Judgement(Verdict.EQUAL, _within(margin))
    if high < margin:
        return Judgement(Verdict.REFUTED, "B is better." if high < 0.0 else f"No advantage of {margin:.3g} or more.")
    return _UNDECIDED


def _judge_suffices(low: float, high: float, margin: float) -> Judgement:
    if low > -margin:
        note = f"A is not worse by {margin:.3g} or more."
        return Judgement(Verdict.SUPPORTED, f"{note} Practically equal." if high < margin else note)
    if high < -margin:
        return Judgement(Verdict.REFUTED, f"A is worse by more than {margin:.3g}.")
    return _UNDECIDED


def _judge_same(low: float, high: float, margin: float) -> Judgement:
    if -margin < low and high < margin:
        return Judgement(Verdict.SUPPORTED, _within(margin))
    if low > margin:
        return Judgement(Verdict.REFUTED, f"A is better by more than {margin:.3g}.")
    if high < -margin:
        return Judgement(Verdict.REFUTED, f"B is better by more than {margin:.3g}.")
    return _UNDECIDED


def _judge_exceeds(low: float, high: float, threshold: float) -> Judgement:
    if low > threshold:
        return Judgement(Verdict.SUPPORTED, f"It is above {threshold:.3g}.")
    if high < threshold:
        return Judgement(Verdict.REFUTED, f"It is below {threshold:.3g}.")
    return _UNDECIDED


def _within(margin: float) -> str:
    return f"The difference lies within ± {margin:.3g}."


def what_would_decide(
    kind: ClaimKind,
    interval: PairedInterval,
    margin: float,
    threshold: float | None = None,
    components: VarianceComponents | None = None,
    folds: int | None = 1,
) -> str:
    """Say what would decide an undecided claim if mean and variances stayed as they are: replicates, or a margin.

    An open end of the interval decides nothing, whatever the replicates.
    """
    width = deciding_half_width(kind, interval, interval.estimate, margin, threshold)
    if width == 0.0:
        return "The estimate lies on the border of the verdicts: no number of splits can decide it."
    if width < 0.0:
        return "As things stand, no number of splits and seeds can decide it."
    words = _replicates_words(width, interval, components, folds) if folds else _NO_MORE
    deciding_margin = _deciding_margin(kind, interval)
    if kind == "exceeds" or not math.isfinite(deciding_margin):
        return f"{words}."
    other = f"a margin of {_rounded_up(deciding_margin)} (now {margin:.3g})"
    return f"{words}, or {other}." if "would decide" in words else f"{words}; {other} would."


def _replicates_words(width: float, interval: PairedInterval, components: VarianceComponents | None, folds: int) -> str:
    """Which replicates decide a claim whose interval must be narrower than +- width."""
    sizes = (interval.n_train, interval.n_test, interval.level)
    if components is None:
        splits = splits_for_half_width(width, interval.standard_deviation, *sizes)
        if splits is not None:
            splits = whole_repeats(splits, folds)
            return f"{splits} splits (now {interval.n}) would decide it" if splits <= MOST_REPLICATES else _TOO_MANY
        return "No number of splits of this table can decide it with one seed a split"
    design = replicates_for_half_width(width, components, *sizes, folds)
    if design is not None:
        now = f"now {components.n_splits} × {components.n_seeds}"
        return f"{design.splits} splits × {design.seeds} seed{'s' if design.seeds > 1 else ''} ({now}) would decide it"
    if half_width(math.sqrt(components.split), math.inf, *sizes) < width:
        return _TOO_MANY
    return "No number of splits and seeds of this table can decide it"


def _rounded_up(margin: float) -> str:
    """The next number of two significant digits above a margin.

    >>> _rounded_up(0.0301), _rounded_up(0.15), _rounded_up(1.04)
    ('0.031', '0.16', '1.1')
    """
    if margin <= 0.0:
        return f"{margin:.2g}"
    unit = 10.0 ** (math.floor(math.log10(margin)) - 1)
    return f"{(math.floor(margin / unit * (1 + 1e-12)) + 1) * unit:.3g}"


def deciding_half_width(
    kind: ClaimKind, interval: PairedInterval, estimate: float, margin: float, threshold: float | None
) -> float:
    """Half-width below which an interval around an estimate, asked as `judge` is, would be decided.

    Ends that are open in the interval decide nothing, at whatever width. Not positive where no width would decide it,
    -inf with two open ends.
    """
    zero = threshold or 0.0
    low_above = {"beats": 0.0, "suffices": -margin, "same": margin, "exceeds": zero}[kind]
    high_below = {"beats": margin, "suffices": -margin, "same": -margin, "exceeds": zero}[kind]
    widths = [] if interval.is_open_below else [estimate - low_above]
    widths += [] if interval.is_open_above else [high_below - estimate]
    if kind == "same" and len(widths) == 2:
        widths.append(margin - abs(estimate))
    return max(widths, default=-math.inf)


def _deciding_margin(kind: ClaimKind, interval: PairedInterval) -> float:
    """Margin above which this interval is decided; infinite where an open end asks for more than any margin."""
    if kind == "beats":
        return interval.high
    if kind == "suffices":
        return -interval.low
    return max(-interval.low, interval.high)


def judge_all(parts: Sequence[Judgement]) -> Judgement:
    """Judge a compound claim "all of ...": supported if every part is, refuted if one part is, else undecided.

    The parts count in the m of their intervals' level.

    Source: Berger (1982), intersection-union tests.

    Raises:
        ValueError: If there is no part.
    """
    if not parts:
        raise ValueError("a compound claim needs at least one part")
    verdicts = [part.verdict for part in parts]
    supported = verdicts.count(Verdict.SUPPORTED)
    if Verdict.EXPLORATORY in verdicts:
        return Judgement(Verdict.EXPLORATORY, next(part.note for part in parts if part.verdict is Verdict.EXPLORATORY))
    note = f"{supported} of {len(parts)} parts supported, {verdicts.count(Verdict.REFUTED)} refuted."
    if Verdict.REFUTED in verdicts:
        return Judgement(Verdict.REFUTED, note)
    return Judgement(Verdict.SUPPORTED if supported == len(parts) else Verdict.UNDECIDED, note)
