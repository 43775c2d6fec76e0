"""From a sweep to a model: the chosen cell refitted, its intervals, its files, published as one folder."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nnjax.data.fitted import FittedPreparation, fit_preparation
from nnjax.data.preparation import table_columns
from nnjax.model import standalone
from nnjax.model.calibration import first_repeat, score_folds
from nnjax.model.card import make_card
from nnjax.model.card_worth import measure_label
from nnjax.model.choice import BEST, ChosenCell, choose_cell
from nnjax.model.coverage import measured_parts
from nnjax.model.dependence import partial_dependence
from nnjax.model.document import command_parts, epoch_parts, network_parts, score_parts, study_parts
from nnjax.model.folders import MODELS
from nnjax.model.importance import Importance, Scoring, TestedFold, permutation_importance
from nnjax.model.networks import Member, Refit, RetrainedRun, median_epoch, plan_refit, refit, retrain_runs
from nnjax.model.onnx_file import make_onnx
from nnjax.model.skops_file import write_skops
from nnjax.model.standalone import FORMAT, FolderError, Model
from nnjax.model.weights_file import Arrays, network_tensors, write_weights
from nnjax.refusal import RefusedError
from nnjax.report.best_cell import choose_best_cell
from nnjax.report.formats import decimals
from nnjax.report.kept_baselines import study_baselines
from nnjax.report.study_results import scored_baselines
from nnjax.results.scores import with_scores
from nnjax.results.table import results_table
from nnjax.statistics.conformal import exact_level
from nnjax.sweep.compilation_cache import cache_folder, enable_compilation_cache
from nnjax.sweep.durable import publish_folder, remove_stale_temporaries
from nnjax.sweep.identity import canonical_json
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.progress import Progress
from nnjax.sweep.space import Space
from nnjax.terminal import Say
from nnjax.tracking.mlmodel import mlflow_files
from nnjax.training import ENGINE_VERSION

SUMS = "SHA256SUMS"
MOST_DEPENDENCES = 4

LARGEST_DIFFERENCE = 1e-3
"""Between float32 and float64, in standard deviations of the target, for half of the rows: deep networks come to 1e-5,
a fault to far more. (A single row may differ by all, where a step activation falls to its other side.)"""


@dataclass(frozen=True)
class FitOptions:
    """What is made of a sweep.

    Attributes:
        cell: "best", "smallest", or the beginning of a cell's id, or its label.
        members: Networks of the ensemble.
        level: Of the intervals, as it was written.
        name: Of the model's folder; None: the study's.
    """

    cell: str = BEST
    members: int = 10
    level: str = "0.9"
    name: str | None = None

    @property
    def changes(self) -> dict[str, str]:
        """Options that are not at their defaults, as they are typed."""
        told = {"cell": self.cell, "seeds": str(self.members), "level": self.level, "name": self.name or ""}
        usual = {"cell": BEST, "seeds": "10", "level": "0.9", "name": ""}
        return {name: value for name, value in told.items() if value != usual[name]}


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
        document, scores = self.document, self.document["scores"]
        promise, count = scores["promise"], len(document["ensemble"])
        low, high = promise["low"], promise["high"]
        sure = "" if low is None else f" (interval {decimals(low)} to {decimals(high)})"
        return (
            f"{count} networks of cell {document['cell']['label']}, {document['epochs']} epochs on all "
            f"{document['data']['rows']:,} rows; {measure_label(scores['measure'])} on unseen rows "
            f"{decimals(promise['estimate'])}{sure}"
        )


def fit_study(space: Space, home: Path, options: FitOptions, progress: Progress) -> FittedModel:
    """Make a model of a finished sweep, or find the one that was made of it.

    A call that is killed leaves no folder; the same call makes it anew, since training is all that it takes.

    Raises:
        RefusedError: Runs are missing, another model is in the way, or a network cannot be trained.
    """
    try:
        exact_level(options.level)
    except ValueError as error:
        raise RefusedError(f"--level {options.level}: {str(error).partition(': ')[2]}") from None
    journal, folder = Journal(home), home / MODELS / (options.name or space.study.name)
    with progress.stage("Reading the results"):
        results = with_scores(results_table(space, journal), space.study.judged)
        best = choose_best_cell(results)
        chosen = choose_cell(space, results, best, options.cell)
    identity = model_id(space, chosen, options)
    if folder.exists():
        return FittedModel(folder, _same_model(folder, identity), is_new=False)
    remove_stale_temporaries(home / MODELS)
    enable_compilation_cache(cache_folder(home))
    with progress.stage("Training the cell's runs again") as say:
        runs = retrain_runs(space, chosen.cell, journal, say)
        epochs = median_epoch(runs)
    with progress.stage(f"Training {options.members} networks on all rows") as say:
        plan = plan_refit(space, chosen.cell, epochs)
        members = refit(space, plan, options.members, say)
    with progress.stage("Fitting baselines") as say:
        baselines = scored_baselines(study_baselines(space, home, say), space.study.judged)
    document = {
        "format": FORMAT,
        "model_id": identity,
        **study_parts(space, chosen),
        **network_parts(space, plan),
        **epoch_parts([run.best_epoch for run in runs], epochs),
        "threshold": _threshold(results, chosen),
        "retrained": {"runs": len(runs), "largest_difference": max(run.difference for run in runs)},
        "scores": score_parts(space, chosen, results, best, baselines),
        "asked_level": options.level,
        "commands": command_parts(str(space.study.path), f"{MODELS}/{folder.name}", options.changes),
    }
    with progress.stage("Making intervals, importance, card and files") as say:
        publish_folder(folder, make_files(space, document, Networks(runs, plan, members), journal, say))
        made = Model.load(folder)
    return FittedModel(folder, made.document, is_new=True)


def model_id(space: Space, chosen: ChosenCell, options: FitOptions) -> str:
    """The identity of a model: what it is made of and how, nothing of when and where."""
    told = {
        "format": FORMAT,
        "engine": ENGINE_VERSION,
        "runs": sorted({run.run_id for run in space.runs}),
        "judged": space.study.judged.measure.name,
        "cell": chosen.cell.cell_id,
        "rule": chosen.rule,
        "members": options.members,
        "level": options.level,
    }
    return hashlib.sha256(canonical_json(told).encode()).hexdigest()


def _same_model(folder: Path, identity: str) -> Mapping[str, Any]:
    """The document of a model that is there already.

    Raises:
        RefusedError: It is another one, or not whole.
    """
    try:
        document = Model.load(folder).document
    except FolderError as error:
        raise RefusedError(f"{error}; remove the folder, and fit again") from None
    if document["model_id"] != identity:
        raise RefusedError(
            f"{folder} holds a model of other runs or options ({document['cell']['label']}, "
            f"{len(document['ensemble'])} networks); remove it, or give this one a name of its own: --name"
        )
    return document


def _threshold(results: pd.DataFrame, chosen: ChosenCell) -> float | None:
    """The median of the probabilities at which validation rows cut; None where nothing chooses one."""
    if "decision_threshold" not in results:
        return None
    own = results.loc[results["cell_id"] == chosen.cell.cell_id, "decision_threshold"].dropna()
    return float(own.median()) if len(own) else None


@dataclass(frozen=True)
class Networks:
    """All networks of a model: those of the cell's runs, and the ensemble with how it was trained."""

    runs: Sequence[RetrainedRun]
    plan: Refit
    members: Sequence[Member]

    def tensors(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]], Arrays]:
        """The document's ensemble, its folds, one a split, and all weights."""
        arrays: Arrays = {}
        ensemble = []
        for number, member in enumerate(self.members):
            ensemble.append({"key": f"ensemble_{number}", "seed": member.seed})
            arrays |= network_tensors(f"ensemble_{number}", *member.network)
        folds: dict[int, dict[str, Any]] = {}
        for each in self.runs:
            replicate = each.run.replicate
            told = {"fold": replicate.split, "keys": [], "run_ids": [], "preparation": len(folds) + 1}
            fold = folds.setdefault(replicate.split, told)
            key = f"fold_{replicate.split}_seed_{replicate.seed_index}"
            fold["keys"].append(key)
            fold["run_ids"].append(each.run.run_id)
            arrays |= network_tensors(key, *each.network)
        return ensemble, list(folds.values()), arrays

    def preparations(self, space: Space) -> list[FittedPreparation]:
        """What all rows taught, then what the training rows of each split did."""
        plan, rounded = self.plan, {each.run.replicate.split: each.run.replicate.rounded for each in self.runs}
        learnt = [(plan.split, plan.rounded), *((space.splits[split], which) for split, which in rounded.items())]
        chosen = plan.configuration
        return [
            fit_preparation(space.table, split, chosen.output, chosen.preparation, which, chosen.target_scale)
            for split, which in learnt
        ]


