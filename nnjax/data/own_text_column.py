"""What a column of text holds: numbers, true and false, dates, or words."""

import re
from collections.abc import Sequence
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from nnjax.data.own_error import ColumnError
from nnjax.data.own_numbers import LARGEST_WHOLE, check_exact

NULL_WORDS = tuple(pyarrow.csv.ConvertOptions().null_values)
"""How spreadsheets and libraries write that there is nothing: NA, NULL, nan and their like."""

TRUE, FALSE = ("1", "True", "TRUE", "true"), ("0", "False", "FALSE", "false")
NUMBERS = (pa.int64(), pa.float64())
MOMENTS = (pa.date32(), pa.timestamp("s"), pa.timestamp("ns"), pa.timestamp("ns", "UTC"))

_FEW = 64
_BLANKS = " \t"
WHOLE_NUMBER = r"^[-+]?[0-9]+(\.0*)?$"
CODE = r"[-+]?0[0-9xX]"
"""How a code begins: a number that one may not be read as."""
_LONGEST_BEGINNING = 3
"""Of a code that can be told from a number: a sign, a zero and what follows."""


def understand(written: pa.ChunkedArray) -> pa.ChunkedArray:
    """The column as the first of these that all of its cells are: numbers, true and false, dates or times, words.

    A column with a zero in front of another digit is words, codes for instance: 01 is not 1. Its cells come as bytes;
    its gaps become null, whatever is written there.

    Raises:
        ColumnError: If it is not UTF-8 text, or holds whole numbers that float64 cannot hold.
    """
    text = text_of(written, is_filled=True)
    if text is None:
        raise ColumnError("is not UTF-8 text", "save the file as UTF-8")
    numbers = _as_numbers(text)
    if numbers is not None:
        return numbers
    text = _with_gaps(text)
    bare = bare_text(text)
    numbers = _as_numbers(bare)
    if numbers is not None:
        return numbers
    is_true = pc.if_else(pc.is_null(bare), None, is_in(bare, TRUE))
    if pc.all(pc.or_(is_true, is_in(bare, FALSE))).as_py():
        return is_true
    moments = next((moments for kind in MOMENTS if (moments := _cast(bare, kind)) is not None), _as_times(bare))
    return text if moments is None else moments


def text_of(written: pa.ChunkedArray, is_filled: bool = False) -> pa.ChunkedArray | None:
    """Cells of bytes as text; where nothing is written, or a word that stands for it, null. None if it is not UTF-8.

    With `is_filled`, gaps stay as they are written.
    """
    try:
        text = written.cast(pa.string())
    except pa.ArrowInvalid:
        return None
    return text if is_filled else _with_gaps(text)


def _with_gaps(text: pa.ChunkedArray) -> pa.ChunkedArray:
    is_missing = pc.or_(is_in(text, NULL_WORDS), pc.equal(pc.ascii_trim(text, _BLANKS), ""))
    return pc.if_else(is_missing, None, text) if pc.any(is_missing).as_py() else text


def bare_text(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """Without the blanks around, which count only in words."""
    return pc.ascii_trim(text, _BLANKS)


def is_in(text: pa.ChunkedArray, words: Sequence[str]) -> pa.ChunkedArray:
    """Whether each cell is one of the words; a gap is none."""
    return pc.is_in(text, pa.array(words, pa.string()))  # not at import: to make an array Arrow imports pandas


def _as_numbers(text: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """None if one of the cells is no number, or one of them a code; gaps are gaps."""
    numbers = next((numbers for kind in NUMBERS if (numbers := _cast(text, kind)) is not None), None)
    if numbers is None or _has_codes(text):
        return None
    if pa.types.is_floating(numbers.type):  # whole numbers too large for 64 bits are among them, rounded
        large = text.filter(pc.greater_equal(pc.abs(numbers), float(LARGEST_WHOLE)))
        whole = large.filter(pc.match_substring_regex(large, WHOLE_NUMBER))
        check_exact(dict.fromkeys(map(Decimal, pc.unique(whole).to_pylist())))
    return numbers


def _cast(text: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray | None:
    try:
        text.slice(0, _FEW).cast(kind)  # a cast that fails goes through all rows, and describes each failure
        return text.cast(kind)
    except pa.ArrowInvalid:
        return None


def _as_times(text: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Times of a day, which Arrow reads only behind a date; there it takes 07 for an hour."""
    if not pc.all(pc.match_substring(text, ":")).as_py():
        return None
    moments = _cast(pc.binary_join_element_wise("1970-01-01", text, " "), pa.timestamp("s"))
    return None if moments is None else moments.cast(pa.time32("s"))


def _has_codes(text: pa.ChunkedArray) -> bool:
    """Whether any number is written with a zero in front, or in base 16."""
    beginnings = pc.unique(pc.binary_slice(text.cast(pa.binary()), 0, _LONGEST_BEGINNING)).to_pylist()
    return any(re.match(CODE, beginning.decode()) for beginning in beginnings if beginning is not None)
