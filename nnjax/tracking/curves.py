"""Which points of a curve MLflow gets: a few families, at 25 epochs spread evenly on a logarithmic axis.

A sweep's curves then fill megabytes, not gigabytes, and charts stay quick.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nnjax.sweep.cost import MLFLOW_EPOCHS
from nnjax.sweep.study.tables import CurveChoice
from nnjax.tracking import names

ThinCurve = tuple[str, list[int], list[float]]
"""Metric name, epochs, finite values."""


def tracked_epochs(last: int) -> tuple[int, ...]:
    """The epochs that MLflow gets: all if few, else 0, 1, the last, and between them evenly on a logarithmic axis.

    >>> tracked_epochs(200)[:8], tracked_epochs(200)[-3:], len(tracked_epochs(200))
    ((0, 1, 2, 3, 4, 5, 7, 8), (137, 166, 200), 25)
    """
    if last < MLFLOW_EPOCHS:
        return tuple(range(last + 1))
    chosen = np.array([1, last])
    # Rounding merges the first epochs, so ask for more until enough are left.
    for asked in range(MLFLOW_EPOCHS - 1, 20 * MLFLOW_EPOCHS):
        epochs = np.unique(np.round(np.geomspace(1, last, asked)).astype(int))
        if len(epochs) > MLFLOW_EPOCHS - 1:
            break
        chosen = epochs
    return (0, *chosen.tolist())


def curve_names(curves: CurveChoice, task: str) -> tuple[str, ...]:
    """The curves of single runs that the study asks for, as the journal names them; cells have those of "main".

    >>> curve_names("main", "classification")[3:]
    ('fit_validation_accuracy', 'fit_test_loss', 'fit_test_accuracy', 'grad_norm', 'unit_saturated')
    """
    fit = names.fit_curves(task)
    chosen: dict[CurveChoice, tuple[str, ...]] = {
        "none": (),
        "reference": fit,
        "main": fit + names.MAIN_LAYER_CURVES,
        "all": fit + names.MAIN_LAYER_CURVES + names.OTHER_CURVES,
    }
    return chosen[curves]


@dataclass(frozen=True)
class CurvePoints:
    """Thinned curves, looked up by the run or cell they belong to."""

    epochs: int = 0
    """The last epoch of the longest."""
    by_owner: Mapping[str, list[ThinCurve]] = field(default_factory=dict)
    """Run or cell id -> its curves."""

    def of(self, owner: str) -> Iterable[ThinCurve]:
        """The curves of one run or cell; none if it has none."""
        return self.by_owner.get(owner, ())


def _is_tracked(table: pd.DataFrame, owner: str) -> NDArray[np.bool_]:
    """Rows to keep: finite, and at an epoch that is tracked for a training of that length."""
    lasts = table.groupby(owner, observed=True)["epoch"].transform("max").to_numpy()
    epochs = table["epoch"].to_numpy()
    kept = np.zeros(len(table), dtype=np.bool_)
    for last in np.unique(lasts):
        kept |= (lasts == last) & np.isin(epochs, tracked_epochs(int(last)))
    kept &= np.isfinite(table["value"].to_numpy(dtype=np.float64))
    return kept


def _bounds(table: pd.DataFrame, columns: list[str]) -> list[int]:
    """Where a sorted table's curves begin and end."""
    changes = np.zeros(len(table), dtype=np.bool_)
    for column in columns:
        codes = pd.factorize(table[column])[0]
        changes[1:] |= codes[1:] != codes[:-1]
    return [0, *np.flatnonzero(changes).tolist(), len(table)]


def thin_curves(table: pd.DataFrame, owner: str) -> CurvePoints:
    """Thin a long table of curves, with the columns epoch, curve, layer, value and the owner's, "run_id" or "cell_id".

    They keep `tracked_epochs` and six significant digits, and no point that is not finite.
    """
    if table.empty:
        return CurvePoints()
    columns = [owner, "curve", "layer"]
    kept = table[_is_tracked(table, owner)].sort_values([*columns, "epoch"], kind="stable")
    if kept.empty:
        return CurvePoints()
    owners, curves, layers = (kept[column].tolist() for column in columns)
    epochs = kept["epoch"].astype(int).tolist()
    values = [names.rounded(value) for value in kept["value"].tolist()]
    by_owner: dict[str, list[ThinCurve]] = {}
    for start, stop in pairwise(_bounds(kept, columns)):
        key = names.curve_key(str(curves[start]), int(layers[start]))
        by_owner.setdefault(str(owners[start]), []).append((key, epochs[start:stop], values[start:stop]))
    return CurvePoints(int(table["epoch"].max()), by_owner)
