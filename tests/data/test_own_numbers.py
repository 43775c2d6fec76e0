"""No number becomes another one: what float64 cannot hold is refused, what it can hold is the nearest there is."""

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from fakes.own_tables import ROWS, Y, read, refused, written
from hypothesis import given, settings
from hypothesis import strategies as st

from nnjax.data.own_error import ColumnError
from nnjax.data.own_numbers import to_floats
from nnjax.data.own_table import FileSource, read_own_table

INEXACT = "column 'x' has numbers that 64 bits of a float cannot hold exactly, such as "
TWENTY_DIGITS = [12345678901234567890 + number % 3 for number in range(ROWS)]
NEAR_2_60 = [2**60 + number for number in range(ROWS)]


def decimals(values: list[object], precision: int = 38, scale: int = 0) -> pa.Array:
    return pa.array([Decimal(str(value)) for value in values], pa.decimal128(precision, scale))


@pytest.mark.parametrize("ending", ["csv", "tsv"])
@pytest.mark.parametrize(
    "values",
    [
        NEAR_2_60,
        TWENTY_DIGITS,
        [2**63 + n for n in range(ROWS)],
        [-(2**63) - n for n in range(ROWS)],
        [*NEAR_2_60[1:], 0.5],
        [f"{number}.0" for number in NEAR_2_60],
    ],
)
def test_large_whole_numbers_in_a_text(tmp_path, ending, values):
    path = written(tmp_path, f"table.{ending}", x=values, y=Y)
    assert refused(path).startswith(f"features: {INEXACT}")
    assert refused(path, "x", task="classification").startswith(f"target: {INEXACT}"), "labels do not merge"


@pytest.mark.parametrize(
    "column",
    [
        decimals(NEAR_2_60),
        decimals(TWENTY_DIGITS),
        decimals([f"{n}.1234567890123456789" for n in range(ROWS)], scale=19),
        pa.array([Decimal(2**200 + n) for n in range(ROWS)], pa.decimal256(76, 0)),
        pa.array([2**63 + n for n in range(ROWS)], pa.uint64()),
        pa.array([-NEAR_2_60[n] for n in range(ROWS)], pa.int64()),
    ],
    ids=lambda column: str(column.type),
)
def test_large_numbers_in_parquet(tmp_path, column):
    path = written(tmp_path, "table.parquet", x=column, y=Y)
    assert refused(path).startswith(f"features: {INEXACT}")
    assert refused(path, "x", task="classification").startswith(f"target: {INEXACT}")


@pytest.mark.parametrize(
    "kind", [pa.decimal128(38, 2), pa.decimal128(22, 20), pa.decimal256(50, 2), pa.decimal128(9, 2)]
)
def test_decimals_that_a_float_gives_back(tmp_path, kind):
    """0.10 is one of them; 0.35, which Arrow makes 0.35000000000000003 of, is the float 0.35."""
    values = ["0.10", "0.35", "-1.15", "0.07", *(f"{n}.29" for n in range(ROWS - 4))]
    column = pa.array([Decimal(value) for value in values]).cast(kind)
    table = read(written(tmp_path, "table.parquet", x=column, y=Y))
    assert table.features[:, 0].tolist() == [float(value) for value in values]


@pytest.mark.skipif(not hasattr(pa, "decimal64"), reason="pyarrow before 19 has no decimals of 64 bits")
@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_days_know_no_unit(tmp_path, unit):
    days = pa.array([1_600_000_000 + 86_400 * n for n in range(ROWS)], pa.timestamp("s"))
    tables = [
        read_own_table(FileSource(written(tmp_path, "t.parquet", day=column, y=Y), ("y",)))
        for column in (days, days.cast(pa.timestamp(unit)))
    ]
    assert tables[0].digest == tables[1].digest and np.array_equal(*(each.columns[0].values for each in tables))


def test_decimals_of_few_bits(tmp_path):
    narrow = pa.array([Decimal(f"{n}.35") for n in range(ROWS)], pa.decimal64(18, 2))
    table = read(written(tmp_path, "table.parquet", x=narrow, z=narrow.cast(pa.decimal32(9, 2)), y=Y))
    assert table.features.tolist() == [[n + 0.35] * 2 for n in range(ROWS)]


def test_sums_of_whole_numbers_as_a_database_gives_them(tmp_path):
    values = [0, 10**15, 2**53, 2**60, -(10**23), *range(1, ROWS - 4)]
    table = read(written(tmp_path, "table.parquet", x=decimals(values), y=Y))
    assert table.features[:, 0].tolist() == [float(value) for value in values]


def test_what_is_exact_or_printed_so_passes_and_does_not_merge(tmp_path):
    exact = [2**63 * (n + 1) for n in range(ROWS - 1)]
    table = read(written(tmp_path, x=[*exact, 10**23], y=Y))
    assert table.features[:, 0].tolist() == [*map(float, exact), 1e23]
    both = [99999999999999991611392, 10**23, *range(ROWS - 2)]
    assert refused(written(tmp_path, x=both, y=Y)).startswith(f"features: {INEXACT}"), "one float, two numbers"


def test_fractions_of_a_text_are_the_nearest_floats(tmp_path):
    """As every reader of a CSV has them: savetxt and databases write more digits than a float has."""
    cells = [f"{0.1 * n:.18e}" for n in range(ROWS - 2)] + ["0.33333333333333333333", "12345678901234567890.5"]
    assert read(written(tmp_path, x=cells, y=Y)).features[:, 0].tolist() == [float(Decimal(cell)) for cell in cells]


@given(st.integers(0, 22), st.lists(st.integers(-(10**18), 10**18), min_size=1, max_size=5))
@settings(deadline=None)
def test_a_decimal_is_its_float_or_refused(scale, digits):
    numbers = [Decimal(number).scaleb(-scale) for number in digits]
    column = pa.chunked_array([pa.array(numbers, pa.decimal128(38, scale))])
    held = all(Decimal(repr(float(number))) == number or Decimal(float(number)) == number for number in numbers)
    try:
        floats = to_floats(column)
    except ColumnError:
        assert not held
    else:
        assert held and np.array_equal(floats, [float(number) for number in numbers])
