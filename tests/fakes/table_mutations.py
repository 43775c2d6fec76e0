"""Own tables, and what may become of them: other cells, rows and names, other types, odd metadata, changed bytes."""

import csv
import gzip
import io
import json
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.feather
import pyarrow.ipc
import pyarrow.parquet

CELLS = ["01", "-007", "00.5", "0.10", "0", "-0", "1e5", "1e400", "1e-400", ".5", "5.", "+7", " 7 ", "7\t", "1e05"]
CELLS += ["9007199254740993", "1152921504606846977", "9223372036854775808", "12345678901234567890", "1" + "0" * 25]
CELLS += ["0.1234567890123456789", "1.000000000000000056e-01", "0x1F", "$5", "5$", "<5", "(5)", "−5", "5 kg", "5%", "½"]
CELLS += ["?", "-", "", " ", "NA", "nan", "inf", "-Infinity", "null", "#DIV/0!", "true", "FALSE", "yes", "1,5", "1_000"]
CELLS += ["1.5.2020", "2020-01-01", "12:30", "2020-01-01 12:30", "a\nb", "a\r\nb", 'say "x"', '"', "é☃", "\x00", "=1+1"]
CELLS += ["٣", "x,y", "x;y", "x\ty", "red ", "\ufeff", "a" * 300, "\x1b[31m"]

NAMES = ["", "x", "a.b", "a,b", 'a"b', "größe", "a\nb", " x", "y", "\x1b[31m", "x = red", "index", "n" * 200]

Columns = dict[str, list[str]]


def sound_columns(draw: random.Random) -> Columns:
    """Some 10 to 60 rows of numbers, codes, words and truth."""
    rows = draw.choice([10, 30, 30, 60])
    columns: Columns = {
        "count": [str(draw.randrange(-50, 1000)) for _ in range(rows)],
        "size": [repr(draw.gauss(0, 10 ** draw.randrange(-3, 4))) for _ in range(rows)],
        "colour": [draw.choice(["red", "blue, dark", "größe", 'say "so"']) for _ in range(rows)],
        "sure": [draw.choice(["true", "false"]) for _ in range(rows)],
        "code": [draw.choice(["01", "1", "02", "10"]) for _ in range(rows)],
        "price": [f"{draw.randrange(100)}.{draw.randrange(100):02}" for _ in range(rows)],
        "note": [draw.choice(["short", "two\nlines"]) for _ in range(rows)],
    }
    kept = draw.sample(list(columns), draw.randint(2, len(columns)))
    return {"y": [str(n * n % 17) for n in range(rows)], **{name: columns[name] for name in columns if name in kept}}


def new_cell(columns: Columns, draw: random.Random) -> Columns:
    column = columns[draw.choice(list(columns))]
    if column:
        column[draw.randrange(len(column))] = draw.choice(CELLS)
    return columns


def other_cells(columns: Columns, draw: random.Random) -> Columns:
    """Some cells of a column are those of other rows."""
    column = columns[draw.choice(list(columns))]
    for _ in range(draw.randint(1, 5) if column else 0):
        column[draw.randrange(len(column))] = draw.choice(column)
    return columns


def new_column(columns: Columns, draw: random.Random) -> Columns:
    """Every cell one of a few."""
    name, few = draw.choice(list(columns)), draw.sample(CELLS, draw.randint(1, 4))
    columns[name] = [draw.choice(few) for _ in columns[name]]
    return columns


def numbered_column(columns: Columns, draw: random.Random) -> Columns:
    """Whole numbers above one another, of any size: identifiers, sums, powers."""
    name, start = draw.choice(list(columns)), draw.choice([0, 2**52, 2**53, 2**60, 2**63, 10**19, -(2**63), 10**25])
    columns[name] = [str(start + draw.choice([1, 2**12]) * n) for n in range(len(columns[name]))]
    return columns


def new_name(columns: Columns, draw: random.Random) -> Columns:
    old, new = draw.choice(list(columns)), draw.choice(NAMES)
    return {new if name == old else name: cells for name, cells in columns.items()}


