"""The declared claims one by one: verdict, interval, and all that a sceptic asks about each."""

import math
from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd

from nnjax.claims.answer import ClaimAnswer, answer_claim, arm_runs
from nnjax.claims.compared import Reached
from nnjax.claims.declared import ALPHA
from nnjax.claims.growth import LOOKS
from nnjax.claims.logbook import Logbook
from nnjax.metrics import METRICS
from nnjax.report.drawing import CLAIM_STRIP, draw_panels
from nnjax.report.figures.claim import ENDS, claim_row, draw_claim
from nnjax.report.formats import bounded, confidence, decimals, percent, probability, signed
from nnjax.report.study_results import StudyResults
from nnjax.report.views import Chapter, Panel, view_table
from nnjax.sweep.space import arm_cells, level_text
from nnjax.sweep.study.factors import Level
from nnjax.sweep.study.study import Claim


def claims_chapter(study_results: StudyResults) -> Chapter:
    """A card a claim, all claims as a table, and the looks at them while replicates were added."""
    looks = study_results.logbook.last() if study_results.logbook else {}
    claims, declared = study_results.space.study.claims, study_results.declared
    facts = {
        "looks_at_most": LOOKS,
        "claims": [
            _claim(index, answer, claim)
            | {
                "look": looks.get(claim.name),
                "declared": declared.claims[claim.name],
                "other_epoch": other_epoch_words(study_results, claim),
            }
            for index, (answer, claim) in enumerate(zip(study_results.claims, claims, strict=True))
        ],
        "declared": declared,
        "is_exploratory": bool(study_results.sizes.doubt),
    }
    table = claims_table(study_results)
    # no empty columns, and not what each claim's own card says in words
    shown = [str(name) for name in table if name != "choice" and table[name].notna().any()]
    tables = {"claims": view_table("claims", table, columns=shown)}
    if study_results.logbook:
        tables["looks"] = view_table("looks", looks_table(study_results.logbook))
    return Chapter("claims", "The claims, one by one", tables=tables, facts=facts)


def other_epoch_words(study_results: StudyResults, claim: Claim) -> str:
    """The same difference at the other epoch, the last for the best and the best for the last: no verdict on it.

    Empty for claims on numbers of no epoch, and where a run of the arms is missing.
    """
    metric = METRICS[claim.metric]
    other = {"best": f"last_{claim.metric}", "last": claim.metric.removeprefix("last_")}.get(metric.epoch, "")
    if claim.is_compound or other not in METRICS:
        return ""
    space, results = study_results.space, study_results.results
    arms = [arm_runs(results, cell_ids) for cell_ids in arm_cells(claim, space.cells)]
    asked = claim.model_copy(update={"metric": other})
    interval = answer_claim(asked, arms, study_results.sizes, 1 - ALPHA, study_results.terms.judged).interval
    if interval is None:
        return ""
    epoch = "last epoch" if metric.epoch == "best" else "best epoch"
    return (
        f"At the {epoch} instead ({other}): {signed(interval.estimate)}, {confidence(interval.level)} interval "
        f"{signed(interval.low)} to {signed(interval.high)}; exploratory, no claim is about it."
    )


def _picture(name: str, row: pd.DataFrame) -> Panel:
    numbers = [signed(float(row[column].iloc[0])) for column in ("estimate", "low", "high")]
    label = f"{numbers[0]}, interval from {numbers[1]} to {numbers[2]}"
    return draw_panels(name, [("", partial(draw_claim, row))], CLAIM_STRIP, label)[0]


