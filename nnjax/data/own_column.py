"""A column of a table of one's own, after everything has been looked at that could be wrong with it."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from nnjax.data.column import DATE_KIND, NUMBER_KIND, TRUTH_KIND, WORD_KIND, Column
from nnjax.data.own_content import Content
from nnjax.data.own_error import FILL, LONGEST_SHOWN, ColumnError, OwnTableError, show, show_rows
from nnjax.data.own_numbers import check_squares, is_number, to_floats, to_seconds
from nnjax.data.own_text_column import understand
from nnjax.data.own_words import to_words
from nnjax.data.rounding import ROUNDING, ROUNDING_OF_FLOAT32


def read_column(content: Content, name: str, key: str, is_class: bool = False) -> Column:
    """A column as numbers, or as words; `is_class`: its values are said to be classes.

    The key is what names it in `[data]`: "target", "features" or "weight".

    Raises:
        OwnTableError: If it cannot be used as it is.
    """
    try:
        return _read_column(content, name, is_class)
    except ColumnError as error:
        problem, remedy = f"column {show(name)} {error.problem}", error.remedy
    if remedy.startswith(FILL) and key == "features":
        remedy += ", or leave it out of features"
    if "as words" in problem and key == "target":
        remedy += '; for classes write task = "classification"'
    raise OwnTableError(key, problem, remedy)


def _read_column(content: Content, name: str, is_class: bool) -> Column:
    written = content.column(name)
    column = typed_column(content, name)
    kind = column.type
    if is_text(kind):
        column = without_blanks(column)
    if column.null_count == len(column):
        return _empty(name, len(column))
    if is_text(kind):
        gap, words = _gap(_is_null(column), "number or word", written), to_words(column, is_class)
        remark = words.remark and f"Column {show(name)} {words.remark}"
        return Column(name, WORD_KIND, words.numbers, words.kinds, gap, remark)
    if is_number(kind) or pa.types.is_boolean(kind):
        numbers = to_floats(column)
        if np.isnan(numbers).all():
            return _empty(name, len(numbers))
        gap = _gap(_is_null(column), "number or word", written) or _gap(np.isnan(numbers), "finite number", written)
        if np.isinf(numbers).any():
            raise ColumnError(_gap(np.isinf(numbers), "finite number", written), FILL)
        check_squares(numbers)
        rounding = {pa.float64(): ROUNDING, pa.float32(): ROUNDING_OF_FLOAT32}.get(kind, 0)
        shown = TRUTH_KIND if pa.types.is_boolean(kind) else NUMBER_KIND
        return Column(name, shown, numbers, gap=gap, rounding=rounding)
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return Column(name, DATE_KIND, to_seconds(column), gap=_gap(_is_null(column), "date", written))
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        raise ColumnError("holds bytes, not text", "write it as text, or leave it out of features")
    raise ColumnError(f"holds {str(kind)[:LONGEST_SHOWN]}", "make numbers of it, or leave it out of features")


def _empty(name: str, rows: int) -> Column:
    return Column(name, NUMBER_KIND, np.full(rows, np.nan), gap="is empty")


def typed_column(content: Content, name: str) -> pa.ChunkedArray:
    """A column as numbers, true and false, dates or words; its gaps are null.

    Raises:
        ColumnError: If its text cannot be read.
    """
    written = content.column(name)
    return understand(written) if content.is_text else plain_column(written)


def is_text(kind: pa.DataType) -> bool:
    """Whether a column of this type, made plain, holds words."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def plain_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Text in one form, whichever of Arrow's it has; each cell by itself, not as a place in a dictionary."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_string_view(column.type):
        return column.cast(pa.large_string())
    return column.cast(pa.large_binary()) if pa.types.is_binary_view(column.type) else column


def without_blanks(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Words; where there is nothing but blanks, null."""
    return pc.if_else(pc.equal(pc.utf8_trim_whitespace(column), ""), None, column)


def _is_null(column: pa.ChunkedArray) -> NDArray[np.bool_]:
    return np.asarray(pc.is_null(column))


def _gap(is_gone: NDArray[np.bool_], what: str, written: pa.ChunkedArray) -> str:
    """How many rows hold nothing, and what is written in the first of them; "" if all hold something."""
    gone = np.flatnonzero(is_gone)
    if not len(gone):
        return ""
    cell = written[int(gone[0])].as_py()
    text = cell.decode() if isinstance(cell, bytes) else "" if cell is None else str(cell)
    shown = show(text) if text.strip() else "empty"
    return f"has no {what} in {show_rows(len(gone), int(gone[0]) + 1)} ({shown})"
