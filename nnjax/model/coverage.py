"""How often intervals held rows of the table, the choice of the cell inside: what predictions in the journal tell."""

from collections.abc import Mapping, Sequence, Set
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnjax.data.streams import some_rows
from nnjax.model.choice import BEST, chosen_by_split
from nnjax.model.standalone import Model, class_scores
from nnjax.report.predictions import Predictions, read_predictions
from nnjax.statistics.conformal import HeldOutFold, MeasuredCoverage, exact_level, measured_coverage
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.space import Space

MOST_WIDTHS = 2_000_000
"""Rows times folds that tell how wide intervals are; of larger tables so many rows are drawn."""

_Floats = NDArray[np.float64]
_Rows = NDArray[np.int64]


def units_of(space: Space) -> _Rows:
    """What is drawn independently: the number of the group of every row, or of the row itself [N]."""
    groups = space.table.groups
    return np.arange(len(space.table.target)) if groups is None else groups


def held_out_folds(space: Space, cell_of: Mapping[int, str], journal: Journal) -> list[list[HeldOutFold]]:
    """Every repeat's folds, which hold every row once, as new rows to the other folds of it.

    `cell_of`: split -> the id of the cell that was chosen for it; repeats with a split that has none are left out. A
    split without any prediction in the journal has NaN for scores: outside.
    """
    runs: dict[tuple[str, int], list[str]] = {}
    wanted = set(cell_of.values())
    for run in space.runs:
        if run.cell.cell_id in wanted:
            runs.setdefault((run.cell.cell_id, run.replicate.split), []).append(run.run_id)
    predictions = read_predictions(journal, {run_id for ids in runs.values() for run_id in ids})
    folds = space.study.split_plan.folds
    repeats = [range(first, first + folds) for first in range(0, len(space.splits), folds)]
    return [
        _held_out(space, {split: cell_of[split] for split in repeat}, runs, predictions)
        for repeat in repeats
        if all(split in cell_of for split in repeat)
    ]


def _held_out(
    space: Space, cell_of: Mapping[int, str], runs: Mapping[tuple[str, int], Sequence[str]], predictions: Predictions
) -> list[HeldOutFold]:
    rows = {split: space.splits[split].test.astype(np.int64) for split in cell_of}
    units, labels = units_of(space), space.table.labels
    said: dict[tuple[str, int], _Floats] = {}
    for cell in set(cell_of.values()):
        for split in cell_of:
            kept = [predictions[run_id] for run_id in runs[cell, split] if run_id in predictions]
            said[cell, split] = _mean_prediction(space, kept, len(rows[split]))
    found = []
    for split, cell in cell_of.items():
        others = [other for other in cell_of if other != split]
        elsewhere = [true_scores(space, said[cell, other], rows[other]) for other in others]
        fold = HeldOutFold(
            scores=true_scores(space, said[cell, split], rows[split]),
            units=units[rows[split]],
            other_scores=np.concatenate(elsewhere),
            other_units=units[np.concatenate([rows[other] for other in others])],
            candidates=None if labels is None else _every_score(said[cell, split]),
        )
        found.append(fold)
    return found


def _mean_prediction(space: Space, kept: Sequence[_Floats], rows: int) -> _Floats:
    """Mean over seeds [n, T], or of probabilities [n, K]; NaN where no run of the split finished."""
    width = len(space.table.class_names) or space.table.target.shape[1]
    if not kept:
        return np.full((rows, width), np.nan)
    return np.asarray(np.mean([each.reshape(rows, width) for each in kept], axis=0))


def true_scores(space: Space, said: _Floats, rows: _Rows) -> _Floats:
    """How far off predictions of rows of the table are [n, T], or the score of the true class [n, 1]."""
    labels = space.table.labels
    if labels is None:
        return np.abs(space.table.target[rows] - said)
    return np.take_along_axis(_every_score(said), labels[rows][:, None], axis=1)


def _every_score(said: _Floats) -> _Floats:
    """Of each class [n, K], from probabilities of any float; NaN where no run of the split finished."""
    known = ~np.isnan(said).any(axis=1, keepdims=True)
    return np.where(known, class_scores(np.asarray(said, dtype=np.float64)), np.nan)


