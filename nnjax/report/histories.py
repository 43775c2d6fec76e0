"""Curves of the runs that the report shows, one matrix of runs × epochs for each curve and layer."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from nnjax.report.task import TaskTerms
from nnjax.results.curves import list_places
from nnjax.sweep.journal.journal import Journal

MOST_EPOCHS_DRAWN = 64
GRADIENT = "preactivation_grad_norm"

DRAWN_LAYER_CURVES = (GRADIENT, "update_ratio")
"""Curves of layers that figures of the report draw."""


def packed_columns(terms: TaskTerms) -> tuple[str, ...]:
    """Columns of the journal that are packed into the page."""
    return ("fit_train_loss", "fit_validation_loss", terms.fit_validation, GRADIENT)


@dataclass(frozen=True)
class Histories:
    """Curves by (name, layer), named as in the journal; layer 0 is a curve of the whole network."""

    matrices: Mapping[tuple[str, int], pd.DataFrame]
    """One table each: index run_id, columns epochs 0 … E; NaN after a run's end."""

    def layers(self, curve: str) -> list[int]:
        """Layers of a curve from the input side; empty where no run has it."""
        return sorted(layer for name, layer in self.matrices if name == curve)

    def values(self, curve: str, layer: int, run_ids: Sequence[str], epochs: Sequence[int]) -> NDArray[np.float64]:
        """Curves of those runs at those epochs [R, len(epochs)]; runs without that curve and layer are left out."""
        matrix, at = self.matrices.get((curve, layer), pd.DataFrame()), np.asarray(epochs, dtype=np.int64)
        places = np.unique(matrix.index.get_indexer(pd.Index(run_ids)))  # isin would make a hash table each time
        known = matrix.to_numpy()[places[places >= 0]]
        values = np.full((len(known), len(at)), np.nan)
        is_there = at < known.shape[1]
        values[:, is_there] = known[:, at[is_there]]
        return values

    def rows(self, curve: str, layer: int, run_ids: Sequence[str], epochs: Sequence[int]) -> NDArray[np.float64]:
        """The same [R, len(epochs)] with NaN for runs without that curve and layer, in the order of the runs."""
        matrix = self.matrices.get((curve, layer), pd.DataFrame())
        return matrix.reindex(index=list(run_ids), columns=list(epochs)).to_numpy(dtype=float)


@dataclass(frozen=True)
class Curves:
    """Where curves are read from: the journal, or what was read of it along with the results."""

    journal: Journal
    along: pa.Table | None = None
    """Columns of the journal, run_id first, of all its runs of a study; None: each is read when it is asked for."""

    def read(self, columns: Sequence[str], run_ids: Set[str]) -> Histories:
        """Histories of some columns and runs; runs that the journal lacks are left out."""
        if self.along is None:
            return make_histories(self.journal.read(columns, run_ids))
        is_wanted = [run_id in run_ids for run_id in self.along["run_id"].to_pylist()]
        return make_histories(self.along.select(["run_id", *columns]).filter(pa.array(is_wanted)))

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "along": None}  # another process reads what it needs


def read_histories(curves: Curves, run_ids: Set[str], fit_curves: Sequence[str]) -> Histories:
    """Read the curves of layers that the report uses, and those of the whole network that are wanted, for some runs."""
    return curves.read((*fit_curves, *DRAWN_LAYER_CURVES), run_ids)


def make_histories(table: pa.Table) -> Histories:
    """Histories from run_id and any curves: lists of numbers [E + 1], or of layers of numbers [layers, E + 1].

    A run has null where it has no such curve.

    >>> table = pa.table({"run_id": ["a"], "fit_train_r2": [[0.0, 0.5]], "grad_norm": [[[1.0, 2.0], [3.0, 4.0]]]})
    >>> histories = make_histories(table)
    >>> histories.layers("grad_norm"), histories.values("grad_norm", 2, ["a"], [1]).tolist()
    ([1, 2], [[4.0]])
    """
    run_ids = np.asarray(table["run_id"].to_pylist(), dtype=object)
    matrices = {}
    for name in table.column_names:
        if name == "run_id":
            continue
        is_there = table[name].is_valid()
        column, owners = table[name].filter(is_there).combine_chunks(), run_ids[is_there.to_numpy()]
        if not len(owners):
            continue
        if pa.types.is_list(column.type.value_type):
            lengths = np.diff(column.offsets.to_numpy())
            layers, owner = list_places(lengths) + 1, np.repeat(owners, lengths)
            for layer in np.unique(layers):
                lists = column.flatten().filter(pa.array(layers == layer))
                matrices[name, int(layer)] = _matrix(lists, owner[layers == layer])
        else:
            matrices[name, 0] = _matrix(column, owners)
    return Histories(matrices)


def _matrix(lists: pa.ListArray, run_ids: NDArray[np.object_]) -> pd.DataFrame:
    """Lists of numbers as runs × epochs, shorter ones filled with NaN; in single precision, as they were kept."""
    lengths = np.diff(lists.offsets.to_numpy())
    values = np.full((len(lengths), int(lengths.max(initial=0))), np.nan, dtype=np.float32)
    values[np.arange(values.shape[1]) < lengths[:, None]] = lists.flatten().to_numpy(zero_copy_only=False)
    return pd.DataFrame(values, index=run_ids)


def drawn_epochs(epochs: int) -> list[int]:
    """Epochs from 1 to the last, evenly spaced on a logarithmic axis, at most 64 of them.

    >>> drawn_epochs(5)
    [1, 2, 3, 4, 5]
    """
    spaced = np.geomspace(1, max(1, epochs), MOST_EPOCHS_DRAWN)
    return sorted(set(np.rint(spaced).astype(int).tolist()))


def first_tenth(epochs: int) -> list[int]:
    """Epochs 1 … ⌈E / 10⌉: early training, as `grad_slope` is measured.

    >>> first_tenth(25)
    [1, 2, 3]
    """
    return list(range(1, -(-epochs // 10) + 1))
