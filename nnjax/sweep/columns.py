"""What was understood of every column of a table of one's own, and what becomes of it: known before the training."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nnjax.data.column import DATE_KIND, NUMBER_KIND, Column
from nnjax.data.dates import DATE_PARTS
from nnjax.data.long_tails import AS_IS, LOG
from nnjax.data.preparation import (
    ELAPSED,
    MOST_FREQUENT,
    ORDINAL,
    OWN_LEVEL,
    TARGET,
    Preparation,
    PreparedColumn,
    is_of_words,
    prepared_columns,
)
from nnjax.data.prepared import skewed
from nnjax.sweep.space import Space

MOST_COLUMNS_SHOWN = 40
"""Columns that `plan` shows."""

LONGEST_CELL = 44


@dataclass(frozen=True)
class ColumnReading:
    """A column as it was understood.

    Attributes:
        gaps: Rows without a value.
        levels: Different values.
        filled: What fills its gaps, in each of the ways that the study asks for; empty if it has none.
        becomes: What the network sees of it, likewise.
    """

    column: str
    kind: str
    gaps: int
    levels: int
    filled: str
    becomes: str


def read_as(space: Space) -> tuple[ColumnReading, ...]:
    """Every column of a file; nothing of a data set with a name."""
    table, n_train = space.table, len(space.splits[0].train)
    ways = list(dict.fromkeys(cell.configuration.preparation for cell in space.cells))
    made = [prepared_columns(table, way, n_train) for way in ways] if table.columns else []
    readings = []
    for place, column in enumerate(table.columns):
        told = [_becomes(each[place], way, space) for each, way in zip(made, ways, strict=True)]
        filled, becomes = (" or ".join(dict.fromkeys(each)) for each in zip(*told, strict=True))
        levels = len(column.words) or len(np.unique(column.values[~np.isnan(column.values)]))
        readings.append(ColumnReading(column.name, column.kind, column.gaps, levels, filled, becomes))
    return tuple(readings)


def _becomes(made: PreparedColumn, way: Preparation, space: Space) -> tuple[str, str]:
    """What fills its gaps, and what it becomes then."""
    if made.column.kind == DATE_KIND:
        filled, becomes = "most frequent moment", _dates(made, way)
    elif is_of_words(made.column):
        is_filled = way.missing_values == MOST_FREQUENT
        filled, becomes = "most frequent word" if is_filled else "a word of its own", _words(made, way, space)
    else:
        filled, becomes = FILLED_WITH.get(way.missing_values, way.missing_values), _numbers(made.column, way, space)
    return filled if made.column.gap else "", becomes


FILLED_WITH = {MOST_FREQUENT: "most frequent number", OWN_LEVEL: "median"}


def _dates(made: PreparedColumn, way: Preparation) -> str:
    if way.date_columns == ELAPSED:
        return "days since the first training row"
    return "year, month, weekday" + (", hour" if len(made.names) > len(DATE_PARTS) else "")


def _words(made: PreparedColumn, way: Preparation, space: Space) -> str:
    if way.word_columns == TARGET:
        return f"mean {space.table.target_name} of the word"
    if way.word_columns == ORDINAL:
        return "number of the word"
    width = len(made.names)
    return f"{width} column{'s' if width > 1 else ''} of zeros and ones" + (
        ", one for rare words" * bool(way.rare_words)
    )


def _numbers(column: Column, way: Preparation, space: Space) -> str:
    if column.kind != NUMBER_KIND:
        return "1 for true, 0 for false"
    found = [
        bool(skewed(column.values[:, None], split, way.skewed_columns)[0])
        for split in space.splits
        if way.skewed_columns != AS_IS
    ]
    if not any(found):
        return "as it is"
    name = "logarithm" if way.skewed_columns == LOG else "normal quantiles"
    return name if all(found) else f"{name} in {sum(found)} of {len(found)} splits"


def describe_columns(readings: Sequence[ColumnReading]) -> list[str]:
    """The table as lines of text, those with gaps, words and dates first where there are too many."""
    shown = readings
    if len(readings) > MOST_COLUMNS_SHOWN:
        plain = [each for each in readings if each.becomes == "as it is"]
        others = [each for each in readings if each.becomes != "as it is"]
        shown = (others + plain)[:MOST_COLUMNS_SHOWN]
    if not shown:
        return []
    rows = [
        (in_one_line(each.column, LONGEST_CELL), each.kind, f"{each.levels:,}", f"{each.gaps:,}" if each.gaps else "–",
         each.filled or "–", each.becomes + (" + where it was missing" if _has_flag(each) else ""))
        for each in shown
    ]  # fmt: skip
    rows.insert(0, ("column", "kind", "levels", "gaps", "filled with", "what becomes of it"))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    rest = len(readings) - len(shown)
    return lines + ([f"and {rest:,} more"] if rest else [])


def _has_flag(reading: ColumnReading) -> bool:
    """Whether a second column says where it had gaps."""
    return bool(reading.gaps) and reading.kind == NUMBER_KIND


def in_one_line(name: str, longest: int) -> str:
    """A name of at most so many characters that all print."""
    shown = "".join(each if each.isprintable() else repr(each)[1:-1] for each in name)
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"
