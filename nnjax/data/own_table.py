"""A table of one's own: a file with a header and a row an example becomes numbers, or says what is in the way.

Nothing is guessed that would change what is learnt: a missing value is an error, not a mean; words become columns of
zeros and ones; which column is predicted must be said.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nnjax.data.arrangement import Role
from nnjax.data.own_content import Content
from nnjax.data.own_error import OwnTableError, show
from nnjax.data.polynomial import (
    MOST_FEATURES,
    MOST_NUMBERS,
    count_polynomial_features,
    form_polynomial,
    product_rounding,
)
from nnjax.data.reader import Task
from nnjax.data.tables import Table, arranged, make_table

if TYPE_CHECKING:
    from nnjax.data.own_column import Column

ENDINGS = (".csv", ".tsv", ".parquet")
MOST_WORDS = 20
"""Different words in a column that are each given a column of their own."""

MOST_CLASSES = 100
MOST_SHOWN = 10


@dataclass(frozen=True)
class FileSource:
    """Which columns of which file.

    Attributes:
        path: The file: .csv, .tsv or .parquet.
        target: What is predicted: one column; for regression also several.
        features: The inputs; None stands for all other columns, the index that pandas wrote aside.
        task: "regression" or "classification"; None: classification if the target is words or true and false.
        polynomial_degree: 1 to 5; above 1 the features are all products of up to so many inputs.
        follows: Role and name of the column that the splits follow: no input, unless `features` names it.
    """

    path: Path
    target: tuple[str, ...]
    features: tuple[str, ...] | None = None
    task: Task | None = None
    polynomial_degree: int = 1
    follows: tuple[Role, str] | None = None

    def text(self) -> str:
        """What a person calls it: the file's name."""
        degree = f"(polynomial_degree={self.polynomial_degree})" if self.polynomial_degree > 1 else ""
        return f"{self.path.name}{degree}"


def read_own_table(source: FileSource) -> Table:
    """Read a file into a table of numbers, named after its file.

    Columns of numbers stay as they are; true and false become 1 and 0. A column of words becomes one column of zeros
    and ones a word, named "colour = red", or one for both where there are two words. Classes are numbered in the order
    of their names, numbers by size.

    Raises:
        OwnTableError: If the file or one of the columns cannot be used.
    """
    from nnjax.data.own_arrangement import read_arrangement  # late, as its neighbours: Arrow's functions are dear
    from nnjax.data.own_column import read_column

    with _open(source.path) as content:
        chosen = _chosen(source, content)
        is_class = source.task == "classification"
        targets = [read_column(content, name, "target", is_class) for name in source.target]
        inputs = [read_column(content, name, "features") for name in chosen]
        arrangement = read_arrangement(content, *source.follows) if source.follows else None
    features, names = _inputs(inputs, source.polynomial_degree)
    target, class_names = _outputs(targets, source.task)
    table = make_table(source.text(), features, target, names, source.target, class_names)
    remarks = (column.remark for column in (*targets, *inputs) if column.remark)
    rounding = (*(column.rounding for column in inputs for _ in range(column.width)),)
    rounding = (*product_rounding(rounding, source.polynomial_degree), *(column.rounding for column in targets))
    return arranged(replace(table, remarks=(*content.remarks, *remarks), rounding=rounding), arrangement)


@contextmanager
def _open(path: Path) -> Iterator[Content]:
    from nnjax.data.parquet_file import open_parquet
    from nnjax.data.text_file import open_text

    kind = path.suffix.lower()
    if kind not in ENDINGS:
        shown = path.suffix or "no ending"
        raise OwnTableError("file", f"{shown} is not a kind of table", f"save it as {', '.join(ENDINGS)}")
    try:
        file = path.open("rb")  # one file: a folder would be read as many
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise OwnTableError("file", f"cannot be read: {reason}", "check the path and its permissions") from None
    with file:
        yield open_parquet(file) if kind == ".parquet" else open_text(file, "\t" if kind == ".tsv" else None)


