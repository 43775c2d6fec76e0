"""How differences were judged, and how far that can be trusted."""

from nnjax.calibration.console import expected_text, seen_text
from nnjax.calibration.stamp import Stamp
from nnjax.claims.declared import ALPHA
from nnjax.claims.logbook import looks_at_most
from nnjax.data.streams import stream
from nnjax.metrics import EPOCHS_TO_TARGET
from nnjax.report.figures.importance import complete_scores
from nnjax.report.formats import confidence, percent
from nnjax.report.study_results import StudyResults
from nnjax.report.views import Chapter
from nnjax.statistics.placebo import placebo_rates

TELLING = ("corrected misses", "plain t misses", "twins")
"""The groups of checks that the page lists."""


def method_chapter(study_results: StudyResults) -> Chapter:
    """The method box, with the numbers of this study."""
    declared, withdrawn = study_results.declared.sharing, study_results.declared.withdrawn_intervals
    replicates = study_results.space.study.replicates
    facts: dict[str, object] = {
        "placebo": None,
        "nominal": percent(ALPHA),
        "declared": declared,
        "is_race": any(claim.metric == EPOCHS_TO_TARGET for claim in study_results.space.study.claims),
        "withdrawn": withdrawn,
        "looks": looks_at_most(study_results.logbook),
        "level": confidence(study_results.claim_level),
        "together": confidence(1 - ALPHA),
        "alpha": f"{ALPHA:g}",
        "n_train": study_results.sizes.n_train,
        "n_test": study_results.sizes.n_test,
        "splits": len(study_results.space.splits),
        "seeds": replicates.seeds_per_split,
        "stamp": study_results.calibration,
        "calibrated": _calibrated(study_results.calibration) if study_results.calibration else [],
    }
    scores = complete_scores(study_results.results)
    if scores is not None:
        labels = stream(replicates.base_seed, "placebo")
        facts["placebo"] = rates = placebo_rates(scores, *study_results.sizes.pair, study_results.terms.margin, labels)
        facts |= {name: percent(getattr(rates, name)) for name in ("corrected", "plain", "supported")}
    return Chapter("method", "How it was judged", facts=facts)


def _calibrated(stamp: Stamp) -> list[str]:
    """The shares that were simulated, one sentence a check of one number."""
    return [
        f"{check.group}, {check.what}: {seen_text(check)}, expected {expected_text(check)}"
        for check in stamp.checks
        if check.group in TELLING and check.is_share
    ]
