"""The levels of a factor: the best one lies at an edge of the grid, or none matters."""

from collections.abc import Iterator, Sequence

from pydantic_core import PydanticCustomError

from nnjax.report.findings.finding import Finding, chosen_cells, compared, favourite_levels, next_study
from nnjax.report.formats import decimals
from nnjax.report.study_results import StudyResults
from nnjax.report.views import join_words
from nnjax.sweep.space import level_text
from nnjax.sweep.study.factors import FACTORS, Level

MOST_OFTEN = 0.5
"""The validation rows must choose the edge in more than this share of the splits."""

FEWEST_LEVELS = 3
"""Of two levels, one is always at an edge."""

FEWEST_NUMBERS = 2
"""Their ratio says how far to go."""

STEPS = 2
"""Levels beyond the edge that the next study tries."""

MOST_LOST = 0.5
"""Share of splits in which the chosen cell may have the lowest score."""

MORE_SPLITS = 2
"""Times the splits of the study, and other ones: those that suggested it would agree with themselves."""


def find_edges(study_results: StudyResults) -> Iterator[Finding]:
    """A finding for each ordered factor whose outermost level the validation rows choose in most splits."""
    study, cells = study_results.space.study, chosen_cells(study_results)
    zipped = {factor for group in study.grid.zip for factor in group}
    for factor, levels in study.factors.items():
        numbers = sorted(level for level in levels if isinstance(level, int | float))
        if factor in zipped or len(levels) < FEWEST_LEVELS or len(numbers) < FEWEST_NUMBERS:
            continue
        edges = [("smallest", numbers[0], numbers[1])]
        if len(numbers) == len(levels):  # else "full" is the largest batch that there is
            edges.append(("largest", numbers[-1], numbers[-2]))
        chosen = [cell[factor] for cell in cells]
        for side, edge, inner in edges:
            beyond = levels_beyond(factor, edge, inner, study_results.sizes.full_batch)
            if beyond and chosen.count(edge) / len(chosen) > MOST_OFTEN:
                where = f"the {side} level of the grid, in {chosen.count(edge)} of {len(chosen)} splits"
                yield _finding(study_results, factor, edge, beyond, where)


def levels_beyond(factor: str, edge: float, inner: float, most: int) -> list[Level]:
    """The next levels outside the grid, by the ratio of its last two: none beyond zero, `most` or the factor's limits.

    >>> levels_beyond("l2", 0.1, 0.01, 265), levels_beyond("depth", 8, 4, 265), levels_beyond("l2", 0.0, 0.1, 265)
    ([1.0, 10.0], [16, 32], [])
    """
    if edge <= 0.0 or inner <= 0.0:
        return []
    found: list[Level] = []
    for step in range(1, STEPS + 1):
        level = edge * (edge / inner) ** step
        number = round(level) if isinstance(edge, int) else float(f"{level:.3g}")
        try:
            checked = FACTORS[factor].check(number)
        except PydanticCustomError:
            break
        if checked in (0, edge, *found) or (factor == "batch_size" and number > most):
            break
        found.append(checked)
    return found


def _finding(study_results: StudyResults, factor: str, edge: Level, beyond: Sequence[Level], where: str) -> Finding:
    key, pinned = f"edge-{factor.replace('_', '-')}", {**favourite_levels(study_results), factor: edge}
    claims = [compared("beats", study_results.terms.judged, factor, level, edge) for level in beyond]
    question = f"Is there a better {factor} beyond {level_text(edge)}?"
    return Finding(
        key,
        f"Try {factor} {join_words([level_text(level) for level in beyond], 'or')}: the validation rows chose "
        f"{factor} {level_text(edge)}, {where}. What lies beyond it was not tried.",
        next_study(study_results, key, question, pinned, {factor: [edge, *beyond]}, claims),
    )


def find_idle(study_results: StudyResults) -> Iterator[Finding]:
    """All differences of a studied factor, each level at its best, lie within the margin.

    Where even the chosen cell exploded, all levels have the lowest score, and none was seen to matter or not.
    """
    table, margin, study = study_results.differences, study_results.terms.margin, study_results.space.study
    if study_results.sizes.doubt or study_results.sizes.folds is None:  # nothing is shown, or there are no more splits
        return
    if not len(table) or (study_results.best.scores() <= study_results.terms.floor).mean() > MOST_LOST:
        return
    for factor in study.studied:
        part = table[(table["factor"] == factor) & (table["view"] == "at its best")]
        if not len(part) or not ((part["low"] > -margin) & (part["high"] < margin)).all():
            continue
        largest = float(part[["low", "high"]].abs().max().max())
        key, levels = f"idle-{factor.replace('_', '-')}", study.studied[factor]
        pinned = favourite_levels(study_results)
        claims = [compared("same", study_results.terms.judged, factor, level, levels[0]) for level in levels[1:]]
        question = (
            f"Does {factor} matter at the best setting of the others, on new splits of the same rows, twice as many?"
        )
        tables = next_study(study_results, key, question, pinned, {factor: levels}, claims)
        fresh = {"splits": MORE_SPLITS * study.replicates.splits, "base_seed": (study.replicates.base_seed + 1) % 2**32}
        tables["replicates"] = {**tables["replicates"], **fresh}
        reference = study_results.layout.reference[factor]
        at_best = ", the other factors at their best" if len(study.studied) > 1 else ""
        yield Finding(
            key,
            f"Leave {factor} at one level, or check on new splits: none differs from {level_text(reference)} by an "
            f"amount that matters{at_best}. No interval of a difference to it reaches further than "
            f"{decimals(largest)}, and {decimals(margin)} would matter: later studies can fix it. In other cells it "
            "may still carry much of the variance.",
            tables,
        )
