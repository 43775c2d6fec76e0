"""Histories as long tables: one row a run, epoch, curve and layer."""

from collections.abc import Iterator, Sequence, Set

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from nnjax.metrics import CURVES, names
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.space import Space


def curves_table(
    space: Space,
    journal: Journal,
    curves: Sequence[str] | None = None,
    epochs: Sequence[int] | None = None,
    run_ids: Set[str] | None = None,
) -> pd.DataFrame:
    """The histories of a study's runs: all of them, all curves, all epochs unless some are named.

    run_id, cell_id, split, epoch (0 = at initialisation), curve, layer (0 for curves of the whole network, else 1 …
    from the inputs), value.
    """
    wanted = names(CURVES) if curves is None else list(curves)
    runs = pd.DataFrame(
        [(run.run_id, run.cell.cell_id, run.replicate.split) for run in space.runs],
        columns=["run_id", "cell_id", "split"],
    ).drop_duplicates("run_id")
    if run_ids is not None:
        runs = runs[runs["run_id"].isin(run_ids)]
    table = journal.read(wanted, set(runs["run_id"]))
    parts = [part for name in wanted for part in _long(table, name, epochs)]
    empty = pd.DataFrame({"run_id": [], "epoch": [], "curve": [], "layer": [], "value": []})
    long = pd.concat(parts, ignore_index=True) if parts else empty
    merged = runs.merge(long, on="run_id", how="inner", validate="one_to_many")
    return merged[["run_id", "cell_id", "split", "epoch", "curve", "layer", "value"]]


def _long(table: pa.Table, name: str, epochs: Sequence[int] | None) -> Iterator[pd.DataFrame]:
    column = table[name].combine_chunks()
    if not len(column):
        return
    owners = np.asarray(table["run_id"].to_pylist(), dtype=object)
    layers = np.zeros(len(owners), dtype=np.int64)
    if pa.types.is_list(column.type.value_type):
        lengths = np.diff(column.offsets.to_numpy())
        owners = np.repeat(owners, lengths)
        layers = list_places(lengths) + 1
        column = column.flatten()
    lengths = np.diff(column.offsets.to_numpy())
    if not lengths.sum():
        return
    epoch = list_places(lengths)
    kept = np.ones(len(epoch), dtype=bool) if epochs is None else np.isin(epoch, np.asarray(epochs))
    yield pd.DataFrame(
        {
            "run_id": np.repeat(owners, lengths)[kept],
            "epoch": epoch[kept],
            "curve": name,
            "layer": np.repeat(layers, lengths)[kept],
            "value": column.flatten().to_numpy(zero_copy_only=False)[kept],
        }
    )


def list_places(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Place of every item in its list, the lists end to end.

    >>> list_places(np.array([3, 2])).tolist()
    [0, 1, 2, 0, 1]
    """
    return np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)


def cell_curves(curves: pd.DataFrame) -> pd.DataFrame:
    """Mean curves of cells over their replicates; a value that is not finite makes its mean NaN."""
    keys = ["cell_id", "curve", "layer", "epoch"]
    finite = curves.assign(value=curves["value"].where(np.isfinite(curves["value"])))
    groups = finite.groupby(keys, sort=False, observed=True)["value"]
    mean = groups.mean().where(groups.count() == groups.size())
    return mean.reset_index()
