"""Own tables read another way: text by the csv module and `decimal.Decimal`, Parquet by pyarrow's own scalars.

Written from docs/data.md, without a look at `nnjax/data`: what the numbers of a table must be, cell by cell.
"""

import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow
import pyarrow.ipc
import pyarrow.parquet

Cell = Decimal | float | bool | str | datetime | None
"""A number, true or false, a word, a moment, nothing; an infinite number or NaN is a float."""

NOTHING = {"", "NA", "N/A", "#N/A", "#N/A N/A", "#NA", "NULL", "NaN", "-NaN", "nan", "-nan", "n/a", "null"}
NOTHING |= {"1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN"}
"""What stands for a missing value, in the spellings that pandas and pyarrow share."""

NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
ENDLESS = re.compile(r"[-+]?(inf|infinity|nan)", re.IGNORECASE)
ZERO_IN_FRONT = re.compile(r"[-+]?0[0-9]")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d)?)?")
TRUTH = {
    "true": True,
    "True": True,
    "TRUE": True,
    "1": True,
    "false": False,
    "False": False,
    "FALSE": False,
    "0": False,
}


class IllegalTableError(Exception):
    """The file is no table: not as it must be written, or without names."""


@dataclass(frozen=True)
class Known:
    """A table as it is in the file.

    Attributes:
        columns: Name -> cells.
        index: Columns that pandas wrote beside them.
    """

    columns: dict[str, list[Cell]]
    index: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether every cell holds a word or a finite number."""
        return not any(map(is_missing, (cell for cells in self.columns.values() for cell in cells)))


def is_missing(cell: Cell) -> bool:
    """None, NaN, infinite, blank."""
    return cell is None or isinstance(cell, float) or (isinstance(cell, str) and not cell.strip())


def read_text(path: Path, delimiter: str) -> Known:
    """A CSV or TSV file.

    Raises:
        IllegalTableError: If it is not UTF-8, quotes are not where they must be, or rows differ in width.
    """
    try:
        text = _unpacked(path).decode("utf-8-sig")
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True) if row]
    except (UnicodeDecodeError, csv.Error, OSError, EOFError, zlib.error) as error:
        raise IllegalTableError(str(error)) from None
    head, *body = rows or [[]]
    if any(len(row) != len(head) for row in body):
        raise IllegalTableError("rows of different widths")
    _check(head, len(body))
    return Known({name: _meaning(cells) for name, cells in zip(head, map(list, zip(*body, strict=True)), strict=True)})


def _unpacked(path: Path) -> bytes:
    content = path.read_bytes()
    if path.suffix == ".gz":
        return gzip.decompress(content)
    if path.suffix != ".zst":
        return content
    with pyarrow.input_stream(path, compression="zstd") as stream:
        return bytes(stream.read())


def _check(names: Sequence[str], rows: int) -> None:
    if len(set(names)) < len(names) or not all(name and name.isprintable() for name in names):
        raise IllegalTableError("names")
    if not 10 <= rows <= 100_000:
        raise IllegalTableError("rows")


def _meaning(cells: list[str]) -> list[Cell]:
    """All cells numbers, all true and false, or all dates; otherwise words."""
    bare = [cell.strip(" \t") for cell in cells]
    held = [cell for cell in bare if cell not in NOTHING]
    if all(NUMBER.fullmatch(cell) or ENDLESS.fullmatch(cell) for cell in held) and not any(
        map(ZERO_IN_FRONT.match, held)
    ):
        return [_number(cell) for cell in bare]
    if held and all(cell in TRUTH for cell in held):
        return [TRUTH.get(cell) for cell in bare]
    if held and all(map(MOMENT.fullmatch, held)):
        return [None if cell in NOTHING else datetime.fromisoformat(cell) for cell in bare]
    return [None if cell in NOTHING else cell for cell in cells]


def _number(cell: str) -> Cell:
    if cell in NOTHING:
        return None
    return Decimal(cell) if NUMBER.fullmatch(cell) and abs(float(cell)) != float("inf") else float(cell)


def read_columnar(path: Path) -> Known:
    """A Parquet, Arrow or Feather file.

    Raises:
        IllegalTableError: If pyarrow does not read it, or it has no proper names.
    """
    try:
        if path.suffix == ".parquet":
            table, promised = (
                pyarrow.parquet.read_table(path, partitioning=None),
                pyarrow.parquet.read_metadata(path).num_rows,
            )
        else:
            table = _arrow_table(path)
            promised = len(table)
        table.validate(full=True)
        columns = {name: [_scalar(cell) for cell in table[name].to_pylist()] for name in table.column_names}
        names, metadata = table.column_names, table.schema.metadata or {}
    except Exception as error:  # of Thrift, Arrow, Python's decoders: whatever a changed byte leads to
        raise IllegalTableError(f"{type(error).__name__}: {error}") from None
    _check(names, len(table))
    if len(table) != promised:
        raise IllegalTableError("fewer rows than the file says")
    try:
        index = json.loads(metadata[b"pandas"])["index_columns"]
        named = tuple(name for name in index if isinstance(name, str)) if isinstance(index, list) else ()
    except (KeyError, TypeError, ValueError):
        named = ()
    return Known(columns, named)


def _arrow_table(path: Path) -> pyarrow.Table:
    """A file if it begins as one does, else a stream."""
    is_file = path.read_bytes()[:6] == b"ARROW1"
    with (pyarrow.ipc.open_file if is_file else pyarrow.ipc.open_stream)(path.read_bytes()) as reader:
        return reader.read_all()


def _scalar(cell: object) -> Cell:
    if isinstance(cell, bool | str | Decimal) or cell is None:
        return cell
    if isinstance(cell, date):
        return cell if isinstance(cell, datetime) else datetime(cell.year, cell.month, cell.day)
    if isinstance(cell, int):
        return Decimal(cell)
    if isinstance(cell, float):
        return Decimal(cell) if abs(cell) < float("inf") else cell
    raise IllegalTableError(f"holds {type(cell).__name__}")
