"""What was watched, as arrays and as a tidy table."""

import numpy as np

from nnjax.estimators.history import continued, history_frame

FIRST = {"grad_norm": np.arange(6.0).reshape(3, 2), "unit_dead": np.ones((3, 1))}


def test_the_table_has_a_row_an_epoch_and_layer():
    frame = history_frame(FIRST, 2)
    assert frame.columns.tolist() == ["epoch", "layer", "grad_norm", "unit_dead"]
    assert frame[["epoch", "layer"]].to_numpy().tolist() == [[e, layer] for e in (1, 2, 3) for layer in (1, 2)]
    assert frame.loc[(frame.epoch == 2) & (frame.layer == 2), "grad_norm"].item() == 3.0
    assert frame.loc[frame.layer == 2, "unit_dead"].isna().all()


def test_a_fit_that_was_not_watched_has_no_rows():
    assert history_frame({}, 2).empty


def test_fits_one_after_the_other_are_one_history():
    assert history_frame(continued(FIRST, FIRST), 2).epoch.max() == 6
    assert continued({}, FIRST) == FIRST
