"""The column that splits follow: which rows belong together, in which order they came, which fold they are of."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnjax.refusal import HalvedError

Role = Literal["groups", "order", "fold"]
"""The key of `[replicates]` that names the column."""

RowNumbers = NDArray[np.int32]
Codes = NDArray[np.int64]
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Arrangement:
    """A column that splits follow; no feature, unless the study names it as one.

    Attributes:
        role: What it says of the rows.
        column: Its name in the file.
        codes: Its level in every row, 0 … L − 1 in the order of the levels, int64 [N]: which group, which fold, or
            which instant, of which only the order counts and not how far they lie apart.
        levels: What the groups or folds are called; empty for instants.
    """

    role: Role
    column: str
    codes: Codes
    levels: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """Different groups, instants or folds."""
        return int(self.codes.max()) + 1

    @property
    def worth(self) -> float:
        """Levels with equally many rows that would tell as much: (Σ rows)² / Σ rows².

        Source: Kish (1965), Survey Sampling, for the weights of a mean.

        >>> round(Arrangement("groups", "person", np.repeat([0, 1, 2], [8, 1, 1])).worth, 3)
        1.515
        """
        rows = np.bincount(self.codes[self.codes >= 0]).astype(np.float64)
        return float(rows.sum() ** 2 / (rows**2).sum())


class Parts(NamedTuple):
    """The rows of a split, in any order; rows in none of them are used nowhere."""

    train: RowNumbers
    validation: RowNumbers
    test: RowNumbers


class SplitsError(HalvedError):
    """A table that cannot be split as it is asked for.

    Attributes:
        key: Of `[replicates]`, what is to be changed.
    """

    def __init__(self, key: str, problem: str, remedy: str) -> None:
        super().__init__(problem, remedy)
        self.key = key
