"""The column of a file that says what its rows count."""

import numpy as np

from nnjax.data.column import NUMBER_KIND
from nnjax.data.own_column import read_column
from nnjax.data.own_content import Content
from nnjax.data.own_error import OwnTableError, show, show_rows
from nnjax.data.weights import WeightColumn

KEY = "weight"
"""Of `[data]`, what names the column."""

MOST_UNEVEN = 1e12
"""How many times as much as another row a row may count: beyond it, float32 knows nothing of the other."""


def read_weights(content: Content, name: str) -> WeightColumn:
    """The column as weights.

    Raises:
        OwnTableError: If there is no such column, or a row has no positive, finite number in it.
    """
    column = read_column(content, name, KEY)
    shown = f"column {show(name)}"
    if column.gap:
        raise OwnTableError(KEY, f"{shown} {column.gap}", "write a weight for each row, or remove the row")
    if column.kind != NUMBER_KIND:
        raise OwnTableError(KEY, f"{shown} holds {column.kind}", "a weight is a positive number: name another column")
    nothing = np.flatnonzero(column.values <= 0)
    if len(nothing):
        where = show_rows(len(nothing), int(nothing[0]) + 1)
        problem = f"{shown} is not above zero in {where} ({column.values[nothing[0]]:g})"
        raise OwnTableError(KEY, problem, "write a positive weight, or remove rows that count nothing")
    if column.values.max() > MOST_UNEVEN * column.values.min():
        problem = f"{shown} goes from {column.values.min():.3g} to {column.values.max():.3g}"
        raise OwnTableError(KEY, problem, f"no row may count more than {MOST_UNEVEN:.0e} times as much as another")
    return WeightColumn(name, column.values)
