"""Columns that vary by rounding alone are known by their last places, whatever the number of rows."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nnjax.data.own_table import FileSource, read_own_table
from nnjax.data.rounding import ROUNDING, ROUNDING_OF_FLOAT32, rounded_columns
from nnjax.data.scaling import far_columns, scale_split
from nnjax.data.splits import Split, SplitPlan, make_splits
from nnjax.data.tables import Table, make_table

PLAN = SplitPlan("repeated_k_fold", 4, 0.25, 0.2, 5)
ROWS = 80


def steps(start: float, ulps: int, kind: type = np.float64) -> np.ndarray:
    """Numbers of a type, the highest so many units in the last place above the lowest."""
    low = kind(start)
    return np.array([low, low + ulps * np.spacing(low)] * (ROWS // 2), dtype=np.float64)


def table_of(*columns: np.ndarray, rounding: tuple[int, ...] = ()) -> Table:
    target = np.random.default_rng(1).normal(size=len(columns[0]))
    table = make_table("t", np.column_stack(columns), target, tuple(f"x{n}" for n in range(len(columns))), "y")
    return replace(table, rounding=(*rounding, ROUNDING) if rounding else ())


def all_rows(rows: int) -> Split:
    return Split(np.arange(rows, dtype=np.int32), np.zeros(0, np.int32), np.zeros(0, np.int32), "")


SUMS = np.array([0.1 + 0.2, 0.3] * (ROWS // 2))
CASES = {
    "sums in another order": (SUMS, ROUNDING, True),
    "64 units": (steps(1.5, 64), ROUNDING, True),
    "65 units": (steps(1.5, 65), ROUNDING, False),
    "64 units below zero": (-steps(1e9, 64), ROUNDING, True),
    "a true spread at 1e9": (1e9 + 0.1 * np.arange(1_000_000) / 1e6, ROUNDING, False),
    "4 units of float32": (steps(1.5, 4, np.float32), ROUNDING_OF_FLOAT32, True),
    "5 units of float32": (steps(1.5, 5, np.float32), ROUNDING_OF_FLOAT32, False),
    "4 units of float32, stored as float64": (steps(1.5, 4, np.float32), ROUNDING, False),
    "whole numbers one unit apart": (steps(2.0**60, 1), 0, False),
    "all alike": (np.full(ROWS, 0.1), ROUNDING, False),
}


@pytest.mark.parametrize("name", CASES)
def test_the_limit_is_in_last_places_of_the_columns_own_type(name: str) -> None:
    column, rounding, is_rounded = CASES[name]
    table = table_of(column, rounding=(rounding,))
    assert rounded_columns(table, all_rows(len(column))) == ((0,) if is_rounded else ())


def test_it_is_decided_on_the_training_rows_of_each_split() -> None:
    column = SUMS.copy()
    column[7] = 5.0
    table = table_of(np.arange(ROWS, dtype=float), column)
    for split in make_splits(ROWS, PLAN):
        is_outside = 7 not in split.train
        assert rounded_columns(table, split) == ((1,) if is_outside else ())
        scaled = scale_split(table, split)
        largest = max(np.abs(part[:, 1]).max() for part in (scaled.x_train, scaled.x_validation, scaled.x_test))
        assert largest == pytest.approx(4.7, abs=1e-6) if is_outside else largest > 1
        assert np.abs(scaled.x_train[:, 0].std() - 1) < 1e-6


def test_the_few_rows_that_are_looked_at_first_decide_nothing() -> None:
    rng = np.random.default_rng(0)
    for places in (1, 40, 64, 100, 1000):
        column = steps(1.0 - 2.0**-53 * 30, 1).repeat(20)
        column[rng.integers(300, len(column), 3)] += places * 2.0**-53
        spread = np.ptp(column)
        expected = 0 < spread <= 64 * np.spacing(np.abs(column).max())
        assert bool(rounded_columns(table_of(column), all_rows(len(column)))) == expected


def test_a_target_that_is_constant_but_for_rounding_is_only_centred() -> None:
    table = make_table("t", np.arange(ROWS, dtype=float)[:, None], SUMS, ("x",), "y")
    split = make_splits(ROWS, PLAN)[0]
    assert rounded_columns(table, split) == (1,)
    assert scale_split(table, split).y_scale.tolist() == [1.0]
    assert scale_split(table, split, rounded=()).y_scale[0] < 1e-15, "as it was decided before"


@pytest.mark.parametrize(
    ("column", "rounding"),
    [(steps(1.7e9, 4, np.float32), ROUNDING_OF_FLOAT32), (steps(1e18, 60), ROUNDING), (steps(1e60, 60), ROUNDING)],
)
def test_rounding_of_huge_numbers_makes_no_huge_inputs(column: np.ndarray, rounding: int) -> None:
    table = table_of(np.arange(ROWS, dtype=float), column, rounding=(ROUNDING, rounding))
    split = make_splits(ROWS, PLAN)[0]
    assert rounded_columns(table, split) == (1,)
    scaled, apart = scale_split(table, split), np.ptp(column)
    assert apart > 1 and np.ptp(scaled.x_train[:, 1]) == pytest.approx(1, abs=0.1)
    assert np.abs(np.concatenate([scaled.x_train, scaled.x_test])[:, 1]).max() <= 1.1


def test_noise_about_zero_is_named_where_a_row_lies_far_out() -> None:
    noise = 1e-17 * np.random.default_rng(0).normal(size=ROWS)
    noise[7] = 3.0
    switch = np.zeros(ROWS)
    switch[7] = 1e9
    table = table_of(np.arange(ROWS, dtype=float), noise, switch)
    for split in make_splits(ROWS, PLAN):
        assert rounded_columns(table, split) == ()
        far = far_columns(table, split)
        scaled = scale_split(table, split)
        others = np.concatenate([scaled.x_validation, scaled.x_test])
        assert far == {n: pytest.approx(np.abs(others[:, n]).max(), rel=1e-6) for n in (1, 2) if 7 not in split.train}


TYPES = {"single": pa.float32(), "double": pa.float64(), "whole": pa.int64(), "money": pa.decimal128(5, 2)}


def test_the_types_of_a_file_reach_the_scaling_and_not_the_digest(tmp_path: Path) -> None:
    numbers = pa.array([float(n) for n in range(40)])
    content = pa.table({name: numbers.cast(kind) for name, kind in TYPES.items()} | {"y": numbers})
    pq.write_table(content, tmp_path / "t.parquet")
    table = read_own_table(FileSource(tmp_path / "t.parquet", ("y",)))
    assert table.rounding == (ROUNDING_OF_FLOAT32, ROUNDING, 0, 0, ROUNDING)
    plain = make_table(table.name, table.features, table.target, table.feature_names, table.target_names)
    assert (plain.digest, plain.rounding) == (table.digest, ())
    (tmp_path / "t.csv").write_text("a,b,c,y\n" + "".join(f"{n},{n}.5,{'uv'[n % 2]},{n}\n" for n in range(40)))
    squares = read_own_table(FileSource(tmp_path / "t.csv", ("y",), ("a", "b", "c"), polynomial_degree=2))
    assert squares.rounding[:3] == (0, ROUNDING, 0)
    assert dict(zip(squares.feature_names, squares.rounding, strict=False))["b^2"] == 4 * ROUNDING
    assert len(squares.rounding) == len(squares.feature_names) + 1
