"""A factor that made no difference that matters, at any level."""

from collections.abc import Iterator

from nnjax.report.findings.finding import Finding, compared, favourite_levels, next_study
from nnjax.report.formats import decimals
from nnjax.report.study_results import StudyResults

MOST_LOST = 0.5
"""Share of splits in which the chosen cell may have the lowest score."""

MORE_SPLITS = 2
"""Times the splits of the study, and other ones: those that suggested it would agree with themselves."""


def find_idle(study_results: StudyResults) -> Iterator[Finding]:
    """All differences of a studied factor, each level at its best, lie within the margin.

    Where even the chosen cell exploded, all levels have the lowest score, and none was seen to matter or not.
    """
    table, margin, study = study_results.differences, study_results.terms.margin, study_results.space.study
    if not len(table) or (study_results.best.scores() <= study_results.terms.floor).mean() > MOST_LOST:
        return
    for factor in study.studied:
        part = table[(table["factor"] == factor) & (table["view"] == "at its best")]
        if not len(part) or not ((part["low"] > -margin) & (part["high"] < margin)).all():
            continue
        largest = float(part[["low", "high"]].abs().max().max())
        key, levels = f"idle-{factor.replace('_', '-')}", study.studied[factor]
        pinned = favourite_levels(study_results)
        claims = [compared("same", study_results.terms.test, factor, level, levels[0]) for level in levels[1:]]
        question = (
            f"Does {factor} matter at the best setting of the others, on new splits of the same rows, twice as many?"
        )
        tables = next_study(study_results, key, question, pinned, {factor: levels}, claims)
        fresh = {"splits": MORE_SPLITS * study.replicates.splits, "base_seed": (study.replicates.base_seed + 1) % 2**32}
        tables["replicates"] = {**tables["replicates"], **fresh}
        yield Finding(
            key,
            f"{factor} never matters here: each level at its best, no interval of a difference reaches further than "
            f"{decimals(largest)}, and {decimals(margin)} would matter. Later studies can fix it.",
            tables,
        )
