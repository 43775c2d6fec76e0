"""The curves of the whole study, thinned and packed into the page, so that a reader can look into any cell."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup
from numpy.typing import NDArray

from nnjax.report.figures.marks import ID_DIGITS
from nnjax.report.histories import GRADIENT, Histories
from nnjax.report.layout import Layout
from nnjax.report.study_results import StudyResults
from nnjax.report.task import TaskTerms

MOST_PACKED_BYTES = 2_400_000
"""Of all packed curves and the entries of their runs; base64 makes a third more of the curves."""

ENTRY_BYTES = 45
"""Of a run's entry: split, seed, status, best epoch, score, identity."""

CURVES_A_RUN = 5
"""Packed curves of a run, one byte an epoch."""

MOST_EPOCHS, FEWEST_EPOCHS = 32, 10
"""Epochs of a packed curve. Where even the fewest do not fit, the best cells are packed and the others are not."""

NOTHING = 255
"""The byte that stands for no number; 0 … 254 lie evenly between the smallest and the largest of a cell."""


@dataclass(frozen=True)
class Pack:
    """What the page's script can draw, at which epochs."""

    epochs: tuple[int, ...]
    cells: tuple[Mapping[str, Any], ...]
    """Identity, label, levels and runs of each packed cell."""
    curves: tuple[Mapping[str, Any], ...]
    """One of every packed run each, in the order of the cells: name (column of the journal), label (for the reader),
    panel (whose curves share an axis), is_log (whether the bytes are of log₁₀), data (bytes [R, E], as base64), ranges
    (smallest and largest number of each cell, of log₁₀ where `is_log`; None without any).
    """
    left_out: int
    """Cells that did not fit."""
    score: str
    """Name of the score in the runs' entries."""

    def to_json(self) -> Markup:
        """The pack as JSON that is safe inside a script element: no `<` ends it."""
        content = {
            "epochs": self.epochs,
            "score": self.score,
            "cells": self.cells,
            "curves": self.curves,
        }
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))


def make_pack(study_results: StudyResults, read: Callable[[Set[str]], Histories]) -> Pack:
    """Thin and pack the curves of the runs that there is room for; they are read by the runs' ids."""
    results, layout, terms = study_results.results, study_results.layout, study_results.terms
    kept, n_epochs = _room(results)
    runs = results[results["cell_id"].isin(kept)]
    runs = runs.iloc[pd.factorize(runs["cell_id"])[0].argsort(kind="stable")]
    cells, sizes = runs.drop_duplicates("cell_id"), runs.groupby("cell_id", sort=False).size().tolist()
    histories = read(set(runs.loc[runs["status"] != "missing", "run_id"]))
    longest, run_ids = int(results["epochs"].max()), runs["run_id"].tolist()
    epochs = tuple(sorted({round(epoch) for epoch in np.geomspace(1, longest, n_epochs).tolist()}))
    curves = _curves(histories, run_ids, epochs, terms, runs["depth"].to_numpy(dtype=np.int64))
    return Pack(
        epochs=epochs,
        cells=tuple(_cells(cells, _entries(runs), sizes, layout)),
        curves=tuple(_packed(name, label, panel, values, sizes) for name, label, panel, values in curves),
        left_out=results["cell_id"].nunique() - len(kept),
        score=terms.test,
    )


