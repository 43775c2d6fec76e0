"""A column's cells as the kind that it is known to have, in whichever file they stand: nothing is guessed here.

What a cell of text means is what `own_text_column` understands a whole column of it as; so a block of rows, or a single
one, means what it means in its file.
"""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from nnjax.data.column import DATE_KIND, NUMBER_KIND, TRUTH_KIND, WORD_KIND
from nnjax.data.own_column import is_text, plain_column, without_blanks
from nnjax.data.own_error import LONGEST_SHOWN, ColumnError, show
from nnjax.data.own_numbers import (
    LARGEST,
    LARGEST_WHOLE,
    check_exact,
    count_seconds,
    is_beyond_calendar,
    is_number,
    to_floats,
)
from nnjax.data.own_text_column import CODE, FALSE, TRUE, WHOLE_NUMBER, bare_text, is_in, text_of

_WHOLE_SECONDS, _PARTS, _ZONED = pa.timestamp("s"), pa.timestamp("ns"), pa.timestamp("ns", "UTC")
_ZONE = r"(Z|[+-]\d\d(:?\d\d)?)$"
_LONGEST_DAY = len("2026-11-30")

_INEXACT = "is a number that 64 bits of a float cannot hold exactly"

_NO_TRUTH = "is neither true nor false"
_WRITE_NUMBERS = "write a number with a decimal point and nothing else, no zero in front"
_WRITE_TRUTH = "write true or false, or 1 or 0"

UNKNOWN_WORD = -1.0
"""Code of a word that is not among those of its column."""


class CellError(Exception):
    """A cell that is not of its column's kind.

    Attributes:
        row: Its place in what was read, from 0.
        problem: What is wrong with it, said behind "column 'x', row 3: ".
        remedy: What to do about it.
    """

    def __init__(self, row: int, problem: str, remedy: str) -> None:
        """All are kept."""
        super().__init__(problem)
        self.row, self.problem, self.remedy = row, problem, remedy


def type_problem(kind: str, found: pa.DataType) -> str:
    """What is wrong with a column of this type, where one of this kind is wanted; empty if nothing is.

    >>> type_problem("words", pa.int64()), type_problem("numbers", pa.decimal128(9, 2))
    ('holds int64 where the model has words', '')
    """
    found = found.value_type if pa.types.is_dictionary(found) else found
    is_fit: dict[str, bool] = {
        NUMBER_KIND: is_number(found),
        TRUTH_KIND: pa.types.is_boolean(found) or is_number(found),
        DATE_KIND: pa.types.is_timestamp(found) or pa.types.is_date(found),
        WORD_KIND: is_text(found) or pa.types.is_string_view(found),
    }
    if is_fit[kind] or pa.types.is_null(found):
        return ""
    return f"holds {str(found)[:LONGEST_SHOWN]} where the model has {kind}"


def declared_cells(written: pa.ChunkedArray, kind: str, words: Sequence[str], is_text: bool) -> NDArray[np.float64]:
    """A column's cells [N]: numbers; 0 and 1; seconds since 1970; the place among the words; NaN for a gap.

    Args:
        written: As the file has them: bytes if it is text, otherwise of a type of which `type_problem` says nothing.
        kind: One of the kinds of columns.
        words: Those that there are, for a column of words; `UNKNOWN_WORD` is any other.
        is_text: Whether the cells are bytes.

    Raises:
        CellError: If one of them is not of the kind.
    """
    if is_text:
        text = text_of(written)
        if text is None:
            raise CellError(
                _first(written, lambda cells: text_of(cells) is not None), "is not UTF-8 text", "save the file as UTF-8"
            )
        return _of_words(text, words) if kind == WORD_KIND else _OF_TEXT[kind](bare_text(text))
    column = plain_column(written)
    if column.null_count == len(column):
        return np.full(len(column), np.nan)
    if kind == WORD_KIND:
        return _of_words(column, words)
    if kind == DATE_KIND:
        return _within_calendar(count_seconds(column), column)
    numbers = _exact(column)
    return _of_truth(numbers) if kind == TRUTH_KIND else _finite(numbers)


def _first(cells: pa.ChunkedArray, is_fine: Callable[[pa.ChunkedArray], bool]) -> int:
    """The first cell that is not fine, where they are not all."""
    low, high = 0, len(cells)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if is_fine(cells.slice(low, middle - low)) else (low, middle)
    return low


def _is(cells: pa.ChunkedArray, kind: pa.DataType) -> bool:
    """Whether each can be read as that."""
    try:
        cells.cast(kind)
    except pa.ArrowInvalid:
        return False
    return True


def _refuse(is_wrong: object, shown: Callable[[int], str], problem: str, remedy: str) -> None:
    """Of wrong cells the first, as it is shown; nothing where none is wrong."""
    rows = np.flatnonzero(np.asarray(is_wrong))
    if len(rows):
        raise CellError(int(rows[0]), f"{shown(int(rows[0]))} {problem}", remedy)