def _claim(index: int, answer: ClaimAnswer, claim: Claim) -> dict[str, object]:
    """What the template prints of one claim's answer."""
    interval = answer.interval
    numbers: list[tuple[str, str]] = []
    if interval:
        bound = f"> {decimals(answer.margin)}" if answer.threshold is None else f"> {decimals(answer.threshold)}"
        estimate = signed if answer.threshold is None else decimals
        numbers = [
            ("estimate", bounded(estimate(interval.estimate), interval)),
            (f"{confidence(interval.level)} interval", f"{estimate(interval.low)} … {estimate(interval.high)}"),
            ("plain t interval", f"{estimate(interval.low_plain)} … {estimate(interval.high_plain)}"),
            (f"P({bound})", bounded(decimals(answer.probability, 2), interval)),
            ("win rate over splits", bounded(percent(answer.win_rate), interval)),
            ("p", probability(answer.p_value)),
            ("p, Holm-adjusted", probability(answer.holm_p)),
            ("detectable with 80 % power", decimals(answer.detectable)),
            ("diverged runs", str(answer.diverged)),
            ("missing runs", str(answer.missing)),
        ]
    row = claim_row(interval, answer.margin, answer.threshold) if interval and answer.is_judged else None
    return {
        "answer": answer,
        "numbers": numbers,
        "picture": _picture(f"claim-{index}", row) if row is not None else None,
        "arms": _arms(claim),
        "reached": reached_words(answer.reached),
    }


def reached_words(reached: Sequence[Reached]) -> str:
    """How many runs of each arm reach the target, in words; empty for other metrics.

    >>> reached_words([Reached(0, 20), Reached(18, 20)])
    'Runs that reach the target: A 0 of 20 (0 %), B 18 of 20 (90 %).'
    """
    arms = [
        f"{name} {arm.reached} of {arm.runs} ({percent(arm.reached / arm.runs) if arm.runs else '–'})"
        for name, arm in zip("AB", reached, strict=False)
    ]
    return f"Runs that reach the target: {', '.join(arms)}." if arms else ""


def _arms(claim: Claim) -> str:
    def written(levels: Mapping[str, Level]) -> str:
        return ", ".join(f"{factor} = {level_text(level)}" for factor, level in levels.items())

    if claim.is_compound:
        return f"all of {', '.join(claim.parts)}"
    sides = [f"A: {written(claim.a)}" if claim.a else ""]
    if claim.b is not None:
        sides.append(f"B: {written(claim.b)}")
    if claim.at:
        sides.append(f"both at {written(claim.at)}" if claim.b is not None else f"at {written(claim.at)}")
    return "; ".join(side for side in sides if side)


def looks_table(logbook: Logbook) -> pd.DataFrame:
    """Every look at a claim: on which replicates, what was seen, what followed."""
    return pd.DataFrame(
        {
            "round": number,
            "claim": look.claim,
            "look": look.number,
            "splits": look.design.splits,
            "seeds": look.design.seeds,
            **{name: getattr(look, name) for name in ("estimate", "low", "high", "verdict")},
            "state": look.state.value,
        }
        for number, looks in enumerate(logbook.rounds, start=1)
        for look in looks
    )


ANSWERED = (
    *("margin", "probability", "win_rate", "p_value", "holm_p"),
    *("detectable", "diverged", "missing", "scope"),
)
"""Columns of the table of claims that are the answer's own."""


def _shares(reached: Sequence[Reached]) -> list[float]:
    """Share of the runs of each arm that reach the target; NaN where the claim is about something else."""
    shares = [arm.reached / arm.runs if arm.runs else math.nan for arm in reached]
    return [*shares, math.nan, math.nan][:2]


def claims_table(study_results: StudyResults) -> pd.DataFrame:
    """Every claim with its verdict and all numbers beside it."""
    return pd.DataFrame(
        {
            "claim": answer.claim.name,
            "sentence": answer.claim.sentence,
            "kind": answer.claim.kind,
            "metric": answer.metric,
            "verdict": answer.judgement.verdict.word,
            "declared": declared.standing.value,
            "note": answer.judgement.note,
            **{name: getattr(answer.interval, name) if answer.interval else math.nan for name in ENDS},
            "interval_level": answer.interval.level if answer.interval else math.nan,
            **{name: getattr(answer, name) for name in ANSWERED},
            **{f"share_reached_{arm}": share for arm, share in zip("ab", _shares(answer.reached), strict=True)},
            "choice": answer.choice,
            "runs_needed": declared.needed,
            "runs_trained_before": declared.trained,
        }
        for answer in study_results.claims
        for declared in [study_results.declared.claims[answer.claim.name]]
    )