def _room(results: pd.DataFrame) -> tuple[set[str], int]:
    """Cells that fit, the best on validation rows, and epochs of a curve: fewer epochs before fewer cells."""
    means = results.groupby("cell_id", sort=False)["validation_score"].mean()
    order = means.sort_values(ascending=False, kind="stable").index
    replicates = int(results.groupby("cell_id").size().max())
    most = (MOST_PACKED_BYTES / (replicates * max(1, len(order))) - ENTRY_BYTES) / CURVES_A_RUN
    n_epochs = int(np.clip(most, FEWEST_EPOCHS, MOST_EPOCHS))
    n_cells = int(MOST_PACKED_BYTES // (replicates * (CURVES_A_RUN * n_epochs + ENTRY_BYTES)))
    return set(order[: max(1, n_cells)]), n_epochs


def _entries(runs: pd.DataFrame) -> Iterator[list[Any]]:
    """What the script shows of each run."""
    columns = ["split", "seed_index", "status", "best_epoch", "test_score", "run_id"]
    for split, seed, status, best, score, run_id in runs[columns].itertuples(index=False):
        yield [split, seed, status, _number(best), _number(score), run_id[:ID_DIGITS]]


def _cells(
    cells: pd.DataFrame, entries: Iterator[list[Any]], sizes: Sequence[int], layout: Layout
) -> Iterator[dict[str, Any]]:
    """Each cell, a row, with its runs, of which it has `sizes`: their entries come cell after cell."""
    factors = [*layout.studied, *layout.nuisance]
    for size, cell in zip(sizes, cells[["cell_id", "cell", *factors]].to_dict("records"), strict=True):
        yield {
            "id": str(cell["cell_id"])[:ID_DIGITS],
            "label": str(cell["cell"]),
            "levels": {factor: layout.text(factor, cell[factor]) for factor in factors},
            "runs": list(islice(entries, size)),
        }


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)


def _curves(
    histories: Histories, run_ids: Sequence[str], epochs: Sequence[int], terms: TaskTerms, depths: NDArray[np.int64]
) -> list[tuple[str, str, str, NDArray[np.float64]]]:
    """Name, label, panel and numbers [R, E] of each curve."""
    rows = partial(histories.rows, run_ids=run_ids, epochs=epochs)
    last = np.full((len(run_ids), len(epochs)), np.nan)
    for depth in sorted({int(depth) for depth in depths if depth > 0}):
        last[depths == depth] = rows(GRADIENT, depth)[depths == depth]
    return [
        ("fit_validation_loss", "validation rows", "loss", rows("fit_validation_loss", 0)),
        ("fit_train_loss", "training rows", "loss", rows("fit_train_loss", 0)),
        (terms.fit_validation, "validation rows", terms.targeted, rows(terms.fit_validation, 0)),
        (f"{GRADIENT}_first", "first hidden layer", GRADIENT, rows(GRADIENT, 1)),
        (f"{GRADIENT}_last", "last hidden layer", GRADIENT, last),
    ]


def _packed(name: str, label: str, panel: str, values: NDArray[np.float64], sizes: Sequence[int]) -> dict[str, Any]:
    is_log = panel in ("loss", GRADIENT)
    if is_log:
        values = np.log10(values, out=np.full_like(values, np.nan), where=values > 0)
    values = np.where(np.isfinite(values), values, np.nan)
    parts, ranges = zip(*map(quantise, np.split(values, np.cumsum(sizes)[:-1])), strict=True)
    data = base64.b64encode(np.concatenate(parts).tobytes()).decode()
    return {"name": name, "label": label, "panel": panel, "is_log": is_log, "data": data, "ranges": ranges}


def quantise(values: NDArray[np.float64]) -> tuple[NDArray[np.uint8], tuple[float, float] | None]:
    """Numbers as bytes between their smallest and their largest: a 254th of the range is finer than a pixel.

    NaN becomes `NOTHING`. Beside the bytes stand smallest and largest number; None if there is none.

    >>> quantise(np.array([1.0, 2.0, 3.0, np.nan]))
    (array([  0, 127, 254, 255], dtype=uint8), (1.0, 3.0))
    """
    known = np.isfinite(values)
    if not known.any():
        return np.full(values.shape, NOTHING, np.uint8), None
    low, high = float(values[known].min()), float(values[known].max())
    scaled = (np.where(known, values, low) - low) / (high - low if high > low else 1.0)
    return np.where(known, np.rint(254 * scaled), NOTHING).astype(np.uint8), (float(f"{low:.6g}"), float(f"{high:.6g}"))
