"""A declared claim resolved on the results table: two arms, one paired interval, one verdict."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nnjax.report.choice import choose_on_validation
from nnjax.results.scores import as_scores
from nnjax.statistics.components import VarianceComponents, variance_components
from nnjax.statistics.convergence import is_comparable, log2_times
from nnjax.statistics.interval import (
    PairedInterval,
    bonferroni_level,
    paired_interval,
    practical_probabilities,
    seed_averaged_differences,
    win_rate,
)
from nnjax.statistics.multiplicity import holm
from nnjax.statistics.power import detectable_difference
from nnjax.statistics.verdict import ClaimKind, Judgement, Verdict, judge, judge_all
from nnjax.sweep.claim_checks import arms
from nnjax.sweep.factors import Level
from nnjax.sweep.grid import has_levels
from nnjax.sweep.space import Cell
from nnjax.sweep.study import Claim
from nnjax.training.outcome import MEASURES

ALPHA = 0.05
"""All verdicts of a report together are wrong with at most this probability; also the false discovery rate of what
nobody declared."""

LOWER_IS_BETTER = frozenset(
    {f"{prefix}test_{error}" for prefix in ("", "last_") for error in ("rmse", "mae", "log_loss", "brier")}
    | {"best_epoch", "epochs_to_target", "function_evaluations"}
    | {"grad_slope_0", "grad_slope", "saturated", "dead", "n_parameters", "train_seconds"}
)
"""Metrics of which less is better: there the difference is B - A, so that a positive one always favours A."""

HIGHER_IS_BETTER = frozenset(
    {
        f"{prefix}{part}_{measure}"
        for prefix in ("", "last_")
        for part in ("validation", "test")
        for measure in MEASURES.values()
    }
    | {f"{prefix}test_{measure}" for prefix in ("", "last_") for measure in ("balanced_accuracy", "roc_auc")}
)
"""Metrics of which more is better; of the others neither is."""

COMPARED_AS_LOG2 = {"epochs_to_target": "epochs", "function_evaluations": "passes"}
"""Metrics of which ratios matter -> what they count."""

WITHOUT_TEST_ROWS = frozenset(
    {"grad_slope_0", "grad_slope", "grad_ratio_0", "grad_ratio", "saturated", "dead", "best_epoch"}
    | {"epochs_to_target", "function_evaluations", "train_seconds", "n_parameters"}
    | {f"{prefix}validation_{measure}" for prefix in ("", "last_") for measure in MEASURES.values()}
)
"""Metrics not measured on test rows: the same interval, but a statement about this table."""


@dataclass(frozen=True)
class Sizes:
    """Rows of a split.

    Attributes:
        n_train: Training rows, validation rows among them: what a test row is not.
        n_test: Test rows.
        full_batch: Training rows without the validation rows: the size of the full batch.
    """

    n_train: int
    n_test: int
    full_batch: int

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
        probability: P(difference > margin), or P(quantity > threshold).
        win_rate: Share of splits in which A is ahead.
        p_value: Two-sided corrected p of "no difference", or of "the quantity is the threshold".
        holm_p: p adjusted by Holm over the declared claims; decides nothing.
        detectable: Smallest true difference found with 80 % power at this spread.
        diverged: Diverged runs in either arm.
        missing: Planned runs of either arm that are not in the journal.
        scope: What the statement is about.
    """

    claim: Claim
    judgement: Judgement
    interval: PairedInterval | None
    metric: str
    direction: str
    margin: float
    threshold: float | None
    probability: float
    win_rate: float
    p_value: float
    holm_p: float
    detectable: float
    diverged: int
    missing: int
    scope: str


def answer_claims(
    claims: Sequence[Claim], cells: Sequence[Cell], results: pd.DataFrame, sizes: Sizes, task: str
) -> tuple[ClaimAnswer, ...]:
    """Judge every declared claim by one interval at level 1 - α/m; m counts all claims that have an interval.

    Args:
        claims: As the study declares them.
        cells: The study's cells.
        results: The results table with scores.
        sizes: Rows of a split.
        task: "regression" or "classification".

    Returns:
        An answer a claim, in order.
    """
    if not claims:
        return ()
    level, scores = claim_level(claims), as_scores(results, task)
    single = {
        claim.name: _answer(claim, [arm_runs(scores, cells, levels) for levels in arms(claim).values()], sizes, level)
        for claim in claims
        if not claim.is_compound
    }
    answers = [single.get(claim.name) or _joined(claim, [single[part] for part in claim.parts]) for claim in claims]
    adjusted = iter(holm([answer.p_value for answer in answers if answer.interval is not None]))
    return tuple(
        answer if answer.interval is None else replace(answer, holm_p=float(next(adjusted))) for answer in answers
    )


def claim_level(claims: Sequence[Claim]) -> float:
    """Level of every declared interval: a compound claim has none of its own, its parts count."""
    return bonferroni_level(ALPHA, max(1, sum(not claim.is_compound for claim in claims)))


