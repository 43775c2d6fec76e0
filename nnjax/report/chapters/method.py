"""How differences were judged, and how far that can be trusted."""

from nnjax.calibration.console import expected_text, seen_text
from nnjax.calibration.stamp import Stamp
from nnjax.claims.declared import ALPHA
from nnjax.claims.logbook import looks_at_most
from nnjax.claims.target import TARGET
from nnjax.data.streams import stream
from nnjax.report.figures.importance import complete_scores
from nnjax.report.formats import confidence, percent
from nnjax.report.study_results import Material
from nnjax.report.views import Chapter
from nnjax.statistics.placebo import placebo_rates

TELLING = ("corrected misses", "plain t misses", "twins")
"""The groups of checks that the page lists."""


def method_chapter(material: Material) -> Chapter:
    """The method box, with the numbers of this study."""
    declared, withdrawn = material.declared.sharing, material.declared.withdrawn_intervals
    replicates = material.space.study.replicates
    facts: dict[str, object] = {
        "placebo": None,
        "nominal": percent(ALPHA),
        "declared": declared,
        "is_race": any(claim.metric == TARGET for claim in material.space.study.claims),
        "withdrawn": withdrawn,
        "looks": looks_at_most(material.logbook),
        "level": confidence(material.claim_level),
        "together": confidence(1 - ALPHA),
        "alpha": f"{ALPHA:g}",
        "n_train": material.sizes.n_train,
        "n_test": material.sizes.n_test,
        "splits": len(material.space.splits),
        "seeds": replicates.seeds_per_split,
        "stamp": material.calibration,
        "calibrated": _calibrated(material.calibration) if material.calibration else [],
    }
    scores = complete_scores(material.results)
    if scores is not None:
        labels = stream(replicates.base_seed, "placebo")
        facts["placebo"] = rates = placebo_rates(scores, *material.sizes.pair, material.terms.margin, labels)
        facts |= {name: percent(getattr(rates, name)) for name in ("corrected", "plain", "supported")}
    return Chapter("method", "How it was judged", facts=facts)


def _calibrated(stamp: Stamp) -> list[str]:
    """The shares that were simulated, one sentence a check of one number."""
    return [
        f"{check.group}, {check.what}: {seen_text(check)}, expected {expected_text(check)}"
        for check in stamp.checks
        if check.group in TELLING and check.is_share
    ]
