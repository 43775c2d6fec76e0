"""How much what the claims compare varies from split to split, as far as the journal has runs."""

import math
from collections.abc import Sequence

import pandas as pd

from nnjax.claims.answer import answer_claim, arm_runs
from nnjax.claims.study_answers import correction_sizes
from nnjax.results.scores import with_scores
from nnjax.results.table import results_table
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.space import Space, arm_cells

FEWEST_SPREAD_SPLITS = 3
"""Of two splits one difference remains, which says nothing about a spread."""


def claim_spreads(space: Space, journal: Journal, level: float) -> dict[str, float]:
    """Name of each claim -> standard deviation over the splits of which every run of its arms is there.

    A claim of which too few are there has none.
    """
    results = with_scores(results_table(space, journal), space.study.judged)
    found = {}
    for claim in space.study.claims:
        if claim.is_compound:
            continue
        arms = [arm_runs(results, cell_ids) for cell_ids in arm_cells(claim, space.cells)]
        splits = _complete_splits(arms)
        if len(splits) < FEWEST_SPREAD_SPLITS:
            continue
        whole = [arm[arm["split"].isin(splits)] for arm in arms]
        interval = answer_claim(claim, whole, correction_sizes(space), level, space.study.judged).interval
        if interval is not None and math.isfinite(interval.standard_deviation):
            found[claim.name] = interval.standard_deviation
    return found


def _complete_splits(arms: Sequence[pd.DataFrame]) -> set[int]:
    runs = pd.concat(arms)
    return set(runs["split"]) - set(runs.loc[runs["status"] == "missing", "split"])