def make_files(
    space: Space, document: dict[str, Any], networks: Networks, journal: Journal, say: Say
) -> dict[str, bytes]:
    """Name -> content of every file of a model's folder.

    Args:
        space: The study's.
        document: What is known of the model beside its networks.
        networks: Its networks.
        journal: Of the study, for the coverage with the choice inside.
        say: What is being done.
    """
    columns = np.column_stack([column.values for column in table_columns(space.table)])
    say("preparation")
    ensemble, folds, arrays = networks.tensors()
    prepared = networks.preparations(space)
    document = {**document, "ensemble": ensemble, "folds": folds, "intervals": None}
    document["preparations"] = [each.document for each in prepared]
    tested = Model(document, arrays)
    document["float32_difference"] = check_arithmetic(space, tested, networks.runs, columns)
    say("intervals")
    calibration = score_folds(space, tested, columns, document["asked_level"])
    document |= {"intervals": calibration.intervals, "why_no_intervals": calibration.why_not}
    has_intervals = calibration.intervals is not None
    document["folds"] = [fold for fold in folds if has_intervals and fold["fold"] in first_repeat(space)]
    document["preparations"] = document["preparations"][: len(document["folds"]) + 1]
    keys = [each["key"] for each in ensemble] + [key for fold in document["folds"] for key in fold["keys"]]
    arrays = {name: array for name, array in arrays.items() if name.partition(".")[0] in keys} | calibration.arrays
    model = Model(document, arrays)
    if has_intervals:
        document["intervals"] |= measured_parts(space, journal, model, columns)
    say("importance")
    quantile = networks.plan.configuration.loss_quantile
    importance = _importance(space, tested, columns, document["threshold"], quantile)
    wanted = importance.first(MOST_DEPENDENCES)
    seed = space.study.replicates.base_seed
    shown = partial_dependence(
        model.ensemble, table_columns(space.table), wanted, space.table.target_names, space.table.class_names, seed
    )
    say("card and files")
    card = make_card(document, importance, shown)
    files = {
        "model.json": json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False).encode(),
        "weights.safetensors": write_weights(arrays, {"format": str(FORMAT), "model_id": document["model_id"]}),
        "nnjax_model.py": Path(standalone.__file__).read_bytes(),
        "preparation.skops": write_skops(prepared[0].transformers),
        "model.onnx": make_onnx(document, arrays),
        "card.md": card.markdown.encode(),
        "card.html": card.html.encode(),
        **mlflow_files(document),
    }
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items()))
    return {**files, SUMS: sums.encode()}


