"""Groups of runs by the levels of some factors."""

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd


def each_group(table: pd.DataFrame, factors: Sequence[str]) -> Iterator[tuple[dict[str, Any], pd.DataFrame]]:
    """The rows at each combination of levels, in the order in which the combinations first occur.

    Args:
        table: Has a column for each factor.
        factors: At least one.

    Yields:
        Factor -> level, and the rows.

    Example:
        >>> table = pd.DataFrame({"depth": [2, 1, 2], "split": [0, 0, 1]})
        >>> [(levels, len(rows)) for levels, rows in each_group(table, ["depth"])]
        [({'depth': 2}, 2), ({'depth': 1}, 1)]
    """
    for levels, rows in table.groupby(list(factors), sort=False):
        yield dict(zip(factors, levels, strict=True)), rows
