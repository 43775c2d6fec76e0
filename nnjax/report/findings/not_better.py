"""Not better than the reference baseline: too few replicates to tell, or networks that are not good enough."""

from collections.abc import Iterator

from nnjax.report.answers import headline
from nnjax.report.findings.finding import Finding, favourite_levels, next_study
from nnjax.report.formats import decimals, signed
from nnjax.report.study_results import StudyResults
from nnjax.statistics.verdict import Verdict, judge

MORE_SEEDS = 4
"""Times the seeds a split of the study: what a network's luck costs is averaged away, what the table costs is not."""

MOST_SEEDS_PROPOSED = 1_000


def find_not_better(study_results: StudyResults) -> Iterator[Finding]:
    """No network is shown to beat the baseline."""
    top = headline(study_results)
    verdict = judge("beats", top.interval, top.margin).verdict
    if verdict is Verdict.SUPPORTED:
        return
    terms, pinned = study_results.terms, favourite_levels(study_results)
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
        f"No network is shown to beat {terms.reference}: {signed(top.interval.estimate)} [{signed(top.interval.low)}, "
        f"{signed(top.interval.high)}] in {terms.test}; {terms.reference} has "
        f"{decimals(float(study_results.baseline().mean()))}.",
        tables,
    )
