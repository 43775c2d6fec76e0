"""Rows outside what a model has seen are counted, column by column; nothing else is."""

import numpy as np

from nnjax.model.strays import Strays

SEEN = {
    "columns": [{"name": name} for name in ("age", "town", "sold")],
    "data": {"columns": [{"low": 1.0, "high": 9.0}, {"low": None, "high": None}, {"low": 0.0, "high": 86_400.0}]},
}


def test_rows_beyond_the_ends_are_told_block_by_block():
    strays = Strays(SEEN)
    strays.count(np.array([[1.0, 7.0, 0.0], [9.0, -1.0, 86_400.0], [np.nan, np.nan, np.nan]]))
    assert strays.words(3) == ""
    strays.count(np.array([[0.5, 0.0, -1.0], [5.0, 0.0, 90_000.0], [5.0, 0.0, 5.0]]))
    told = strays.words(6)
    assert told.startswith("2 of 6 rows lie outside") and "('sold' of 2, 'age' of 1)" in told


def test_a_model_that_does_not_say_what_it_has_seen_counts_none():
    strays = Strays({**SEEN, "data": {}})
    strays.count(np.full((4, 3), 1e9))
    assert strays.words(4) == ""
