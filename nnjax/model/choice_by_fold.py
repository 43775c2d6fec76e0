"""The cell that is chosen without the rows of a fold, by the rule that chose the model's: what is measured with it."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nnjax.model.choice import BEST, choose_by_validation
from nnjax.report.best_cell import BestCell, choose_best_cell
from nnjax.results.from_predictions import judged_without, together
from nnjax.results.scores import clipped_scores, with_scores
from nnjax.results.table import results_table
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.space import Space

_Floats = NDArray[np.float64]


def chosen_by_split(space: Space, journal: Journal, rule: str = BEST) -> dict[int, str] | str:
    """The cell that is chosen for each split without its test rows: by validation scores over all splits.

    A score over the other validation rows is computed from the predictions in the journal. Validation rows of the split
    alone would choose for the luck of its own networks, which then are tested on the fold: intervals, made of networks
    that were not lucky, would seem to hold too often.

    Args:
        space: The study's.
        journal: It has its runs.
        rule: "best" or "smallest", as `choose_cell` knows them.

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
