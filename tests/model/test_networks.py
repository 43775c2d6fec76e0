"""Fold networks are the sweep's runs to the last bit; the ensemble is what training on all rows makes of the cell."""

import jax
import numpy as np
import pytest

from nnjax.model.networks import median_epoch, plan_refit, refit, retrain_runs
from nnjax.sweep.journal.journal import Journal
from nnjax.terminal import to_nobody

pytestmark = pytest.mark.usefixtures("engine_here")


def same(network, other):
    return all(map(np.array_equal, jax.tree.leaves(network), jax.tree.leaves(other)))


def test_runs_of_a_cell_come_out_as_the_journal_has_them(trained):
    home, space = trained()
    runs = retrain_runs(space, space.cells[-1], Journal(home), to_nobody)
    assert [run.run.replicate.split for run in runs] == [0, 1, 2, 3]
    assert {run.difference for run in runs} == {0.0}
    kept = Journal(home).column("best_epoch")
    assert [run.best_epoch for run in runs] == [kept[run.run.run_id] for run in runs]
    assert median_epoch(runs) == sorted(run.best_epoch for run in runs)[2]


def test_the_ensemble_stops_where_the_schedule_of_the_whole_training_is(trained):
    """A cosine of 3 epochs, cut after 2, is not a cosine of 2 epochs: its second rate is not its last."""
    _, space = trained("fixed.schedule='cosine'")
    cell = space.cells[0]
    cut = refit(space, plan_refit(space, cell, 2), 2, to_nobody)
    assert len({member.seed for member in cut}) == 2 and not same(cut[0].network, cut[1].network)
    [again] = refit(space, plan_refit(space, cell, 2), 1, to_nobody)
    assert same(again.network, cut[0].network)  # whatever the number of members
    _, constant = trained()
    for epochs, is_same in ((1, False), (3, False)):
        other = refit(constant, plan_refit(constant, constant.cells[0], epochs), 1, to_nobody)
        assert same(other[0].network, cut[0].network) is is_same


def test_full_batches_are_of_all_rows(trained):
    _, space = trained()
    plan = plan_refit(space, space.cells[0], 2)
    assert plan.configuration.batch_size == len(space.table.target) == len(plan.split.train)
    assert space.cells[0].configuration.batch_size == len(space.splits[0].train)