def other_rows(columns: Columns, draw: random.Random) -> Columns:
    """Rows lost, doubled, in another order."""
    rows = range(len(columns["y"])) if "y" in columns else range(10)
    if not rows:
        return columns
    chosen = draw.choices(rows, k=len(rows)) if draw.random() < 0.5 else draw.sample(rows, draw.randint(1, len(rows)))
    return {name: [cells[row] for row in chosen if row < len(cells)] for name, cells in columns.items()}


Changes = list[Callable[[Columns, random.Random], Columns]]

COLUMN_CHANGES: Changes
COLUMN_CHANGES = [new_cell, new_cell, other_cells, other_cells, new_column, numbered_column, new_name, other_rows]


def gaps(columns: Columns, draw: random.Random) -> Columns:
    """Some cells of a column are empty; in one of five it is nearly all of them."""
    column = columns[draw.choice([name for name in columns if name != "y"] or list(columns))]
    share = draw.choice([0.1, 0.1, 0.3, 0.3, 0.9])
    for row in range(len(column)):
        if draw.random() < share:
            column[row] = draw.choice(["", "NA", "NULL"])
    return columns


def dates(columns: Columns, draw: random.Random) -> Columns:
    """A column of days, or of moments."""
    first, is_day = datetime(draw.choice([1969, 2020]), 1, 1), draw.random() < 0.5
    rows = len(columns.get("y", ()) or next(iter(columns.values())))
    moments = [first + timedelta(days=draw.randrange(900), minutes=draw.randrange(1440)) for _ in range(rows)]
    columns[draw.choice(["sold", "size"])] = [
        f"{each:{'%Y-%m-%d' if is_day else '%Y-%m-%d %H:%M'}}" for each in moments
    ]
    return columns


def constant_column(columns: Columns, draw: random.Random) -> Columns:
    """One cell throughout; or one but for a row."""
    name = draw.choice(list(columns))
    cells = [draw.choice(["1", "red", "", "1e300", "2020-01-01"])] * len(columns[name])
    if cells and draw.random() < 0.5:
        cells[draw.randrange(len(cells))] = draw.choice(["0", "blue", "1e149"])
    return {**columns, name: cells}


def huge_numbers(columns: Columns, draw: random.Random) -> Columns:
    """Numbers up to the largest that can be squared, some beyond; or down to the least."""
    name, power = draw.choice(list(columns)), draw.choice([150, 100, 60, 20, -20, -150, -320])
    columns[name] = [f"{draw.choice([-1, 1, 1])}e{draw.choice([power, power - 1, 0])}" for _ in columns[name]]
    return columns


def long_tail(columns: Columns, draw: random.Random) -> Columns:
    """Incomes: most are small."""
    name = draw.choice(list(columns))
    columns[name] = [f"{draw.paretovariate(0.7):.6g}" for _ in columns[name]]
    return columns


def many_words(columns: Columns, draw: random.Random) -> Columns:
    """Up to as many words as rows."""
    name, most = draw.choice(list(columns)), draw.choice([3, 20, 21, 60])
    columns[name] = [f"w{draw.randrange(most)}" for _ in columns[name]]
    return columns


def few_rows(columns: Columns, draw: random.Random) -> Columns:
    """No row, one, or so few that a split may have no class."""
    rows = draw.choice([0, 1, 2, 9, 10, 11])
    return {name: cells[:rows] for name, cells in columns.items()}


PREPARED_CHANGES = [*COLUMN_CHANGES, *[gaps] * 6, *[dates] * 4, constant_column, huge_numbers, *[long_tail] * 2]
PREPARED_CHANGES += [*[many_words] * 2, few_rows]
"""With what only preparation makes numbers of."""


def packed(content: bytes, name: str) -> bytes:
    """As the file's name says: by gzip, by Zstandard, or not at all."""
    if name.endswith(".gz"):
        return gzip.compress(content, 1, mtime=0)
    return pa.compress(content, "zstd", asbytes=True) if name.endswith(".zst") else content


