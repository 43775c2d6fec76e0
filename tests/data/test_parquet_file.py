"""A Parquet file is a table, or refused in one line before much of it is read."""

import pyarrow as pa
import pyarrow.parquet
import pytest
from fakes.own_tables import ROWS, X, Y, read, refused, written

ODD = [b"no JSON", b"", b"[]", b"3", b"null", b"{}", b"\xff\xfe", b'"x"', b"[" * 5000]
ODD += [b'{"index_columns": %s}' % value for value in (b"5", b"null", b'"x"', b'{"x": 1}', b"[5, null, {}, [], true]")]


@pytest.mark.parametrize("metadata", ODD, ids=lambda metadata: metadata[:30].decode("ascii", "replace"))
def test_odd_metadata_of_pandas_changes_nothing(tmp_path, metadata):
    table = pa.table({"x": X, "y": Y})
    plain = read(written(tmp_path, "table.parquet", x=X, y=Y))
    pyarrow.parquet.write_table(table.replace_schema_metadata({b"pandas": metadata}), tmp_path / "odd.parquet")
    assert read(tmp_path / "odd.parquet").digest == plain.digest


def test_an_index_that_is_named_beside_nonsense_is_none_of_the_inputs(tmp_path):
    table = pa.table({"number": Y, "x": X, "y": Y}).replace_schema_metadata(
        {b"pandas": b'{"index_columns": [7, "number", {"kind": "range"}]}'}
    )
    pyarrow.parquet.write_table(table, tmp_path / "table.parquet")
    assert read(tmp_path / "table.parquet").feature_names == ("x",)


@pytest.mark.parametrize("with_schema", [True, False])
def test_what_is_not_utf8_is_one_line(tmp_path, with_schema):
    path = tmp_path / "table.parquet"
    table = pa.table({"column": ["abcdef", "ghijkl"] * 6, "y": Y})
    pyarrow.parquet.write_table(table, path, compression="none", store_schema=with_schema)
    sound = path.read_bytes()
    path.write_bytes(sound.replace(b"column", b"col\xff\xfen"))
    assert refused(path).startswith("file: ")
    path.write_bytes(sound.replace(b"abcdef", b"abc\xff\xfef"))
    assert refused(path, target="column").startswith("file: cannot be read: ")
    path.write_bytes(sound.replace(b"ghijkl", b"abcdef"))
    assert refused(path).startswith("features: no column is left that says anything")


def test_rows_are_counted_in_the_metadata(tmp_path):
    """Of a file of 150 million rows nothing is read but its end: here the rest is destroyed."""
    path = written(tmp_path, "table.parquet", x=pa.array([1.0, 2.0] * 600_000), y=pa.array([3.0, 4.0] * 600_000))
    content = path.read_bytes()
    path.write_bytes(b"PAR1" + bytes(400) + content[404:])
    assert refused(path) == "file: 1,200,000 rows below the header; 10 to 1,000,000 can be used"
    path = written(tmp_path, "short.parquet", x=[1.0], y=[2.0])
    assert refused(path) == "file: 1 rows below the header; 10 to 1,000,000 can be used"


def test_a_word_again_and_again_is_not_all_read(tmp_path, monkeypatch):
    monkeypatch.setattr("nnjax.data.parquet_file.MOST_BYTES", 2**20)
    column = pa.DictionaryArray.from_arrays(pa.array([0, 1] * 1000), ["a" * 100_000, "b"]).cast(pa.large_string())
    path = written(tmp_path, "table.parquet", x=column, z=[*range(2000)], y=[*range(2000)])
    assert path.stat().st_size < 2**20
    assert refused(path).startswith("file: column 'x' holds more than 1 MB; write shorter words, or leave it out of fe")
    assert read(path, features=("z",)).feature_names == ("z",)


def test_a_column_is_found_by_its_whole_name(tmp_path):
    path = written(tmp_path, "table.parquet", **{"a": X, "a.b": Y, "b": [{"c": n} for n in range(ROWS)], "y": Y})
    table = read(path, features=("a", "a.b"))
    assert table.features.T.tolist() == [X, Y]
    assert refused(path).startswith("features: column 'b' holds struct<c: int64>; make numbers of it, or leave it")
    assert read(path, target="a.b", features=("a",)).target[:, 0].tolist() == Y


@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary(), pa.binary_view()], ids=str)
def test_bytes_are_told_to_be_written_as_text(tmp_path, kind):
    path = written(tmp_path, "table.parquet", x=pa.array([b"a", b"b", b"c"] * 4, kind), y=Y)
    assert refused(path) == "features: column 'x' holds bytes, not text; write it as text, or leave it out of features"


def test_gaps_are_named_by_what_they_are(tmp_path):
    gap, nan = pa.array([*X[:-1], None]), pa.array([*X[:-2], float("nan"), float("inf")])
    path = written(tmp_path, "table.parquet", gap=gap, nan=nan, empty=pa.nulls(ROWS), word=["a", "b", " "] * 4, y=Y)
    assert refused(path, features=("gap",)).startswith("features: column 'gap' has no number or word in row 12 (empty)")
    said = "features: column 'nan' has no finite number in row 12 ('inf'); fill or remove those rows"
    assert refused(path, features=("nan",)).startswith(said)
    assert refused(path, features=("empty",)).startswith("features: no column is left")
    assert "in 4 rows, the first is row 3 (empty)" in refused(path, features=("word",))
