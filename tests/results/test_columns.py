"""The results table has a column for whatever a run is, is varied by and is measured by."""

import re

from nnjax.metrics import FINALS, names
from nnjax.network.activations import ACTIVATIONS
from nnjax.report.theme import css_variables
from nnjax.results.columns import FACTOR_COLUMNS, IDENTITY, LEVEL_COLORS, RESULT_COLUMNS
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


def test_every_activation_has_a_colour_that_the_page_knows():
    assert set(LEVEL_COLORS) == set(ACTIVATIONS)
    assert all(re.fullmatch("#[0-9a-f]{6}", color) for color in LEVEL_COLORS.values())
    light = css_variables(is_dark=False)
    assert [name for name, color in LEVEL_COLORS.items() if color not in light] == []
