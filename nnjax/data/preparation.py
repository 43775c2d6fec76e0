"""How the columns of a table are to become numbers: what becomes of gaps, words and dates, known before any is learnt.

Words are those of the whole table, so that every split has the same width, as one compiled program needs.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnjax.data.column import DATE_KIND, NUMBER_KIND, TRUTH_KIND, WORD_KIND, Column, shown_words
from nnjax.data.dates import DATE_PARTS, TIME_PARTS, has_times
from nnjax.data.long_tails import AS_IS, LOG, QUANTILE
from nnjax.data.own_error import OwnTableError, joined, show
from nnjax.data.polynomial import MOST_FEATURES, MOST_NUMBERS, count_polynomial_features
from nnjax.data.tables import Table

REFUSE, OWN_LEVEL, MOST_FREQUENT = "refuse", "own_level", "most_frequent"
MISSING_VALUES = (REFUSE, "median", "mean", MOST_FREQUENT, OWN_LEVEL)
ONE_HOT, TARGET, ORDINAL = "one_hot", "target", "ordinal"
WORD_COLUMNS = (ONE_HOT, TARGET, ORDINAL)
PARTS, ELAPSED = "parts", "elapsed"
DATE_COLUMNS = (REFUSE, PARTS, ELAPSED)
SKEWED_COLUMNS = (AS_IS, LOG, QUANTILE)

MOST_WORDS = 20
"""Different words in a column that are each given a column of their own, unless rare ones are merged."""

MISSING_WORD = "(missing)"
RARE_WORD = "(rare)"


@dataclass(frozen=True)
class Preparation:
    """The factors that say how columns become numbers; with all of them at their defaults, as they always did.

    Attributes:
        missing_values: One of `MISSING_VALUES`.
        word_columns: One of `WORD_COLUMNS`.
        rare_words: Share of the training rows; words rarer than that become one. 0 merges none.
        date_columns: One of `DATE_COLUMNS`.
        skewed_columns: One of `SKEWED_COLUMNS`.
    """

    missing_values: str = REFUSE
    word_columns: str = ONE_HOT
    rare_words: float = 0.0
    date_columns: str = REFUSE
    skewed_columns: str = AS_IS

    @property
    def is_default(self) -> bool:
        """Whether nothing is learnt."""
        return self == AS_THEY_ARE


AS_THEY_ARE = Preparation()
"""Nothing is learnt: numbers stay as they are, words become columns of zeros and ones, gaps and dates are refused."""


@dataclass(frozen=True)
class PreparedColumn:
    """What becomes of a column.

    Attributes:
        column: As it was read.
        names: Of the columns of numbers that it becomes.
        words: Numbers of its words that have a column, or a code, of their own whatever the split.
    """

    column: Column
    names: tuple[str, ...]
    words: tuple[int, ...] = ()


def table_columns(table: Table) -> tuple[Column, ...]:
    """The columns of any table: of one that is no file, numbers."""
    if table.columns:
        return table.columns
    return tuple(
        Column(name, NUMBER_KIND, values) for name, values in zip(table.feature_names, table.features.T, strict=True)
    )


def preparation_problems(table: Table, preparation: Preparation, n_train: int = 1) -> Iterator[OwnTableError]:
    """All that keeps a table from being prepared so for a split of so many training rows; nothing if it can be."""
    for column in table.columns:
        if column.gap:
            yield from _gap_problems(column, preparation)
        if column.kind == DATE_KIND and preparation.date_columns == REFUSE:
            remedy = f'write date_columns = "{PARTS}" or "{ELAPSED}" under [fixed], or leave it out of features'
            yield OwnTableError("features", f"column {show(column.name)} holds dates", remedy)
        if _has_many_words(column, preparation):
            yield _many_words(column)
    if preparation.word_columns == TARGET and table.target.shape[1] > 1:
        remedy = f'write word_columns = "{ONE_HOT}" or "{ORDINAL}"'
        yield OwnTableError("target", f"{table.target.shape[1]} targets, words can be encoded by one of them", remedy)
    if any(_has_many_words(column, preparation) for column in table.columns):
        return  # too many features may follow from that
    rows, width = len(table.target), sum(len(each.names) for each in prepared_columns(table, preparation, n_train))
    count, most = count_polynomial_features(width, table.polynomial_degree), min(MOST_FEATURES, MOST_NUMBERS // rows)
    if table.columns and count > most:
        is_power = table.polynomial_degree > 1
        remedy = "lower it, or name fewer features" if is_power else "name fewer"
        problem = f"{count:,} features of {rows:,} rows are more than {most:,}"
        yield OwnTableError("polynomial_degree" if is_power else "features", problem, remedy)


def check_preparation(table: Table, preparation: Preparation, n_train: int = 1) -> None:
    """Refuse a table that cannot be prepared so.

    Raises:
        OwnTableError: The first problem, the others beside it.
    """
    if problems := list(preparation_problems(table, preparation, n_train)):
        raise joined(problems)


def _gap_problems(column: Column, preparation: Preparation) -> Iterator[OwnTableError]:
    if preparation.missing_values == REFUSE:
        level = MOST_FREQUENT if column.kind == DATE_KIND else "median"
        remedy = (
            f'fill or remove those rows, or leave it out of features, or write missing_values = "{level}" under [fixed]'
        )
        yield OwnTableError("features", f"column {show(column.name)} {column.gap}", remedy)
    elif column.kind == DATE_KIND and preparation.missing_values != MOST_FREQUENT:
        remedy = f'dates are filled by missing_values = "{MOST_FREQUENT}" only; or leave it out of features'
        yield OwnTableError("features", f"column {show(column.name)} {column.gap}", remedy)


def _has_many_words(column: Column, preparation: Preparation) -> bool:
    """Whether it has more words than become columns without being asked for."""
    is_spread = preparation.word_columns == ONE_HOT and not preparation.rare_words
    return is_spread and len(column.words) > MOST_WORDS


def _many_words(column: Column) -> OwnTableError:
    problem = f"column {show(column.name)} has {len(column.words):,} different words, such as "
    remedy = (
        f"leave it out of features, or write rare_words = 0.01 (rarer ones become one) or word_columns = "
        f'"{TARGET}" under [fixed]: at most {MOST_WORDS} become columns'
    )
    meant = f" ({column.remark})" if column.remark else ""
    return OwnTableError("features", problem + show(column.words[0]), remedy + meant)


def prepared_columns(table: Table, preparation: Preparation, n_train: int) -> tuple[PreparedColumn, ...]:
    """What becomes of every column, whatever the split; nothing is learnt for it.

    Which words can be rare depends on the number of training rows of a split.
    """
    return tuple(_prepared_column(column, table, preparation, n_train) for column in table_columns(table))


def prepared_width(table: Table, preparation: Preparation, n_train: int) -> int:
    """Features of a table that is prepared so, in every split alike."""
    if preparation.is_default and not table.is_raw:
        return len(table.feature_names)
    width = sum(len(each.names) for each in prepared_columns(table, preparation, n_train))
    return count_polynomial_features(width, table.polynomial_degree)


def _prepared_column(column: Column, table: Table, preparation: Preparation, n_train: int) -> PreparedColumn:
    name = column.name
    if column.kind == DATE_KIND:
        parts = (*DATE_PARTS, *(TIME_PARTS if has_times(column.values) else ()))
        shown = ("days",) if preparation.date_columns == ELAPSED else parts
        return PreparedColumn(column, tuple(f"{name} ({part})" for part in shown))
    if not is_of_words(column):
        return PreparedColumn(column, (name, f"{name} is missing") if column.gap else (name,))
    codes, words = codes_of(column, preparation), words_of(column, preparation)
    if preparation.word_columns == TARGET:
        made = [f"share of {each}" for each in shown_words(table.class_names)] or [f"mean {table.target_name}"]
        return PreparedColumn(column, tuple(f"{name} ({each})" for each in made), tuple(range(len(words))))
    if preparation.word_columns == ORDINAL:
        return PreparedColumn(column, (name,), tuple(range(len(words))))
    counts = np.bincount(codes[~np.isnan(codes)].astype(np.int64), minlength=len(words))
    kept = tuple(np.flatnonzero(counts >= preparation.rare_words * n_train).tolist())
    shown = (*(words[number] for number in kept), RARE_WORD) if preparation.rare_words else shown_words(words)
    return PreparedColumn(column, tuple(f"{name} = {word}" for word in shown), kept)


def is_of_words(column: Column) -> bool:
    """True and false are numbers, and words only where some rows have neither."""
    return column.kind == WORD_KIND or (column.kind == TRUTH_KIND and bool(column.gap))


def words_of(column: Column, preparation: Preparation) -> tuple[str, ...]:
    """Its words, the missing one last where it is one."""
    words = column.words or ("false", "true")
    return (*words, MISSING_WORD) if column.gap and preparation.missing_values != MOST_FREQUENT else words


def codes_of(column: Column, preparation: Preparation) -> NDArray[np.float64]:
    """The number of the word of each row; NaN only where the most frequent one will be filled in."""
    if preparation.missing_values == MOST_FREQUENT:
        return column.values
    return np.where(np.isnan(column.values), len(column.words or ("false", "true")), column.values)
