"""The results table has a column for whatever a run is, is varied by and is measured by."""

from nnjax.metrics import FINALS, names
from nnjax.results.columns import FACTOR_COLUMNS, IDENTITY, RESULT_COLUMNS
from nnjax.sweep.study.factors import FACTORS


def test_identity_comes_first_then_factors_then_numbers() -> None:
    assert names(RESULT_COLUMNS) == [*names(IDENTITY), *names(FACTOR_COLUMNS), *names(FINALS)]


def test_every_factor_has_its_column_where_it_always_was() -> None:
    columns = names(FACTOR_COLUMNS)
    assert sorted(columns) == sorted(FACTORS)
    assert columns[:9] == [
        *("activation", "depth", "width", "hidden_layer_sizes", "batch_size", "l2"),
        *("learning_rate", "optimizer", "momentum"),
    ]
    assert columns[8:] == list(FACTORS)[8:]
