"""Measures that are computed from the predictions in the journal: for runs of every version that kept them."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from nnjax.metrics import FINALS, MEASURES, Measure
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.space import Space
from nnjax.training.class_measures import ClassPredictions, measure_classes
from nnjax.training.number_measures import NumberPredictions, measure_numbers

_Floats = NDArray[np.float64]
_Places = NDArray[np.int64]

NUMBERS_AT_ONCE = 4_000_000
"""Predictions that are measured together, at most: 32 MB of each array that is made of them."""

_PARTS = ("test", "last_test")


def measured(space: Space, journal: Journal, runs: pd.DataFrame) -> pd.DataFrame:
    """What is computed from predictions, one row a finished run whose predictions are there, indexed by run id.

    Args:
        space: The study's.
        journal: What it is read from.
        runs: The results so far: run_id, split, status, loss_quantile.

    Returns:
        The columns of `FINALS` that come from predictions, NaN where a measure is not defined or not asked for.
    """
    names = [final.name for final in FINALS if final.is_of_predictions]
    wanted = tuple(measure.name for measure in MEASURES if measure.is_of_predictions and is_measured(measure, space))
    finished = runs.loc[runs["status"] == "finished", ["run_id", "split", "loss_quantile"]].drop_duplicates("run_id")
    table = pd.DataFrame(index=finished["run_id"], columns=names, dtype=np.float64)
    if not wanted or finished.empty:
        return table
    columns = [f"{part}_prediction" for part in _PARTS]
    kept = journal.read(columns, set(finished["run_id"]))
    finished = finished.set_index("run_id").loc[kept["run_id"].to_pylist()]
    for part, column in zip(_PARTS, columns, strict=True):
        for places, values in _by_split(space, part, kept[column].combine_chunks(), finished, wanted):
            run_ids = finished.index[places]
            for name, numbers in values.items():
                table.loc[run_ids, f"{part}_{name}"] = numbers
    return table


def is_measured(measure: Measure, space: Space) -> bool:
    """Whether a measure is one of the study's: of its task, and of a loss that it trains by."""
    losses = {cell.configuration.loss for cell in space.cells} if measure.loss else {""}
    return measure.task == space.table.task and measure.loss in losses


def _by_split(
    space: Space, part: str, predictions: pa.ListArray, runs: pd.DataFrame, wanted: tuple[str, ...]
) -> Iterator[tuple[_Places, Mapping[str, _Floats]]]:
    """_Places of some runs of a split, and what is measured of each of them."""
    starts, lengths = predictions.offsets.to_numpy(), np.diff(predictions.offsets.to_numpy())
    flat, splits = predictions.values.to_numpy(zero_copy_only=False), runs["split"].to_numpy()
    rows = part.removeprefix("last_")
    for index in np.unique(splits):
        split = space.splits[int(index)]
        count = len(getattr(split, rows))
        width = count * (len(space.table.class_names) or space.table.target.shape[1])
        there = np.flatnonzero((splits == index) & (lengths == width))  # a run of an early version may have none
        step = max(1, NUMBERS_AT_ONCE // width)
        for some in (there[at : at + step] for at in range(0, len(there), step)):
            taken = flat[starts[some][:, None] + np.arange(width)].astype(np.float64)
            predicted = taken.reshape(len(some), count, -1)
            yield some, _measure(space, getattr(split, rows), predicted, _quantiles(space, runs.iloc[some]), wanted)


def _measure(
    space: Space, rows: NDArray[np.int32], predicted: _Floats, quantiles: _Floats, wanted: tuple[str, ...]
) -> Mapping[str, _Floats]:
    table = space.table
    weights = None if table.weights is None else table.weights.values[rows]
    if table.labels is not None:
        return measure_classes(ClassPredictions(table.labels[rows], predicted, weights), wanted)
    return measure_numbers(NumberPredictions(table.target[rows], predicted, weights, quantiles), wanted)


def _quantiles(space: Space, runs: pd.DataFrame) -> _Floats:
    """The study's `loss_quantile`, for runs of other losses, too; where it has several levels each run's own."""
    study = space.study
    levels = study.factors.get("loss_quantile", (study.fixed.get("loss_quantile"),))
    own = runs["loss_quantile"].to_numpy(dtype=np.float64)
    return own if len(levels) > 1 or levels[0] is None else np.full(len(own), float(str(levels[0])))