def stray_bytes(content: bytes, draw: random.Random, pieces: list[bytes]) -> bytes:
    """One to three pieces put in, or put in place of a few bytes."""
    for _ in range(draw.randint(1, 3)):
        place = draw.randint(0, len(content))
        content = content[:place] + draw.choice(pieces) + content[place + draw.choice([0, 0, 1, 5]) :]
    return content


TEXT_PIECES = [
    b'"',
    b'"',
    b'""',
    b"\n",
    b"\r",
    b",",
    b";",
    b"\t",
    b"\xff",
    b"\x00",
    b" ",
    b"0",
    b"7",
    b".",
    b"e",
    b"",
    b"-",
]


def write_text(path: Path, draw: random.Random, changes: Changes = COLUMN_CHANGES) -> str:
    """A mutated CSV or TSV file, packed or not.

    Returns:
        What stands between its values.
    """
    columns = sound_columns(draw)
    for _ in range(draw.choice([0, 1, 1, 2] if changes is COLUMN_CHANGES else [1, 2, 3, 4])):
        columns = draw.choice(changes)(columns, draw)
    delimiter = "\t" if ".tsv" in path.name else draw.choice(",,,;")
    text, end = io.StringIO(), draw.choice(["\n", "\n", "\r\n"])
    quoting = draw.choice([csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
    rows = csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting)
    rows.writerow(columns)
    rows.writerows(zip(*columns.values(), strict=False))
    content = text.getvalue().encode(
        draw.choice(["utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "latin-1"]), "replace"
    )
    content = stray_bytes(content, draw, TEXT_PIECES) if draw.random() < 0.4 else content
    if content != (sealed := packed(content, path.name)) and draw.random() < 0.1:
        sealed = other_bytes(sealed, draw)
    path.write_bytes(sealed)
    return delimiter


METADATA = [b"", b"{}", b"[]", b"3", b"null", b"no JSON", b"\xff", b'{"index_columns": 5}', b'{"index_columns": null}']
METADATA += [
    b'{"index_columns": ["count", 3, null, {}]}',
    b'{"index_columns": "count"}',
    b'{"index_columns": {"y": 1}}',
]
METADATA += [json.dumps({"index_columns": [{"kind": "range"}], "columns": [], "pandas_version": "9"}).encode()]
TYPES = [pa.int8(), pa.int64(), pa.uint64(), pa.float16(), pa.float32(), pa.float64(), pa.bool_(), pa.string()]
TYPES += [pa.large_string(), pa.string_view(), pa.binary(), pa.binary_view(), pa.large_binary(), pa.date32(), pa.null()]
TYPES += [pa.timestamp("us"), pa.duration("s"), pa.decimal128(38, 0), pa.decimal128(20, 2), pa.decimal128(38, 20)]
TYPES += [pa.decimal256(60, 5), pa.dictionary(pa.int16(), pa.string()), pa.list_(pa.int64()), pa.binary(4)]


def typed(cells: list[str]) -> pa.Array:
    """Cells as whole numbers, decimals, true and false or words, whichever they are."""
    for convert in (int, float, {"true": True, "false": False}.__getitem__):
        try:
            return pa.array([convert(cell) for cell in cells])
        except (ValueError, KeyError, OverflowError, pa.ArrowException):
            continue
    return pa.array(cells)


def other_type(table: pa.Table, draw: random.Random) -> pa.Table:
    """A column of another type, where its cells allow it."""
    place = draw.randrange(table.num_columns)
    kind, column = draw.choice(TYPES), table.column(place)
    try:
        return table.set_column(place, table.column_names[place], column.cast(kind, safe=draw.random() < 0.5))
    except pa.ArrowException:
        return table


def wide_numbers(table: pa.Table, draw: random.Random) -> pa.Table:
    """A column of decimals, of as many digits as there are."""
    place, scale = draw.randrange(table.num_columns), draw.choice([0, 2, 10, 20])
    numbers = [Decimal(draw.randrange(10 ** draw.choice([3, 15, 17, 20]))).scaleb(-scale) for _ in range(len(table))]
    return table.set_column(place, table.column_names[place], pa.array(numbers, pa.decimal128(38, scale)))


def gap(table: pa.Table, draw: random.Random) -> pa.Table:
    """A cell that is null, or not a number."""
    place = draw.randrange(table.num_columns)
    column = table.column(place).to_pylist()
    if column:
        column[draw.randrange(len(column))] = float("nan") if isinstance(column[0], float) else None
    return table.set_column(place, table.column_names[place], pa.array(column, table.column(place).type))


def nested(table: pa.Table, draw: random.Random) -> pa.Table:
    """One column more, of records."""
    return table.append_column("nested", pa.array([{"a": draw.random()} for _ in range(len(table))]))


def odd_metadata(table: pa.Table, draw: random.Random) -> pa.Table:
    """What pandas, or Arrow itself, would have written about the columns."""
    return table.replace_schema_metadata({draw.choice([b"pandas", b"pandas", b"ARROW:schema"]): draw.choice(METADATA)})


TABLE_CHANGES: list[Callable[[pa.Table, random.Random], pa.Table]]
TABLE_CHANGES = [other_type, other_type, wide_numbers, gap, nested, odd_metadata, odd_metadata]


def write_columnar(path: Path, draw: random.Random, changes: Changes = COLUMN_CHANGES) -> None:
    """A mutated Parquet, Arrow or Feather file."""
    columns = sound_columns(draw)
    for _ in range(draw.choice([0, 0, 1] if changes is COLUMN_CHANGES else [1, 2, 3, 4])):
        columns = draw.choice(changes)(columns, draw)
    rows = min(map(len, columns.values()))
    table = pa.table({name: typed(cells[:rows]) for name, cells in columns.items()})
    for _ in range(draw.choice([0, 1, 1, 2])):
        table = draw.choice(TABLE_CHANGES)(table, draw)
    if path.suffix != ".parquet":
        write_arrow(table, path, draw)
        return
    pyarrow.parquet.write_table(
        table,
        path,
        row_group_size=draw.choice([7, 1000]),
        compression=draw.choice(["none", "snappy", "zstd"]),
        store_schema=draw.random() < 0.7,
        use_dictionary=draw.random() < 0.5,
        data_page_version=draw.choice(["1.0", "2.0"]),
    )
    if draw.random() < 0.3:
        path.write_bytes(other_bytes(path.read_bytes(), draw))


def write_arrow(table: pa.Table, path: Path, draw: random.Random) -> None:
    """As pandas, polars or Arrow itself writes it: a file, or a stream."""
    if draw.random() < 0.3:
        pyarrow.feather.write_feather(table, path, compression=draw.choice(["uncompressed", "lz4", "zstd"]))
    else:
        options = pa.ipc.IpcWriteOptions(compression=draw.choice([None, "lz4", "zstd"]))
        new = draw.choice([pa.ipc.new_file, pa.ipc.new_file, pa.ipc.new_stream])
        with new(str(path), table.schema, options=options) as writer:
            writer.write_table(table, draw.choice([7, 1000]))
    if draw.random() < 0.2:
        path.write_bytes(other_bytes(path.read_bytes(), draw))


def other_bytes(content: bytes, draw: random.Random) -> bytes:
    """A few bytes changed, the last ones (which describe all others) most often; or a name or a word made no UTF-8."""
    for name in (b"count", b"colour", b"red") if draw.random() < 0.4 else ():
        content = content.replace(name, name[:1] + b"\xff\xfe" + name[3:])
    changed = bytearray(content)
    for _ in range(draw.randint(0, 3)):
        start = len(changed) // 2 if draw.random() < 0.7 else 0
        changed[draw.randrange(start, len(changed))] = draw.randrange(256)
    return bytes(changed[: draw.randrange(len(changed))] if draw.random() < 0.1 else changed)
