"""Marks that the page's script knows again: a mark of a cell, a line of a level."""

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from nnjax.sweep.space import level_text

ID_DIGITS = 12
"""Enough of an identity to name one cell or run among millions."""


def cell_mark(cell_id: str) -> str:
    """The group id of a cell's mark.

    >>> cell_mark("0123456789abcdef")
    'cell:0123456789ab'
    """
    return f"cell:{cell_id[:ID_DIGITS]}"


def level_mark(factor: str, level: Any) -> str:
    """What the lines of a level are marked with, and its key in a legend.

    >>> level_mark("depth", 8)
    'depth=8'
    """
    return f"{factor}={level_text(level)}"


def each_level(axes: Axes, table: pd.DataFrame, by: str | Sequence[str]) -> Iterator[tuple[Any, pd.DataFrame]]:
    """The parts of a table, level by level; all that is drawn of a part is marked with the level.

    Where `by` is a factor and what else tells the parts apart, each comes with the key of all columns.
    """
    columns = [by] if isinstance(by, str) else list(by)
    for key, part in table.groupby(columns, sort=False):
        levels: tuple[Any, ...] = key if isinstance(key, tuple) else (key,)
        before = set(axes.get_children())
        yield (levels[0] if isinstance(by, str) else levels), part
        for artist in set(axes.get_children()) - before:
            artist.set_gid(f"level:{level_mark(columns[0], levels[0])}")
