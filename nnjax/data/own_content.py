"""What a file holds, before any of its columns is looked at."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pyarrow as pa

from nnjax.data.own_error import OwnTableError, show

FEWEST_TABLE_ROWS, MOST_TABLE_ROWS = 10, 1_000_000
LONGEST_REASON = 200


@dataclass(frozen=True)
class Content:
    """Names and rows of a file, and a way to its columns.

    Attributes:
        names: Of the columns, each different and to be printed.
        column: Name -> the column: bytes as they are written if the file is text, otherwise of its own type.
        is_text: Whether it has to be found out what the columns hold.
        index: Names of the columns that pandas wrote beside the table's own: they number or name its rows.
        remarks: What a person should know of the file.
    """

    names: tuple[str, ...]
    column: Callable[[str], pa.ChunkedArray]
    is_text: bool
    index: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def check_names(names: Sequence[str]) -> None:
    """A column is known by its name.

    Raises:
        OwnTableError: If a name is missing, stands twice or cannot be printed.
    """
    twice = next((name for name, count in Counter(names).items() if count > 1), None)
    if twice is not None:
        raise OwnTableError("file", f"two columns are called {show(twice)}", "give each a name of its own")
    if "" in names:
        remedy = "name it, or leave it out of the file if it numbers the rows: pandas' to_csv(index=False)"
        raise OwnTableError("file", f"column {names.index('') + 1} has no name", remedy)
    unprintable = next((name for name in names if not name.isprintable()), None)
    if unprintable is not None:
        raise OwnTableError("file", f"the name {show(unprintable)} cannot be printed", "give the column another one")


def check_row_count(rows: int, more: str = "") -> None:
    """There are rows enough to be split, and not more than memory holds; `more`: "more than " where counting ended.

    Raises:
        OwnTableError: If not.
    """
    if more or not FEWEST_TABLE_ROWS <= rows <= MOST_TABLE_ROWS:
        remedy = f"{FEWEST_TABLE_ROWS} to {MOST_TABLE_ROWS:,} can be used"
        raise OwnTableError("file", f"{more}{rows:,} rows below the header", remedy)


@contextmanager
def reading_file(remedy: str) -> Iterator[None]:
    """Whatever Arrow says of a file, in one line.

    Raises:
        OwnTableError: In place of Arrow's and the file system's errors; a changed byte may promise an exabyte.
    """
    try:
        yield
    except UnicodeDecodeError:
        raise OwnTableError("file", "the name of a column is not UTF-8 text", "write it again with another") from None
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        raise unreadable(error, remedy) from None


def unreadable(error: Exception, remedy: str) -> OwnTableError:
    """What a library says of a file, in one line."""
    reason = "".join(each if each.isprintable() else " " for each in str(error).strip()[:LONGEST_REASON])
    return OwnTableError("file", f"cannot be read: {reason or type(error).__name__}", remedy)
