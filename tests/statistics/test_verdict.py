"""Verdicts: the table of claims, frequencies in the exact model, properties."""

import math
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from nnjax.statistics.components import VarianceComponents
from nnjax.statistics.interval import PairedInterval, bonferroni_level, paired_interval
from nnjax.statistics.verdict import (
    VERDICTS,
    ClaimKind,
    Judgement,
    Verdict,
    deciding_half_width,
    judge,
    judge_all,
    read_off,
)

SUPPORTED, EQUAL, REFUTED, UNDECIDED = VERDICTS
KINDS = st.sampled_from(["beats", "suffices", "same", "exceeds"])
ENDS = st.floats(-0.1, 0.1).map(lambda x: round(x, 3))


def interval_between(low: float, high: float) -> PairedInterval:
    spread = paired_interval([-0.01, 0.01, 0.0, 0.02, -0.02], 331, 111)
    return replace(spread, estimate=(low + high) / 2, low=low, high=high)


@pytest.mark.parametrize(
    ("kind", "low", "high", "verdict", "words"),
    [
        ("beats", 0.03, 0.05, SUPPORTED, "better by more than 0.02"),
        ("beats", 0.01, 0.05, SUPPORTED, "is open"),
        ("beats", 0.01, 0.015, EQUAL, "within ± 0.02"),
        ("beats", -0.03, 0.01, REFUTED, "No advantage"),
        ("beats", -0.03, -0.01, REFUTED, "B is better"),
        ("beats", -0.01, 0.02, UNDECIDED, "would"),
        ("suffices", -0.01, 0.03, SUPPORTED, "not worse"),
        ("suffices", -0.01, 0.01, SUPPORTED, "Practically equal"),
        ("suffices", -0.05, -0.03, REFUTED, "worse by more"),
        ("suffices", -0.02, 0.03, UNDECIDED, "a margin of 0.021 (now 0.02)"),
        ("same", -0.01, 0.01, SUPPORTED, "within"),
        ("same", 0.03, 0.04, REFUTED, "A is better"),
        ("same", -0.04, -0.03, REFUTED, "B is better"),
        ("same", -0.01, 0.02, UNDECIDED, "would"),
        ("exceeds", 0.06, 0.08, SUPPORTED, "above 0.05"),
        ("exceeds", 0.03, 0.04, REFUTED, "below 0.05"),
        ("exceeds", 0.03, 0.06, UNDECIDED, "with one seed a split"),
    ],
)
def test_table_of_claims(kind: ClaimKind, low: float, high: float, verdict: Verdict, words: str) -> None:
    judgement = judge(kind, interval_between(low, high), margin=0.02, threshold=0.05)
    assert judgement.verdict is verdict
    assert words in judgement.note


@pytest.mark.parametrize(
    ("m", "spread", "delta", "expected"),
    [
        (1, 0.01, 0.00, (0.023, 0.726, 0.136, 0.115)),
        (1, 0.01, 0.02, (0.862, 0.024, 0.000, 0.114)),
        (1, 0.02, 0.00, (0.025, 0.010, 0.324, 0.642)),
        (1, 0.02, 0.02, (0.334, 0.002, 0.022, 0.641)),
        (1, 0.02, 0.05, (0.968, 0.000, 0.000, 0.032)),
        (8, 0.01, 0.00, (0.003, 0.221, 0.345, 0.431)),
        (8, 0.02, 0.05, (0.816, 0.000, 0.000, 0.184)),
        (8, 0.04, 0.10, (0.816, 0.000, 0.000, 0.184)),
    ],
)
def test_frequencies_in_the_exact_model(
    draw_tables: Callable[[int, float, int], NDArray[np.float64]],
    m: int,
    spread: float,
    delta: float,
    expected: tuple[float, float, float, float],
) -> None:
    level = bonferroni_level(0.05, m)
    tables = delta + spread * draw_tables(20, 111 / 442, 7)
    counts = Counter(judge("beats", paired_interval(d, 331, 111, level), 0.02).verdict for d in tables)
    assert [counts[verdict] / len(tables) for verdict in VERDICTS] == pytest.approx(expected, abs=0.01)


@given(KINDS, ENDS, ENDS, st.floats(0.001, 0.05), ENDS)
def test_every_interval_has_one_verdict_and_a_note(
    kind: ClaimKind, end: float, other: float, margin: float, threshold: float
) -> None:
    judgement = judge(kind, interval_between(min(end, other), max(end, other)), margin, threshold)
    assert judgement.verdict in VERDICTS
    assert judgement.note


