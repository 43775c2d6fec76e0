"""Nuisance levels are chosen on validation rows."""

import numpy as np
from fakes.results import runs, scored

from nnjax.claims.choice import choose_on_validation


def test_nuisance_levels_are_chosen_within_each_split_from_the_mean_over_seeds():
    table = scored(
        runs(
            split=[0, 0, 0, 0, 1, 1],
            cell_id=["a", "a", "b", "b", "a", "b"],
            depth=[1] * 6,
            validation_r2=[0.9, 0.1, 0.6, 0.6, 0.2, 0.1],
        )
    )
    chosen = choose_on_validation(table, ["depth"])
    assert list(zip(chosen["split"], chosen["cell_id"], strict=True)) == [(0, "b"), (0, "b"), (1, "a")]


def test_each_kept_level_gets_its_own_choice():
    table = scored(runs(split=[0] * 4, cell_id=list("abcd"), depth=[1, 1, 2, 2], validation_r2=[0.1, 0.2, 0.4, 0.3]))
    assert choose_on_validation(table, ["depth"])["cell_id"].tolist() == ["b", "c"]


def test_a_cell_without_runs_in_a_split_is_no_candidate_there():
    table = scored(runs(split=[0, 0], cell_id=["a", "b"], status=["missing", "finished"], validation_r2=[np.nan, -0.5]))
    assert choose_on_validation(table, [])["cell_id"].tolist() == ["b"]
