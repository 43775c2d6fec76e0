"""The files of a model's folder: what its networks are worth, and every form in which they leave."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnjax.data.fitted import FittedPreparation, fit_preparation
from nnjax.data.preparation import table_columns
from nnjax.model import standalone
from nnjax.model.calibration import first_repeat, score_folds
from nnjax.model.card import make_card
from nnjax.model.coverage import measured_parts
from nnjax.model.dependence import partial_dependence
from nnjax.model.importance import Importance, Scoring, TestedFold, permutation_importance
from nnjax.model.networks import Member, Refit, RetrainedRun
from nnjax.model.onnx_file import make_onnx
from nnjax.model.skops_file import write_skops
from nnjax.model.standalone import FORMAT, Model
from nnjax.model.weights_file import Arrays, network_tensors, write_weights
from nnjax.refusal import RefusedError
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.space import Space
from nnjax.terminal import Say
from nnjax.tracking.served import mlflow_files

SUMS = "SHA256SUMS"
MOST_DEPENDENCES = 4

LARGEST_DIFFERENCE = 1e-3
"""Between float32 and float64, of half of the rows, in standard deviations of the target or shares of the prediction,
whichever is larger: deep networks come to 1e-5, a fault to far more. (A single row may differ by all, where a step
activation falls to its other side.)"""


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
    """Name -> content of every file of a model's folder; the document says what is known beside the networks."""
    columns = np.column_stack([column.values for column in table_columns(space.table)])
    say("preparation")
    ensemble, folds, arrays = networks.tensors()
    prepared = networks.preparations(space)
    document = {**document, "ensemble": ensemble, "folds": folds, "intervals": None}
    document["preparations"] = [each.document for each in prepared]
    tested = Model(document, arrays)
    document["float32_difference"] = check_arithmetic(space, tested, networks.runs, columns)
    say("intervals")
    calibration = score_folds(space, tested, columns, document["level"])
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
        The largest difference, in the unit of `LARGEST_DIFFERENCE`; of probabilities as it is.

    Raises:
        RefusedError: It is more than float32 explains.
    """
    found = []
    for fold in tested.folds:
        kept = [run.prediction for run in runs if run.run.replicate.split == fold]
        expected = np.asarray(np.mean(kept, axis=0, dtype=np.float64))
        known = np.isfinite(expected).all(axis=1)  # what float32 cannot hold is infinite there, and not in float64
        off = np.abs(tested.fold(fold, columns[space.splits[fold].test])[known] - expected[known])
        found.append((off / np.maximum(_unit(space), np.abs(expected[known]))).max(axis=1))
    differences = np.concatenate(found)
    if not np.median(differences) <= LARGEST_DIFFERENCE:
        raise RefusedError(
            f"{space.study.path}: predictions computed in float64 are {np.median(differences):.3g} standard deviations "
            "from those of the training in float32: the networks are too steep for it; choose another cell: --cell"
        )
    return float(differences.max())


def _unit(space: Space) -> NDArray[np.float64]:
    """A standard deviation of each target; 1 for probabilities, and for a target that is constant."""
    if space.table.class_names:
        return np.ones(1)
    spread = space.table.target.std(axis=0)
    return np.where(spread > 0, spread, 1.0)


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
