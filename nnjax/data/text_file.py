"""A CSV or TSV file as columns of text: rows are counted twice, so that none vanishes between two quotes."""

import csv
import io
import itertools
import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

import pyarrow as pa
import pyarrow.csv

from nnjax.data.own_content import MOST_TABLE_ROWS, Content, check_names, check_row_count, reading_file, unreadable
from nnjax.data.own_error import OwnTableError

LONGEST_HEADER = 1_000_000
MOST_UNPACKED = 2**30
"""Bytes of text in a packed file: one of a few megabytes can hold gigabytes."""
_SMALLEST_BLOCK = 2**20
_LARGEST_BLOCK = 2**31 - 1

TEXT_REMEDY = "save it as UTF-8: names in the first line, as many values in every row"


class _Row(NamedTuple):
    """A row as a strict reader sees it: a quote opens where a value begins, and closes where one ends."""

    line: int
    """The line in which it begins, from 1."""
    lines: list[bytes]
    """What it is written in; more than one if a line breaks within quotes."""


@dataclass(frozen=True)
class Account:
    """All rows, counted.

    Attributes:
        names: What stands in the first row.
        rows: Rows below it.
        longest: Bytes of the longest row.
        broken: Lines in which a row of several lines begins.
    """

    names: tuple[str, ...]
    rows: int
    longest: int
    broken: tuple[int, ...]

    @property
    def block_bytes(self) -> int:
        """Bytes that Arrow reads at once: the longest row must fit in."""
        return min(max(_SMALLEST_BLOCK, 2 * self.longest), _LARGEST_BLOCK)

    def check_read(self, rows: int) -> None:
        """All that were counted were read.

        Raises:
            OwnTableError: If not.
        """
        if rows != self.rows:
            problem = f"{self.rows:,} rows can be counted, {rows:,} be read"
            raise OwnTableError("file", problem, "save it anew, with words that hold quotes or line breaks in quotes")


def packing(ending: str) -> str | None:
    """What a file is packed with, by the ending of its name, as Arrow calls it; None if it is not.

    >>> packing(".csv.gz"), packing(".tsv.zst"), packing(".csv")
    ('gzip', 'zstd', None)
    """
    return next((kind for packed, kind in ((".gz", "gzip"), (".zst", "zstd")) if ending.endswith(packed)), None)


def packed_remedy(kind: str) -> str:
    """What to do with a file that cannot be unpacked."""
    return f"it is damaged or not packed by {kind}: pack it again"


def unpacked(file: BinaryIO, ending: str) -> BinaryIO:
    """The text itself, whatever its file was packed with: gzip where the name ends in .gz, Zstandard where in .zst.

    Raises:
        OwnTableError: If it cannot be unpacked, or is larger than memory should hold.
    """
    kind = packing(ending)
    if kind is None:
        return file
    with reading_file(packed_remedy(kind)), pa.CompressedInputStream(file, kind) as stream:
        content = stream.read(MOST_UNPACKED + 1)
    if len(content) > MOST_UNPACKED:
        problem = f"holds more than {MOST_UNPACKED // 2**20:,} MB of text"
        raise OwnTableError("file", problem, "leave out columns, or save it as .parquet")
    return io.BytesIO(content)


def open_text(file: BinaryIO, delimiter: str | None = None) -> Content:
    """Names and columns of a file with a header and a row an example; words may be quoted, and broken within quotes.

    Args:
        file: Open at its beginning.
        delimiter: What stands between values; None: comma, semicolon or tab, whichever is most frequent in the header.

    Raises:
        OwnTableError: If a quote is not closed where a word ends, or rows have unequal numbers of values.
    """
    delimiter = delimiter or guess_delimiter(file)
    file.seek(0)
    account = take_account(file, delimiter)
    check_names(account.names)
    check_row_count(account.rows)
    table = _read(file, delimiter, account)
    account.check_read(len(table))
    return Content(account.names, table.column, is_text=True, remarks=_remarks(account.broken))


def _remarks(broken: tuple[int, ...]) -> tuple[str, ...]:
    if not broken:
        return ()
    rows = f"{len(broken):,} rows have" if len(broken) > 1 else "1 row has"
    return (f"{rows} a line break within quotes, the first begins in line {broken[0]:,} of the file.",)


def guess_delimiter(file: BinaryIO) -> str:
    """Comma, semicolon or tab, whichever is most frequent in the header, outside of quotes.

    Raises:
        OwnTableError: If the header is not UTF-8 text.
    """
    try:
        head = file.readline(LONGEST_HEADER).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise unreadable(error, TEXT_REMEDY) from None
    bare = re.sub(r'"[^"]*"', "", head)
    return max(",;\t", key=bare.count)


