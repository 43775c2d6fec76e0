"""A column of a table as it was read: numbers, words, true and false, or dates, gaps among them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WORD_KIND, TRUTH_KIND, DATE_KIND, NUMBER_KIND = "words", "true or false", "dates", "numbers"
"""Kinds of columns, as a person reads them."""


def shown_words(words: tuple[str, ...]) -> tuple[str, ...]:
    """Those of a column's words that are each a column of zeros and ones: all, but of two the second says it all.

    >>> shown_words(("new", "old")), shown_words(("a", "b", "c"))
    (('old',), ('a', 'b', 'c'))
    """
    return words[1:] if len(words) == 2 else words


@dataclass(frozen=True)
class Column:
    """A column, nothing filled in and nothing left out.

    Attributes:
        name: As the file has it.
        kind: One of the four above.
        values: Its numbers, 0 and 1 for false and true, the number of the word for words, seconds since 1970 for dates;
            NaN where a row has none [N].
        words: The different words, in order; empty for all other kinds.
        gap: What is wrong with the rows that have no value, said behind "column 'x' "; empty if all rows have one.
        remark: What a person should know of how it was read, in a sentence; empty if nothing.
        rounding: Of a float, see `Table`; 0 for whole numbers, decimals, words, dates, true and false.
    """

    name: str
    kind: str
    values: NDArray[np.float64]
    words: tuple[str, ...] = ()
    gap: str = ""
    remark: str = ""
    rounding: int = 0

    @property
    def gaps(self) -> int:
        """Rows without a value."""
        return int(np.isnan(self.values).sum())

    @property
    def is_constant(self) -> bool:
        """Whether no row differs from another: all have the same value, or none has any."""
        return bool(np.isnan(self.values).all() or self.values.min() == self.values.max())

    def inputs(self) -> list[NDArray[np.float64]]:
        """Its columns of numbers while nothing is learnt: those of zeros and ones stand for its `shown_words`."""
        numbers = range(len(self.words) - len(shown_words(self.words)), len(self.words))
        return [(self.values == number).astype(np.float64) for number in numbers] or [self.values]
