"""Speed of learning: which combination of the studied factors is first at the target, and how many ever get there."""

from dataclasses import dataclass

import pandas as pd

from nnjax.report.alike import name_lowest
from nnjax.report.figures.curves import restricted_table
from nnjax.report.formats import decimals
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


def measure_speed(study_results: StudyResults) -> Speed:
    """Compare the combinations of the studied factors by restricted mean, nuisance levels chosen on validation rows."""
    layout = study_results.layout
    table = restricted_table(study_results.chosen, layout.studied).sort_values("restricted_mean", kind="stable")
    reached = table[table["share_reached"] >= ENOUGH]
    names = [layout.describe(row, layout.studied) for _, row in reached.iterrows()]
    means = reached["restricted_mean"].tolist()
    target = float(study_results.results[study_results.terms.target].iloc[0])
    return Speed(
        target=f"{study_results.terms.validation} ≥ {target:g}",
        combinations=len(table),
        reached=len(reached),
        never=int((table["share_reached"] == 0).sum()),
        fastest=name_lowest(names, means, _shown) if names else "",
        epochs=_epochs(min(means), _least_share(reached)) if names else "",
    )


def _least_share(reached: pd.DataFrame) -> float:
    """Of the combinations that are first together."""
    shown = reached["restricted_mean"].map(_shown)
    return float(reached.loc[shown == _shown(float(reached["restricted_mean"].min())), "share_reached"].min())


def _shown(restricted_mean: float) -> str:
    return decimals(restricted_mean, 1)


def _epochs(restricted_mean: float, share_reached: float) -> str:
    """Never is not the last epoch: with some of it a restricted mean is a lower bound.

    Example:
        >>> _epochs(12.34, 1.0), _epochs(12.34, 0.6)
        ('12.3', 'at least 12.3')
    """
    return f"{'at least ' if share_reached < 1 else ''}{_shown(restricted_mean)}"
