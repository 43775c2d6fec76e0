"""Measures that are computed from the predictions in the journal: for runs of every version that kept them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from nnjax.metrics import MEASURES, Measure
from nnjax.sweep.space import Space
from nnjax.training.class_measures import ClassPredictions, measure_classes
from nnjax.training.number_measures import NumberPredictions, measure_numbers
from nnjax.training.thresholds import choose_thresholds

_Floats = NDArray[np.float64]
_Places = NDArray[np.int64]

CUT = "threshold"
"""Column of the thresholds that the measures at hand depend on."""

NUMBERS_AT_ONCE = 4_000_000
"""Predictions that are measured together, at most: 32 MB of each array that is made of them."""


def prediction_columns(space: Space) -> list[str]:
    """The journal's columns that a study's measures are computed from."""
    return [f"{part}_prediction" for part in _wanted(space)]


def together(files: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Tables of runs, small ones joined: so what is held is bounded, and what is measured at once takes less time."""
    held: list[pa.Table] = []
    size, most = 0, NUMBERS_AT_ONCE * np.dtype(np.float32).itemsize
    for file in files:
        held.append(file)
        size += file.nbytes  # asked once: counting 600 tables again with every one of them took 20 s
        if size >= most:
            yield pa.concat_tables(held)
            held, size = [], 0
    if held:
        yield pa.concat_tables(held)


def measured(space: Space, kept: pa.Table, runs: pd.DataFrame) -> pd.DataFrame:
    """What is computed from predictions, one row a finished run whose predictions are there, indexed by run id.

    Args:
        space: The study's.
        kept: What the journal has of its runs: run_id and `prediction_columns`.
        runs: The results so far: run_id, split, status, loss_quantile.

    Returns:
        The columns of the study's finals that come from predictions, NaN where a measure is not defined or not asked
        for.
    """
    judged, wanted = space.study.judged, _wanted(space)
    finals = [final.name for final in judged.finals() if final.is_of_predictions]
    if judged.has_chosen_threshold:  # then they are another number than the engine's
        finals += [f"{part}_{name}" for part, names in wanted.items() for name in names]
    finished = runs.loc[runs["status"] == "finished", ["run_id", "split", "loss_quantile"]].drop_duplicates("run_id")
    if not wanted or finished.empty:
        return pd.DataFrame(index=finished["run_id"], columns=list(dict.fromkeys(finals)), dtype=np.float64)
    finished, run_ids = finished.set_index("run_id"), pd.Index(kept["run_id"].to_pylist())
    if len(finished) < len(run_ids):
        kept, run_ids = kept.take(np.flatnonzero(run_ids.isin(finished.index))), run_ids[run_ids.isin(finished.index)]
    finished = finished.loc[run_ids].copy()
    found = {name: np.full(len(finished), np.nan) for name in finals}
    for part, measures in wanted.items():  # validation rows first: they choose thresholds
        predictions, cut = kept[f"{part}_prediction"].combine_chunks(), _threshold_name(part)
        if cut in found:
            finished[CUT] = found[cut]
        for places, rows, predicted in _by_split(space, part, predictions, finished):
            for name, numbers in _measure(space, part, rows, predicted, finished.iloc[places], measures).items():
                found[cut if name == CUT else f"{part}_{name}"][places] = numbers
    return pd.DataFrame(found, index=finished.index)


def judged_without(
    space: Space, kept: pa.Table, runs: pd.DataFrame, left_out: Sequence[NDArray[np.integer[Any]]]
) -> pd.DataFrame:
    """What the study is judged by on validation rows, some of these left out.

    Args:
        space: The study's.
        kept: What the journal has of runs that finished: run_id and validation_prediction.
        runs: Of these runs run_id, split and loss_quantile.
        left_out: Sets of the table's rows.

    Returns:
        One row a run whose predictions are there, indexed by run id, and one column a set; NaN where the measure is
        not defined on the rows that stay. A threshold is chosen by these rows, too.
    """
    wanted = runs.drop_duplicates("run_id").set_index("run_id").loc[kept["run_id"].to_pylist()]
    found, is_there = np.full((len(wanted), len(left_out)), np.nan), np.zeros(len(wanted), dtype=np.bool_)
    is_out = np.zeros((len(left_out), len(space.table.target)), dtype=np.bool_)
    for each, rows in zip(is_out, left_out, strict=True):
        each[rows] = True
    predictions, name = kept["validation_prediction"].combine_chunks(), space.study.judged.measure.name
    for places, rows, predicted in _by_split(space, "validation", predictions, wanted):
        is_there[places] = True
        for column, stays in enumerate(~is_out[:, rows]):
            if stays.any():
                some = predicted[:, stays]
                values = _measure(space, "validation", rows[stays], some, wanted.iloc[places], (name,))
                found[places, column] = values[name]
    return pd.DataFrame(found[is_there], index=wanted.index[is_there])


