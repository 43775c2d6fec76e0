"""A table of one's own: a file with a header and a row an example becomes numbers, or says what is in the way.

Nothing is guessed that would change what is learnt: a missing value is an error, not a mean; words become columns of
zeros and ones; which column is predicted must be said.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet
from numpy.typing import NDArray

from nnjax.data.polynomial import MOST_FEATURES, MOST_NUMBERS, count_polynomial_features, form_polynomial
from nnjax.data.reader import Task
from nnjax.data.tables import MOST_ROWS, Table, make_table
from nnjax.refusal import RefusedError

ENDINGS = (".csv", ".tsv", ".parquet")
MOST_WORDS = 20
"""Different words in a column that are each given a column of their own."""

MOST_CLASSES = 100
LONGEST_HEADER = 1_000_000
LONGEST_SHOWN = 40
LONGEST_REASON = 200
MOST_SHOWN = 10
FEWEST_ROWS = 10
LARGEST = 1e150

LIKE_A_NUMBER = re.compile(r"\s*[-+]?[\d.,' ]*\d[\d.,' ]*(?:e[-+]?\d+)?\s*[%€$£]?\s*", re.IGNORECASE)
LIKE_A_DATE = re.compile(r"\s*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b.*")
"""Words that are meant as numbers or dates, and would be learnt as mere names."""


class OwnTableError(RefusedError):
    """A file that cannot be used as it is.

    Attributes:
        key: Of `[data]`, what is to be changed; "file" for the file itself.
        problem: What is wrong.
        remedy: What to do about it.
    """

    def __init__(self, key: str, problem: str, remedy: str) -> None:
        """All three are kept, and joined into one line."""
        super().__init__(f"{problem}; {remedy}")
        self.key, self.problem, self.remedy = key, problem, remedy


@dataclass(frozen=True)
class FileSource:
    """Which columns of which file.

    Attributes:
        path: The file: .csv, .tsv or .parquet.
        target: What is predicted: one column; for regression also several.
        features: The inputs; None stands for all other columns, the index that pandas wrote aside.
        task: "regression" or "classification"; None: classification if the target is words or true and false.
        polynomial_degree: 1 to 5; above 1 the features are all products of up to so many inputs.
    """

    path: Path
    target: tuple[str, ...]
    features: tuple[str, ...] | None = None
    task: Task | None = None
    polynomial_degree: int = 1

    def text(self) -> str:
        """What a person calls it: the file's name."""
        degree = f"(polynomial_degree={self.polynomial_degree})" if self.polynomial_degree > 1 else ""
        return f"{self.path.name}{degree}"


@dataclass(frozen=True)
class _Column:
    """A column of which every row has a value, and not all the same.

    Attributes:
        name: As the file has it.
        values: Its numbers, 0 and 1 for false and true; the number of the word for words [N].
        words: The different words, in order; empty for numbers.
        is_true_or_false: Whether it has only these two.
    """

    name: str
    values: NDArray[np.float64]
    words: tuple[str, ...] = ()
    is_true_or_false: bool = False

    @property
    def width(self) -> int:
        """Columns of numbers that it becomes as an input."""
        return 1 if len(self.words) <= 2 else len(self.words)

    def inputs(self) -> tuple[list[NDArray[np.float64]], list[str]]:
        """Its columns of numbers, and their names."""
        if not self.words:
            return [self.values], [self.name]
        shown = range(1, 2) if len(self.words) == 2 else range(len(self.words))
        names = [f"{self.name} = {self.words[number]}" for number in shown]
        return [(self.values == number).astype(np.float64) for number in shown], names


def read_own_table(source: FileSource) -> Table:
    """Read a file into a table of numbers.

    Columns of numbers stay as they are; true and false become 1 and 0. A column of words becomes one column of zeros
    and ones a word, named "colour = red", or one for both where there are two words. Classes are numbered in the order
    of their names, numbers by size.

    Args:
        source: File and columns.

    Returns:
        The table, named after its file.

    Raises:
        OwnTableError: If the file or one of the columns cannot be used.
    """
    content = _read(source.path)
    _check_shape(content)
    chosen = _chosen(source, content)
    targets = [_column(content, name, "target", is_class=source.task == "classification") for name in source.target]
    features, names = _inputs([_column(content, name, "features") for name in chosen], source.polynomial_degree)
    target, class_names = _outputs(targets, source.task)
    return make_table(source.text(), features, target, names, source.target, class_names)