@given(KINDS, ENDS, ENDS, st.floats(0.001, 0.05), st.floats(0.0, 0.1), st.floats(0.0, 0.1))
def test_a_wider_interval_never_decides(
    kind: ClaimKind, end: float, other: float, margin: float, left: float, right: float
) -> None:
    low, high = min(end, other), max(end, other)
    if judge(kind, interval_between(low, high), margin, 0.0).verdict is UNDECIDED:
        assert judge(kind, interval_between(low - left, high + right), margin, 0.0).verdict is UNDECIDED


@given(ENDS, ENDS, st.floats(0.001, 0.05))
def test_same_is_symmetric(end: float, other: float, margin: float) -> None:
    low, high = min(end, other), max(end, other)
    one, mirrored = interval_between(low, high), interval_between(-high, -low)
    assert judge("same", one, margin).verdict is judge("same", mirrored, margin).verdict


def test_undecided_names_the_splits_that_decide() -> None:
    d = np.tile([0.055, 0.015], 3)
    judgement = judge("beats", paired_interval(d, 331, 111), 0.02)
    assert judgement.note.startswith("9 splits (now 6) would decide it")
    spread = float(d.std(ddof=1))
    decided = {n: judge("beats", interval_with(d.mean(), spread, n), 0.02).verdict for n in (8, 9)}
    assert decided == {8: UNDECIDED, 9: SUPPORTED}


def interval_with(mean: float, spread: float, n: int) -> PairedInterval:
    z = np.random.default_rng(n).normal(size=n)
    return paired_interval(mean + spread * (z - z.mean()) / z.std(ddof=1), 331, 111)


def test_undecided_says_when_no_number_of_splits_can() -> None:
    judgement = judge("beats", paired_interval(np.tile([0.06, -0.04], 10), 331, 111), 0.02)
    assert judgement.note.startswith("No number of splits of this table can decide it with one seed a split")
    assert judgement.note.endswith("; a margin of 0.077 (now 0.02) would.")
    same_table = replace(interval_between(-0.01, 0.05), n=20)
    hopeless = VarianceComponents(seed=0.0001, split=0.01, n_splits=20, n_seeds=2)
    note = judge("beats", same_table, 0.02, components=hopeless).note
    assert note.startswith("No number of splits and seeds of this table can decide it")


def test_undecided_names_the_cheapest_splits_and_seeds_that_decide() -> None:
    components = VarianceComponents(seed=0.004, split=0.0001, n_splits=20, n_seeds=2)
    spread = float(np.sqrt(components.of_split_mean(2)))
    interval = interval_with(0.03, spread, 20)
    judgement = judge("beats", interval, 0.02, components=components)
    assert judgement.verdict is UNDECIDED
    splits, seeds = (int(word) for word in re.match(r"(\d+) splits × (\d+) seeds", judgement.note).groups())
    decided = interval_with(0.03, float(np.sqrt(components.of_split_mean(seeds))), splits)
    assert judge("beats", decided, 0.02).verdict is SUPPORTED
    fewer = interval_with(0.03, float(np.sqrt(components.of_split_mean(seeds - 1))), splits)
    assert judge("beats", fewer, 0.02).verdict is UNDECIDED


def test_undecided_on_the_border() -> None:
    d = np.array([0.0, -0.04, -0.02, -0.02])
    assert "border" in judge("suffices", paired_interval(d, 331, 111), -float(d.mean())).note


@given(st.sampled_from(["beats", "suffices", "same"]), ENDS, ENDS, st.floats(0.001, 0.05))
def test_the_named_margin_decides(kind: ClaimKind, end: float, other: float, margin: float) -> None:
    low, high = min(end, other), max(end, other)
    if judge(kind, interval_between(low, high), margin).verdict is UNDECIDED:
        larger = {"beats": high, "suffices": -low, "same": max(-low, high)}[kind] + 1e-9
        assert judge(kind, interval_between(low, high), larger).verdict is not UNDECIDED


def test_compound_claims() -> None:
    yes, no, equal, open_ = (Judgement(v, "") for v in (SUPPORTED, REFUTED, EQUAL, UNDECIDED))
    assert judge_all([yes, yes]).verdict is SUPPORTED
    assert judge_all([yes, open_, no]).verdict is REFUTED
    assert judge_all([yes, equal]).verdict is judge_all([yes, open_]).verdict is UNDECIDED
    with pytest.raises(ValueError, match="part"):
        judge_all([])