def check_arithmetic(space: Space, tested: Model, runs: Sequence[RetrainedRun], columns: NDArray[np.float64]) -> float:
    """See that the file that rides along computes what the engine did, on rows that no network was trained on.

    Returns:
        The largest difference, in standard deviations of the target over the table; of probabilities as it is.

    Raises:
        AssertionError: It is more than float32 explains.
    """
    spread = np.ones(1) if space.table.class_names else space.table.target.std(axis=0)
    found = []
    for fold in tested.folds:
        kept = [run.prediction for run in runs if run.run.replicate.split == fold]
        predicted = tested.fold(fold, columns[space.splits[fold].test])
        differences = np.abs(predicted - np.mean(kept, axis=0, dtype=np.float64)) / np.where(spread > 0, spread, 1.0)
        found.append(differences.max(axis=1))
    differences = np.concatenate(found)
    if not np.median(differences) <= LARGEST_DIFFERENCE:
        raise AssertionError(f"predictions in float64 are {np.median(differences):.3g} deviations from the engine's")
    return float(differences.max())


def _importance(
    space: Space, tested: Model, columns: NDArray[np.float64], threshold: float | None, quantile: float
) -> Importance:
    """What each column is worth to the networks of every split, on their own test rows."""
    table = space.table
    folds = [
        TestedFold(
            partial(tested.fold, fold),
            columns[split.test],
            table.target[split.test],
            None if table.weights is None else table.weights.values[split.test],
            threshold,
        )
        for fold, split in ((fold, space.splits[fold]) for fold in tested.folds)
    ]
    scoring = Scoring(space.study.judged, space.correction_rows, space.doubt, quantile)
    return permutation_importance(folds, table_columns(table), scoring, space.study.replicates.base_seed)
