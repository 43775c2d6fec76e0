"""Where a grid is faint: words from numbers."""

import pandas as pd

from nnjax.report.grid_words import common_levels, extremes
from nnjax.report.layout import make_layout

TABLE = pd.DataFrame(
    {
        "activation": ["relu", "relu", "tanh", "tanh"],
        "depth": [1, 2, 1, 2],
        "test_score": [0.4, 0.3, 0.4, 0.1],
    }
)
FACTORS = ["activation", "depth"]
LAYOUT = make_layout(TABLE, FACTORS, [], 265)


def test_the_faintest_level_and_its_worst_partner_are_named():
    assert extremes(TABLE, LAYOUT, FACTORS) == "Faintest on average: depth = 2 (0.200; with activation = tanh, 0.100)."


def test_a_level_without_a_score_is_not_named():
    table = TABLE.assign(test_score=[0.4, None, 0.2, None])
    assert extremes(table, LAYOUT, FACTORS) == "Faintest on average: activation = tanh (0.200; with depth = 1, 0.200)."


def test_what_some_cells_have_in_common():
    assert common_levels(TABLE.iloc[[3]], TABLE, LAYOUT, FACTORS) == "activation = tanh and depth = 2"
    assert common_levels(TABLE.iloc[[1, 3]], TABLE, LAYOUT, FACTORS) == "depth = 2"
    assert common_levels(TABLE.iloc[[0, 3]], TABLE, LAYOUT, FACTORS) == ""