def _chosen(source: FileSource, content: Content) -> tuple[str, ...]:
    """The inputs' names."""
    columns, followed = content.names, (source.follows[1],) if source.follows else ()
    wanted = [("target", source.target), ("features", source.features or ())]
    wanted += [(source.follows[0], followed)] if source.follows else []
    for key, names in wanted:
        unknown = next((name for name in names if name not in columns), None)
        if unknown is not None:
            shown = ", ".join(map(show, columns[:MOST_SHOWN])) + (", …" if len(columns) > MOST_SHOWN else "")
            raise OwnTableError(key, f"there is no column {show(unknown)}", f"columns: {shown}")
    both = next((name for name in source.features or () if name in source.target), None)
    if both is not None:
        raise OwnTableError("features", f"column {show(both)} is the target", "remove it from one of the two")
    if source.follows:
        _check_followed(source, *source.follows)
    if source.features is not None:
        return source.features
    others = tuple(name for name in columns if name not in (*source.target, *content.index, *followed))
    if not others:
        raise OwnTableError("features", "no column is left but the target", "name at least one")
    return others


def _check_followed(source: FileSource, role: Role, name: str) -> None:
    if name in source.target:
        raise OwnTableError(role, f"column {show(name)} is the target", "name another column")
    if role == "fold" and name in (source.features or ()):
        raise OwnTableError("features", f"column {show(name)} is the fold", "remove it: it was made, not measured")


def _inputs(columns: Sequence["Column"], degree: int) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """All inputs [N, D] and their names."""
    for column in columns:
        if len(column.words) > MOST_WORDS:
            problem = f"column {show(column.name)} has {len(column.words):,} different words, such as "
            remedy = f"leave it out of features: at most {MOST_WORDS} become columns"
            meant = f" ({column.remark})" if column.remark else ""
            raise OwnTableError("features", problem + show(column.words[0]), remedy + meant)
    rows, width = len(columns[0].values), sum(column.width for column in columns)
    count, most = count_polynomial_features(width, degree), min(MOST_FEATURES, MOST_NUMBERS // rows)
    if count > most:
        key = "polynomial_degree" if degree > 1 else "features"
        remedy = "lower it, or name fewer features" if degree > 1 else "name fewer"
        raise OwnTableError(key, f"{count:,} features of {rows:,} rows are more than {most:,}", remedy)
    parts = [column.inputs() for column in columns]
    inputs = np.column_stack([values for numbers, _ in parts for values in numbers])
    names = tuple(name for _, shown in parts for name in shown)
    if degree > 1 and np.log10(np.abs(inputs).max() + 1.0) * degree > np.log10(np.finfo(np.float64).max):
        problem = f"products of {degree} numbers as large as {np.abs(inputs).max():.3g} are infinite"
        raise OwnTableError("polynomial_degree", problem, "write the columns in larger units")
    return form_polynomial(inputs, names, degree)


def _outputs(targets: Sequence["Column"], task: Task | None) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Outputs and class names; no class names for a regression."""
    first = targets[0]
    is_of_classes = bool(first.words) or first.is_true_or_false
    if (task or ("classification" if is_of_classes else "regression")) == "regression":
        words = next((column.name for column in targets if column.words), None)
        if words is not None:
            problem = f"column {show(words)} holds words, a regression predicts numbers"
            raise OwnTableError("target", problem, 'write task = "classification" for classes')
        return np.column_stack([column.values for column in targets]), ()
    if len(targets) > 1:
        raise OwnTableError("target", "a classification has one target", "name one column")
    levels, numbers = np.unique(first.values, return_inverse=True)
    if len(levels) > MOST_CLASSES:
        remedy = f'at most {MOST_CLASSES} can be told apart; write task = "regression" for a number'
        raise OwnTableError("target", f"column {show(first.name)} has {len(levels):,} classes", remedy)
    if first.is_true_or_false:
        return numbers.astype(np.float64), ("false", "true")
    return numbers.astype(np.float64), first.words or tuple(repr(level).removesuffix(".0") for level in levels.tolist())
