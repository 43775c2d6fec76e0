"""A file becomes numbers, exactly, or says in one line what is in the way."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest
from fakes.own_tables import ROWS, X, Y, read, refused, written
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nnjax.data.own_error import OwnTableError
from nnjax.data.own_numbers import LARGEST
from nnjax.data.own_table import FileSource, read_own_table
from nnjax.data.tables import load_table


@pytest.mark.parametrize("ending", ["csv", "tsv", "parquet"])
def test_diabetes_from_a_file_is_scikit_learns_to_the_last_bit(tmp_path, ending):
    known = load_table("diabetes")
    columns = dict(zip(known.feature_names, known.features.T.tolist(), strict=True))
    columns["disease progression"] = known.target[:, 0].tolist()
    path = tmp_path / f"table.{ending}"
    if ending == "parquet":
        pyarrow.parquet.write_table(pa.table(columns), path)
    else:
        written(tmp_path, path.name, **columns)
    table = read(path, "disease progression")
    assert (table.name, table.task, table.digest) == (path.name, "regression", known.digest)


def test_the_example_is_iris():
    table = read(Path("experiments/iris.csv"), "species")
    known = load_table("iris")
    assert (table.class_names, table.digest) == (known.class_names, known.digest)


def test_words_and_truth_become_zeros_and_ones(tmp_path):
    colour, sex, smokes = ["red", "green", "blue"] * 4, ["m", "f"] * 6, ["true", "false"] * 6
    table = read(written(tmp_path, colour=colour, sex=sex, smokes=smokes, x=X, y=Y))
    assert table.feature_names == ("colour = blue", "colour = green", "colour = red", "sex = m", "smokes", "x")
    assert table.features[:3].tolist() == [[0, 0, 1, 1, 1, 0], [0, 1, 0, 0, 0, 0.5], [1, 0, 0, 1, 1, 1]]
    assert table.target[:, 0].tolist() == Y


def test_features_are_those_that_are_named_in_that_order(tmp_path):
    path = written(tmp_path, a=X, identifier=list(range(ROWS)), b=Y, y=Y)
    assert read(path, features=("b", "a")).feature_names == ("b", "a")
    assert read(path, features=("b", "a"), polynomial_degree=2).feature_names == ("b", "a", "b^2", "b a", "a^2")


def test_several_outputs(tmp_path):
    table = read_own_table(FileSource(written(tmp_path, x=X, y=Y, z=X), ("z", "y")))
    assert table.target_names == ("z", "y")
    assert table.target.tolist() == [[a, b] for a, b in zip(X, Y, strict=True)]


@pytest.mark.parametrize(
    ("values", "task", "names"),
    [
        (["no", "yes", "maybe"] * 4, None, ("maybe", "no", "yes")),
        (["true", "false", "true"] * 4, None, ("false", "true")),
        ([10, 9, 100] * 4, "classification", ("9", "10", "100")),
        ([1.5, 0.25, 1.5] * 4, "classification", ("0.25", "1.5")),
        ([1234567.25, 1234567.75, 1234567.75] * 4, "classification", ("1234567.25", "1234567.75")),
        (["0", "1", "2", "3+"] * 3, "classification", ("0", "1", "2", "3+")),
    ],
)
def test_classes_are_numbered_in_order(tmp_path, values, task, names):
    table = read(written(tmp_path, x=X, y=values), task=task)
    assert (table.task, table.class_names) == ("classification", names)
    assert [names[int(number)] for number in table.target[:, 0]] == [str(value) for value in values]


@pytest.mark.parametrize(
    ("columns", "other", "message"),
    [
        (
            {"x": [*X[:-2], "", "NA"]},
            {},
            "features: column 'x' has no number or word in 2 rows, the first is row 11 (empty); fill",
        ),
        (
            {"x": [*X[:-1], "inf"]},
            {},
            "features: column 'x' has no finite number in row 12 ('inf'); fill",
        ),
        ({"x": [*X[:-1], "NA"]}, {}, "features: column 'x' has no number or word in row 12 ('NA'); fill"),
        ({"x": [*X[:-1], " "]}, {}, "features: column 'x' has no number or word in row 12 (empty); fill"),
        ({"x": [*X[:-1], "1e999"]}, {}, "features: column 'x' has no finite number in row 12 ('1e999'); fill"),
        (
            {"y": [*Y[:-1], "-inf"], "x": X},
            {},
            "target: column 'y' has no finite number in row 12 ('-inf'); fill or remove those rows",
        ),
        ({"x": ["12:30", "07:15"] * 6}, {}, "features: column 'x' holds time32[s]; make numbers of it"),
        (
            {"x": ["2020-01-01 12:30", "2020-01-02 07:15"] * 6},
            {},
            "features: column 'x' holds dates; write date_",
        ),
        ({"x": ["a", *"bcbcbcbcbc", ""]}, {}, "features: column 'x' has no number or word in row 12 (empty); fill"),
        ({"x": [""] * ROWS}, {}, "features: no column is left that says anything"),
        ({"x": [3] * ROWS}, {}, "features: no column is left that says anything"),
        ({"x": X, "y": [""] * ROWS}, {}, "target: column 'y' is empty"),
        ({"x": ["2020-01-01", "2020-01-02"] * 6}, {}, "features: column 'x' holds dates; write date_"),
        ({"x": X, "y": ["a", "b"] * 6}, {"task": "regression"}, "target: column 'y' holds words, a regression"),
        ({"x": X}, {"target": "z"}, "target: there is no column 'z'; columns: 'x', 'y'"),
        ({"x": X}, {"features": ("x", "q")}, "features: there is no column 'q'"),
        ({"x": X}, {"features": ("x", "y")}, "features: column 'y' is the target; remove it from one"),
        ({}, {}, "features: no column is left but the target"),
        (
            {"x": [*X[:-1], "?"]},
            {},
            "features: column 'x' holds numbers or dates as words, in row 12 '?'; write numbers",
        ),
        ({"x": ["1,5", "2"] * 6}, {}, "features: column 'x' holds numbers or dates as words, in row 1 '1,5'; write"),
        ({"x": ["5%", "7 %"] * 6}, {}, "features: column 'x' holds numbers or dates as words, in row 1 '5%'"),
        ({"x": ["31/12/2020", "1.1.2021 10:00"] * 6}, {}, "features: column 'x' holds numbers or dates as words"),
        (
            {"x": X, "y": ["1,5", "2,5", "3,0"] * 4},
            {},
            "target: column 'y' holds numbers or dates as words, in row 1 '1,5'",
        ),
        (
            {"x": [2**60 + n for n in range(ROWS)]},
            {},
            "features: column 'x' has numbers that 64 bits of a float cannot",
        ),
        ({"x": X, "y": ["-0.0", "0.0"] * 6}, {"task": "classification"}, "target: column 'y' is the same in all rows"),
        (
            {"x": [1e140 * (n + 1) for n in range(ROWS)]},
            {"polynomial_degree": 3},
            "polynomial_degree: products of 3 num",
        ),
        ({"x": X, "a\x1b[31m": X}, {}, "file: the name 'a\\x1b[31m' cannot be printed"),
        ({"x": [1e151 * n for n in range(ROWS)]}, {}, "features: column 'x' has numbers beyond 1e+150"),
        ({"x": X, "": X}, {}, "file: column 2 has no name; name it, or leave it out of the file if it numbers"),
        ({"x": X, "y": [7] * ROWS}, {}, "target: column 'y' is the same in all rows"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_remedy(tmp_path, columns, other, message):
    path = written(tmp_path, **({"y": Y} | columns if "y" in columns else {**columns, "y": Y}))
    assert refused(path, other.pop("target", "y"), **other).startswith(message)


def test_more_words_than_columns_and_more_classes_than_can_be_told_apart(tmp_path):
    many = [f"street {number}" for number in range(150)]
    numbers = list(range(150))
    path = written(tmp_path, x=many, y=numbers, z=numbers)
    assert refused(path).startswith("features: column 'x' has 150 different words, such as 'street 0'; leave it out")
    too_many = "target: column 'y' has 150 classes; at most 100"
    assert refused(path, task="classification", features=("z",)).startswith(too_many)
    path = written(tmp_path, x=numbers, y=many)
    assert refused(path).startswith(too_many)


def test_so_many_columns_that_memory_would_not_do(tmp_path):
    words = {f"c{number}": [f"w{(row + number) % 20}" for row in range(40)] for number in range(300)}
    path = written(tmp_path, **words, y=list(range(40)))
    assert refused(path).startswith("features: 6,000 features of 40 rows are more than 5,000; name fewer")
    message = refused(path, features=("c0",), polynomial_degree=5)
    assert message.startswith("polynomial_degree: 53,129 features of 40 rows are more than 5,000; lower it, or name")


def test_files_that_are_no_tables(tmp_path):
    assert refused(tmp_path / "nowhere.csv").startswith("file: cannot be read: No such file")
    (tmp_path / "book.xlsx").touch()
    assert refused(tmp_path / "book.xlsx").startswith("file: .xlsx is not a kind of table; save it as .csv")
    (tmp_path / "empty.csv").touch()
    assert refused(tmp_path / "empty.csv").startswith("file: cannot be read: Empty CSV file; save it as UTF-8")
    (tmp_path / "latin.csv").write_bytes("größe,y\n".encode("latin-1") + b"1,2\n" * 20)
    assert refused(tmp_path / "latin.csv").startswith("file: cannot be read: 'utf-8' codec can't decode")
    (tmp_path / "latin.csv").write_bytes(b"x,y\n" + "größe,2\nlänge,3\n".encode("latin-1") * 10)
    assert refused(tmp_path / "latin.csv").startswith("features: column 'x' is not UTF-8 text; save the file as UTF-8")
    (tmp_path / "not.parquet").write_text("x,y\n1,2\n")
    assert refused(tmp_path / "not.parquet").startswith("file: cannot be read: ")
    (tmp_path / "twice.csv").write_text("x,x,y\n" + "1,2,3\n" * 20)
    assert refused(tmp_path / "twice.csv").startswith("file: two columns are called 'x'; give each a name")
    (tmp_path / "short.csv").write_text("x,y\n1,2\n")
    assert refused(tmp_path / "short.csv").startswith("file: 1 rows below the header; 10 to 1,000,000")


def test_numbers_that_are_words_in_a_parquet_file(tmp_path):
    pyarrow.parquet.write_table(pa.table({"x": [*map(str, X)], "y": Y}), tmp_path / "t.parquet")
    assert refused(tmp_path / "t.parquet").startswith("features: column 'x' holds numbers or dates as words, in row 1")


@pytest.mark.parametrize("how", ["filtered", "set"])
def test_the_index_that_pandas_writes_is_no_input(tmp_path, how):
    frame = pd.DataFrame({"identifier": [7 * n % 13 for n in range(ROWS)], "x": X, "y": Y})
    frame = frame.set_index("identifier") if how == "set" else frame.drop(columns="identifier").sort_values("y")[::-1]
    frame.to_parquet(tmp_path / "t.parquet")
    assert read(tmp_path / "t.parquet").feature_names == ("x",)
    if how == "set":
        assert read(tmp_path / "t.parquet", features=("identifier", "x")).feature_names == ("identifier", "x")


@pytest.mark.parametrize(
    "kind", [pa.float16(), pa.uint64(), pa.decimal128(25, 3), pa.dictionary(pa.int8(), pa.int64())]
)
def test_every_kind_of_number_that_parquet_has(tmp_path, kind):
    column = pa.array(Y).dictionary_encode() if pa.types.is_dictionary(kind) else pa.array(Y).cast(kind)
    pyarrow.parquet.write_table(pa.table({"x": column, "y": Y}), tmp_path / "t.parquet")
    assert read(tmp_path / "t.parquet").features[:, 0].tolist() == Y


def test_words_that_differ_in_what_is_not_seen(tmp_path):
    pyarrow.parquet.write_table(pa.table({"x": ["b\0", "b", "c"] * 4, "y": Y}), tmp_path / "t.parquet")
    assert read(tmp_path / "t.parquet").features[:3].tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 1]]
    pyarrow.parquet.write_table(pa.table({"x": ["b", "", "c"] * 4, "y": Y}), tmp_path / "t.parquet")
    assert refused(tmp_path / "t.parquet").startswith(
        "features: column 'x' has no number or word in 4 rows, the first is"
    )


def test_a_folder_of_parquet_files_is_no_table(tmp_path):
    (tmp_path / "t.parquet").mkdir()
    assert refused(tmp_path / "t.parquet").startswith("file: cannot be read: Is a directory")


def test_spreadsheets_of_elsewhere(tmp_path):
    """A mark of the byte order, semicolons, lines that end as on Windows."""
    path = tmp_path / "table.csv"
    path.write_bytes(b'\xef\xbb\xbf"x, y and z, all";y\r\n' + b"".join(b"%d;%d\r\n" % (n, n * n) for n in range(ROWS)))
    table = read(path)
    assert (table.feature_names, table.target[:, 0].tolist()) == (("x, y and z, all",), Y)
    path.with_suffix(".tsv").write_text("a,b,c\ty\n" + "".join(f"{n}\t{n * n}\n" for n in range(ROWS)))
    assert read(path.with_suffix(".tsv")).feature_names == ("a,b,c",)


finite = st.floats(-LARGEST, LARGEST)


@given(
    st.lists(st.tuples(finite, finite), min_size=10, max_size=30, unique_by=(lambda row: row[0], lambda row: row[1]))
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_every_number_arrives_to_the_last_bit(tmp_path, rows):
    x, y = map(list, zip(*rows, strict=True))
    table = read(written(tmp_path, x=[repr(value) for value in x], y=[repr(value) for value in y]))
    assert np.array_equal(table.features[:, 0], x)
    assert np.array_equal(table.target[:, 0], y)


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_damaged_file_is_a_table_or_one_line(tmp_path, data):
    sound = f"x,{'colour' * 20},y\n" + "".join(f"{n},{'red' if n % 3 else 'blue'},{n * n}\n" for n in range(15))
    content = bytearray(sound.encode())
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    path = tmp_path / "table.csv"
    path.write_bytes(bytes(content))
    try:
        table = read(path)
    except OwnTableError as error:
        assert str(error).isprintable() and len(str(error)) < 500
    else:
        assert np.isfinite(table.features).all()
        assert np.isfinite(table.target).all()


def test_nothing_written_in_any_way_is_an_empty_column(tmp_path):
    for nothing in ([" "] * ROWS, [float("nan")] * ROWS, [None] * ROWS):
        table = read(written(tmp_path, "table.parquet", x=X, z=nothing, y=Y))
        assert table.feature_names == ("x",) and "'z' is the same in all rows, or empty" in table.remarks[0]
        assert "column 'y' is empty" in refused(written(tmp_path, "table.parquet", x=X, y=nothing))


def test_numbers_whose_squares_are_nothing_are_refused(tmp_path):
    told = "features: column 'x' has no number beyond 1e-150, and squares of so small ones are 0; "
    told += "write it in smaller units"
    assert refused(written(tmp_path, x=[1e-160 * each for each in X], y=Y)) == told
    assert read(written(tmp_path, x=[*[1e-160 * each for each in X[:-1]], 1.0], y=Y)).feature_names == ("x",)


def test_an_infinite_number_is_named_and_not_a_gap_before_it(tmp_path):
    told = refused(written(tmp_path, x=["", *X[:-2], "-inf"], y=Y))
    assert told.startswith("features: column 'x' has no finite number in row 12 ('-inf'); fill or remove those rows")


def test_numbers_as_words_are_told_by_the_first_row_that_has_one(tmp_path):
    told = refused(written(tmp_path, "table.parquet", x=[None, *map(str, X[1:])], y=Y))
    assert told.startswith("features: column 'x' holds numbers or dates as words, in row 2 '0.5'; ")


def test_moments_that_no_calendar_has_are_refused(tmp_path):
    """Microseconds that somebody took for seconds; and what is predicted is a number."""
    moments = [1_600_000_000 + 86_400 * n for n in range(ROWS)]
    stored = {unit: pa.array(moments, pa.timestamp(unit)) for unit in ("s", "ms")}
    stored["s"] = pa.array([*moments[:-1], 10**6 * moments[-1]], pa.timestamp("s"))
    assert refused(written(tmp_path, "table.parquet", x=X, day=stored["s"], y=Y)) == (
        "features: column 'day' has dates outside the years 1 to 9999 in row 12 (5.073e+07); look at the unit in which "
        "they were written, or leave it out of features"
    )
    assert refused(written(tmp_path, "table.parquet", x=X, y=stored["ms"])) == (
        "target: column 'y' holds dates; predict a number, such as the days since the first of them"
    )


def test_of_two_classes_the_one_that_is_looked_for_comes_last(tmp_path):
    path = written(tmp_path, x=X, y=["fault", "run", "run"] * 4)
    usual, turned = read(path), read(path, positive="fault")
    assert (usual.class_names, turned.class_names) == (("fault", "run"), ("run", "fault"))
    assert np.array_equal(turned.target, 1 - usual.target) and usual.digest != turned.digest
    assert read(path, positive="run").digest == usual.digest
    assert refused(path, positive="falt") == "positive: no such class; write 'fault' or 'run'"
    three = written(tmp_path, "three.csv", x=X, y=["a", "b", "c"] * 4)
    assert refused(three, positive="a").startswith("positive: the target has 3 classes, and one of two can be looked")
    numbers = written(tmp_path, "numbers.csv", x=X, y=Y)
    assert refused(numbers, positive="1").startswith("positive: the target has no classes")
