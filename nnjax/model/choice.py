"""The cell that a model is made of: the best on validation rows, the smallest of those tied with it, or one by id.

And by the same rule the cell that is chosen without the rows of a fold, with which intervals are measured.
"""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nnjax.data.streams import stream
from nnjax.refusal import RefusedError
from nnjax.report.best_cell import BestCell, choose_best_cell
from nnjax.results.from_predictions import judged_without, together
from nnjax.results.scores import clipped_scores, with_scores
from nnjax.results.table import results_table
from nnjax.statistics.tied import tied_best
from nnjax.sweep.buckets import largest_sizes, make_bucket
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.space import Cell, Space

BEST, SMALLEST = "best", "smallest"
"""Ways to choose; any other text is the beginning of a cell's id."""

SHOWN_RUNS = 5

_Floats = NDArray[np.float64]


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

    The results have a row a planned run, with scores. The rule "best" is the highest mean validation score over the
    splits; "smallest" the fewest parameters among the cells whose validation scores cannot be told apart from the best
    one's (`tied_best`); any other text is the beginning of a cell's id, or its label.

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


def choose_by_validation(space: Space, cell_ids: Sequence[str], validation: _Floats, rule: str) -> tuple[Cell, int]:
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


def chosen_by_split(space: Space, journal: Journal, rule: str = BEST) -> dict[int, str] | str:
    """The cell that "best" or "smallest" chooses for each split without its test rows, by validation scores over all.

    A score over the other validation rows is computed from the predictions in the journal. Validation rows of the split
    alone would choose for the luck of its own networks, which then are tested on the fold: intervals, made of networks
    that were not lucky, would seem to hold too often.

    Returns:
        Split -> the id of its cell; or why there is none, a sentence without its end.
    """
    results = with_scores(results_table(space, journal), space.study.judged)
    best = choose_best_cell(results)
    if best is None:
        return "no cell has a score in every split"
    if len(best.cell_ids) == 1:
        return dict.fromkeys(best.splits, best.cell_ids[0])
    runs = results[results["cell_id"].isin(best.cell_ids) & (results["status"] != "missing")]
    numbers = _numbers_without(space, journal, runs)
    finished = runs[runs["status"] == "finished"]
    if lost := len(set(finished["run_id"]) - set(numbers.index)):
        kept = f"the journal has no predictions of validation rows of {lost:,} runs, which an earlier version trained"
        return f"{kept}, so nobody can choose without a fold"
    scores = _scores_without(space, best, runs, numbers)
    is_defined = _any_by_split(finished, numbers, best)
    chosen = {}
    for place, split in enumerate(best.splits):
        validation = scores[:, is_defined[:, place], place]
        whole = np.flatnonzero(~np.isnan(validation).any(axis=1))
        if validation.shape[1] < 2 or not len(whole):  # of two folds that would be the split's own networks alone
            return "without a fold, fewer than two splits have validation rows left to choose a cell by"
        ids = [best.cell_ids[cell] for cell in whole]
        chosen[split] = choose_by_validation(space, ids, validation[whole], rule)[0].cell_id
    return chosen


def _numbers_without(space: Space, journal: Journal, runs: pd.DataFrame) -> pd.DataFrame:
    """What finished runs are judged by on validation rows that are not in a fold: a row a run, a column a split."""
    told = runs.loc[runs["status"] == "finished", ["run_id", "split", "loss_quantile"]]
    files = journal.read_by_file(["validation_prediction"], set(told["run_id"]))
    folds = [split.test for split in space.splits]
    return pd.concat([judged_without(space, kept, told, folds) for kept in together(files)])


def _scores_without(space: Space, best: BestCell, runs: pd.DataFrame, numbers: pd.DataFrame) -> _Floats:
    """Scores [C, J, J]: of a cell, in a split, on the validation rows that are not in a fold; seeds averaged."""
    values = numbers.reindex(runs["run_id"]).to_numpy(dtype=np.float64)
    is_diverged = np.broadcast_to((runs["status"] == "diverged").to_numpy()[:, None], values.shape)
    scores = clipped_scores(values, is_diverged, space.study.judged)
    cells, splits = pd.Index(best.cell_ids), pd.Index(best.splits)
    index = pd.MultiIndex.from_arrays(
        [cells.get_indexer(pd.Index(runs["cell_id"])), splits.get_indexer(pd.Index(runs["split"]))]
    )
    means = pd.DataFrame(scores, index=index).groupby(level=[0, 1]).mean()
    every = pd.MultiIndex.from_product([range(len(cells)), range(len(splits))])
    return means.reindex(every).to_numpy().reshape(len(cells), len(splits), -1)


def _any_by_split(finished: pd.DataFrame, numbers: pd.DataFrame, best: BestCell) -> NDArray[np.bool_]:
    """Whether some run of a split can be judged by the validation rows that are not in a fold [J, J]."""
    is_known = numbers.notna().groupby(finished.drop_duplicates("run_id").set_index("run_id")["split"]).any()
    return is_known.reindex(list(best.splits), fill_value=False).to_numpy(dtype=np.bool_)
