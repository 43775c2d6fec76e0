"""How differences were judged, and how far that can be trusted."""

from nnjax.report.material import Material
from nnjax.report.views import Chapter


def method_chapter(material: Material) -> Chapter:
    """The method box, with the numbers of this study."""
    declared = len(material.space.study.claims)
    replicates = material.space.study.replicates
    facts = {
        "declared": declared,
        "level": f"{100 * (1 - 0.05 / max(1, declared)):.3g}",
        "n_train": material.sizes.n_train,
        "n_test": material.sizes.n_test,
        "splits": len(material.space.splits),
        "seeds": replicates.seeds_per_split,
    }
    return Chapter("method", "How it was judged", facts=facts)
