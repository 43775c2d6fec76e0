"""What the rows of a table count: a column of it, and its parts."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnjax.data.splits import Split

WeightNumbers = NDArray[np.float64]


class PartWeights(NamedTuple):
    """What the rows of the parts of a split count, in any unit."""

    train: WeightNumbers
    validation: WeightNumbers
    test: WeightNumbers


@dataclass(frozen=True)
class WeightColumn:
    """A column that says what each row counts in losses and scores; no feature.

    Attributes:
        column: Its name in the file.
        values: Positive numbers in any unit, float64 [N]: a row of weight 2 counts as two rows of weight 1.
    """

    column: str
    values: WeightNumbers

    def of(self, split: Split) -> PartWeights:
        """Those of the rows of a split."""
        return PartWeights(*(self.values[rows] for rows in (split.train, split.validation, split.test)))
