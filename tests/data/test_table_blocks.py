import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.feather
import pyarrow.ipc
import pyarrow.parquet
import pytest

from nnjax.data import table_blocks
from nnjax.data.own_error import OwnTableError
from nnjax.data.table_blocks import open_blocks

TABLE = pa.table({"x": list(range(100)), "a.b": [f"w{n % 7}" for n in range(100)], "y": [0.5 * n for n in range(100)]})
NAMES = ["t.csv", "t.tsv", "t.csv.gz", "t.tsv.zst", "t.parquet", "t.arrow", "t.feather", "stream.arrow"]


def written(folder: Path, name: str, table: pa.Table = TABLE) -> Path:
    path = folder / name
    if name.endswith(".parquet"):
        pyarrow.parquet.write_table(table, path, row_group_size=33)
    elif name == "stream.arrow":
        with pyarrow.ipc.new_stream(path, table.schema) as stream:
            stream.write_table(table, max_chunksize=9)
    elif name.endswith((".arrow", ".feather")):
        pyarrow.feather.write_feather(table, path, chunksize=17)
    else:
        options = pyarrow.csv.WriteOptions(delimiter="\t" if "tsv" in name else ",")
        with pa.output_stream(path, compression={".gz": "gzip", ".zst": "zstd"}.get(path.suffix)) as file:
            pyarrow.csv.write_csv(table, file, options)
    return path


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr(table_blocks, "BLOCK_ROWS", 30)


def read(path, *names):
    """Rows of the blocks, and the columns as Python has them."""
    blocks = list(open_blocks(path).read(names))
    whole = pa.concat_tables(blocks).to_pydict() if blocks else {}
    plain = {name: [cell.decode() if isinstance(cell, bytes) else cell for cell in whole[name]] for name in whole}
    return [len(block) for block in blocks], plain


@pytest.mark.parametrize("name", NAMES)
def test_blocks_are_of_one_size_in_whatever_the_rows_come(tmp_path, name):
    path = written(tmp_path, name)
    sizes, columns = read(path, "y", "a.b")
    assert sizes == [30, 30, 30, 10]
    assert columns["a.b"] == TABLE["a.b"].to_pylist()
    assert [float(each) for each in columns["y"]] == TABLE["y"].to_pylist()
    opened = open_blocks(path)
    assert opened.names == ("x", "a.b", "y")
    assert opened.rows == (None if "arrow" in name or "feather" in name else 100)
    assert (opened.types is None) == (".csv" in name or ".tsv" in name)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("rows", [0, 1])
def test_a_table_may_have_one_row_or_none(tmp_path, name, rows):
    sizes, _ = read(written(tmp_path, name, TABLE.slice(0, rows)), "x")
    assert sum(sizes) == rows


def test_text_has_a_mark_quotes_and_breaks_and_blank_lines(tmp_path):
    (tmp_path / "t.csv").write_bytes(b'\xef\xbb\xbfa;"b;c"\r\n1;"two\nlines"\r\n\r\n2;"say ""so"""\r\n')
    assert read(tmp_path / "t.csv", "b;c", "a") == ([2], {"b;c": ["two\nlines", 'say "so"'], "a": ["1", "2"]})


def test_a_row_longer_than_a_block_of_bytes_is_read(tmp_path):
    long = "w" * 3_000_000
    (tmp_path / "t.csv").write_text(f"a,b\n1,{long}\n2,x\n")
    assert read(tmp_path / "t.csv", "b")[1] == {"b": [long, "x"]}


def refused(path, *names):
    with pytest.raises(OwnTableError) as error:
        read(path, *names)
    assert str(error.value).isprintable()
    return str(error.value)


def test_what_is_no_table_is_refused_in_one_line(tmp_path):
    assert "not a kind of table" in refused(tmp_path / "t.xls", "x")
    assert "cannot be read" in refused(tmp_path / "t.csv", "x")
    (tmp_path / "folder.arrow").mkdir()
    assert "cannot be read" in refused(tmp_path / "folder.arrow", "x")
    (tmp_path / "t.csv").write_text("x,y\n1,2\n1,2,3\n")
    assert "Expected 2 columns, got 3" in refused(tmp_path / "t.csv", "x")
    (tmp_path / "t.csv").write_text('x,y\n1,"2\n3,4\n')
    assert "is not closed" in refused(tmp_path / "t.csv", "x")
    (tmp_path / "t.csv").write_text("")
    assert "Empty CSV file" in refused(tmp_path / "t.csv", "x")


@pytest.mark.parametrize("name", ["t.csv.gz", "t.tsv.zst", "t.parquet", "t.arrow", "stream.arrow"])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.95])
def test_what_is_cut_short_is_refused_in_one_line(tmp_path, name, share):
    path = written(tmp_path, name)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    assert "cannot be read" in refused(path, "x") or "rows of" in refused(path, "x")


def test_rows_that_are_read_are_those_that_were_counted(tmp_path):
    """A quote in the middle of a word is a sign like any other; as in a table that is learnt."""
    (tmp_path / "t.csv").write_text('x,y\n1,a\n2,b"c\n3,d"e\n')
    assert read(tmp_path / "t.csv", "x", "y")[1] == {"x": ["1", "2", "3"], "y": ["a", 'b"c', 'd"e']}
    blocks = open_blocks(tmp_path / "t.csv")
    (tmp_path / "t.csv").write_text("x,y\n1,a\n")
    with pytest.raises(OwnTableError, match="3 rows can be counted, 1 be read"):
        list(blocks.read(["x"]))


def test_packed_members_behind_one_another_are_one_text(tmp_path):
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(b"x,y\n1,2\n") + gzip.compress(b"3,4\n"))
    assert read(tmp_path / "t.csv.gz", "x") == ([2], {"x": ["1", "3"]})


def test_columns_that_nobody_asks_for_may_be_called_alike(tmp_path):
    (tmp_path / "t.csv").write_text("x,,\n1,2,3\n")
    assert open_blocks(tmp_path / "t.csv").names == ("x", "", "")
    assert read(tmp_path / "t.csv", "x") == ([1], {"x": ["1"]})
