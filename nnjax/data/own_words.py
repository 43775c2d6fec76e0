"""A column of words: which there are, and which of them may be meant as something else."""

import re
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from nnjax.data.own_error import LONGEST_SHOWN, ColumnError, show

_MEANINGS = {
    "date": re.compile(r"\s*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b.*"),
    "code": re.compile(r"\s*[-+]?0\d[\d.]*(?:e[-+]?\d+)?\s*", re.IGNORECASE),
    "number": re.compile(r"\s*[-+]?[\d.,' ]*\d[\d.,' ]*(?:e[-+]?\d+)?\s*[%€$£]?\s*|[-+]?0x[\da-f]+", re.IGNORECASE),
    "quantity": re.compile(
        r"\W*+(?:(?:[A-Z]{2,3}[\s$€£¥]|EUR|USD|GBP|CHF)\W*+)?[\d½¼¾][\d\W_]*+(?:[eE]\W?\d[\d\W_]*+)?[^\W\d_]{0,3}\W*+"
    ),
    "nothing": re.compile(r"[\W_]+|#[A-Z/0]+[!?]"),
}
"""What a word may be meant as, the first that fits. A quantity is a number with whatever stands around it ($5, <5, (5),
−5, 5 kg, 1:30, CHF 5); nothing is neither letter nor digit, or a spreadsheet's complaint (?, --, #DIV/0!)."""

_REMARKS = {
    "code": "begins with a zero, as a code does, not a number",
    "number": "may be meant as a number",
    "quantity": "may be meant as a number",
    "date": "may be meant as a date",
    "nothing": "may stand for a missing value",
}

FEW_QUANTITIES = 0.1
"""Share of the rows below which quantities among words that are no numbers are names: the airline 9E."""


@dataclass(frozen=True)
class Words:
    """A column of words.

    Attributes:
        kinds: The different words, in order.
        numbers: The place of each row's word in them, float64 [N]; NaN where there is none.
        remark: What a person should know of them, said behind "Column 'x' "; empty if nothing.
    """

    kinds: tuple[str, ...]
    numbers: NDArray[np.float64]
    remark: str = ""

    def row(self, kind: str) -> int:
        """The first row of a word, from 1."""
        return int(np.argmax(self.numbers == self.kinds.index(kind))) + 1


def to_words(column: pa.ChunkedArray, is_class: bool) -> Words:
    """The words of a column of text, not all of it null; `is_class`: a person said that they are classes.

    Raises:
        ColumnError: If half of the rows are meant as numbers or dates, which would be learnt as mere names.
    """
    kinds, places = in_order(column.cast(pa.large_string()))
    words = Words(tuple(kinds), np.where(places < 0, np.nan, places))
    if is_class:
        return words
    meanings = _meanings(words.kinds)
    _check_meanings(words, meanings)
    return replace(words, remark=_remark(words, meanings))


def in_order(column: pa.ChunkedArray) -> tuple[list[Any], NDArray[np.int64]]:
    """The different values of a column, in order, and the place of each row's among them [N]; −1 where it has none."""
    encoded = column.combine_chunks().dictionary_encode()
    kinds = encoded.dictionary.to_pylist()
    order = sorted(range(len(kinds)), key=kinds.__getitem__)
    places = np.full(len(kinds) + 1, -1)  # the last one is for rows without a value
    places[order] = np.arange(len(kinds))
    return [kinds[number] for number in order], places[np.asarray(encoded.indices.fill_null(len(kinds)))]


def _meanings(kinds: tuple[str, ...]) -> dict[str, str]:
    """Word -> what it may be meant as; nothing for a word that is one. A plain number among codes is a code."""
    meanings = {kind: meaning for kind in kinds if (meaning := _meaning(kind))}
    if "code" in meanings.values():
        return {kind: "code" if _is_plain(kind) else meaning for kind, meaning in meanings.items()}
    return meanings


def _meaning(word: str) -> str:
    if len(word) > LONGEST_SHOWN:  # no number is longer, and the patterns look back
        return ""
    return next((meaning for meaning, pattern in _MEANINGS.items() if pattern.fullmatch(word)), "")


def _is_plain(word: str) -> bool:
    """Whether it is a number as it should be written."""
    try:
        float(word)
    except ValueError:
        return False
    return "_" not in word


def _check_meanings(words: Words, meanings: dict[str, str]) -> None:
    """A column that is meant as numbers or dates would be read as names: one "?" or a decimal comma is enough."""
    numbers = words.numbers[~np.isnan(words.numbers)]
    counts = np.bincount(numbers.astype(np.int64), minlength=len(words.kinds))
    meant = [meanings.get(kind) in ("number", "date") for kind in words.kinds]
    if counts[meant].sum() < len(numbers) / 2:
        return
    odd = [kind for kind in words.kinds if not _is_plain(kind)]
    row = min(map(words.row, odd or words.kinds))
    example = words.kinds[int(words.numbers[row - 1])]
    remedy = "write numbers with a decimal point and nothing else, make numbers of dates"
    raise ColumnError(f"holds numbers or dates as words, in row {row:,} {show(example)}", remedy)


def _share(words: Words, meanings: dict[str, str]) -> float:
    """Share of the words' rows that may be meant as something else."""
    numbers = words.numbers[~np.isnan(words.numbers)].astype(np.int64)
    return float(np.isin(numbers, [place for place, kind in enumerate(words.kinds) if kind in meanings]).mean())


def _remark(words: Words, meanings: dict[str, str]) -> str:
    """An example of everything that the words may be meant as; signs alone are words too, such as + and −."""
    if set(meanings.values()) == {"nothing"} and len(meanings) == len(words.kinds):
        return ""
    if set(meanings.values()) == {"quantity"} and _share(words, meanings) < FEW_QUANTITIES:
        return ""
    examples: dict[str, str] = {}
    told = (kind for kind in meanings if meanings[kind] == _meaning(kind))  # not 8, which is a code beside 007
    for row, kind in sorted((words.row(kind), kind) for kind in told):
        examples.setdefault(_REMARKS[meanings[kind]], f"{show(kind)} in row {row:,}")
    parts = [f"{example} {remark}" for remark, example in examples.items()]
    return f"is read as {len(words.kinds):,} different words, but {', '.join(parts)}." if parts else ""
