"""Too few replicates: for a declared margin, as many as it needs; to beat the reference baseline, more seeds."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nnjax.claims.answer import ClaimAnswer
from nnjax.report.against_baseline import beats_a_constant, compare_with_baseline
from nnjax.report.findings.finding import Finding, favourite_levels, next_name, next_study, tables_of
from nnjax.report.formats import decimals, signed
from nnjax.report.study_results import StudyResults
from nnjax.statistics.power import MOST_REPLICATES, Design, replicates_for_half_width
from nnjax.statistics.verdict import Verdict, judge
from nnjax.sweep.study.factors import Level
from nnjax.sweep.study.study import Claim

PILOT_SEEDS = 4
"""With one seed a split nobody knows what seeds are worth: four of them tell."""

MORE_SEEDS = 4
"""Times the seeds a split of the study: what a network's luck costs is averaged away, what the table costs is not."""

MOST_SEEDS_PROPOSED = 1_000


@dataclass(frozen=True)
class _Short:
    """A claim that is short of replicates, and how many would make its interval as narrow as its margin."""

    claim: Claim
    answer: ClaimAnswer
    design: Design


def find_too_few(study_results: StudyResults) -> Iterator[Finding]:
    """Undecided claims whose smallest detectable difference is larger than the margin that they declare.

    Not those that no number of replicates can help, and not those that were given more already, look by look.
    """
    short = _affordable(sorted(_short(study_results), key=lambda each: each.design.runs))
    if not short or not beats_a_constant(study_results):  # networks that learn nothing again would say nothing more
        return
    key, wanted = "more-replicates", _joined([each.design for each in short])
    told = "; ".join(
        f"{each.claim.name}: {decimals(each.answer.detectable)}, its margin is {decimals(each.answer.margin)}"
        for each in short
    )
    yield Finding(
        key,
        f"More replicates may decide {_counted(study_results, len(short))}: train {wanted.seeds} random "
        f"start{'s' if wanted.seeds > 1 else ''} (seeds) on each of {wanted.splits} splits. The smallest difference "
        f"that is found with 80 % power is larger than the margin ({told}). This file is a second look, which may be "
        "wrong once more; nnjax sweep --until-decided shares the error among its looks.",
        _tables(study_results, key, [each.claim for each in short], wanted),
    )


def _counted(study_results: StudyResults, short: int) -> str:
    """Those that more replicates may help, among all undecided ones."""
    verdicts = [answer.judgement.verdict for answer in study_results.claims]
    undecided = verdicts.count(Verdict.UNDECIDED)
    if undecided == 1:
        return "the undecided claim"
    return f"{'the' if short == undecided else f'{short} of the'} {undecided} undecided claims"


def _short(study_results: StudyResults) -> Iterator[_Short]:
    grown = study_results.logbook.last() if study_results.logbook else {}
    for claim, answer in zip(study_results.space.study.claims, study_results.claims, strict=True):
        if answer.judgement.verdict is not Verdict.UNDECIDED or not answer.is_judged or claim.name in grown:
            continue
        if answer.interval is None or answer.threshold is not None or answer.detectable <= answer.margin:
            continue
        if answer.interval.is_open_below:  # more replicates do not make the runs reach the target that never do
            continue
        design = _design(study_results, answer, answer.interval.level)
        if design is not None:
            yield _Short(claim, answer, design)


def _design(study_results: StudyResults, answer: ClaimAnswer, level: float) -> Design | None:
    """None where no affordable number of replicates of this table makes the interval narrow enough."""
    replicates, sizes = study_results.space.study.replicates, study_results.sizes
    if sizes.folds is None:
        return None
    if answer.components is None:
        return Design(replicates.splits, PILOT_SEEDS)
    found = replicates_for_half_width(answer.margin, answer.components, *sizes.pair, level, sizes.folds)
    if found is None:
        return None
    design = _joined([found, Design(replicates.splits, replicates.seeds_per_split)])
    return design if design.runs > replicates.splits * replicates.seeds_per_split else None


def _joined(designs: list[Design]) -> Design:
    return Design(max(each.splits for each in designs), max(each.seeds for each in designs))


def _affordable(short: list[_Short]) -> list[_Short]:
    """As many of them, the cheapest first, as one study has replicates for."""
    while short and _joined([each.design for each in short]).runs > MOST_REPLICATES:
        short = short[:-1]
    return short


def _tables(study_results: StudyResults, key: str, claims: list[Claim], wanted: Design) -> dict[str, Any]:
    """The study with only the levels that these claims are about, if its grid is a full one."""
    study = study_results.space.study
    old = tables_of(study)
    replicates = {**old["replicates"], "splits": wanted.splits, "seeds_per_split": wanted.seeds}
    tables = {
        **old,
        "question": f"{study.question} Asked again with more replicates.",
        "name": next_name(study.name, key),
        "replicates": replicates,
        "claims": [claim.model_dump(exclude_unset=True) for claim in claims],
    }
    return tables if old["grid"] else {**tables, "studied": _used_levels(study_results, claims)}


def _used_levels(study_results: StudyResults, claims: list[Claim]) -> dict[str, list[Level]]:
    pinned = [arm for claim in claims for arm in claim.arms.values()]
    used = {}
    for factor, levels in study_results.space.study.studied.items():
        wanted = [level for level in levels if any(arm.get(factor) == level for arm in pinned)]
        used[factor] = wanted or list(levels)
    return used


def find_not_better(study_results: StudyResults) -> Iterator[Finding]:
    """Nobody knows yet whether the network beats the baseline; that it beats a constant is known."""
    if study_results.sizes.doubt or not beats_a_constant(study_results):
        return
    top = compare_with_baseline(study_results)
    verdict = judge("beats", top.interval, top.margin).verdict
    if verdict is not Verdict.UNDECIDED:  # where no advantage is left to be found, more seeds find none
        return
    terms, pinned = study_results.terms, favourite_levels(study_results)
    label = next(cell.label for cell in study_results.space.cells if pinned.items() <= cell.levels.items())
    setting = {**study_results.space.study.fixed, **pinned}
    rate = float(str(setting["learning_rate"]))
    key = "beat-reference"
    question = (
        f"Can the best setting beat {terms.reference} when the luck of its seeds is averaged away? "
        "(The first answer of the report compares them, split by split.)"
    )
    tables = next_study(study_results, key, question, pinned, {"activation": [setting["activation"]]}, [])
    seeds = study_results.space.study.replicates.seeds_per_split
    tables["replicates"] = {**tables["replicates"], "seeds_per_split": min(MORE_SEEDS * seeds, MOST_SEEDS_PROPOSED)}
    if setting["optimizer"] != "lbfgs":
        tables["nuisance"] = {"learning_rate": [float(f"{rate * part:.3g}") for part in (0.3, 1.0, 3.0)]}
        tables["fixed"].pop("learning_rate", None)
    yield Finding(
        key,
        f"Train the best setting with more seeds: no network is shown to beat {terms.reference} yet. That setting is "
        f"{label}, {signed(top.interval.estimate)} [{signed(top.interval.low)}, {signed(top.interval.high)}] in "
        f"{terms.test} beside it; {terms.reference} has {decimals(float(study_results.baseline().mean()))}.",
        tables,
    )
