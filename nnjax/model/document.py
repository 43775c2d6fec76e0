"""What `model.json` says: columns, networks, where they come from and what they are worth, as plain data."""

import shlex
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nnjax.data.preparation import table_columns
from nnjax.model.card import seen_columns
from nnjax.model.choice import ChosenCell
from nnjax.model.networks import Refit
from nnjax.network.architecture import layer_activations
from nnjax.report.best_cell import BestCell
from nnjax.statistics.interval import paired_interval
from nnjax.sweep.buckets import largest_sizes, make_bucket
from nnjax.sweep.space import Space
from nnjax.sweep.study.study import Study
from nnjax.sweep.worker import DECISIVE
from nnjax.terminal import home_words
from nnjax.training import ENGINE_VERSION

SCORE_LEVEL = 0.95


def study_parts(space: Space, chosen: ChosenCell) -> dict[str, Any]:
    """Study, data, splits and cell."""
    study, table, first = space.study, space.table, space.splits[0]
    return {
        "nnjax": version("nnjax"),
        "engine": ENGINE_VERSION,
        "versions": {name: version(name) for name in (*DECISIVE, "nnjax")},
        "study": study.name,
        "question": study.question,
        "study_file": study.text,
        "overrides": list(study.overrides),
        "data": {
            "name": table.name,
            "rows": len(table.target),
            "digest": table.digest,
            "weights": table.weights.column if table.weights is not None else "",
            "columns": seen_columns(table_columns(table)),
        },
        "splits": {
            "words": study.replicates.splitter.meaning,
            "splits": len(space.splits),
            "seeds": study.replicates.seeds_per_split,
            "train": len(first.train),
            "validation": len(first.validation),
            "test": len(first.test),
            "doubt": space.doubt,
        },
        "cell": {
            "cell_id": chosen.cell.cell_id,
            "label": chosen.cell.label,
            "configuration": asdict(chosen.cell.configuration),
        },
        "choice": {"rule": chosen.rule, "candidates": chosen.candidates, "tied": chosen.tied},
    }


def network_parts(space: Space, plan: Refit) -> dict[str, Any]:
    """What goes in, what comes out, and the shape of the ensemble's networks between.

    Those of the folds may have other inputs: fewer rows taught them, so other words were rare.
    """
    table, configuration = space.table, plan.configuration
    architecture = make_bucket(configuration, table, largest_sizes([plan.split])).architecture
    depth = architecture.depth
    return {
        "task": table.task,
        "targets": list(table.target_names),
        "classes": list(table.class_names),
        "columns": [
            {"name": column.name, "kind": column.kind, "words": list(column.words)} for column in table_columns(table)
        ],
        "network": {
            "layer_sizes": list(architecture.layer_sizes),
            "structures": [architecture.structure(layer) for layer in range(depth)],
            "activations": list(layer_activations(configuration.activation, depth)),
            "maxout_pieces": architecture.maxout_pieces,
            "normalization": architecture.normalization,
            "residual": architecture.residual,
            "output": configuration.output,
            "negative_slope": configuration.negative_slope,
            "elu_alpha": configuration.elu_alpha,
        },
    }


def score_parts(
    space: Space, chosen: ChosenCell, results: pd.DataFrame, best: BestCell | None, baselines: pd.DataFrame
) -> dict[str, Any]:
    """What such a model is worth on rows that it has not seen, beside what needs no network.

    Results and baselines have scores, a row a planned run, and a baseline and split. `best`: the complete cells, of
    which the validation rows choose one in each split; None: the chosen one alone.
    """
    own = results[results["cell_id"] == chosen.cell.cell_id].groupby("split")["test_score"].mean()
    promise = own if best is None or chosen.rule == "id" else best.scores()
    cell_of = dict.fromkeys(own.index, chosen.cell.cell_id)
    if best is not None and chosen.rule != "id":
        cell_of = {split: best.cell_ids[place] for split, place in zip(best.splits, best.selection.chosen, strict=True)}
    floor = space.study.judged.floor
    lowest = results.groupby(["cell_id", "split"])["test_score"].min()
    own_cut = int((lowest[chosen.cell.cell_id] <= floor).sum())
    promise_cut = sum(bool(lowest[cell, split] <= floor) for split, cell in cell_of.items())
    by_model = {name: part.set_index("split")["test_score"] for name, part in baselines.groupby("model", sort=False)}
    return {
        "measure": space.study.judged.measure.name,
        "level": SCORE_LEVEL,
        "floor": floor,
        "promise": _score(space, promise.to_numpy(float)) | {"cut": promise_cut},
        "out_of_fold": _score(space, own.to_numpy(float)) | {"cut": own_cut},
        "baselines": [
            {
                "name": str(name),
                **_score(space, scores.to_numpy(float)),
                "cut": int((scores <= floor).sum()),
                "gain": _score(space, (promise - scores.reindex(promise.index)).to_numpy(float)),
            }
            for name, scores in by_model.items()
        ],
    }


def _score(space: Space, by_split: NDArray[np.float64]) -> dict[str, Any]:
    told: dict[str, Any] = {"estimate": float(by_split.mean()), "low": None, "high": None, "splits": len(by_split)}
    if not space.doubt and len(by_split) > 1:
        interval = paired_interval(by_split, *space.correction_rows, SCORE_LEVEL)
        told |= {"low": interval.low, "high": interval.high}
    return told


def command_parts(study: Study, folder: Path, home: Path, words: Sequence[str]) -> dict[str, str]:
    """What can be typed, as a shell takes it; `words` are options of `nnjax fit`."""
    changes = [word for change in study.overrides for word in ("--set", change)]
    place = shlex.quote(str(folder))
    return {
        "fit": shlex.join(["nnjax", "fit", str(study.path), *changes, *words, *home_words(home)]),
        "predict": f"nnjax predict {place} TABLE.csv --out predictions.csv",
        "serve": f"mlflow models serve --model-uri {place} --env-manager local --port 5001",
        "standalone": f"python {shlex.quote(str(folder / 'nnjax_model.py'))} TABLE.csv > predictions.csv",
    }
