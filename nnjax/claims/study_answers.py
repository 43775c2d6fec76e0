"""The claims of a study answered from its results, each on the replicates that its last look was at."""

from collections.abc import Mapping

import pandas as pd

from nnjax.claims.answer import ClaimAnswer, Sizes, answer_claims, arm_runs
from nnjax.claims.declared import claim_level
from nnjax.claims.logbook import Logbook
from nnjax.claims.rounds import design_of, grown_space
from nnjax.results.scores import with_scores
from nnjax.results.table import results_table
from nnjax.statistics.power import Design
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.space import Space, arm_cells


def correction_sizes(space: Space) -> Sizes:
    """Rows of a study's splits, as the correction of an interval counts them."""
    folds = space.study.split_plan.folds if space.study.replicates.splitter.grows else None
    return Sizes(*space.correction_rows, len(space.splits[0].train), folds, space.doubt)


def grown_designs(space: Space, logbook: Logbook | None) -> dict[str, Design]:
    """Name of each claim that has more replicates than the study asks for -> those of its last look."""
    own = design_of(space)
    return {name: look.design for name, look in (logbook.last() if logbook else {}).items() if look.design != own}


def claim_results(space: Space, designs: Mapping[str, Design], journal: Journal) -> pd.DataFrame:
    """Results with scores of the study's runs and of those that grown claims have beside them, each run once."""
    spaces = [space, grown_space(space, designs)] if designs else [space]
    tables = [with_scores(results_table(each, journal), space.study.judged) for each in spaces]
    return pd.concat(tables, ignore_index=True).drop_duplicates("run_id", ignore_index=True)


def answer_study(
    space: Space, results: pd.DataFrame, designs: Mapping[str, Design], looks: int, withdrawn: int = 0
) -> tuple[ClaimAnswer, ...]:
    """Answers to all declared claims.

    Args:
        space: The study and its runs.
        results: Results with scores of all runs that the claims are about.
        designs: Name of each grown claim -> replicates to judge it on; the others are judged on the study's own.
        looks: How often at most the claims are looked at, K: every interval has the level 1 - alpha / (m K).
        withdrawn: Claims that were taken out after training; they are among the m.
    """
    claims, own = space.study.claims, design_of(space)
    arms = {
        claim.name: [
            arm_runs(_at(results, designs.get(claim.name, own)), cell_ids) for cell_ids in arm_cells(claim, space.cells)
        ]
        for claim in claims
        if not claim.is_compound
    }
    level = claim_level(claims, looks, withdrawn)
    return answer_claims(claims, arms, correction_sizes(space), level, space.study.judged)


def _at(results: pd.DataFrame, design: Design) -> pd.DataFrame:
    """The runs of a design: whole splits, each with the same seeds."""
    return results[(results["split"] < design.splits) & (results["seed_index"] < design.seeds)]