def coverage_of_folds(
    space: Space, journal: Journal, level: Fraction, rule: str = BEST, cell_id: str | None = None
) -> MeasuredCoverage | str:
    """How often the rows of a study's folds were inside, the cell chosen anew without each fold.

    The study's folds hold every row once. The rule is "best" or "smallest"; a cell that was named, not chosen, is the
    same in all folds.

    Returns:
        What was measured; or why nothing can be, a sentence without its end.
    """
    named = {} if cell_id is None else dict.fromkeys(range(len(space.splits)), cell_id)
    cell_of = named or chosen_by_split(space, journal, rule)
    if isinstance(cell_of, str):
        return cell_of
    if lost := _without_prediction(space, set(cell_of.values()), journal):
        return f"the journal has no predictions of test rows of {lost:,} runs"
    found = measured_coverage(held_out_folds(space, cell_of, journal), level)
    return found or "without a fold, too few rows or groups are left for the level"


def _without_prediction(space: Space, cell_ids: Set[str], journal: Journal) -> int:
    """How many runs of some cells have no prediction in the journal and did not diverge."""
    wanted = {run.run_id for run in space.runs if run.cell.cell_id in cell_ids}
    found = journal.read(["status", "test_prediction"], wanted)
    told = zip(found["status"].to_pylist(), found["test_prediction"].is_valid().to_pylist(), strict=True)
    return len(wanted) - sum(1 for status, is_there in told if is_there or status == "diverged")


def measured_parts(space: Space, journal: Journal, model: Model, columns: _Floats) -> dict[str, Any]:
    """What `model.json` says of its intervals: how often they hold, how wide they are, how often they are widened.

    The journal has all runs of the study that the model was made of; columns are the table's raw ones.

    Returns:
        "measured", and its "standard_error" (None of a single fold, and where all folds agree); both None where nothing
        can be measured, and then "why_not_measured" says why (else it is empty); "chosen_anew": whether the cell was,
        in each fold, by the rule that chose the model's. "shown_rows": how many of the table's rows the next two are
        of, drawn where these are many; "widened": share of them of which the interval or set did not hold the
        prediction; "mean_width". Of several targets the least coverage and the largest share; "targets": {"measured",
        "widened", "mean_width"}, one a target.
    """
    document = model.document
    level, rule = exact_level(document["intervals"]["level"]), document["choice"]["rule"]
    is_named = rule == "id"
    found = coverage_of_folds(space, journal, level, rule, document["cell"]["cell_id"] if is_named else None)
    most = max(1, MOST_WIDTHS // len(model.folds))
    shown = some_rows(len(columns), most, space.study.replicates.base_seed, "widths")
    widened, widths = _widths(model, columns[shown])
    told: dict[str, Any] = {"measured": None, "standard_error": None, "chosen_anew": not is_named}
    if isinstance(found, str):
        told["why_not_measured"] = found
    else:
        least = int(np.argmin(found.coverage))
        error = float(found.standard_error[least])
        told |= {"measured": float(found.coverage[least]), "standard_error": error if np.isfinite(error) else None}
        told["why_not_measured"] = ""
    told |= {"shown_rows": len(shown), "widened": float(widened.max()), "mean_width": float(widths.mean())}
    if len(widths) > 1:
        measured = [None] * len(widths) if isinstance(found, str) else found.coverage.tolist()
        told["targets"] = {"measured": measured, "widened": widened.tolist(), "mean_width": widths.tolist()}
    return told


def _widths(model: Model, shown: _Floats) -> tuple[_Floats, _Floats]:
    """Of every target: share of some rows whose interval or set was widened, and mean width [T]."""
    found = model.unwidened(shown)
    if model.classes:
        point, stays = np.hsplit(found, 2)
        is_outside = stays[np.arange(len(point)), model.class_numbers(point)] == 0
        return np.array([is_outside.mean()]), np.array([(stays.sum(axis=1) + is_outside).mean()])
    by_target = list(zip(*(part.T for part in np.hsplit(found, 3)), strict=True))
    widened = [np.mean((point < low) | (point > high)) for point, low, high in by_target]
    widths = [np.mean(np.maximum(high, point) - np.minimum(low, point)) for point, low, high in by_target]
    return np.array(widened), np.array(widths)
