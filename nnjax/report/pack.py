"""The curves of the whole study, thinned and packed into the page, so that a reader can look into any cell."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup
from numpy.typing import NDArray

from nnjax.report.figures.marks import ID_DIGITS
from nnjax.report.histories import Histories
from nnjax.report.layout import Layout
from nnjax.report.task import TaskTerms

MOST_BYTES = 2_400_000
"""Of all packed curves; base64 makes a third more of them."""

MOST_EPOCHS, FEWEST_EPOCHS = 32, 10
"""Epochs of a packed curve. Where even the fewest do not fit, the best cells are packed and the others are not."""

NOTHING = 255
"""The byte that stands for no number; 0 … 254 lie evenly between the smallest and the largest of a cell."""

GRADIENT = "preactivation_grad_norm"


@dataclass(frozen=True)
class PackedCurve:
    """One curve of every packed run.

    Attributes:
        name: Column of the journal.
        label: What a reader calls it.
        panel: Curves of one panel share an axis.
        is_log: Whether the bytes are of log₁₀.
        data: Bytes [R, E], run after run, as base64.
        ranges: Smallest and largest number of each cell, of log₁₀ where `is_log`; None for a cell without any.
    """

    name: str
    label: str
    panel: str
    is_log: bool
    data: str
    ranges: tuple[tuple[float, float] | None, ...]


@dataclass(frozen=True)
class Pack:
    """What the page's script can draw.

    Attributes:
        epochs: At which epochs.
        cells: Identity, label, levels and runs of each packed cell.
        curves: Their curves, runs in the order of the cells.
        left_out: Cells that did not fit.
        score: Name of the score in the runs' entries.
    """

    epochs: tuple[int, ...]
    cells: tuple[Mapping[str, Any], ...]
    curves: tuple[PackedCurve, ...]
    left_out: int
    score: str

    def to_json(self) -> Markup:
        """The pack as JSON that is safe inside a script element: no `<` ends it."""
        content = {
            "epochs": self.epochs,
            "score": self.score,
            "cells": self.cells,
            "curves": [vars(curve) for curve in self.curves],
        }
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))


def curve_names(terms: TaskTerms) -> tuple[str, ...]:
    """Columns of the journal that are packed."""
    return ("fit_train_loss", "fit_validation_loss", terms.fit_validation, GRADIENT)


def make_pack(results: pd.DataFrame, histories: Histories, layout: Layout, terms: TaskTerms) -> Pack:
    """Thin and pack the curves of all runs.

    Args:
        results: One row a planned run, with scores.
        histories: Curves of the finished runs.
        layout: Knows how levels are written.
        terms: Of the task.
    """
    order = (
        results.groupby("cell_id", sort=False)["validation_score"].mean().sort_values(ascending=False, kind="stable")
    )
    replicates = int(results.groupby("cell_id").size().max())
    room = MOST_BYTES // (5 * replicates)
    n_epochs = int(np.clip(room // max(1, len(order)), FEWEST_EPOCHS, MOST_EPOCHS))
    kept = order.index[: max(1, room // n_epochs)]
    runs = results[results["cell_id"].isin(kept)]
    longest = int(results["epochs"].max())
    epochs = tuple(sorted({round(epoch) for epoch in np.geomspace(1, longest, n_epochs).tolist()}))
    run_ids = [run_id for _, part in runs.groupby("cell_id", sort=False) for run_id in part["run_id"]]
    sizes = runs.groupby("cell_id", sort=False).size().tolist()
    depths = runs.drop_duplicates("cell_id")["depth"].tolist()
    return Pack(
        epochs=epochs,
        cells=tuple(_cell(part, layout) for _, part in runs.groupby("cell_id", sort=False)),
        curves=tuple(
            _packed(name, label, panel, values, sizes)
            for name, label, panel, values in _curves(histories, run_ids, epochs, terms, np.repeat(depths, sizes))
        ),
        left_out=len(order) - len(kept),
        score=terms.test,
    )


def _cell(runs: pd.DataFrame, layout: Layout) -> dict[str, Any]:
    first = runs.iloc[0]
    factors = [*layout.studied, *layout.nuisance]
    columns = ["split", "seed_index", "status", "best_epoch", "test_score", "run_id"]
    entries = [
        [split, seed, status, _number(best), _number(score), run_id[:ID_DIGITS]]
        for split, seed, status, best, score, run_id in runs[columns].itertuples(index=False)
    ]
    return {
        "id": str(first["cell_id"])[:ID_DIGITS],
        "label": str(first["cell"]),
        "levels": {factor: layout.text(factor, first[factor]) for factor in factors},
        "runs": entries,
    }


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)


def _curves(
    histories: Histories, run_ids: Sequence[str], epochs: Sequence[int], terms: TaskTerms, depths: NDArray[np.int64]
) -> list[tuple[str, str, str, NDArray[np.float64]]]:
    """Name, label, panel and numbers [R, E] of each curve."""

    def rows(name: str, layer: int) -> NDArray[np.float64]:
        matrix = histories.matrices.get((name, layer), pd.DataFrame())
        return matrix.reindex(index=list(run_ids), columns=list(epochs)).to_numpy(dtype=float)

    last = np.full((len(run_ids), len(epochs)), np.nan)
    for depth in sorted({int(depth) for depth in depths if depth > 0}):
        last[depths == depth] = rows(GRADIENT, depth)[depths == depth]
    return [
        ("fit_validation_loss", "validation rows", "loss", rows("fit_validation_loss", 0)),
        ("fit_train_loss", "training rows", "loss", rows("fit_train_loss", 0)),
        (terms.fit_validation, "validation rows", terms.validation, rows(terms.fit_validation, 0)),
        (f"{GRADIENT}_first", "first hidden layer", GRADIENT, rows(GRADIENT, 1)),
        (f"{GRADIENT}_last", "last hidden layer", GRADIENT, last),
    ]


def _packed(name: str, label: str, panel: str, values: NDArray[np.float64], sizes: Sequence[int]) -> PackedCurve:
    is_log = panel in ("loss", GRADIENT)
    if is_log:
        values = np.log10(values, out=np.full_like(values, np.nan), where=values > 0)
    values = np.where(np.isfinite(values), values, np.nan)
    parts, ranges = [], []
    for part in np.split(values, np.cumsum(sizes)[:-1]):
        quantised, limits = quantise(part)
        parts.append(quantised)
        ranges.append(limits)
    data = base64.b64encode(np.concatenate(parts).tobytes()).decode()
    return PackedCurve(name, label, panel, is_log, data, tuple(ranges))


def quantise(values: NDArray[np.float64]) -> tuple[NDArray[np.uint8], tuple[float, float] | None]:
    """Numbers as bytes between their smallest and their largest: a 254th of the range is finer than a pixel.

    Args:
        values: Any shape; NaN becomes `NOTHING`.

    Returns:
        The bytes, and smallest and largest number; None if there is none.

    Example:
        >>> quantise(np.array([1.0, 2.0, 3.0, np.nan]))
        (array([  0, 127, 254, 255], dtype=uint8), (1.0, 3.0))
    """
    known = np.isfinite(values)
    if not known.any():
        return np.full(values.shape, NOTHING, np.uint8), None
    low, high = float(values[known].min()), float(values[known].max())
    scaled = (np.where(known, values, low) - low) / (high - low if high > low else 1.0)
    return np.where(known, np.rint(254 * scaled), NOTHING).astype(np.uint8), (float(f"{low:.6g}"), float(f"{high:.6g}"))