def test_misuse_is_an_error() -> None:
    interval = interval_between(0.0, 0.1)
    with pytest.raises(ValueError, match="threshold"):
        judge("exceeds", interval, 0.02)
    with pytest.raises(ValueError, match="positive margin"):
        judge("beats", interval, 0.0)
    unknown: ClaimKind = "wins"  # type: ignore[assignment]  # what an unchecked caller might pass
    with pytest.raises(ValueError, match="wins"):
        judge(unknown, interval, 0.02)


def test_every_verdict_has_its_own_sentence() -> None:
    assert len({v.sentence for v in Verdict}) == len({v.word for v in Verdict}) == 5


def test_what_only_thousands_of_runs_could_decide_is_said_so() -> None:
    interval = replace(interval_between(-0.005, 0.025), n=20)
    components = VarianceComponents(seed=0.5, split=0.0, n_splits=20, n_seeds=2)
    note = judge("beats", interval, 0.02, components=components).note
    assert note.startswith("Only more than 2,000 runs a cell could decide it; a margin of")
    alone = replace(interval_between(-0.03, 0.03), n=20, n_train=1, n_test=0, standard_deviation=1.0, estimate=0.0)
    assert judge("same", alone, 0.02).note.startswith("Only more than 2,000 runs a cell")


def test_splits_that_decide_are_whole_repeats() -> None:
    d = np.tile([0.055, 0.015], 3)
    assert judge("beats", paired_interval(d, 331, 111), 0.02, folds=4).note.startswith("12 splits (now 6)")


@pytest.mark.parametrize(
    ("kind", "low", "high", "verdict"),
    [
        ("beats", 0.01, math.inf, SUPPORTED),
        ("beats", -math.inf, 0.01, REFUTED),
        ("beats", -math.inf, 0.03, UNDECIDED),
        ("beats", -0.01, math.inf, UNDECIDED),
        ("suffices", -0.01, math.inf, SUPPORTED),
        ("suffices", -math.inf, 5.0, UNDECIDED),
        ("suffices", -math.inf, -0.03, REFUTED),
        ("same", -0.01, math.inf, UNDECIDED),
        ("same", -math.inf, 0.01, UNDECIDED),
        ("same", 0.03, math.inf, REFUTED),
        ("same", -math.inf, -0.03, REFUTED),
        ("exceeds", 0.06, math.inf, SUPPORTED),
        ("exceeds", 0.04, math.inf, UNDECIDED),
    ],
)
def test_an_open_end_decides_nothing(kind: ClaimKind, low: float, high: float, verdict: Verdict) -> None:
    spread = paired_interval([-0.01, 0.01, 0.0, 0.02, -0.02], 331, 111)
    end = high if math.isinf(low) else low
    opened = replace(spread, estimate=end, low=low, high=high)
    judgement = judge(kind, opened, margin=0.02, threshold=0.05)
    assert judgement.verdict is verdict and "inf" not in judgement.note


@given(KINDS, ENDS, st.booleans())
def test_what_would_decide_an_open_interval_looks_at_its_closed_end_alone(
    kind: ClaimKind, end: float, above: bool
) -> None:
    """Even a point estimate there is undecided exactly where no replicates are said to help."""
    spread = paired_interval([-0.1, 0.1, 0.05, -0.05], 331, 111)
    opened = replace(spread, estimate=end, low=end if above else -math.inf, high=math.inf if above else end)
    width = deciding_half_width(kind, opened, end, 0.02, 0.05)
    is_decided = read_off(kind, opened.low, opened.high, 0.02, 0.05).verdict is not UNDECIDED
    assert is_decided == (width > 0.0)
    if not is_decided:
        assert "no number of splits" in judge(kind, opened, 0.02, 0.05).note.lower()


def test_where_there_are_no_more_splits_none_is_asked_for() -> None:
    interval = paired_interval([0.02, 0.05, -0.01, 0.03, 0.04], 331, 111)
    note = judge("beats", interval, 0.02, folds=None).note
    assert note.startswith("There are no more splits of this table, only a larger one could decide it; a margin of ")
    assert "splits would" not in note


def test_a_description_among_the_parts_is_no_verdict() -> None:
    parts = [Judgement(Verdict.EXPLORATORY, "No verdict: so."), Judgement(Verdict.REFUTED, "B is better.")]
    assert judge_all(parts) == parts[0]
