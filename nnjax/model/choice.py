"""The cell that a model is made of: the best on validation rows, the smallest of those tied with it, or one by id."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nnjax.data.streams import stream
from nnjax.refusal import RefusedError
from nnjax.report.best_cell import BestCell
from nnjax.statistics.tied import tied_best
from nnjax.sweep.buckets import largest_sizes, make_bucket
from nnjax.sweep.space import Cell, Space

BEST, SMALLEST = "best", "smallest"
"""Ways to choose; any other text is the beginning of a cell's id."""

SHOWN_RUNS = 5


@dataclass(frozen=True)
class ChosenCell:
    """The chosen cell.

    Attributes:
        cell: The cell.
        rule: "best", "smallest", or "id".
        candidates: Cells that it was chosen among; 1 where it was named.
        tied: Cells that cannot be told apart from the best one, itself included; 0 where that was not asked.
    """

    cell: Cell
    rule: str
    candidates: int
    tied: int = 0


def choose_cell(space: Space, results: pd.DataFrame, best: BestCell | None, rule: str = BEST) -> ChosenCell:
    """Choose a cell by validation scores alone, so that no test row has a say in it.

    Args:
        space: The study's.
        results: One row a planned run, with scores.
        best: Validation scores of its complete cells.
        rule: "best": the highest mean validation score over the splits; "smallest": the fewest parameters among the
            cells whose validation scores cannot be told apart from the best one's (`tied_best`); else the beginning of
            a cell's id, or its label.

    Raises:
        RefusedError: Runs are missing, there is no such cell, or nothing finished.
    """
    if rule not in (BEST, SMALLEST):
        named = _named(space, rule)
        refuse_missing(space, results[results["cell_id"] == named.cell_id], f"cell {named.label} has ")
        return ChosenCell(named, "id", 1)
    refuse_missing(space, results, "")
    if best is None:
        raise RefusedError(f"{space.study.path}: no cell has a score in every split; see the report for the cause")
    if rule == SMALLEST and space.doubt:
        raise RefusedError(f"--cell {SMALLEST}: {space.doubt}, so nobody can tell ties; give --cell {BEST}")
    cell, tied = choose_by_validation(space, best.cell_ids, best.validation, rule)
    return ChosenCell(cell, rule, len(best.cell_ids), tied)


def choose_by_validation(
    space: Space, cell_ids: Sequence[str], validation: NDArray[np.float64], rule: str
) -> tuple[Cell, int]:
    """The cell that validation scores [C, J] choose, and how many cells are tied with the best; 0 if none was asked."""
    cells = {cell.cell_id: cell for cell in space.cells}
    means = validation.mean(axis=1)
    first = int(means.argmax())
    if rule == BEST:
        return cells[cell_ids[first]], 0
    draws = stream(space.study.replicates.base_seed, "tied_best")
    is_tied = tied_best(validation, first, *space.correction_rows, draws).is_tied
    tied = [cells[cell_ids[place]] for place in np.flatnonzero(is_tied).tolist()]
    order = {cell_id: -means[place] for place, cell_id in enumerate(cell_ids)}
    return min(tied, key=lambda cell: (count_parameters(space, cell), order[cell.cell_id])), len(tied)


def count_parameters(space: Space, cell: Cell) -> int:
    """Weights, biases, scales and learned slopes of a cell's network."""
    return make_bucket(cell.configuration, space.table, largest_sizes(space.splits)).architecture.parameter_count


def refuse_missing(space: Space, results: pd.DataFrame, whose: str) -> None:
    """See that no run is missing.

    Raises:
        RefusedError: Some are; the line names the first of them.
    """
    missing = results.loc[results["status"] == "missing", "run_id"]
    if missing.empty:
        return
    shown = ", ".join(each[:12] for each in missing[:SHOWN_RUNS]) + (", …" if len(missing) > SHOWN_RUNS else "")
    raise RefusedError(
        f"{space.study.path}: {whose}{len(missing):,} of {len(results):,} runs are missing ({shown}); "
        "train them first: `nnjax sweep STUDY`"
    )


def _named(space: Space, text: str) -> Cell:
    found = [cell for cell in space.cells if cell.label == text or cell.cell_id.startswith(text)]
    if len(found) == 1:
        return found[0]
    problem = f"{len(found) or 'no'} cells have such a label, or an id that begins so"
    labels = [cell.label for cell in space.cells]
    near = difflib.get_close_matches(text, labels, SHOWN_RUNS, 0.4) or labels[:SHOWN_RUNS]
    raise RefusedError(
        f"--cell {text}: {problem}; write {BEST}, {SMALLEST}, or a label such as {', '.join(map(repr, near))}"
    )
