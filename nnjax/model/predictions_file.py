"""A file of predictions, written block after block and whole or not there: CSV or Parquet by its ending."""

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from nnjax.refusal import RefusedError
from nnjax.sweep.durable import durable_file

PREDICTION_ENDINGS = (".csv", ".parquet")

Write = Callable[[pa.Table], None]


def check_out(out: Path | None, table: Path) -> None:
    """Refuse a file that predictions are not to be written to; None is standard output.

    Raises:
        RefusedError: If its ending is none of `PREDICTION_ENDINGS`, it is the table, or no file.
    """
    if out is None:
        return
    if out.suffix not in PREDICTION_ENDINGS:
        raise RefusedError(
            f"--out {out}: unknown kind of file; end it in {' or '.join(PREDICTION_ENDINGS)}, or write -"
        )
    if not out.parent.is_dir():
        raise RefusedError(f"--out {out}: there is no folder {out.parent}; name one that is there")
    if out.exists() and not out.is_file():
        raise RefusedError(f"--out {out}: is there, and is no file; write another name")
    if out.exists() and table.exists() and out.samefile(table):
        raise RefusedError(f"--out {out}: is the table itself; write another name")


@contextmanager
def predictions_file(out: Path | None, schema: pa.Schema) -> Iterator[Write]:
    """Yields what takes blocks of this schema; they appear under the name, or on standard output, once all are written.

    Raises:
        OSError: If nothing can be written there.
    """
    if out is None:
        with TemporaryFile() as file:
            yield from _written(file, schema, is_csv=True)
            file.seek(0)
            shutil.copyfileobj(file, sys.stdout.buffer)
            sys.stdout.flush()
        return
    with durable_file(out.resolve()) as file:  # a link stays one
        yield from _written(file, schema, is_csv=out.suffix == ".csv")


def _written(file: IO[bytes], schema: pa.Schema, is_csv: bool) -> Iterator[Write]:
    if is_csv:
        with pyarrow.csv.CSVWriter(file, schema) as writer:
            yield writer.write_table
    else:
        with pyarrow.parquet.ParquetWriter(file, schema) as writer:
            yield writer.write_table
