"""The results table: one tidy row a planned run, from the journal."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from nnjax.judged import Judged, compared_by
from nnjax.metrics import EPOCHS_TO_TARGET, FINALS, Metric, judged, names
from nnjax.results.columns import FACTOR_COLUMNS, result_columns
from nnjax.results.from_predictions import measured, prediction_columns, together
from nnjax.results.scores import with_scores
from nnjax.sweep.chosen_kernels import expand_at
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.kept_predictions import refuse_without_predictions
from nnjax.sweep.space import Space, level_text
from nnjax.sweep.study.factors import FACTORS
from nnjax.sweep.study.reading import find_study
from nnjax.sweep.study.study import load_study


def results_table(space: Space, journal: Journal) -> pd.DataFrame:
    """One row for every planned run, whether it is in the journal or not: see `results_with_curves`.

    Raises:
        RefusedError: If the study chooses by predictions that the journal lacks.
    """
    return results_with_curves(space, journal, ())[0]


def results_with_curves(space: Space, journal: Journal, curves: Sequence[str]) -> tuple[pd.DataFrame, pa.Table]:
    """One row for every planned run, in the order of the space, and columns of the journal's read along with it.

    Those have one row a run that the journal has: to open all of its files takes longer than to read them.

    The columns of `nnjax.results.columns.result_columns`, in that order. Numbers of missing runs are NaN, those of
    diverged runs too; `epochs_to_target` is NaN where the target was never reached.

    Raises:
        RefusedError: If the study chooses by predictions that the journal lacks.
    """
    refuse_without_predictions(space, journal)
    planned = _planned(space)
    stored = [final.name for final in FINALS if not (final.is_of_study or final.is_of_predictions)]
    target, curve = (judged(part, space.table.task) for part in ("target", "fit_validation"))
    aim = getattr(space.study.logging, target)
    predictions = prediction_columns(space)
    runs = planned[["run_id", "split", "loss_quantile"]].drop_duplicates("run_id").set_index("run_id")
    others, parts, along = [], [], []
    columns = list(dict.fromkeys(["status", *stored, curve, *predictions, *curves]))
    for kept in together(journal.read_by_file(columns, set(planned["run_id"]))):
        others.append(kept.select(["run_id", "status", *stored, curve]))
        along.append(kept.select(["run_id", *curves]))
        statuses = kept.select(["run_id", "status"]).to_pandas()
        parts.append(measured(space, kept, statuses.join(runs, on="run_id")))
    found, found_anew = pa.concat_tables(others).to_pandas(), pd.concat(parts)
    found[EPOCHS_TO_TARGET] = first_epochs(found.pop(curve).tolist(), aim)
    table = planned.merge(found, on="run_id", how="left", validate="many_to_one")
    table["status"] = table["status"].fillna("missing")
    table = table.assign(target_r2=np.nan, target_accuracy=np.nan)
    table[target] = aim
    table = table.drop(columns=found_anew.columns, errors="ignore").join(found_anew, on="run_id")
    table.loc[table["best_epoch"] < 1, "best_epoch"] = np.nan
    table.loc[table["status"] == "diverged", EPOCHS_TO_TARGET] = np.nan
    return table[names(result_columns(space.study.judged))], pa.concat_tables(along)


def _planned(space: Space) -> pd.DataFrame:
    described = {}
    for cell in space.cells:
        levels = {name: getattr(cell.configuration, name) for name in FACTORS}
        factors = {name: level_text(level) if isinstance(level, tuple) else level for name, level in levels.items()}
        described[cell.cell_id] = {"cell_id": cell.cell_id, "cell": cell.label, **factors}
    return pd.DataFrame(
        [
            {
                "run_id": run.run_id,
                "split": run.replicate.split,
                "seed_index": run.replicate.seed_index,
                "seed": run.replicate.seed,
                **described[run.cell.cell_id],
            }
            for run in space.runs
        ]
    )


def first_epochs(curves: Sequence[NDArray[np.float32]], target: float) -> NDArray[np.float64]:
    """First epoch from 1 on at which a curve [E + 1], one a run, is at or above the target; NaN if never.

    >>> first_epochs([np.array([0.9, 0.1, 0.5]), np.array([0.0, 0.1])], 0.4).tolist()
    [2.0, nan]
    """
    firsts = np.full(len(curves), np.nan)
    for place, curve in enumerate(curves):
        reached = np.flatnonzero(np.asarray(curve)[1:] >= target) if curve is not None else ()
        if len(reached):
            firsts[place] = reached[0] + 1
    return firsts


def cells_table(results: pd.DataFrame, judged: Judged) -> pd.DataFrame:
    """One row a cell: means over its replicates, standard deviations of the main finals, counts.

    cell_id, cell, factors, replicates, diverged, missing, the study's metrics and `<name>_sd` (ddof 1) of the main
    ones; sorted by `validation_score`, best first. In place of what runs are judged by stand the scores, which count
    every run that was trained, a diverged one as worst (see `with_scores`); other means are those of the runs that have
    a number, so `epochs_to_target` is the mean over the replicates that reached it.
    """
    scores, metrics = with_scores(results, judged), compared_by(judged)
    keys = ["cell_id", "cell", *names(FACTOR_COLUMNS)]
    groups = scores.groupby("cell_id", sort=False)
    parts = [
        groups[keys[1:]].first(),
        groups.size().rename("replicates"),
        *(
            (results["status"] == status).groupby(results["cell_id"]).sum().rename(status)
            for status in ("diverged", "missing")
        ),
        groups[[judged.column(metric.name) for metric in metrics]].mean(),
        groups[[judged.column(metric.name) for metric in metrics if _is_main(metric, judged)]].std().add_suffix("_sd"),
    ]
    table = pd.concat(parts, axis=1).reset_index(names="cell_id")
    return table.sort_values("validation_score", ascending=False, kind="stable", ignore_index=True)


def _is_main(metric: Metric, judged: Judged) -> bool:
    """Whether its deviation is told: what a study is judged by is main, as what it usually is judged by."""
    return metric.is_main or (metric.name in judged.scores and metric.name != judged.metric("last_validation"))


def load_results(study: str | Path, home: str | Path = ".", overrides: Sequence[str] = ()) -> pd.DataFrame:
    """Load a study's results as a tidy table, one row a planned run: see `results_table`.

    Args:
        study: Path of the study file, or the name of one in `home`/experiments.
        home: The folder under which the journal lies.
        overrides: As `nnjax sweep --set` takes them.

    Raises:
        StudyError: The study cannot be read.
    """
    return results_table(expand_at(load_study(find_study(study, home), overrides), home), Journal(home))
