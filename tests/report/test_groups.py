"""Groups of runs."""

import pandas as pd

from nnjax.report.groups import each_group


def test_groups_come_in_the_order_of_the_table():
    table = pd.DataFrame({"activation": ["relu", "elu", "relu"], "depth": [2, 1, 2]})
    groups = [(levels, len(rows)) for levels, rows in each_group(table, ["activation", "depth"])]
    assert groups == [({"activation": "relu", "depth": 2}, 2), ({"activation": "elu", "depth": 1}, 1)]
