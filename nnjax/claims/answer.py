"""The answer to a claim: two arms of a results table, one paired interval, one verdict."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nnjax.claims.choice import choose_on_validation
from nnjax.claims.declared import DeclaredClaim
from nnjax.claims.metric import COMPARED_AS_LOG2, LOWER_IS_BETTER, describe_direction, describe_scope, scale_name
from nnjax.statistics.components import VarianceComponents, variance_components
from nnjax.statistics.convergence import is_comparable, log2_times
from nnjax.statistics.interval import (
    PairedInterval,
    paired_interval,
    practical_probabilities,
    seed_averaged_differences,
    win_rate,
)
from nnjax.statistics.multiplicity import holm
from nnjax.statistics.power import detectable_difference
from nnjax.statistics.verdict import ClaimKind, Judgement, Verdict, judge, judge_all


@dataclass(frozen=True)
class Sizes:
    """Rows of a split, and how many splits make a whole repeat.

    Attributes:
        n_train: Training rows, validation rows among them: what a test row is not.
        n_test: Test rows.
        full_batch: Training rows without the validation rows: the size of the full batch.
        folds: Splits of one repeat; 1 where any number of splits will do.
    """

    n_train: int
    n_test: int
    full_batch: int
    folds: int = 1

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
        interval: Corrected and plain interval; None where the runs give no number to judge by.
        metric: Name of what is compared, with the scale it is compared on.
        direction: What a positive number means.
        margin: Practical margin on that scale; 0 for a quantity against a threshold.
        threshold: On that scale; None for a comparison.
        components: Variance of the difference between seeds and between splits; None with one seed a split.
        probability: P(difference > margin), or P(quantity > threshold).
        win_rate: Share of splits in which A is ahead.
        p_value: Two-sided corrected p of "no difference", or of "the quantity is the threshold".
        holm_p: p adjusted by Holm over the declared claims; decides nothing.
        detectable: Smallest true difference found with 80 % power at this spread.
        diverged: Diverged runs in either arm.
        missing: Planned runs of either arm that are not in the journal.
        scope: What the statement is about.
        is_judged: Whether the runs could tell at all.
        by_split: What was compared, split by split, seeds averaged; empty where nothing was.
    """

    claim: DeclaredClaim
    judgement: Judgement
    interval: PairedInterval | None
    metric: str
    direction: str
    margin: float
    threshold: float | None
    components: VarianceComponents | None
    probability: float
    win_rate: float
    p_value: float
    holm_p: float
    detectable: float
    diverged: int
    missing: int
    scope: str
    is_judged: bool = True
    by_split: tuple[float, ...] = ()


def answer_claims(
    claims: Sequence[DeclaredClaim], arms: Mapping[str, Sequence[pd.DataFrame]], sizes: Sizes, level: float
) -> tuple[ClaimAnswer, ...]:
    """Judge every declared claim, the compound ones by their parts.

    Args:
        claims: All that are declared.
        arms: Name of each claim that is not compound -> all planned runs of each of its arms, with scores.
        sizes: Rows of a split.
        level: Level of every interval (`claim_level`).

    Returns:
        An answer a claim, in order, its p adjusted by Holm.
    """
    single = {
        claim.name: answer_claim(claim, arms[claim.name], sizes, level) for claim in claims if not claim.is_compound
    }
    answers = [single.get(claim.name) or _joined(claim, [single[part] for part in claim.parts]) for claim in claims]
    adjusted = iter(holm([answer.p_value for answer in answers if answer.interval is not None]))
    return tuple(
        answer if answer.interval is None else replace(answer, holm_p=float(next(adjusted))) for answer in answers
    )


def arm_runs(results: pd.DataFrame, cell_ids: Set[str]) -> pd.DataFrame:
    """All planned runs of an arm."""
    return results[results["cell_id"].isin(cell_ids)]


def answer_claim(claim: DeclaredClaim, planned: Sequence[pd.DataFrame], sizes: Sizes, level: float) -> ClaimAnswer:
    """Judge one claim that is not compound.

    Args:
        claim: The claim.
        planned: All planned runs of each arm, with scores: status, cell_id, split, seed_index, validation_score and the
            metric. Where an arm has several cells, the validation rows choose one in each split.
        sizes: Rows of a split.
        level: Level of the interval.
    """
    runs = [choose_on_validation(arm, []) for arm in planned]
    splits = sorted(planned[0]["split"].unique())
    values = [_by_split_and_seed(arm, claim.metric, splits) for arm in runs]
    numbers = seed_averaged_differences(*values) if len(values) == 2 else values[0].mean(axis=1)
    if len(values) == 2 and claim.metric in LOWER_IS_BETTER:
        numbers = -numbers
    lacking, answer = int(np.isnan(numbers).sum()), _unanswered(claim, planned)
    if lacking or len(splits) < 2:
        note = f"{lacking} of {len(splits)} splits have no {claim.metric} in every arm: not judged."
        return replace(answer, judgement=Judgement(Verdict.UNDECIDED, note), is_judged=False)
    return _judged(replace(answer, components=_components(values)), numbers, runs, sizes, level)


