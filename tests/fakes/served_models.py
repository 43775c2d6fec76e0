"""A fitted model that takes a column of each kind, with gaps and words that it does not know, and rows for it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from fakes.model_folders import described, document_of, random_arrays, write_folder

WORDS = ("red", "größe", "1", "007", 'say "so"')
"""Some look like numbers, and are none."""

COLUMNS = [
    {"name": "size", "kind": "numbers", "words": []},
    {"name": "colour", "kind": "words", "words": sorted(WORDS)},
    {"name": "sure", "kind": "true or false", "words": []},
    {"name": "sold", "kind": "dates", "words": []},
    {"name": "count", "kind": "numbers", "words": []},
]
FIRST = datetime(2020, 1, 1)


def mixed_rules(is_strict: bool) -> list[dict[str, Any]]:
    """What becomes of the columns; a strict model refuses gaps, and words that it does not know."""
    encoding = np.eye(len(WORDS) + 1).tolist()
    colour = {"kind": "words", "words": sorted(WORDS), "encoding": encoding[:-1], "missing": encoding[-1]}
    return [
        {"kind": "numbers", "fill": None if is_strict else 3.5, "indicator": not is_strict, "curve": None},
        colour | {"unseen": [1.0] * (len(WORDS) + 1)} if not is_strict else colour | {"missing": None, "unseen": None},
        {"kind": "numbers", "fill": None if is_strict else 1.0, "indicator": False, "curve": None},
        {"kind": "dates", "fill": None if is_strict else 1.6e9, "parts": True, "with_time": True},
        {"kind": "numbers", "fill": None if is_strict else 0.0, "indicator": False, "curve": {"log": True}},
    ]


def mixed_preparation(outputs: int, is_strict: bool, shift: float) -> dict[str, Any]:
    width = len(WORDS) + 1 + 1 + (not is_strict) + 1 + 7 + 1
    return {
        "columns": mixed_rules(is_strict),
        "polynomial_degree": 1,
        "x_mean": [shift] * (width - 8) + [2020.0] + [0.0] * 7,
        "x_scale": [2.0] * width,
        "y_mean": [100.0 if outputs == 1 else 0.0] * outputs,
        "y_scale": [20.0 if outputs == 1 else 1.0] * outputs,
        "target_curve": None,
    }


def mixed_model(
    folder: Path,
    classes: tuple[str, ...] = (),
    is_strict: bool = False,
    folds: int = 3,
    change: Callable[[dict[str, Any]], object] = id,
) -> Path:
    """The folder of a small model of random weights with intervals, or without where it has no folds.

    Its document is changed before it is written.
    """
    draws, outputs, keys = np.random.default_rng(7), len(classes) or 1, ["ensemble_0", "ensemble_1"]
    preparations = [mixed_preparation(outputs, is_strict, 0.1 * place) for place in range(folds + 1)]
    network = described([len(preparations[0]["x_mean"]), 8, 6, outputs], "tanh")
    network["output"] = "softmax" if classes else "identity"
    members = {fold: [f"fold_{fold}_seed_0"] for fold in range(folds)}
    arrays: dict[str, np.ndarray] = {}
    for key in (*keys, *(key for each in members.values() for key in each)):
        arrays |= random_arrays(key, network, draws)
    for fold in range(folds):
        arrays[f"fold_{fold}.rows"] = np.arange(20) + 20 * fold
        arrays[f"fold_{fold}.units"] = np.arange(20) + 20 * fold
        arrays[f"fold_{fold}.scores"] = draws.uniform(0, 1 if classes else 30, (20, 1))
    document = document_of(
        model_id=f"{len(classes)}{is_strict}{folds}".encode().hex(),
        study="mixed",
        cell={"cell_id": "ce" * 32, "label": "tanh", "configuration": {}},
        task="classification" if classes else "regression",
        classes=list(classes),
        columns=COLUMNS,
        network=network,
        preparations=preparations,
        ensemble=[{"key": key, "seed": seed} for seed, key in enumerate(keys)],
        folds=[
            {"fold": fold, "keys": each, "run_ids": ["ab"], "preparation": 1 + fold} for fold, each in members.items()
        ],
        intervals={"level": "0.9", "units": "rows", "proven": 0.7, "measured": 0.9} if folds else None,
        why_no_intervals="" if folds else "splits overlap",
    )
    change(document)
    return write_folder(folder, document, arrays)


def mixed_rows(rows: int, has_gaps: bool = True, seed: int = 3) -> dict[str, list[Any]]:
    """Columns of Python's own values, None for gaps."""
    draws = np.random.default_rng(seed)
    columns: dict[str, list[Any]] = {
        "count": [int(each) for each in draws.integers(0, 50, rows)],
        "colour": [WORDS[each] for each in draws.integers(0, len(WORDS), rows)],
        "note": ["not an input"] * rows,
        "sure": [bool(each) for each in draws.integers(0, 2, rows)],
        "sold": [FIRST + timedelta(hours=int(each)) for each in draws.integers(0, 20_000, rows)],
        "size": [float(each) for each in draws.normal(0, 10, rows)],
        "y": [float(each) for each in draws.normal(0, 10, rows)],
    }
    if has_gaps:
        for name in ("count", "colour", "sure", "sold", "size"):
            for row in np.flatnonzero(draws.random(rows) < 0.2).tolist():
                columns[name][row] = None
    return columns
