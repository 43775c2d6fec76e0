"""Speed of learning: which combination of the studied factors is first at the target, and how many ever get there."""

from dataclasses import dataclass

from nnjax.report.figures.curves import restricted_table
from nnjax.report.formats import decimals
from nnjax.report.material import Material

ENOUGH = 0.5
"""Share of its runs that must reach the target before a combination is called fast: else the mean is mostly E."""


@dataclass(frozen=True)
class Speed:
    """The race to the target.

    Attributes:
        target: The target in words, "validation_r2 ≥ 0.4".
        combinations: Combinations of the studied factors that have runs.
        reached: Those of which at least half of the runs reach the target.
        never: Those of which none does.
        fastest: The levels of the first of `reached`, in words; empty if there is none.
        epochs: Its restricted mean, in words.
    """

    target: str
    combinations: int
    reached: int
    never: int
    fastest: str
    epochs: str


def measure_speed(material: Material) -> Speed:
    """Compare the combinations of the studied factors by restricted mean, nuisance levels chosen on validation rows."""
    layout = material.layout
    table = restricted_table(material.chosen, layout.studied).sort_values("restricted_mean", kind="stable")
    reached = table[table["share_reached"] >= ENOUGH]
    first = reached.iloc[0] if len(reached) else None
    target = float(material.results[material.terms.target].iloc[0])
    return Speed(
        target=f"{material.terms.validation} ≥ {target:g}",
        combinations=len(table),
        reached=len(reached),
        never=int((table["share_reached"] == 0).sum()),
        fastest="" if first is None else layout.describe(first, layout.studied),
        epochs="" if first is None else decimals(float(first["restricted_mean"]), 1),
    )