def _joined(claim: Claim, parts: Sequence[ClaimAnswer]) -> ClaimAnswer:
    """The answer to a compound claim: from the verdicts of its parts alone."""
    verdicts = "; ".join(f"{part.claim.name}: {part.judgement.verdict.word}" for part in parts)
    judgement = judge_all([part.judgement for part in parts])
    return replace(
        _unanswered(claim, []),
        judgement=replace(judgement, note=f"{judgement.note} {verdicts}."),
        metric="",
        margin=0.0,
        direction="Supported if every part is, refuted if one is",
        diverged=sum(part.diverged for part in parts),
        missing=sum(part.missing for part in parts),
        scope="That of its parts.",
    )


def arm_runs(results: pd.DataFrame, cells: Sequence[Cell], levels: Mapping[str, Level]) -> pd.DataFrame:
    """All planned runs of the cells at those levels, whatever the nuisance factors that are not pinned."""
    pinned = [
        cell.cell_id
        for cell in cells
        if has_levels(cell.levels, {factor: level for factor, level in levels.items() if factor in cell.levels})
    ]
    return results[results["cell_id"].isin(pinned)]


def _answer(claim: Claim, planned: Sequence[pd.DataFrame], sizes: Sizes, level: float) -> ClaimAnswer:
    runs = [choose_on_validation(arm, []) for arm in planned]
    splits = planned[0]["split"].nunique()
    values = [_by_split_and_seed(arm, claim.metric, sorted(planned[0]["split"].unique())) for arm in runs]
    numbers = seed_averaged_differences(*values) if len(values) == 2 else values[0].mean(axis=1)
    if len(values) == 2 and claim.metric in LOWER_IS_BETTER:
        numbers = -numbers
    lacking = int(np.isnan(numbers).sum())
    if lacking or splits < 2:
        note = f"{lacking} of {splits} splits have no {claim.metric} in every arm: not judged."
        return replace(_unanswered(claim, planned), judgement=Judgement(Verdict.UNDECIDED, note))
    return _judged(_unanswered(claim, planned), numbers, runs, sizes, level, _components(values))


def _components(values: Sequence[NDArray[np.float64]]) -> VarianceComponents | None:
    """Variance of the difference (of the quantity, for one arm) between seeds and splits, where seeds pair up."""
    if any(part.shape != values[0].shape or np.isnan(part).any() for part in values) or values[0].shape[1] < 2:
        return None
    return variance_components(values[0] - values[1] if len(values) == 2 else values[0])


def _unanswered(claim: Claim, planned: Sequence[pd.DataFrame]) -> ClaimAnswer:
    return ClaimAnswer(
        claim=claim,
        judgement=Judgement(Verdict.UNDECIDED, ""),
        interval=None,
        metric=f"log₂ {claim.metric}" if claim.metric in COMPARED_AS_LOG2 else claim.metric,
        direction=_direction(claim),
        margin=claim.margin if claim.kind != "exceeds" else 0.0,
        threshold=_threshold(claim),
        probability=float("nan"),
        win_rate=float("nan"),
        p_value=float("nan"),
        holm_p=float("nan"),
        detectable=float("nan"),
        diverged=sum(int((arm["status"] == "diverged").sum()) for arm in planned),
        missing=sum(int((arm["status"] == "missing").sum()) for arm in planned),
        scope=_scope(claim),
    )


def _judged(
    answer: ClaimAnswer,
    numbers: NDArray[np.float64],
    runs: Sequence[pd.DataFrame],
    sizes: Sizes,
    level: float,
    components: VarianceComponents | None,
) -> ClaimAnswer:
    claim, pair = answer.claim, (sizes.n_train, sizes.n_test)
    kind = cast("ClaimKind", claim.kind)  # a compound claim has no numbers
    interval = paired_interval(numbers, *pair, level=level)
    judgement = judge(kind, interval, claim.margin, answer.threshold, components)
    if claim.metric == "epochs_to_target" and not _is_reached(runs):
        judgement = Judgement(Verdict.UNDECIDED, "Under half of the runs of every arm reach the target: not judged.")
    shifted = numbers - (answer.threshold or 0.0)
    around = paired_interval(shifted, *pair, level=level)
    return replace(
        answer,
        judgement=judgement,
        interval=interval,
        probability=practical_probabilities(around, answer.margin)[2],
        win_rate=win_rate(shifted),
        p_value=around.p_value,
        detectable=detectable_difference(interval.standard_deviation, interval.n, *pair, level),
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


def _direction(claim: Claim) -> str:
    if claim.kind == "exceeds":
        return f"{claim.metric} of A itself"
    if claim.metric in COMPARED_AS_LOG2:
        what = COMPARED_AS_LOG2[claim.metric]
        return f"log₂ {what} of B − A: positive means that A takes fewer, 1 is a factor of two"
    if claim.metric in LOWER_IS_BETTER:
        return f"{claim.metric} of B − A: positive means that A has less of it"
    better = "A is better" if claim.metric in HIGHER_IS_BETTER else "A has more of it"
    return f"{claim.metric} of A − B: positive means that {better}"


def _threshold(claim: Claim) -> float | None:
    if claim.kind != "exceeds" or claim.threshold is None:
        return None
    return float(np.log2(max(claim.threshold, 1.0))) if claim.metric in COMPARED_AS_LOG2 else claim.threshold


def _scope(claim: Claim) -> str:
    if claim.metric in WITHOUT_TEST_ROWS:
        return "On this table; the interval is widened as if for new tables."
    return "For new tables of this size from the same source, at exactly these settings."
