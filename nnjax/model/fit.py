"""From a sweep to a model: the chosen cell refitted, and published as one folder."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from nnjax.model.blocks import how_many
from nnjax.model.card_worth import scored_words
from nnjax.model.choice import ChosenCell, choose_cell
from nnjax.model.folders import MODELS
from nnjax.model.origin import FitOptions, made_of, model_id, model_there
from nnjax.model.standalone import FORMAT, Model
from nnjax.refusal import RefusedError
from nnjax.report.best_cell import choose_best_cell
from nnjax.results.scores import with_scores
from nnjax.results.table import results_table
from nnjax.sweep.chosen_kernels import provide_kernels, require_kernels
from nnjax.sweep.compilation_cache import cache_folder, enable_compilation_cache
from nnjax.sweep.durable import one_at_a_time, publish_folder, remove_stale_temporaries
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.progress import Progress
from nnjax.sweep.space import Space

PASSED_OVER = "*\n"
"""All that git should know of models: each can be made again."""


@dataclass(frozen=True)
class FittedModel:
    """A model's folder.

    Attributes:
        folder: Where it is.
        document: Its `model.json`.
        is_new: Whether this call made it.
    """

    folder: Path
    document: Mapping[str, Any]
    is_new: bool

    def summary(self) -> str:
        """What it is and what it is worth, in a line."""
        document = self.document
        networks = how_many(len(document["ensemble"]), "network")
        return (
            f"{networks} of cell {document['cell']['label']}, {document['epochs']} epochs on all "
            f"{document['data']['rows']:,} rows; on unseen rows {scored_words(document, document['scores']['promise'])}"
        )


def fit_study(space: Space, home: Path, options: FitOptions, progress: Progress) -> FittedModel:
    """Make a model of a finished sweep, or find the one that was made of it.

    A call that is killed leaves no folder; the same call makes it anew, since training is all that it takes. Of two
    calls at once the second waits, and finds what the first has made.

    Raises:
        RefusedError: Runs are missing, another model is in the way, a network cannot be trained, or there is no room.
    """
    folder = home / MODELS / (options.name or space.study.name)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with one_at_a_time(folder):
            remove_stale_temporaries(folder.parent)
            return _fit(space, home, folder, options, progress)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise RefusedError(f"{folder}: {reason}; nothing was kept of this model: make room, and fit again") from error


def _fit(space: Space, home: Path, folder: Path, options: FitOptions, progress: Progress) -> FittedModel:
    journal = Journal(home)
    with progress.stage("Reading the results"):
        results = with_scores(results_table(space, journal), space.study.judged)
        best = choose_best_cell(results)
        chosen = choose_cell(space, results, best, options.cell)
    made = made_of(space, chosen, options)
    if (there := model_there(folder, made)) is not None:
        return FittedModel(folder, there, is_new=False)
    # Here: whoever finds the model made does not wait five CPU seconds for what makes one.
    from nnjax.model.document import command_parts, network_parts, score_parts, study_parts
    from nnjax.model.files import Networks, make_files
    from nnjax.model.networks import median_epoch, plan_refit, refit, retrain_runs
    from nnjax.report.kept_baselines import study_baselines
    from nnjax.report.study_results import scored_baselines

    enable_compilation_cache(cache_folder(home))
    require_kernels({chosen.cell.configuration.kernels}, home, space.study.path)
    with progress.stage("Training the cell's runs again") as say:
        provide_kernels(chosen.cell.configuration.kernels, home)
        runs = retrain_runs(space, chosen.cell, journal, say)
        best_epochs = [run.best_epoch for run in runs]
        epochs = median_epoch(runs)
    with progress.stage(f"Training {how_many(options.members, 'network')} on all rows") as say:
        plan = plan_refit(space, chosen.cell, epochs)
        members = refit(space, plan, options.members, say)
    with progress.stage("Fitting baselines") as say:
        baselines = scored_baselines(study_baselines(space, home, say), space.study.judged)
    largest = max(run.difference for run in runs)
    planned = sum(run.cell.cell_id == chosen.cell.cell_id for run in space.runs)
    document = {
        "format": FORMAT,
        "model_id": model_id(made),
        "made_of": made,
        **study_parts(space, chosen),
        **network_parts(space, plan),
        "epochs": epochs,
        "best_epochs": {"runs": len(best_epochs), "low": min(best_epochs), "high": max(best_epochs)},
        "threshold": _threshold(results, chosen),
        "retrained": {
            "runs": len(runs),
            "planned": planned,
            "largest_difference": largest if math.isfinite(largest) else None,
        },
        "scores": score_parts(space, chosen, results, best, baselines),
        "level": options.level_text,
        "commands": command_parts(space.study, folder, home, options.words),
    }
    with progress.stage("Making intervals, importance, card and files") as say:
        files = make_files(space, document, Networks(runs, plan, members), journal, say)
        publish_folder(folder, files, replaces=True)
        (folder.parent / ".gitignore").write_text(PASSED_OVER, "utf-8")
    return FittedModel(folder, Model.load(folder).document, is_new=True)


def _threshold(results: pd.DataFrame, chosen: ChosenCell) -> float | None:
    """The median of the probabilities at which validation rows cut; None where nothing chooses one."""
    if "decision_threshold" not in results:
        return None
    own = results.loc[results["cell_id"] == chosen.cell.cell_id, "decision_threshold"].dropna()
    return float(own.median()) if len(own) else None
