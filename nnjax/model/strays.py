"""Rows that lie outside what a model has seen: predicted all the same, and told of."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_STRAYED = 3
"""Columns that are named, those with the most such rows first."""


class Strays:
    """Counts rows beyond the least or the largest number, or date, that a column of the model's table had."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        """From `model.json`, which says what each column of the table held; a model that does not say counts none."""
        self._names = [column["name"] for column in document["columns"]]
        seen: Sequence[Mapping[str, Any]] = document["data"].get("columns") or [{}] * len(self._names)
        self._low, self._high = (
            np.array([np.nan if each.get(end) is None else each[end] for each in seen], dtype=np.float64)
            for end in ("low", "high")
        )
        self._rows, self._of_column = 0, np.zeros(len(self._names), dtype=np.int64)

    def count(self, columns: NDArray[np.float64]) -> None:
        """Count among some rows [N, C], as the model reads them; a gap is no stray."""
        outside = (columns < self._low) | (columns > self._high)  # false where there are no ends, or a gap
        self._rows += int(outside.any(axis=1).sum())
        self._of_column += outside.sum(axis=0)

    def words(self, rows: int) -> str:
        """What a person should know; empty if no row strays.

        >>> told = {"columns": [{"name": "age"}], "data": {"columns": [{"low": 1.0, "high": 9.0}]}}
        >>> strays = Strays(told)
        >>> strays.count(np.array([[5.0], [10.0], [np.nan]]))
        >>> strays.words(3)
        "1 of 3 rows lie outside what the model has seen ('age' of 1): how good their predictions are, nobody knows"
        """
        if not self._rows:
            return ""
        order = [place for place in np.argsort(-self._of_column, kind="stable") if self._of_column[place]]
        named = ", ".join(f"{self._names[place]!r} of {self._of_column[place]:,}" for place in order[:MOST_STRAYED])
        more = ", …" if len(order) > MOST_STRAYED else ""
        return (
            f"{self._rows:,} of {rows:,} rows lie outside what the model has seen ({named}{more}): how good their "
            "predictions are, nobody knows"
        )
