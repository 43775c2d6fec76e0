"""Speed of learning: which combination of the studied factors is first at the target, and how many ever get there."""

from dataclasses import dataclass

from nnjax.report.alike import name_lowest
from nnjax.report.figures.curves import restricted_table
from nnjax.report.formats import decimals
from nnjax.report.once import once
from nnjax.report.study_results import StudyResults

ENOUGH = 0.5
"""Share of its runs that must reach the target before a combination is called fast: else the mean is mostly E."""


@dataclass(frozen=True)
class Speed:
    """The race to the target."""

    target: str
    """The target in words, "validation_r2 ≥ 0.4"."""
    combinations: int
    """Combinations of the studied factors that have runs."""
    reached: int
    """Those of which at least half of the runs reach the target."""
    never: int
    """Those of which none does."""
    fastest: str
    """The levels of the first of `reached`, in words, and of those as fast; empty if there is none."""
    epochs: str
    """Its restricted mean, in words; at least so much where some of its runs never reach the target."""


@once
def measure_speed(study_results: StudyResults) -> Speed:
    """Compare the combinations of the studied factors by restricted mean, nuisance levels chosen on validation rows."""
    layout = study_results.layout
    table = restricted_table(study_results.chosen, layout.studied).sort_values("restricted_mean", kind="stable")
    reached = table[table["share_reached"] >= ENOUGH]
    names = [layout.describe(row, layout.studied) for _, row in reached.iterrows()]
    shown = reached["restricted_mean"].map(_shown)
    first = reached[shown == shown.iloc[0]] if names else reached
    # Never is not the last epoch: with some of it a restricted mean is a lower bound.
    at_least = "at least " if (first["share_reached"] < 1).any() else ""
    target = float(study_results.results[study_results.terms.target].iloc[0])
    return Speed(
        target=f"{study_results.terms.targeted} ≥ {target:g}",
        combinations=len(table),
        reached=len(reached),
        never=int((table["share_reached"] == 0).sum()),
        fastest=name_lowest(names, reached["restricted_mean"].tolist(), _shown) if names else "",
        epochs=f"{at_least}{shown.iloc[0]}" if names else "",
    )


def _shown(restricted_mean: float) -> str:
    return decimals(restricted_mean, 1)