def _read(path: Path) -> pa.Table:
    kind = path.suffix.lower()
    if kind not in ENDINGS:
        shown = path.suffix or "no ending"
        raise OwnTableError("file", f"{shown} is not a kind of table", f"save it as {', '.join(ENDINGS)}")
    try:
        if kind == ".parquet":
            with path.open("rb") as file:  # one file: a folder would be read as many
                return pyarrow.parquet.read_table(file)
        with path.open("rb") as file:
            head = file.readline(LONGEST_HEADER).decode("utf-8-sig")
        bare = re.sub(r'"[^"]*"', "", head)
        delimiter = "\t" if kind == ".tsv" else max(",;\t", key=bare.count)
        return pyarrow.csv.read_csv(
            path,
            parse_options=pyarrow.csv.ParseOptions(delimiter=delimiter),
            convert_options=pyarrow.csv.ConvertOptions(strings_can_be_null=True),
        )
    except (pa.ArrowException, UnicodeDecodeError) as error:
        reason = "".join(each if each.isprintable() else " " for each in str(error).strip()[:LONGEST_REASON])
        remedy = "save it as UTF-8: names in the first line, one kind of value a column"
        raise OwnTableError("file", f"cannot be read: {reason}", remedy) from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise OwnTableError("file", f"cannot be read: {reason}", "check the path and its permissions") from None


