"""How differences were judged, and how far that can be trusted."""

from nnjax.calibration.console import expected_text, seen_text
from nnjax.calibration.stamp import Stamp
from nnjax.claims.declared import ALPHA
from nnjax.claims.logbook import looks_at_most
from nnjax.data.streams import stream
from nnjax.metrics import EPOCHS_TO_TARGET
from nnjax.report.figures.importance import complete_scores
from nnjax.report.study_results import StudyResults
from nnjax.report.views import Chapter
from nnjax.statistics.placebo import placebo_rates
from nnjax.sweep.used_rows import describe_splits

TELLING = ("corrected misses", "plain t misses", "twins", "groups")
"""The groups of checks that the page lists."""


def method_chapter(study_results: StudyResults) -> Chapter:
    """The method box, with the numbers of this study."""
    sizes, study, scores = study_results.sizes, study_results.space.study, complete_scores(study_results.results)
    labels = stream(study.replicates.base_seed, "placebo")
    facts = {
        "alpha": ALPHA,
        "declared": study_results.declared,
        "is_race": any(claim.metric == EPOCHS_TO_TARGET for claim in study.claims),
        "looks": looks_at_most(study_results.logbook),
        "level": study_results.claim_level,
        "sizes": sizes,
        "splits": len(study_results.space.splits),
        "splitter": study.replicates.splitter,
        "used": describe_splits(study_results.space),
        "target_scales": study_results.target_scales,
        "seeds": study.replicates.seeds_per_split,
        "placebo": None if scores is None else placebo_rates(scores, *sizes.pair, study_results.terms.margin, labels),
        "stamp": study_results.calibration,
        "calibrated": _calibrated(study_results.calibration) if study_results.calibration else [],
    }
    return Chapter("method", "How it was judged", facts=facts)


def _calibrated(stamp: Stamp) -> list[str]:
    """The shares that were simulated, one sentence a check of one number."""
    return [
        f"{check.group}, {check.what}: {seen_text(check)}, expected {expected_text(check)}"
        for check in stamp.checks
        if check.group in TELLING and check.is_share
    ]
