"""Tables of one's own, written and read again."""

import csv
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest

from nnjax.data.own_error import OwnTableError
from nnjax.data.own_table import FileSource, read_own_table
from nnjax.data.preparation import Preparation, check_preparation
from nnjax.data.tables import Table

ROWS = 12
X = [0.5 * number for number in range(ROWS)]
Y = [number**2 for number in range(ROWS)]


def written(folder: Path, name: str = "table.csv", **columns: object) -> Path:
    """A file with these columns, as Python's own csv or pyarrow writes it."""
    path = folder / name
    if path.suffix == ".parquet":
        pyarrow.parquet.write_table(pa.table(columns), path)
        return path
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, delimiter="\t" if path.suffix == ".tsv" else ",")
        rows.writerow(columns)
        rows.writerows(zip(*columns.values(), strict=True))  # type: ignore[call-overload]
    return path


def read(path: Path, target: str = "y", **other: object) -> Table:
    table = read_own_table(FileSource(path, (target,), **other))  # type: ignore[arg-type]
    check_preparation(table, Preparation())
    return table


def refused(path: Path, target: str = "y", **other: object) -> str:
    """Key and message of the error."""
    with pytest.raises(OwnTableError) as error:
        read(path, target, **other)
    return f"{error.value.key}: {error.value}"
