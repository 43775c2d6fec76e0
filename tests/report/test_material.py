"""What the chapters are made of."""

import numpy as np


def test_the_interval_counts_validation_rows_as_training_rows(material):
    assert material.sizes.pair == (331, 111)
    assert material.sizes.full_batch == 265


def test_reference_runs_show_colour_and_panel_factor_at_the_reference_of_the_others(material):
    runs = material.reference_runs
    assert set(runs["batch_size"]) == {32}
    assert runs.groupby(["activation", "depth", "split"]).size().eq(1).all()


def test_the_nuisance_factor_was_chosen_on_validation_rows(material):
    candidates = material.results.groupby(["activation", "depth", "batch_size", "split"])["validation_score"].max()
    chosen = material.chosen.set_index(["activation", "depth", "batch_size", "split"])["validation_score"]
    assert np.array_equal(chosen.sort_index(), candidates.sort_index())


def test_the_baseline_is_indexed_by_split(material):
    assert material.baseline("mean").index.tolist() == [0, 1, 2, 3]
