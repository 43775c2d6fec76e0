"""A factor that made no difference that matters, at any level."""

from collections.abc import Iterator

from nnjax.report.findings.finding import Finding, favourite_levels, next_study
from nnjax.report.formats import decimals
from nnjax.report.material import Material
from nnjax.sweep.factors import Level

MORE_SPLITS = 2


def find_idle(material: Material) -> Iterator[Finding]:
    """All differences of a studied factor, each level at its best, lie within the margin."""
    table, margin, study = material.differences, material.terms.margin, material.space.study
    if not len(table):
        return
    for factor in study.studied:
        part = table[(table["factor"] == factor) & (table["view"] == "at its best")]
        if not len(part) or not ((part["low"] > -margin) & (part["high"] < margin)).all():
            continue
        largest = float(part[["low", "high"]].abs().max().max())
        key, levels = f"idle-{factor.replace('_', '-')}", study.studied[factor]
        pinned = favourite_levels(material)
        claims = [_same(material.terms.test, factor, level, levels[0]) for level in levels[1:]]
        question = f"Does {factor} matter at the best setting of the others, on twice the splits?"
        tables = next_study(material, key, question, pinned, {factor: levels}, claims)
        splits = MORE_SPLITS * study.replicates.splits
        tables["replicates"] = {**tables["replicates"], "splits": splits}
        yield Finding(
            key,
            f"{factor} never matters here: each level at its best, no interval of a difference reaches further than "
            f"{decimals(largest)}, and {decimals(margin)} would matter. Later studies can fix it.",
            tables,
        )


def _same(metric: str, factor: str, a: Level, b: Level) -> dict[str, object]:
    name = f"{factor}-{a}-same-as-{b}".lower()
    return {
        "name": "".join(letter if letter.isalnum() else "-" for letter in name),
        "sentence": f"{factor} = {a} and {b} give the same score.",
        "kind": "same",
        "a": {factor: a},
        "b": {factor: b},
        "metric": metric,
    }
