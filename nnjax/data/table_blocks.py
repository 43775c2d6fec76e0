"""A file of one's own block after block, for which memory need not hold it: names first, then rows, however many."""

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa
import pyarrow.csv
import pyarrow.ipc
import pyarrow.parquet

from nnjax.data.own_content import reading_file
from nnjax.data.own_error import OwnTableError
from nnjax.data.own_table import COLUMNAR, ending_of, open_file
from nnjax.data.text_file import TEXT_REMEDY, Account, guess_delimiter, packed_remedy, packing, take_account

BLOCK_ROWS = 16_384

_BUFFER = 2**20
"""Bytes of a column that are read ahead: by default Arrow would read a whole group of rows, which may be the file."""

_DAMAGED = "it is damaged, or not what its name says: write it again"


@dataclass(frozen=True)
class TableBlocks:
    """What a file holds, before any of its rows is looked at.

    Attributes:
        names: Of its columns, in their order; the same one may stand twice.
        read: Names of columns, each of which stands once -> their rows, `BLOCK_ROWS` at a time; as bytes if it is text.
        types: Name -> type of the column; None if the file is text, whose cells have none.
        rows: How many there are; None if that is known only at the end.
    """

    names: tuple[str, ...]
    read: Callable[[Sequence[str]], Iterator[pa.Table]]
    types: Mapping[str, pa.DataType] | None = None
    rows: int | None = None


def open_blocks(path: Path) -> TableBlocks:
    """Names of a file's columns and the way to its rows; of text, all rows have been counted then.

    Raises:
        OwnTableError: If it is no table, or damaged; later too, by `read`.
    """
    ending = ending_of(path)
    if ending not in COLUMNAR:
        return _open_text(path, ending)
    return _open_parquet(path) if ending == ".parquet" else _open_arrow(path)


def _of_equal_size(parts: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The rows in blocks of `BLOCK_ROWS` whatever they come in, so that a prediction does not depend on it."""
    held: list[pa.Table] = []
    for part in parts:
        held.append(part)
        while sum(map(len, held)) >= BLOCK_ROWS:
            joined = pa.concat_tables(held)
            yield joined.slice(0, BLOCK_ROWS)
            held = [joined.slice(BLOCK_ROWS)]
    if sum(map(len, held)):
        yield pa.concat_tables(held)


def _open_text(path: Path, ending: str) -> TableBlocks:
    with _open_packed(path, ending) as file:
        delimiter = "\t" if ending.startswith(".tsv") else guess_delimiter(file)
    with _open_packed(path, ending) as file:
        account = take_account(file, delimiter, most_rows=float("inf"))
    return TableBlocks(account.names, partial(_read_text, path, ending, delimiter, account), None, account.rows)


@contextmanager
def _open_packed(path: Path, ending: str) -> Iterator[BinaryIO]:
    kind = packing(ending)
    with open_file(path) as file, reading_file(packed_remedy(kind) if kind else _DAMAGED):
        if kind is None:
            yield file
        else:
            with pa.CompressedInputStream(file, kind) as stream:
                yield cast(BinaryIO, io.BufferedReader(stream, _BUFFER))


def _read_text(path: Path, ending: str, delimiter: str, account: Account, names: Sequence[str]) -> Iterator[pa.Table]:
    places = [str(account.names.index(name)) for name in names]
    with _open_packed(path, ending) as file, reading_file(TEXT_REMEDY):
        batches = pyarrow.csv.open_csv(
            file,
            pyarrow.csv.ReadOptions(
                use_threads=False,  # it is known then which row is wrong
                block_size=account.block_bytes,
                column_names=[str(place) for place in range(len(account.names))],
            ),
            pyarrow.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            pyarrow.csv.ConvertOptions(
                check_utf8=False, include_columns=places, column_types=dict.fromkeys(places, pa.binary())
            ),
        )
        seen = 0
        for block in _of_equal_size(_below_the_names(pa.Table.from_batches([batch]) for batch in batches)):
            seen += len(block)
            yield block.rename_columns(list(names))
    account.check_read(seen)


def _below_the_names(parts: Iterable[pa.Table]) -> Iterator[pa.Table]:
    has_names = True
    for part in parts:
        yield part.slice(1) if has_names and len(part) else part
        has_names = has_names and not len(part)


def _open_parquet(path: Path) -> TableBlocks:
    with open_file(path) as file, reading_file(_DAMAGED):
        parquet = pyarrow.parquet.ParquetFile(file)
        schema, rows = parquet.schema_arrow, parquet.metadata.num_rows
        return TableBlocks(tuple(schema.names), partial(_read_parquet, path), _types(schema), rows)


def _types(schema: pa.Schema) -> dict[str, pa.DataType]:
    return dict(zip(schema.names, schema.types, strict=True))


def _read_parquet(path: Path, names: Sequence[str]) -> Iterator[pa.Table]:
    with open_file(path) as file, reading_file(_DAMAGED):
        parquet = pyarrow.parquet.ParquetFile(file, buffer_size=_BUFFER, pre_buffer=False)
        batches = parquet.iter_batches(BLOCK_ROWS, columns=list(names), use_threads=False)
        seen = 0
        for block in _of_equal_size(_checked(batches, names)):
            seen += len(block)
            yield block
    if seen != parquet.metadata.num_rows:
        raise OwnTableError("file", f"has {seen:,} rows of {parquet.metadata.num_rows:,}", _DAMAGED)


def _checked(batches: Iterable[pa.RecordBatch], names: Sequence[str]) -> Iterator[pa.Table]:
    """Their columns, as bytes of whatever file may have made them: nothing of a batch leads outside of it."""
    for batch in batches:
        chosen = pa.Table.from_batches([batch]).select(list(names))
        chosen.validate(full=True)
        yield chosen


def _open_arrow(path: Path) -> TableBlocks:
    with _arrow_batches(path) as (schema, _):
        return TableBlocks(tuple(schema.names), partial(_read_arrow, path), _types(schema))


def _read_arrow(path: Path, names: Sequence[str]) -> Iterator[pa.Table]:
    with _arrow_batches(path) as (_, batches):
        yield from _of_equal_size(_checked(batches, names))


@contextmanager
def _arrow_batches(path: Path) -> Iterator[tuple[pa.Schema, Iterator[pa.RecordBatch]]]:
    """Of a file, or of a stream that was written to one."""
    open_file(path).close()
    with reading_file(_DAMAGED), pa.OSFile(str(path)) as file:
        try:
            reader = pyarrow.ipc.open_file(file)
        except pa.ArrowInvalid:
            file.seek(0)
            reader = pyarrow.ipc.open_stream(file)
            yield reader.schema, iter(reader)
        else:
            yield reader.schema, (reader.get_batch(number) for number in range(reader.num_record_batches))