def _cell(cells: pa.ChunkedArray, row: int) -> str:
    value = cells[row].as_py()
    if value is None or value in ("", b""):
        return "nothing"
    value = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
    return show(value) if isinstance(value, str) else str(value)[:LONGEST_SHOWN]


def _exact(column: pa.ChunkedArray) -> NDArray[np.float64]:
    def is_fine(cells: pa.ChunkedArray) -> bool:
        try:
            to_floats(cells)
        except ColumnError:
            return False
        return True

    if not is_fine(column):
        row = _first(column, is_fine)
        raise CellError(row, f"{_cell(column, row)} {_INEXACT}", "leave it out, or round it")
    return to_floats(column)


def _within_calendar(seconds: NDArray[np.float64], cells: pa.ChunkedArray) -> NDArray[np.float64]:
    remedy = "look at the unit in which it was written"
    _refuse(is_beyond_calendar(seconds), partial(_cell, cells), "lies outside the years 1 to 9999", remedy)
    return seconds


def _of_words(text: pa.ChunkedArray, words: Sequence[str]) -> NDArray[np.float64]:
    text = without_blanks(text)
    places = pc.index_in(text.cast(pa.large_string()), pa.array(words, pa.large_string()))
    codes = np.asarray(pc.fill_null(places, int(UNKNOWN_WORD)), dtype=np.float64)
    return np.where(np.asarray(pc.is_null(text)), np.nan, codes)


def _of_truth(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    is_wrong = (numbers != 0) & (numbers != 1) & ~np.isnan(numbers)
    _refuse(is_wrong, lambda row: f"{numbers[row]:g}", _NO_TRUTH, _WRITE_TRUTH)
    return numbers


def _finite(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    remedy = "write a finite number, or leave the cell empty"
    _refuse(np.abs(numbers) > LARGEST, lambda row: f"{numbers[row]:g}", f"lies beyond {LARGEST:g}", remedy)
    return numbers


def _numbers_of_text(bare: pa.ChunkedArray) -> NDArray[np.float64]:
    if not _is(bare, pa.float64()):
        row = _first(bare, partial(_is, kind=pa.float64()))
        raise CellError(row, f"{_cell(bare, row)} is no number", _WRITE_NUMBERS)
    is_code = pc.fill_null(pc.match_substring_regex(bare, f"^{CODE}"), False)
    _refuse(is_code, partial(_cell, bare), "is a code, no number", _WRITE_NUMBERS)
    numbers = _finite(np.asarray(bare.cast(pa.float64())))
    for row in np.flatnonzero(np.abs(numbers) >= LARGEST_WHOLE).tolist():
        written = bare[row].as_py()
        try:
            check_exact([Decimal(written)] if re.match(WHOLE_NUMBER, written) else [])
        except ColumnError:
            raise CellError(row, f"{_cell(bare, row)} {_INEXACT}", "leave it out, or round it") from None
    return numbers


def _truths_of_text(bare: pa.ChunkedArray) -> NDArray[np.float64]:
    is_true, is_gone = is_in(bare, TRUE), pc.is_null(bare)
    is_wrong = pc.invert(pc.or_(is_gone, pc.or_(is_true, is_in(bare, FALSE))))
    _refuse(is_wrong, partial(_cell, bare), _NO_TRUTH, _WRITE_TRUTH)
    return np.where(np.asarray(is_gone), np.nan, np.asarray(is_true, dtype=np.float64))


def _moments_of_text(bare: pa.ChunkedArray) -> NDArray[np.float64]:
    """Seconds of dates and moments; beside those with a zone, those without are in UTC."""
    is_moment = pc.greater(pc.binary_length(bare), _LONGEST_DAY)
    is_zoned = np.asarray(pc.fill_null(pc.and_(is_moment, pc.match_substring_regex(bare, _ZONE)), False))
    is_part = np.asarray(pc.fill_null(pc.match_substring(bare, "."), False)) & ~is_zoned
    seconds, wrong = np.empty(len(bare)), []
    for is_chosen, unit in ((is_zoned, _ZONED), (is_part, _PARTS), (~is_zoned & ~is_part, _WHOLE_SECONDS)):
        chosen, rows = bare.filter(pa.array(is_chosen)), np.flatnonzero(is_chosen)
        if _is(chosen, unit):
            seconds[rows] = count_seconds(chosen.cast(unit))
        else:
            wrong.append(int(rows[_first(chosen, partial(_is, kind=unit))]))
    if wrong:
        row = min(wrong)
        raise CellError(row, f"{_cell(bare, row)} is no date", "write it as 2026-11-30 or 2026-11-30 12:30")
    return _within_calendar(seconds, bare)


_OF_TEXT: dict[str, Callable[[pa.ChunkedArray], NDArray[np.float64]]] = {
    NUMBER_KIND: _numbers_of_text,
    TRUTH_KIND: _truths_of_text,
    DATE_KIND: _moments_of_text,
}
