"""A column of a table of one's own, after everything has been looked at that could be wrong with it."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from nnjax.data.own_content import Content
from nnjax.data.own_error import LONGEST_SHOWN, ColumnError, OwnTableError, show, show_rows
from nnjax.data.own_numbers import check_squares, is_number, to_floats
from nnjax.data.own_text_column import understand
from nnjax.data.own_words import to_words
from nnjax.data.rounding import ROUNDING, ROUNDING_OF_FLOAT32

_FILL = "fill or remove those rows"


@dataclass(frozen=True)
class Column:
    """A column of which every row has a value, and not all the same.

    Attributes:
        name: As the file has it.
        values: Its numbers, 0 and 1 for false and true; the number of the word for words [N].
        words: The different words, in order; empty for numbers.
        is_true_or_false: Whether it has only these two.
        remark: What a person should know of how it was read, in a sentence; empty if nothing.
        rounding: Of a float, see `Table`; 0 for whole numbers, decimals, words, true and false.
    """

    name: str
    values: NDArray[np.float64]
    words: tuple[str, ...] = ()
    is_true_or_false: bool = False
    remark: str = ""
    rounding: int = 0

    @property
    def width(self) -> int:
        """Columns of numbers that it becomes as an input."""
        return 1 if len(self.words) <= 2 else len(self.words)

    def inputs(self) -> tuple[list[NDArray[np.float64]], list[str]]:
        """Its columns of numbers, and their names."""
        if not self.words:
            return [self.values], [self.name]
        shown = range(1, 2) if len(self.words) == 2 else range(len(self.words))
        names = [f"{self.name} = {self.words[number]}" for number in shown]
        return [(self.values == number).astype(np.float64) for number in shown], names


def read_column(content: Content, name: str, key: str, is_class: bool = False) -> Column:
    """A column as numbers, or as words.

    Args:
        content: The file.
        name: Of the column.
        key: Of `[data]`, what names it: "target" or "features".
        is_class: Whether its values are said to be classes.

    Raises:
        OwnTableError: If it cannot be used as it is.
    """
    try:
        return _read_column(content, name, is_class)
    except ColumnError as error:
        problem, remedy = f"column {show(name)} {error.problem}", error.remedy
    if remedy.startswith(_FILL) and key == "features":
        remedy += ", or leave it out of features"
    if "as words" in problem and key == "target":
        remedy += '; for classes write task = "classification"'
    raise OwnTableError(key, problem, remedy)


def _read_column(content: Content, name: str, is_class: bool) -> Column:
    written = content.column(name)
    column = typed_column(content, name)
    kind, is_true_or_false = column.type, pa.types.is_boolean(column.type)
    if column.null_count == len(column):
        raise ColumnError("is empty", "leave it out")
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        _check_rows(pc.not_equal(pc.utf8_trim_whitespace(column), ""), "number or word", written)
        words = to_words(column, is_class)
        read = Column(name, words.numbers, words.kinds, remark=words.remark and f"Column {show(name)} {words.remark}")
    elif is_number(kind) or is_true_or_false:
        _check_rows(pc.is_valid(column), "number or word", written)
        numbers = to_floats(column)
        _check_rows(pa.chunked_array([np.isfinite(numbers)]), "finite number", written)
        check_squares(numbers)
        rounding = {pa.float64(): ROUNDING, pa.float32(): ROUNDING_OF_FLOAT32}.get(kind, 0)
        read = Column(name, numbers, is_true_or_false=is_true_or_false, rounding=rounding)
    elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        raise ColumnError("holds bytes, not text", "write it as text, or leave it out of features")
    else:
        raise ColumnError(f"holds {str(kind)[:LONGEST_SHOWN]}", "make numbers of it, or leave it out of features")
    if read.values.min() == read.values.max():
        raise ColumnError("is the same in all rows", "leave it out: it says nothing")
    return read


def typed_column(content: Content, name: str) -> pa.ChunkedArray:
    """A column as numbers, true and false, dates or words; its gaps are null.

    Raises:
        ColumnError: If its text cannot be read.
    """
    written = content.column(name)
    return understand(written) if content.is_text else _plain(written)


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Text in one form, whichever of Arrow's it has; each cell by itself, not as a place in a dictionary."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_string_view(column.type):
        return column.cast(pa.large_string())
    return column.cast(pa.large_binary()) if pa.types.is_binary_view(column.type) else column


def _check_rows(is_there: pa.ChunkedArray, what: str, written: pa.ChunkedArray) -> None:
    """Every row holds something; where one does not, what is written there is shown."""
    gone = np.flatnonzero(~np.asarray(pc.fill_null(is_there, False)))
    if len(gone):
        cell = written[int(gone[0])].as_py()
        text = cell.decode() if isinstance(cell, bytes) else "" if cell is None else str(cell)
        shown = show(text) if text.strip() else "empty"
        raise ColumnError(f"has no {what} in {show_rows(len(gone), gone[0] + 1)} ({shown})", _FILL)