def _threshold_name(part: str) -> str:
    return f"{'last_' if part.startswith('last_') else ''}decision_threshold"


def _wanted(space: Space) -> dict[str, tuple[str, ...]]:
    """Rows and epoch -> the measures that are computed there; parts without any are left out."""
    judged, is_cut = space.study.judged, space.study.judged.has_chosen_threshold
    tests = tuple(
        each.name
        for each in MEASURES
        if (each.is_of_predictions or (is_cut and each.has_threshold)) and is_measured(each, space)
    )
    chosen = () if judged.is_in_journal else (judged.measure.name,)
    parts = {"validation": chosen, "last_validation": chosen, "test": tests, "last_test": tests}
    return {part: measures for part, measures in parts.items() if measures}


def is_measured(measure: Measure, space: Space) -> bool:
    """Whether a measure is one of the study's: what it is judged by, or of its task and of a loss that it trains by."""
    if measure.task != space.table.task:
        return False
    losses = {"", *(cell.configuration.loss for cell in space.cells)}
    return measure.loss in losses or measure == space.study.judged.measure


def _by_split(
    space: Space, part: str, predictions: pa.ListArray, runs: pd.DataFrame
) -> Iterator[tuple[_Places, NDArray[np.int32], _Floats]]:
    """Places of some runs [R] of a split, rows of the table [N], and what each run predicts for them [R, N, O]."""
    starts, lengths = predictions.offsets.to_numpy(), np.diff(predictions.offsets.to_numpy())
    flat, splits = predictions.values.to_numpy(zero_copy_only=False), runs["split"].to_numpy()
    for index in np.unique(splits):
        rows = getattr(space.splits[int(index)], part.removeprefix("last_"))
        width = len(rows) * (len(space.table.class_names) or space.table.target.shape[1])
        there = np.flatnonzero((splits == index) & (lengths == width))  # a run of an early version may have none
        step = max(1, NUMBERS_AT_ONCE // width)
        for some in (there[at : at + step] for at in range(0, len(there), step)):
            taken = flat[starts[some][:, None] + np.arange(width)].astype(np.float64)
            yield some, rows, taken.reshape(len(some), len(rows), -1)


def _measure(
    space: Space, part: str, rows: NDArray[np.int32], predicted: _Floats, runs: pd.DataFrame, wanted: tuple[str, ...]
) -> Mapping[str, _Floats]:
    table, judged = space.table, space.study.judged
    weights = None if table.weights is None else table.weights.values[rows]
    if table.labels is None:
        given = NumberPredictions(table.target[rows], predicted, weights, _quantiles(space, runs))
        return measure_numbers(given, wanted)
    classes = ClassPredictions(table.labels[rows], predicted, weights)
    if not judged.has_chosen_threshold:
        return measure_classes(classes, wanted)
    is_choosing = part.endswith("validation")
    cut = choose_thresholds(classes, judged.cut_by) if is_choosing else runs[CUT].to_numpy(dtype=np.float64)
    measures = measure_classes(replace(classes, threshold=cut), wanted)
    return measures | ({CUT: cut} if is_choosing else {})


def _quantiles(space: Space, runs: pd.DataFrame) -> _Floats:
    """The study's `loss_quantile`, for runs of other losses, too; where it has several levels each run's own."""
    own, shared = runs["loss_quantile"].to_numpy(dtype=np.float64), space.study.loss_quantile
    return own if shared is None else np.full(len(own), shared)
