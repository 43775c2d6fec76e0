"""The column of a file that splits follow: groups, instants or folds, numbered in their order."""

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from nnjax.data.arrangement import Arrangement, Role
from nnjax.data.own_column import is_text, typed_column, without_blanks
from nnjax.data.own_content import Content
from nnjax.data.own_error import LONGEST_SHOWN, ColumnError, OwnTableError, show, show_rows
from nnjax.data.own_numbers import is_number
from nnjax.data.own_words import in_order

NEVER_TESTED = "-1"
"""The fold of rows that are in no test part, as scikit-learn's PredefinedSplit has it."""

_FEWEST = {"groups": 2, "fold": 2, "order": 4}
"""Levels without which nothing can be split; how many more it takes is the method's question."""

_NOUNS = {"groups": "groups", "fold": "folds", "order": "instants"}


def read_arrangement(content: Content, role: Role, name: str) -> Arrangement:
    """The column of a role. Instants are numbered by their order, so that no unit of time enters anything.

    Raises:
        OwnTableError: If there is no such column, a row has no value, or it holds what cannot be ordered or told apart.
    """
    try:
        column = typed_column(content, name)
        _check_gaps(column)
        codes, levels = _instants(column) if role == "order" else _levels(column)
    except ColumnError as error:
        raise OwnTableError(role, f"column {show(name)} {error.problem}", error.remedy) from None
    if role == "fold" and NEVER_TESTED in levels:
        place = levels.index(NEVER_TESTED)
        codes = np.where(codes == place, -1, codes - (codes > place))
        levels = (*levels[:place], *levels[place + 1 :])
    if (count := int(codes.max()) + 1) < _FEWEST[role]:
        problem = f"column {show(name)} has {count:,} different {_NOUNS[role]}"
        raise OwnTableError(role, problem, f"{_FEWEST[role]} are needed at least: name another column")
    return Arrangement(role, name, codes, levels if role != "order" else ())


def _check_gaps(column: pa.ChunkedArray) -> None:
    is_there = pc.is_valid(without_blanks(column) if is_text(column.type) else column)
    if pa.types.is_floating(column.type):
        is_there = pc.and_(is_there, pc.fill_null(pc.is_finite(column), False))
    gone = np.flatnonzero(~np.asarray(is_there))
    if len(gone):
        raise ColumnError(f"has no value in {show_rows(len(gone), int(gone[0]) + 1)}", "fill or remove those rows")


def _levels(column: pa.ChunkedArray) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Words in the order of the alphabet, whole numbers by size, false before true, dates from the oldest."""
    kind = column.type
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        if not pc.all(pc.equal(column, pc.floor(column))).as_py():
            raise ColumnError("holds fractions", "words, whole numbers, true and false, or dates tell rows apart")
        column = column if pa.types.is_decimal(kind) else pc.add(column, 0.0)  # −0 is 0
    elif not (is_text(kind) or pa.types.is_integer(kind) or pa.types.is_boolean(kind) or pa.types.is_temporal(kind)):
        raise ColumnError(f"holds {str(kind)[:LONGEST_SHOWN]}", "make words or whole numbers of it")
    levels, places = in_order(column)
    return places, tuple(map(_name, levels))


def _name(level: object) -> str:
    if isinstance(level, bool):
        return "true" if level else "false"
    return str(int(level)) if isinstance(level, float | Decimal) else str(level)


def _instants(column: pa.ChunkedArray) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Numbers by size, dates and times from the oldest: a column has one unit, so that whole numbers of it compare."""
    kind = column.type
    if pa.types.is_temporal(kind):
        is_narrow = pa.types.is_date32(kind) or pa.types.is_time32(kind)
        column = column.cast(pa.int32() if is_narrow else pa.int64())
    elif pa.types.is_decimal(kind):
        column = column.cast(pa.decimal128(38, kind.scale)) if kind.bit_width < 128 else column
    elif not is_number(kind):
        remedy = "numbers, or dates such as 2026-11-30 and times behind them, have an order"
        raise ColumnError("holds words" if is_text(kind) else f"holds {str(kind)[:LONGEST_SHOWN]}", remedy)
    ranks = pc.rank(column.combine_chunks(), sort_keys="ascending", tiebreaker="dense")
    return np.asarray(ranks).astype(np.int64) - 1, ()
