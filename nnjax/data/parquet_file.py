"""A Parquet file as columns."""

import json
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet

from nnjax.data.own_content import MOST_TABLE_ROWS, Content, check_names, check_row_count, reading_file, unreadable
from nnjax.data.own_error import OwnTableError, show
from nnjax.data.own_numbers import is_number

MOST_BYTES = 2**30
"""Of one column: a file of a few megabytes can hold gigabytes, a word again and again."""

_ROWS_AT_ONCE = 1024
"""Of a column whose cells can be of any size."""

_DAMAGED = "it is damaged or no Parquet file: write it again"


def open_parquet(file: BinaryIO) -> Content:
    """Names and rows from the file's own description; a column is read when it is asked for, while the file is open.

    Raises:
        OwnTableError: If it is no table of a size that can be used; later also if a column is damaged.
    """
    with reading_file(_DAMAGED):
        parquet = pyarrow.parquet.ParquetFile(file)
        names, metadata = tuple(parquet.schema_arrow.names), parquet.schema_arrow.metadata
    check_row_count(parquet.metadata.num_rows)
    check_names(names)
    return Content(names, lambda name: _read_column(parquet, name), is_text=False, index=index_columns(metadata))


def _read_column(parquet: pyarrow.parquet.ParquetFile, name: str) -> pa.ChunkedArray:
    chunks, size, kind = [], 0, parquet.schema_arrow.field(name).type
    rows = MOST_TABLE_ROWS if is_number(kind) or pa.types.is_boolean(kind) else _ROWS_AT_ONCE
    try:
        for batch in parquet.iter_batches(rows, columns=[name]):
            chunks.append(batch.column(name))
            size += chunks[-1].nbytes
            if size > MOST_BYTES:
                problem = f"column {show(name)} holds more than {MOST_BYTES // 2**20:,} MB"
                raise OwnTableError("file", problem, "write shorter words, or leave it out of features")
        column = pa.chunked_array(chunks)
        column.validate(full=True)
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        raise unreadable(error, f"column {show(name)} is damaged: write the file again") from None
    if len(column) != parquet.metadata.num_rows:
        problem = f"column {show(name)} has {len(column):,} rows of {parquet.metadata.num_rows:,}"
        raise OwnTableError("file", problem, _DAMAGED)
    return column


def index_columns(metadata: dict[bytes, bytes] | None) -> tuple[str, ...]:
    """The columns that pandas calls its index; none if what it wrote cannot be read."""
    try:
        written = json.loads((metadata or {})[b"pandas"])["index_columns"]
    except (KeyError, ValueError, TypeError, RecursionError):
        return ()
    return tuple(name for name in written if isinstance(name, str)) if isinstance(written, list) else ()