def _show(text: str) -> str:
    """A name or a word for the eye, in one line."""
    return repr(text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…")


def _check_shape(content: pa.Table) -> None:
    names = content.column_names
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise OwnTableError("file", f"two columns are called {_show(twice[0])}", "give each a name of its own")
    if "" in names:
        remedy = "name it, or leave it out of the file if it numbers the rows: pandas' to_csv(index=False)"
        raise OwnTableError("file", f"column {names.index('') + 1} has no name", remedy)
    unprintable = next((name for name in names if not name.isprintable()), None)
    if unprintable is not None:
        raise OwnTableError("file", f"the name {_show(unprintable)} cannot be printed", "give the column another one")
    if not FEWEST_ROWS <= len(content) <= MOST_ROWS:
        problem = f"{len(content):,} rows below the header"
        raise OwnTableError("file", problem, f"{FEWEST_ROWS} to {MOST_ROWS:,} can be used")


def _chosen(source: FileSource, content: pa.Table) -> tuple[str, ...]:
    """The inputs' names."""
    columns = content.column_names
    for key, names in (("target", source.target), ("features", source.features or ())):
        unknown = next((name for name in names if name not in columns), None)
        if unknown is not None:
            shown = ", ".join(map(_show, columns[:MOST_SHOWN])) + (", …" if len(columns) > MOST_SHOWN else "")
            raise OwnTableError(key, f"there is no column {_show(unknown)}", f"columns: {shown}")
    both = next((name for name in source.features or () if name in source.target), None)
    if both is not None:
        raise OwnTableError("features", f"column {_show(both)} is the target", "remove it from one of the two")
    if source.features is not None:
        return source.features
    index = (content.schema.pandas_metadata or {}).get("index_columns", [])
    others = tuple(name for name in columns if name not in source.target and name not in index)
    if not others:
        raise OwnTableError("features", "no column is left but the target", "name at least one")
    return others


def _column(content: pa.Table, name: str, key: str, is_class: bool = False) -> _Column:
    """A column as numbers, after everything has been looked at that could be wrong with it."""
    column, remedy = content[name], "fill or remove those rows"
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    kind = column.type
    if pa.types.is_null(kind):
        raise OwnTableError(key, f"column {_show(name)} is empty", "leave it out")
    if pa.types.is_binary(kind):
        raise OwnTableError(key, f"column {_show(name)} is not UTF-8 text", "save the file as UTF-8")
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        words = column.to_pylist()
        _check_there(np.array([word is not None and word.strip() != "" for word in words]), name, key, remedy)
        if not is_class:
            _check_words(words, name, key)
        kinds = sorted(set(words))
        number = {word: float(place) for place, word in enumerate(kinds)}
        return _varied(_Column(name, np.array([number[word] for word in words]), tuple(kinds)), key)
    if not (_is_number(kind) or pa.types.is_boolean(kind)):
        problem = f"column {_show(name)} holds {str(kind)[:LONGEST_SHOWN]}"
        raise OwnTableError(key, problem, "make numbers of it, or leave it out of features")
    _check_there(np.asarray(pc.is_valid(column)), name, key, remedy)
    try:
        numbers = np.asarray((column.cast(pa.int8()) if pa.types.is_boolean(kind) else column).cast(pa.float64()))
    except pa.ArrowInvalid:
        problem = f"column {_show(name)} has numbers that 64 bits of a float cannot hold exactly"
        raise OwnTableError(key, problem, "leave it out, if it is an identifier; or subtract a constant") from None
    _check_there(np.isfinite(numbers), name, key, remedy)
    if np.abs(numbers).max() > LARGEST:
        problem = f"column {_show(name)} has numbers beyond {LARGEST:g}, whose squares are infinite"
        raise OwnTableError(key, problem, "write it in larger units")
    return _varied(_Column(name, numbers, is_true_or_false=pa.types.is_boolean(kind)), key)


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _check_there(is_there: NDArray[np.bool_], name: str, key: str, remedy: str) -> None:
    gone = np.flatnonzero(~is_there)
    if len(gone):
        problem = f"column {_show(name)} has no number or word in {len(gone):,} rows, the first is row {gone[0] + 1:,}"
        raise OwnTableError(key, problem, remedy if key == "target" else f"{remedy}, or leave it out of features")


def _varied(column: _Column, key: str) -> _Column:
    if column.values.min() == column.values.max():
        raise OwnTableError(
            key, f"column {_show(column.name)} is the same in all rows", "leave it out: it says nothing"
        )
    return column


def _check_words(words: list[str], name: str, key: str) -> None:
    """A column that is meant as numbers or dates would be read as names: one "?" or a decimal comma is enough."""
    short = [word for word in words if len(word) <= LONGEST_SHOWN]  # no number is longer, and the patterns look back
    meant = [word for word in short if LIKE_A_NUMBER.fullmatch(word) or LIKE_A_DATE.fullmatch(word)]
    if len(meant) < len(words) / 2:
        return
    is_float = [_is_float(word) for word in words]
    example = words[is_float.index(False)] if False in is_float else words[0]
    remedy = "write numbers with a decimal point and nothing else, make numbers of dates"
    if key == "target":
        remedy += '; for classes write task = "classification"'
    row = words.index(example) + 1
    raise OwnTableError(
        key, f"column {_show(name)} holds numbers or dates as words, in row {row:,} {_show(example)}", remedy
    )


def _is_float(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _inputs(columns: Sequence[_Column], degree: int) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """All inputs [N, D] and their names."""
    for column in columns:
        if len(column.words) > MOST_WORDS:
            problem = f"column {_show(column.name)} has {len(column.words):,} different words, such as "
            remedy = f"leave it out of features: at most {MOST_WORDS} become columns"
            raise OwnTableError("features", problem + _show(column.words[0]), remedy)
    rows, width = len(columns[0].values), sum(column.width for column in columns)
    count, most = count_polynomial_features(width, degree), min(MOST_FEATURES, MOST_NUMBERS // rows)
    if count > most:
        key, remedy = (
            ("polynomial_degree", "lower it, or name fewer features") if degree > 1 else ("features", "name fewer")
        )
        raise OwnTableError(key, f"{count:,} features of {rows:,} rows are more than {most:,}", remedy)
    parts = [column.inputs() for column in columns]
    inputs = np.column_stack([values for numbers, _ in parts for values in numbers])
    names = tuple(name for _, shown in parts for name in shown)
    if degree > 1 and np.log10(np.abs(inputs).max() + 1.0) * degree > np.log10(np.finfo(np.float64).max):
        problem = f"products of {degree} numbers as large as {np.abs(inputs).max():.3g} are infinite"
        raise OwnTableError("polynomial_degree", problem, "write the columns in larger units")
    return form_polynomial(inputs, names, degree)


def _outputs(targets: Sequence[_Column], task: Task | None) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Outputs and class names; no class names for a regression."""
    first = targets[0]
    is_of_classes = bool(first.words) or first.is_true_or_false
    if (task or ("classification" if is_of_classes else "regression")) == "regression":
        words = next((column.name for column in targets if column.words), None)
        if words is not None:
            problem = f"column {_show(words)} holds words, a regression predicts numbers"
            raise OwnTableError("target", problem, 'write task = "classification" for classes')
        return np.column_stack([column.values for column in targets]), ()
    if len(targets) > 1:
        raise OwnTableError("target", "a classification has one target", "name one column")
    levels, numbers = np.unique(first.values, return_inverse=True)
    if len(levels) > MOST_CLASSES:
        remedy = f'at most {MOST_CLASSES} can be told apart; write task = "regression" for a number'
        raise OwnTableError("target", f"column {_show(first.name)} has {len(levels):,} classes", remedy)
    if first.is_true_or_false:
        return numbers.astype(np.float64), ("false", "true")
    return numbers.astype(np.float64), first.words or tuple(repr(level).removesuffix(".0") for level in levels.tolist())
