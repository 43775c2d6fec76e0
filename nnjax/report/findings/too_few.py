"""Too few replicates for a declared margin: only the cells of the undecided claims, on as many as would decide them."""

from collections.abc import Iterator
from typing import Any

from nnjax.report.findings.finding import Finding, next_name, tables_of
from nnjax.report.formats import decimals
from nnjax.report.material import Material
from nnjax.statistics.power import Replicates, replicates_for_half_width
from nnjax.statistics.verdict import Verdict
from nnjax.sweep.factors import Level
from nnjax.sweep.study import Claim

PILOT_SEEDS = 4
"""With one seed a split nobody knows what seeds are worth: four of them tell."""


def find_too_few(material: Material) -> Iterator[Finding]:
    """Undecided claims whose smallest detectable difference is larger than the margin that they declare."""
    open_claims = [
        (claim, answer)
        for claim, answer in zip(material.space.study.claims, material.claims, strict=True)
        if answer.judgement.verdict is Verdict.UNDECIDED and answer.interval is not None
        if answer.threshold is None and answer.detectable > answer.margin
    ]
    if not open_claims:
        return
    sizes, replicates = material.sizes, material.space.study.replicates
    wanted = Replicates(replicates.splits, max(PILOT_SEEDS, replicates.seeds_per_split))
    for _, answer in open_claims:
        if answer.components is not None and answer.interval is not None:
            level = answer.interval.level
            design = replicates_for_half_width(answer.margin, answer.components, *sizes.pair, level, sizes.folds)
            if design is not None:
                wanted = Replicates(max(wanted.splits, design.splits), max(wanted.seeds, design.seeds))
    key, largest = "more-replicates", max(answer.detectable for _, answer in open_claims)
    names = ", ".join(claim.name for claim, _ in open_claims)
    is_one = len(open_claims) == 1
    yield Finding(
        key,
        f"{'One claim is' if is_one else f'{len(open_claims)} claims are'} undecided ({names}), and no wonder: with "
        f"these replicates a difference must be as large as {decimals(largest)} to be found with 80 % power, the "
        f"margin is {decimals(max(answer.margin for _, answer in open_claims))}. This file is a second look, "
        "which may be wrong once more; nnjax sweep --until-decided shares the error among its looks.",
        _tables(material, key, [claim for claim, _ in open_claims], wanted),
    )


def _tables(material: Material, key: str, claims: list[Claim], wanted: Replicates) -> dict[str, Any]:
    """The study with only the levels that these claims are about, if its grid is a full one."""
    study = material.space.study
    old = tables_of(study)
    replicates = {**old["replicates"], "splits": wanted.splits, "seeds_per_split": wanted.seeds}
    tables = {
        **old,
        "question": f"{study.question} Asked again with more replicates.",
        "name": next_name(study.name, key),
        "replicates": replicates,
        "claims": [claim.model_dump(exclude_unset=True) for claim in claims],
    }
    return tables if old["grid"] else {**tables, "studied": _used_levels(material, claims)}


def _used_levels(material: Material, claims: list[Claim]) -> dict[str, list[Level]]:
    pinned = [arm for claim in claims for arm in claim.arms.values()]
    used = {}
    for factor, levels in material.space.study.studied.items():
        wanted = [level for level in levels if any(arm.get(factor) == level for arm in pinned)]
        used[factor] = wanted or list(levels)
    return used
