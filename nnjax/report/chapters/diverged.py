"""The only chapter of a study all of whose runs diverged: where, by what, and what to write instead."""

import pandas as pd

from nnjax.report.views import Chapter, view_table
from nnjax.sweep.explosions import AllDiverged
from nnjax.sweep.space import Space


def diverged_chapter(space: Space, lost: AllDiverged) -> Chapter:
    """Cause, remedy, and the epoch at which each cell's runs diverged."""
    facts = {"lost": lost, "claims": [claim.name for claim in space.study.claims]}
    tables = {"diverged": view_table("diverged", diverged_table(space, lost))}
    return Chapter("diverged", "The answer", tables=tables, facts=facts)


def diverged_table(space: Space, lost: AllDiverged) -> pd.DataFrame:
    """One row a trained cell: its runs, and the epochs at which their losses stopped being finite."""
    trained = [(run.cell.label, lost.epochs[run.run_id]) for run in space.runs if run.run_id in lost.epochs]
    epochs = pd.DataFrame(trained, columns=["cell", "epoch"]).groupby("cell", sort=False)["epoch"]
    return epochs.agg(runs="size", first_epoch="min", median_epoch="median", last_epoch="max").reset_index()
