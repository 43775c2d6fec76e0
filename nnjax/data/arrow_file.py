"""An Arrow file (Feather is one) as columns."""

from typing import BinaryIO

import pyarrow as pa
import pyarrow.ipc

from nnjax.data.own_content import Content, check_names, check_row_count, reading_file
from nnjax.data.own_error import OwnTableError, show
from nnjax.data.parquet_file import MOST_BYTES, index_columns

_DAMAGED = "it is damaged or no Arrow file: write it again"


def open_arrow(file: BinaryIO) -> Content:
    """Names and columns of a file, or of a stream that was written to one.

    Raises:
        OwnTableError: If it is no table of a size that can be used.
    """
    with reading_file(_DAMAGED):
        table = _read(file)
        table.validate(full=True)
        names, metadata = tuple(table.column_names), table.schema.metadata
    check_row_count(len(table))
    check_names(names)
    large = next((name for name in names if table.column(name).nbytes > MOST_BYTES), None)
    if large is not None:
        problem = f"column {show(large)} holds more than {MOST_BYTES // 2**20:,} MB"
        raise OwnTableError("file", problem, "write shorter words, or leave it out of the file")
    return Content(names, table.column, is_text=False, index=index_columns(metadata))


def _read(file: BinaryIO) -> pa.Table:
    try:
        return pyarrow.ipc.open_file(file).read_all()
    except pa.ArrowInvalid:
        file.seek(0)
        return pyarrow.ipc.open_stream(file).read_all()
