"""The answer to a claim: two arms of a results table, one paired interval, one verdict."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from math import inf, nan
from typing import cast

import numpy as np
import pandas as pd

from nnjax.claims.choice import choose_on_validation
from nnjax.claims.compared import Reached, compare_arms
from nnjax.claims.declared import DeclaredClaim
from nnjax.claims.metric import (
    choosing_score,
    describe_choice,
    describe_direction,
    describe_scope,
    on_scale,
    scale_name,
)
from nnjax.judged import Judged
from nnjax.statistics.censoring import Bounds, bounded_interval
from nnjax.statistics.components import VarianceComponents
from nnjax.statistics.interval import PairedInterval, practical_probabilities, win_rate
from nnjax.statistics.multiplicity import holm
from nnjax.statistics.power import detectable_difference
from nnjax.statistics.verdict import ClaimKind, Judgement, Verdict, judge, judge_all


@dataclass(frozen=True)
class Sizes:
    """Rows of a split, and how many splits make a whole repeat.

    Attributes:
        n_train: Training rows, as the correction counts them: see `Space.correction_rows`.
        n_test: Test rows.
        full_batch: Training rows without the validation rows: the size of the full batch.
        folds: Splits of one repeat; 1 where any number of splits will do, None where there can be no more.
        doubt: Why nobody knows whether intervals over such splits hold; empty where they do.
    """

    n_train: int
    n_test: int
    full_batch: int
    folds: int | None = 1
    doubt: str = ""

    @property
    def pair(self) -> tuple[int, int]:
        """The two numbers that the corrected interval takes."""
        return self.n_train, self.n_test


@dataclass(frozen=True)
class ClaimAnswer:
    """What the results say about one claim.

    Attributes:
        claim: The claim as declared.
        judgement: Verdict and note.
        interval: Corrected and plain interval; None where the runs give no number to judge by. Where runs never reach
            the target it is open at one end, or both, and the numbers beside it are bounds: see `bounded_interval`.
        metric: Name of what is compared, with the scale it is compared on.
        direction: What a positive number means.
        margin: Practical margin on that scale; 0 for a quantity against a threshold.
        threshold: On that scale; None for a comparison.
        components: Variance of the difference between seeds and between splits; None with one seed a split.
        diverged: Diverged runs in either arm.
        missing: Planned runs of either arm that are not in the journal.
        scope: What the statement is about.
        probability: P(difference > margin), or P(quantity > threshold).
        win_rate: Share of splits in which A is ahead.
        p_value: Two-sided corrected p of "no difference", or of "the quantity is the threshold".
        holm_p: p adjusted by Holm over the declared claims; decides nothing.
        detectable: Smallest true difference found with 80 % power at this spread; infinite if the lower end is open.
        is_judged: Whether the runs could tell at all.
        by_split: What was compared, split by split, seeds averaged; empty where nothing was, or some is not known.
        reached: Of each arm, how many of its runs reach the target; empty for other metrics.
        choice: How the settings that an arm leaves open are chosen, in a sentence; empty where none is.
    """

    claim: DeclaredClaim
    judgement: Judgement
    interval: PairedInterval | None
    metric: str
    direction: str
    margin: float
    threshold: float | None
    components: VarianceComponents | None
    diverged: int
    missing: int
    scope: str
    probability: float = nan
    win_rate: float = nan
    p_value: float = nan
    holm_p: float = nan
    detectable: float = nan
    is_judged: bool = True
    by_split: tuple[float, ...] = ()
    reached: tuple[Reached, ...] = ()
    choice: str = ""


def answer_claims(
    claims: Sequence[DeclaredClaim],
    arms: Mapping[str, Sequence[pd.DataFrame]],
    sizes: Sizes,
    level: float,
    judged: Judged | None = None,
) -> tuple[ClaimAnswer, ...]:
    """Judge every declared claim, the compound ones by their parts: an answer each, in order, its p adjusted by Holm.

    Args:
        claims: All that are declared.
        arms: Name of each claim that is not compound -> all planned runs of each of its arms, with scores.
        sizes: Rows of a split.
        level: Level of every interval (`claim_level`).
        judged: What the study is judged by; None for what it usually is.
    """
    single = {
        each.name: answer_claim(each, arms[each.name], sizes, level, judged) for each in claims if not each.is_compound
    }
    answers = [single.get(claim.name) or _joined(claim, [single[part] for part in claim.parts]) for claim in claims]
    adjusted = iter(holm([answer.p_value for answer in answers if answer.interval is not None]))
    return tuple(
        answer if answer.interval is None else replace(answer, holm_p=float(next(adjusted))) for answer in answers
    )


def arm_runs(results: pd.DataFrame, cell_ids: Set[str]) -> pd.DataFrame:
    """All planned runs of an arm."""
    return results[results["cell_id"].isin(cell_ids)]


def answer_claim(
    claim: DeclaredClaim, planned: Sequence[pd.DataFrame], sizes: Sizes, level: float, judged: Judged | None = None
) -> ClaimAnswer:
    """Judge one claim that is not compound.

    The planned runs of each arm have status, cell_id, split, seed_index, validation_score, last_validation_score,
    epochs and the metric. Where an arm has several cells, the validation rows choose one in each split, by the score at
    the epoch that the metric is about.
    """
    runs = [choose_on_validation(arm, [], choosing_score(claim.metric)) for arm in planned]
    splits = sorted(planned[0]["split"].unique())
    found, answer = compare_arms(claim.metric, runs, splits, judged), _unanswered(claim, planned)
    answer = replace(answer, components=found.components, reached=found.reached)
    note = _why_not_judged(answer, found.by_split, planned)
    if note:
        verdict = Verdict.EXPLORATORY if sizes.doubt else Verdict.UNDECIDED
        return replace(answer, judgement=Judgement(verdict, note), components=None, is_judged=False)
    told = _judged(answer, found.by_split, sizes, level)
    if not sizes.doubt:
        return told
    return replace(told, judgement=Judgement(Verdict.EXPLORATORY, f"No verdict: {sizes.doubt}."))


def _why_not_judged(answer: ClaimAnswer, numbers: Bounds, planned: Sequence[pd.DataFrame]) -> str:
    """What stands against a verdict; empty if nothing does."""
    splits, lacking = len(numbers.least), int(np.isnan(numbers.least).sum())
    if lacking or splits < 2:
        return f"{lacking} of {splits} splits have no {answer.claim.metric} in every arm: not judged."
    if answer.missing:  # a cell that lacks runs is chosen too seldom or by luck: its arm is not what was claimed
        runs = sum(len(arm) for arm in planned)
        return f"{answer.missing} of the {runs} runs that the arms are chosen from are missing: not judged."
    return ""


def _joined(claim: DeclaredClaim, parts: Sequence[ClaimAnswer]) -> ClaimAnswer:
    """The answer to a compound claim: from the verdicts of its parts alone."""
    verdicts = "; ".join(f"{part.claim.name}: {part.judgement.verdict.word}" for part in parts)
    judgement = judge_all([part.judgement for part in parts])
    is_verdict = judgement.verdict is not Verdict.EXPLORATORY
    note = f"{judgement.note} {verdicts}." if is_verdict else judgement.note
    if judgement.verdict is Verdict.UNDECIDED:
        open_parts = [part.claim.name for part in parts if part.judgement.verdict is Verdict.UNDECIDED]
        note += f" What would decide {' and '.join(open_parts)} would decide it, or one part refuted."
    return replace(
        _unanswered(claim, []),
        judgement=replace(judgement, note=note),
        metric="",
        margin=0.0,
        direction="Supported if every part is, refuted if one is" if is_verdict else "All parts, or not",
        diverged=sum(part.diverged for part in parts),
        missing=sum(part.missing for part in parts),
        scope="That of its parts.",
    )


def _unanswered(claim: DeclaredClaim, planned: Sequence[pd.DataFrame]) -> ClaimAnswer:
    return ClaimAnswer(
        claim=claim,
        judgement=Judgement(Verdict.UNDECIDED, ""),
        interval=None,
        metric=scale_name(claim.metric),
        direction=describe_direction(claim),
        margin=claim.margin if claim.kind != "exceeds" else 0.0,
        threshold=_threshold(claim),
        components=None,
        diverged=sum(int((arm["status"] == "diverged").sum()) for arm in planned),
        missing=sum(int((arm["status"] == "missing").sum()) for arm in planned),
        scope=describe_scope(claim),
        choice=describe_choice(claim.metric) if any(arm["cell_id"].nunique() > 1 for arm in planned) else "",
    )


def _judged(answer: ClaimAnswer, numbers: Bounds, sizes: Sizes, level: float) -> ClaimAnswer:
    claim = answer.claim
    kind = cast("ClaimKind", claim.kind)  # a compound claim has no numbers
    interval = bounded_interval(numbers, *sizes.pair, level=level)
    judgement = judge(kind, interval, claim.margin, answer.threshold, answer.components, sizes.folds)
    shifted = numbers.minus(answer.threshold or 0.0)
    around = bounded_interval(shifted, *sizes.pair, level=level)
    is_open = interval.is_open_below or interval.is_open_above
    return replace(
        answer,
        judgement=_with_censoring(judgement, interval, answer.reached) if is_open else judgement,
        interval=interval,
        probability=practical_probabilities(around, answer.margin)[2],
        win_rate=nan if shifted.filling is None else win_rate(shifted.filling),
        p_value=around.p_value,
        detectable=_detectable(interval, sizes, level),
        is_judged=shifted.filling is not None,
        by_split=() if is_open else tuple(numbers.least.tolist()),
    )


def _with_censoring(judgement: Judgement, interval: PairedInterval, reached: Sequence[Reached]) -> Judgement:
    """The judgement, and why an end of its interval is open."""
    who = " and ".join(
        f"{arm.runs - arm.reached} of {arm.runs} runs of {name}"
        for name, arm in zip("AB", reached, strict=False)
        if arm.reached < arm.runs
    )
    end = "the lower end" if interval.is_open_below else "the upper end"
    ends = "both ends" if interval.is_open_below and interval.is_open_above else end
    why = f"{who} never reach the target: how long they take is not known, which leaves {ends} of the interval open."
    if judgement.verdict is not Verdict.UNDECIDED:
        return replace(judgement, note=f"{judgement.note} {why}")
    remedy = f"More epochs, or an easier target declared anew, could close {'them' if ends == 'both ends' else 'it'}."
    return replace(judgement, note=f"{why} {remedy} {judgement.note}")


def _detectable(interval: PairedInterval, sizes: Sizes, level: float) -> float:
    """Infinite where the lower end is open: then nothing shows that A is better, however much it is."""
    if interval.is_open_below:
        return inf
    return detectable_difference(interval.standard_deviation, interval.n, *sizes.pair, level)


def _threshold(claim: DeclaredClaim) -> float | None:
    if claim.kind != "exceeds" or claim.threshold is None:
        return None
    return on_scale(claim.threshold, claim.metric)
