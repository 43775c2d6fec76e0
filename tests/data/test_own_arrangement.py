"""Columns that splits follow: words, numbers, truth values and dates, in every container."""

import datetime as dt

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from nnjax.data.arrangement import Arrangement, Role
from nnjax.data.own_error import OwnTableError
from nnjax.data.own_table import FileSource, read_own_table

ROWS = 12
DAYS = [dt.date(2024, 1, 1 + place % 6) for place in range(ROWS)]


def follow(path, role: Role, column, kind="csv", features=None) -> Arrangement:
    table = pa.table({"x": np.arange(float(ROWS)), "y": np.arange(float(ROWS)) ** 2, "k": column})
    file = path / f"table.{kind}"
    pa.csv.write_csv(table, file) if kind == "csv" else pq.write_table(table, file)
    found = read_own_table(FileSource(file, ("y",), features, follows=(role, "k")))
    assert found.feature_names == (features or ("x",))
    return found.arrangement


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize(
    ("column", "levels"),
    [
        ([f"p{place % 3}" for place in range(ROWS)], ("p0", "p1", "p2")),
        ([2 - place % 3 for place in range(ROWS)], ("0", "1", "2")),
        ([float(place % 3) for place in range(ROWS)], ("0", "1", "2")),
        ([2**60 + place % 2 for place in range(ROWS)], (str(2**60), str(2**60 + 1))),
        ([place % 2 == 0 for place in range(ROWS)], ("false", "true")),
        ([["007", "7"][place % 2] for place in range(ROWS)], ("007", "7")),
        (DAYS, tuple(f"2024-01-0{day}" for day in range(1, 7))),
    ],
)
def test_groups(tmp_path, kind, column, levels) -> None:
    found = follow(tmp_path, "groups", column, kind)
    assert found.levels == levels and found.column == "k"
    same = np.array([[a == b for a in column] for b in column])
    np.testing.assert_array_equal(found.codes[:, None] == found.codes, same)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_instants_know_no_unit(tmp_path, unit) -> None:
    written = pa.array([dt.datetime(2024, 1, 1, 12 - place) for place in range(ROWS)], pa.timestamp(unit))
    assert follow(tmp_path, "order", written, "parquet").codes.tolist() == list(range(ROWS))[::-1]


@pytest.mark.parametrize(
    "column",
    [
        DAYS,
        [f"2024-01-01T0{place % 6}:00:00Z" for place in range(ROWS)],
        [1.5 * (place % 6) for place in range(ROWS)],
        [2**60 + place % 6 for place in range(ROWS)],
        [f"0{place % 6}:30:00" for place in range(ROWS)],
    ],
)
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_instants(tmp_path, kind, column) -> None:
    if kind == "parquet" and isinstance(column[0], str):
        pytest.skip("words are words in Parquet")
    found = follow(tmp_path, "order", column, kind)
    assert found.codes.tolist() == [place % 6 for place in range(ROWS)] and found.levels == ()


def test_folds_of_minus_one_are_never_tested(tmp_path) -> None:
    found = follow(tmp_path, "fold", [place % 4 - 1 for place in range(ROWS)])
    assert found.codes.tolist() == [-1, 0, 1, 2] * 3 and found.levels == ("0", "1", "2")


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize(
    ("role", "column", "words"),
    [
        ("groups", [0.5 * place for place in range(ROWS)], "holds fractions"),
        ("groups", ["a"] * ROWS, "1 different groups; 2 are needed"),
        ("groups", [None, *["a", "b"] * 5, "a"], "no value in row 1"),
        ("groups", [" ", *["a", "b"] * 5, "a"], "no value in row 1|as words"),
        ("order", ["a", "b"] * 6, "holds words; numbers, or dates"),
        ("order", [True, False] * 6, "holds bool"),
        ("order", [1.0, float("nan"), *range(10)], "no value in row 2"),
        ("order", [1, 2, 3] * 4, "3 different instants; 4 are needed"),
    ],
)
def test_what_cannot_be_followed_is_refused(tmp_path, kind, role, column, words) -> None:
    with pytest.raises(OwnTableError, match=words) as caught:
        follow(tmp_path, role, column, kind)
    assert caught.value.key == role


def test_a_followed_column_is_an_input_only_if_it_is_named(tmp_path) -> None:
    numbers = [place % 3 for place in range(ROWS)]
    assert follow(tmp_path, "groups", numbers, features=("x", "k")).count == 3
    with pytest.raises(OwnTableError, match="is the fold; remove it") as caught:
        follow(tmp_path, "fold", numbers, features=("x", "k"))
    assert caught.value.key == "features"


def test_it_is_there_and_is_not_the_target(tmp_path) -> None:
    follow(tmp_path, "groups", [place % 3 for place in range(ROWS)])
    for name, words in (("y", "is the target"), ("z", "there is no column 'z'")):
        with pytest.raises(OwnTableError, match=words) as caught:
            read_own_table(FileSource(tmp_path / "table.csv", ("y",), follows=("groups", name)))
        assert caught.value.key == "groups"
