"""A column that says what rows count: read, refused, and no feature."""

import numpy as np
import pytest
from fakes.own_tables import ROWS, X, Y, read, refused, written

from nnjax.data.scaling import scale_split
from nnjax.data.splits import SplitPlan, make_splits
from nnjax.sweep.journal.tables import keep_table, kept_table

COUNTS = [1 + number % 3 for number in range(ROWS)]


@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.parquet"])
def test_the_column_is_read_and_is_no_feature(tmp_path, name):
    path = written(tmp_path, name, x=X, w=COUNTS, y=Y)
    table = read(path, weight="w")
    assert table.feature_names == ("x",)
    assert table.weights is not None and table.weights.column == "w"
    assert table.weights.values.tolist() == COUNTS
    assert "Rows count in losses and scores what column 'w' says." in table.remarks


def test_without_weights_the_table_is_what_it_was(tmp_path):
    path = written(tmp_path, x=X, w=COUNTS, y=Y)
    plain, without = read(path), read(path, features=("x",))
    assert plain.weights is None and plain.feature_names == ("x", "w")
    weighted = read(path, features=("x",), weight="w")
    assert weighted.digest != without.digest
    bare = written(tmp_path, "bare.csv", x=X, y=Y)
    assert read(bare).digest == without.digest


def test_other_weights_are_another_table_and_another_name_is_not(tmp_path):
    tables = [
        read(written(tmp_path, f"{place}.csv", x=X, **{name: values}, y=Y), weight=name)
        for place, (name, values) in enumerate([("w", COUNTS), ("v", COUNTS), ("w", COUNTS[::-1])])
    ]
    assert tables[0].digest == tables[1].digest != tables[2].digest


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ([0, *COUNTS[1:]], "weight: column 'w' is not above zero in row 1 (0)"),
        ([-1.5, 2, -3, *COUNTS[3:]], "weight: column 'w' is not above zero in 2 rows, the first is row 1 (-1.5)"),
        (["", *COUNTS[1:]], "weight: column 'w' has no number or word in row 1 (empty)"),
        (["many", *["few"] * (ROWS - 1)], "weight: column 'w' holds words"),
        (["inf", *COUNTS[1:]], "weight: column 'w' has no finite number in row 1"),
        ([1e-9, *[1e9] * (ROWS - 1)], "weight: column 'w' goes from 1e-09 to 1e+09"),
    ],
)
def test_what_is_no_weight_is_refused(tmp_path, values, problem):
    assert refused(written(tmp_path, x=X, w=values, y=Y), weight="w").startswith(problem)


def test_a_weight_is_neither_feature_nor_target_and_is_there(tmp_path):
    path = written(tmp_path, x=X, w=COUNTS, y=Y)
    assert refused(path, weight="y") == "weight: column 'y' is the target; name another column"
    told = refused(path, weight="w", features=("x", "w"))
    assert told == "features: column 'w' is the weight; remove it from one of the two"
    assert refused(path, weight="v") == "weight: there is no column 'v'; columns: 'x', 'w', 'y'"


def test_every_part_of_a_split_has_its_own(tmp_path):
    table = read(written(tmp_path, x=X, w=COUNTS, y=Y), weight="w")
    split = make_splits(ROWS, SplitPlan("repeated_k_fold", 2, 0.25, 0.25, 0))[0]
    weights = scale_split(table, split).weights
    assert weights is not None
    for part, rows in (("train", split.train), ("validation", split.validation), ("test", split.test)):
        assert getattr(weights, part).tolist() == np.array(COUNTS)[rows].tolist()


def test_they_are_kept_with_the_table(tmp_path):
    table = read(written(tmp_path, x=X, w=COUNTS, y=Y), weight="w")
    keep_table(tmp_path, table)
    kept = kept_table(tmp_path, table.digest)
    assert kept is not None and kept.weights is not None
    assert kept.digest == table.digest and kept.weights.values.tolist() == COUNTS


def test_weights_and_groups_go_together(tmp_path):
    path = written(tmp_path, x=X, w=COUNTS, g=[number // 2 for number in range(ROWS)], y=Y)
    table = read(path, weight="w", follows=("groups", "g"))
    assert table.feature_names == ("x",) and table.arrangement is not None and table.weights is not None
    keep_table(tmp_path, table)
    kept = kept_table(tmp_path, table.digest)
    assert kept is not None and kept.arrangement is not None and kept.weights is not None
