"""Arrow and Feather files are read as Parquet is."""

import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyarrow.ipc
import pytest
from fakes.own_tables import X, Y, read, refused, written

COLUMNS = {"x": X, "word": ["a", "b", "c"] * 4, "y": Y}


def arrow(path, table, is_stream=False):
    make = pyarrow.ipc.new_stream if is_stream else pyarrow.ipc.new_file
    with make(path, table.schema) as writer:
        writer.write_table(table)
    return path


@pytest.mark.parametrize("is_stream", [False, True])
def test_an_arrow_file_is_the_table(tmp_path, is_stream):
    table = read(arrow(tmp_path / "table.arrow", pa.table(COLUMNS), is_stream))
    assert table.digest == read(written(tmp_path, "table.parquet", **COLUMNS)).digest.replace("parquet", "")
    assert table.name == "table.arrow"


def test_a_feather_file_leaves_the_index_of_pandas_out(tmp_path):
    frame = pd.DataFrame(COLUMNS, index=pd.Index(range(7, 19), name="number"))
    pyarrow.feather.write_feather(pa.Table.from_pandas(frame), tmp_path / "table.feather")
    assert read(tmp_path / "table.feather").feature_names == ("x", "word = a", "word = b", "word = c")


def test_what_is_none_is_one_line(tmp_path):
    path = tmp_path / "table.arrow"
    for content in (b"", b"ARROW1 or not", b"x,y\n1,2\n"):
        path.write_bytes(content)
        assert refused(path).startswith("file: cannot be read: ")
    arrow(path, pa.table({"x": [1.0], "y": [2.0]}))
    assert refused(path) == "file: 1 rows below the header; 10 to 1,000,000 can be used"


def test_a_damaged_file_that_promises_more_than_memory_is_one_line(tmp_path, monkeypatch):
    def read_all(_):
        raise MemoryError

    monkeypatch.setattr("nnjax.data.arrow_file._read", read_all)
    path = arrow(tmp_path / "table.arrow", pa.table(COLUMNS))
    assert refused(path) == "file: cannot be read: MemoryError; it is damaged or no Arrow file: write it again"


def test_a_huge_column_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("nnjax.data.arrow_file.MOST_BYTES", 1000)
    path = arrow(tmp_path / "table.arrow", pa.table({"x": ["long word" * 50] * 12, "y": Y}))
    assert refused(path).startswith("file: column 'x' holds more than 0 MB")