def take_account(file: BinaryIO, delimiter: str, most_rows: float = MOST_TABLE_ROWS) -> Account:
    """Count the rows of a file that is open at its beginning, each as a strict reader sees it.

    Raises:
        OwnTableError: If it is empty, has more rows than there may be, or a quote is in the way.
    """
    rows = _rows(_lines(file), delimiter)
    head = next(rows, None)
    if head is None:
        raise OwnTableError("file", "cannot be read: Empty CSV file", TEXT_REMEDY)
    names = _names(head, delimiter)
    count, longest, broken = 0, sum(map(len, head.lines)), []
    for count, row in enumerate(rows, 1):
        if count > most_rows:
            check_row_count(MOST_TABLE_ROWS, "more than ")
        longest = max(longest, sum(map(len, row.lines)))
        if len(row.lines) > 1:
            _check_break(row, delimiter.encode(), len(names))
            broken.append(row.line)
    return Account(names, count, longest, tuple(broken))


def _names(head: _Row, delimiter: str) -> tuple[str, ...]:
    try:
        return tuple(next(csv.reader(map(_text, head.lines), delimiter=delimiter, strict=True)))
    except csv.Error as error:
        raise unreadable(error, TEXT_REMEDY) from None


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines, which may end as anywhere; without the mark of the byte order."""
    for line in itertools.chain([file.readline().removeprefix(BOM_UTF8)], file):
        if b"\r" in line:
            yield from line.splitlines(keepends=True)
        else:
            yield line


def _text(line: bytes) -> str:
    return line.decode("utf-8", "surrogateescape")


def _rows(lines: Iterator[bytes], delimiter: str) -> Iterator[_Row]:
    """Blank lines are no rows; where a quote stands, it has to be found out where the row ends.

    Raises:
        OwnTableError: If a quote is in the way.
    """
    mark = re.escape(delimiter.encode())
    # Possessive (*+): a long row without a match must not be tried again at every length.
    value = rb'(?:"[^"]*"|[^"\r\n' + mark + rb"]*+)"
    is_whole = re.compile(rb"(?:" + value + mark + rb")*" + value + rb"[\r\n]*").fullmatch
    number = 1
    for line in lines:
        if b'"' in line and not is_whole(line):
            row = _Row(number, _take_row(line, lines, delimiter, number))
        else:
            row = _Row(number, [line])
        if line.strip(b"\r\n"):
            yield row
        number += len(row.lines)


def _take_row(line: bytes, lines: Iterator[bytes], delimiter: str, number: int) -> list[bytes]:
    """The line and as many of those behind it as belong to its row."""
    taken: list[bytes] = []

    def take() -> Iterator[str]:
        for each in itertools.chain([line], lines):
            taken.append(each)
            yield _text(each)

    try:
        next(csv.reader(take(), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise _quote_error(error, number, number + len(taken) - 1) from None
    return taken


def _quote_error(error: csv.Error, first: int, last: int) -> OwnTableError:
    remedy = "remove it, or write it twice inside a quoted word"
    if "expected after" in str(error):
        where = f"line {last:,}" if first == last else f"line {last:,}, in a row that begins in line {first:,}"
        return OwnTableError("file", f"a quote ends a word in the middle, in {where}", remedy)
    if "limit" in str(error):
        problem = f"a quote of the row in line {first:,} is not closed within {csv.field_size_limit():,} characters"
        return OwnTableError("file", problem, remedy)
    return OwnTableError("file", f"a quote of the row in line {first:,} is not closed", remedy)


def _check_break(row: _Row, delimiter: bytes, width: int) -> None:
    """A line break within quotes is legal; but not where each of the lines would be a row without the quotes."""
    rows = [line.rstrip(b"\r\n").split(delimiter) for line in row.lines]
    if all(len(values) == width for values in rows) and all(map(_is_of_a_kind, zip(*rows, strict=True))):
        problem = f"two quotes make one row of lines {row.line:,} to {row.line + len(row.lines) - 1:,}, "
        remedy = "remove the quotes, or the line breaks between them"
        raise OwnTableError("file", f"{problem}each of which would be a row by itself", remedy)


def _is_of_a_kind(cells: tuple[bytes, ...]) -> bool:
    """Whether those without a quote are all numbers, or all words."""
    return len({_is_number(cell) for cell in cells if b'"' not in cell}) <= 1


def _is_number(cell: bytes) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _read(file: BinaryIO, delimiter: str, account: Account, is_quick: bool = True) -> pa.Table:
    """The rows below the names, as they are written."""
    file.seek(0)
    places = [str(place) for place in range(len(account.names))]
    try:
        table = pyarrow.csv.read_csv(
            file,
            pyarrow.csv.ReadOptions(use_threads=is_quick, block_size=account.block_bytes, column_names=places),
            pyarrow.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            # As bytes: what a column means is decided elsewhere, and 01 must not have become 1 by then.
            pyarrow.csv.ConvertOptions(check_utf8=False, column_types=dict.fromkeys(places, pa.binary())),
        )
    except (pa.ArrowException, OSError) as error:
        if is_quick:
            return _read(file, delimiter, account, is_quick=False)  # with one thread it is known which row it was
        raise unreadable(error, TEXT_REMEDY) from None
    return table.slice(1).rename_columns(list(account.names))
