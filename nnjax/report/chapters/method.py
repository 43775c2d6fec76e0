"""How differences were judged, and how far that can be trusted."""

from nnjax.report.claims import ALPHA
from nnjax.report.formats import confidence
from nnjax.report.material import Material
from nnjax.report.views import Chapter
from nnjax.statistics.interval import bonferroni_level


def method_chapter(material: Material) -> Chapter:
    """The method box, with the numbers of this study."""
    declared = len(material.space.study.claims)
    replicates = material.space.study.replicates
    facts = {
        "declared": declared,
        "level": confidence(bonferroni_level(ALPHA, max(1, declared))),
        "together": confidence(1 - ALPHA),
        "alpha": f"{ALPHA:g}",
        "n_train": material.sizes.n_train,
        "n_test": material.sizes.n_test,
        "splits": len(material.space.splits),
        "seeds": replicates.seeds_per_split,
    }
    return Chapter("method", "How it was judged", facts=facts)
