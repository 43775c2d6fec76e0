"""Parquet files that know whether they are whole: a checksum over every byte, hidden where readers do not look.

Parquet's own page checksums leave the footer unguarded, and a flipped bit there can rename a column. So eight bytes,
a mark and a CRC-32 of all others, stand between the last page and the footer: offsets in the footer count from the
file's start, every reader of Parquet skips the gap.
"""

import io
import zlib
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from nnjax.sweep.journal.schema import BYTE_STREAM_SPLIT, DICTIONARY_COLUMNS

TRAILER_MARK = b"NNJX"
_TRAILER = 8
"""Bytes at a Parquet file's end: length of the footer, then the magic word."""


class BrokenFileError(Exception):
    """The bytes are not those that were written."""


def to_checksummed_parquet(table: pa.Table) -> bytes:
    """Write a table of the journal's schema as a Parquet file with its checksum."""
    buffer = io.BytesIO()
    pq.write_table(
        table,
        buffer,
        compression="zstd",
        compression_level=1,
        use_dictionary=DICTIONARY_COLUMNS,
        column_encoding=BYTE_STREAM_SPLIT,
        write_page_checksum=True,
    )
    return with_checksum(buffer.getvalue())


def with_checksum(content: bytes) -> bytes:
    """A Parquet file with its checksum, from one without."""
    start = _footer_start(content)
    return content[:start] + TRAILER_MARK + zlib.crc32(content).to_bytes(4, "little") + content[start:]


def open_checksummed_parquet(content: bytes) -> pq.ParquetFile:
    """Open a Parquet file with its checksum after checking every byte of it.

    Raises:
        BrokenFileError: If the file is cut short, altered, or without its checksum.
    """
    start = _footer_start(content)
    gap = start - len(TRAILER_MARK) - 4
    if gap < 0 or content[gap : gap + len(TRAILER_MARK)] != TRAILER_MARK:
        raise BrokenFileError("not a Parquet file with its checksum")
    checksum = zlib.crc32(content[start:], zlib.crc32(content[:gap]))
    if checksum != int.from_bytes(content[gap + len(TRAILER_MARK) : start], "little"):
        raise BrokenFileError("its bytes do not agree with its checksum")
    return pq.ParquetFile(pa.BufferReader(content))


def read_columns(file: pq.ParquetFile, columns: Sequence[str]) -> pa.Table:
    """Some columns of an opened file, in the order asked for."""
    return file.read(columns=list(columns), use_threads=False).select(list(columns))


def _footer_start(content: bytes) -> int:
    return len(content) - _TRAILER - int.from_bytes(content[-_TRAILER:-4], "little")