def _joined(claim: DeclaredClaim, parts: Sequence[ClaimAnswer]) -> ClaimAnswer:
    """The answer to a compound claim: from the verdicts of its parts alone."""
    verdicts = "; ".join(f"{part.claim.name}: {part.judgement.verdict.word}" for part in parts)
    judgement = judge_all([part.judgement for part in parts])
    note = f"{judgement.note} {verdicts}."
    if judgement.verdict is Verdict.UNDECIDED:
        open_parts = [part.claim.name for part in parts if part.judgement.verdict is Verdict.UNDECIDED]
        note += f" What would decide {' and '.join(open_parts)} would decide it, or one part refuted."
    return replace(
        _unanswered(claim, []),
        judgement=replace(judgement, note=note),
        metric="",
        margin=0.0,
        direction="Supported if every part is, refuted if one is",
        diverged=sum(part.diverged for part in parts),
        missing=sum(part.missing for part in parts),
        scope="That of its parts.",
    )


def _components(values: Sequence[NDArray[np.float64]]) -> VarianceComponents | None:
    """Variance of the difference (of the quantity, for one arm) between seeds and splits, where seeds pair up."""
    if any(part.shape != values[0].shape or np.isnan(part).any() for part in values) or values[0].shape[1] < 2:
        return None
    return variance_components(values[0] - values[1] if len(values) == 2 else values[0])


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
        probability=float("nan"),
        win_rate=float("nan"),
        p_value=float("nan"),
        holm_p=float("nan"),
        detectable=float("nan"),
        diverged=sum(int((arm["status"] == "diverged").sum()) for arm in planned),
        missing=sum(int((arm["status"] == "missing").sum()) for arm in planned),
        scope=describe_scope(claim),
    )


def _judged(
    answer: ClaimAnswer, numbers: NDArray[np.float64], runs: Sequence[pd.DataFrame], sizes: Sizes, level: float
) -> ClaimAnswer:
    claim = answer.claim
    kind = cast("ClaimKind", claim.kind)  # a compound claim has no numbers
    interval = paired_interval(numbers, *sizes.pair, level=level)
    judgement = judge(kind, interval, claim.margin, answer.threshold, answer.components, sizes.folds)
    is_judged = claim.metric != "epochs_to_target" or _is_reached(runs)
    if not is_judged:
        judgement = Judgement(Verdict.UNDECIDED, "Under half of the runs of every arm reach the target: not judged.")
    shifted = numbers - (answer.threshold or 0.0)
    around = paired_interval(shifted, *sizes.pair, level=level)
    return replace(
        answer,
        judgement=judgement,
        interval=interval,
        probability=practical_probabilities(around, answer.margin)[2],
        win_rate=win_rate(shifted),
        p_value=around.p_value,
        detectable=detectable_difference(interval.standard_deviation, interval.n, *sizes.pair, level),
        is_judged=is_judged,
        by_split=tuple(numbers.tolist()),
    )


def _by_split_and_seed(runs: pd.DataFrame, metric: str, splits: list[int]) -> NDArray[np.float64]:
    """The metric [J, S], NaN where a run has none; epochs to target as log₂ min(T, E), passes as log₂, too."""
    if metric == "epochs_to_target":
        numbers = [log2_times([t], float(e))[0] for t, e in zip(runs[metric], runs["epochs"], strict=True)]
    elif metric in COMPARED_AS_LOG2:
        numbers = np.log2(np.maximum(runs[metric].to_numpy(dtype=float), 1.0)).tolist()
    else:
        numbers = runs[metric].astype(float).tolist()
    table = pd.DataFrame({"split": runs["split"], "seed_index": runs["seed_index"]}).assign(number=numbers)
    wide = table.pivot(index="split", columns="seed_index", values="number").reindex(splits)
    return wide.to_numpy(dtype=float) if wide.shape[1] else np.full((len(splits), 1), np.nan)


def _is_reached(runs: Sequence[pd.DataFrame]) -> bool:
    times = [arm["epochs_to_target"].to_numpy(dtype=float) for arm in runs]
    return is_comparable(times[0], times[-1], float(runs[0]["epochs"].max()))


def _threshold(claim: DeclaredClaim) -> float | None:
    if claim.kind != "exceeds" or claim.threshold is None:
        return None
    return float(np.log2(max(claim.threshold, 1.0))) if claim.metric in COMPARED_AS_LOG2 else claim.threshold
