"""Which cell a model is made of: by validation scores, never by a test row."""

import numpy as np
import pytest

from nnjax.model.choice import choose_cell, count_parameters
from nnjax.refusal import RefusedError
from nnjax.report.best_cell import choose_best_cell
from nnjax.results.scores import with_scores
from nnjax.results.table import results_table
from nnjax.sweep.journal.journal import Journal


@pytest.fixture(scope="module")
def study(trained):
    home, space = trained()
    return space, with_scores(results_table(space, Journal(home)), space.study.judged)


def scored(results, space, validation):
    """Results in which every cell has a validation score of its own in all splits, and test scores say the opposite."""
    place = results["cell_id"].map({cell.cell_id: index for index, cell in enumerate(space.cells)}).to_numpy()
    wobble = 0.001 * results["split"].to_numpy() * (1 + place)
    return results.assign(validation_score=np.asarray(validation)[place] + wobble, test_score=-place)


def test_the_best_and_the_smallest_of_the_tied(study):
    space, results = study
    order = [count_parameters(space, cell) for cell in space.cells]
    assert order == [49, 69, 49, 69]
    told = scored(results, space, [0.2, 0.3, 0.29, 0.1])
    best = choose_cell(space, told, choose_best_cell(told))
    assert (best.cell, best.candidates, best.tied) == (space.cells[1], 4, 0)
    smallest = choose_cell(space, told, choose_best_cell(told), "smallest")
    assert smallest.cell is space.cells[2] or smallest.tied == 1
    close = scored(results, space, [0.2, 0.3, 0.2999, 0.1])
    assert choose_cell(space, close, choose_best_cell(close), "smallest").cell is space.cells[2]


def test_a_cell_by_id_or_label(study):
    space, results = study
    for name in (space.cells[2].cell_id[:9], space.cells[2].label):
        assert choose_cell(space, results, None, name).cell is space.cells[2]
    with pytest.raises(RefusedError, match=r"--cell nobody: no cells .*write best, smallest, or a label"):
        choose_cell(space, results, None, "nobody")


def test_missing_runs_are_named(study):
    space, results = study
    lost = results.assign(status=["missing", *results["status"][1:]])
    for rule in ("best", space.cells[0].cell_id):
        with pytest.raises(RefusedError, match=rf"1 of (16|4) runs are missing \({space.runs[0].run_id[:12]}\); train"):
            choose_cell(space, lost, choose_best_cell(lost), rule)
    assert choose_cell(space, lost, None, space.cells[3].cell_id).cell is space.cells[3]  # its own runs are there
