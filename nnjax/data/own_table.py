"""A table of one's own: a file with a header and a row an example becomes numbers, or says what is in the way.

Nothing is guessed that would change what is learnt: a missing value is an error until the study says how it is filled;
words become columns of zeros and ones; which column is predicted must be said.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from nnjax.data.arrangement import Role
from nnjax.data.column import DATE_KIND, TRUTH_KIND, Column
from nnjax.data.own_content import Content
from nnjax.data.own_error import OwnTableError, joined, show
from nnjax.data.polynomial import form_polynomial, product_rounding
from nnjax.data.preparation import AS_THEY_ARE, PreparedColumn, preparation_problems, prepared_columns
from nnjax.data.reader import Task
from nnjax.data.tables import Table, arranged, make_table, seal, weighted

TEXT, COLUMNAR, PACKED = (".csv", ".tsv"), (".parquet", ".arrow", ".feather"), (".gz", ".zst")
ENDINGS = (*TEXT, *COLUMNAR, *(f"{text}{packed}" for packed in PACKED for text in TEXT))
MOST_CLASSES = 100
MOST_SHOWN = 10


@dataclass(frozen=True)
class FileSource:
    """Which columns of which file.

    Attributes:
        path: The file: its name ends as one of `ENDINGS`.
        target: What is predicted: one column; for regression also several.
        features: The inputs; None stands for all other columns, the index that pandas wrote aside.
        task: "regression" or "classification"; None: classification if the target is words or true and false.
        polynomial_degree: 1 to 5; above 1 the features are all products of up to so many inputs.
        follows: Role and name of the column that the splits follow: no input, unless `features` names it.
        weight: Name of the column that says what the rows count: never an input.
        positive: Of two classes the one that is looked for: the second one; None: in the order of their names.
    """

    path: Path
    target: tuple[str, ...]
    features: tuple[str, ...] | None = None
    task: Task | None = None
    polynomial_degree: int = 1
    follows: tuple[Role, str] | None = None
    weight: str | None = None
    positive: str | None = None

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
    from nnjax.data.own_weights import read_weights

    with _open(source.path) as content:
        chosen, problems = _chosen(source, content), list[OwnTableError]()
        targets = list(_read(content, source.target, "target", problems, source.task == "classification"))
        inputs = list(_read(content, chosen, "features", problems))
        arrangement = read_arrangement(content, *source.follows) if source.follows else None
        weights = read_weights(content, source.weight) if source.weight else None
    problems += (_unfit(column) for column in targets if column.gap or column.is_constant or column.kind == DATE_KIND)
    if problems:
        raise joined(problems)
    target, class_names = _positive_last(*_outputs(targets, source.task), source.positive)
    target = target.reshape(len(target), -1)
    kept = tuple(column for column in inputs if not column.is_constant)
    remarks = (*content.remarks, *(column.remark for column in (*targets, *kept) if column.remark), *_left_out(inputs))
    if weights is not None:
        remarks = (*remarks, f"Rows count in losses and scores what column {show(weights.column)} says.")
    if not kept:
        raise OwnTableError("features", "no column is left that says anything", "name at least one")
    bare = Table(source.text(), np.zeros((len(target), 0)), target, (), source.target, class_names, "", remarks)
    raw = replace(bare, columns=kept, polynomial_degree=source.polynomial_degree)
    if any(True for _ in preparation_problems(raw, AS_THEY_ARE)):
        return arranged(weighted(seal(raw), weights), arrangement)
    made_of = prepared_columns(raw, AS_THEY_ARE, n_train=1)
    features, feature_names = _inputs(made_of, source.polynomial_degree)
    table = make_table(source.text(), features, target, feature_names, source.target, class_names)
    rounding = (*(each.column.rounding for each in made_of for _ in each.names),)
    rounding = (*product_rounding(rounding, source.polynomial_degree), *(column.rounding for column in targets))
    made = replace(raw, features=table.features, feature_names=feature_names, digest=table.digest, rounding=rounding)
    return arranged(weighted(made, weights), arrangement)


def _read(
    content: Content, names: Sequence[str], key: str, problems: list[OwnTableError], is_class: bool = False
) -> Iterator[Column]:
    """The columns that can be read; what is wrong with the others is added to the problems."""
    from nnjax.data.own_column import read_column  # late: Arrow's functions are dear

    for name in names:
        try:
            yield read_column(content, name, key, is_class)
        except OwnTableError as error:
            problems.append(error)


def _unfit(target: Column) -> OwnTableError:
    if target.kind == DATE_KIND and not target.gap:
        remedy = "predict a number, such as the days since the first of them"
        return OwnTableError("target", f"column {show(target.name)} holds dates", remedy)
    problem = target.gap or "is the same in all rows"
    unknown = "remove those rows: nothing can be learnt of them, nor scored"
    remedy = unknown if target.gap else "name another one: nothing can be learnt of it"
    return OwnTableError("target", f"column {show(target.name)} {problem}", remedy)


def _left_out(columns: Sequence[Column]) -> list[str]:
    gone = [show(column.name) for column in columns if column.is_constant]
    if not gone:
        return []
    named = ", ".join(gone[:MOST_SHOWN]) + (", …" if len(gone) > MOST_SHOWN else "")
    is_one = len(gone) == 1
    return [
        f"{'Column' if is_one else f'{len(gone):,} columns'} {named} {'is' if is_one else 'are'} the same in all rows, "
        f"or empty, and left out: {'it says' if is_one else 'they say'} nothing."
    ]


def ending_of(path: Path) -> str:
    """The one of `ENDINGS` that a file's name has.

    Raises:
        OwnTableError: If it has none of them.
    """
    kind = next((ending for ending in ENDINGS if path.name.lower().endswith(ending)), None)
    if kind is None:
        shown = path.suffix or "no ending"
        raise OwnTableError("file", f"{shown} is not a kind of table", f"save it as {', '.join(ENDINGS)}")
    return kind


def open_file(path: Path) -> BinaryIO:
    """One file: a folder would be read as many.

    Raises:
        OwnTableError: If it cannot be opened.
    """
    try:
        return path.open("rb")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise OwnTableError("file", f"cannot be read: {reason}", "check the path and its permissions") from None


@contextmanager
def _open(path: Path) -> Iterator[Content]:
    from nnjax.data.arrow_file import open_arrow
    from nnjax.data.parquet_file import open_parquet
    from nnjax.data.text_file import open_text, unpacked

    kind = ending_of(path)
    with open_file(path) as file:
        if kind == ".parquet":
            yield open_parquet(file)
        elif kind in COLUMNAR:
            yield open_arrow(file)
        else:
            yield open_text(unpacked(file, kind), "\t" if kind.startswith(".tsv") else None)


def _chosen(source: FileSource, content: Content) -> tuple[str, ...]:
    """The inputs' names."""
    columns, followed = content.names, (source.follows[1],) if source.follows else ()
    weight = (source.weight,) if source.weight else ()
    wanted = [("target", source.target), ("features", source.features or ())]
    wanted += [(source.follows[0], followed)] if source.follows else []
    wanted += [("weight", weight)]
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
    _check_weight(source)
    if source.features is not None:
        return source.features
    others = tuple(name for name in columns if name not in (*source.target, *content.index, *followed, *weight))
    if not others:
        raise OwnTableError("features", "no column is left but the target", "name at least one")
    return others


def _check_followed(source: FileSource, role: Role, name: str) -> None:
    if name in source.target:
        raise OwnTableError(role, f"column {show(name)} is the target", "name another column")
    if role == "fold" and name in (source.features or ()):
        raise OwnTableError("features", f"column {show(name)} is the fold", "remove it: it was made, not measured")


def _check_weight(source: FileSource) -> None:
    if source.weight in source.target:
        raise OwnTableError("weight", f"column {show(str(source.weight))} is the target", "name another column")
    if source.weight in (source.features or ()):
        raise OwnTableError(
            "features", f"column {show(str(source.weight))} is the weight", "remove it from one of the two"
        )


def _inputs(columns: Sequence[PreparedColumn], degree: int) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """All inputs [N, D] and their names."""
    inputs = np.column_stack([values for each in columns for values in each.column.inputs()])
    names = tuple(name for each in columns for name in each.names)
    if degree > 1 and np.log10(np.abs(inputs).max() + 1.0) * degree > np.log10(np.finfo(np.float64).max):
        problem = f"products of {degree} numbers as large as {np.abs(inputs).max():.3g} are infinite"
        raise OwnTableError("polynomial_degree", problem, "write the columns in larger units")
    return form_polynomial(inputs, names, degree)


def _outputs(targets: Sequence[Column], task: Task | None) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Outputs and class names; no class names for a regression."""
    first = targets[0]
    is_true_or_false = first.kind == TRUTH_KIND
    is_of_classes = bool(first.words) or is_true_or_false
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
    if is_true_or_false:
        return numbers.astype(np.float64), ("false", "true")
    return numbers.astype(np.float64), first.words or tuple(repr(level).removesuffix(".0") for level in levels.tolist())


def _positive_last(
    target: NDArray[np.float64], class_names: tuple[str, ...], positive: str | None
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """The classes with the one that is looked for last."""
    if positive is None:
        return target, class_names
    if len(class_names) != 2:
        problem = f"the target has {len(class_names) or 'no'} classes, and one of two can be looked for"
        raise OwnTableError("positive", problem, "remove it")
    if positive not in class_names:
        raise OwnTableError("positive", "no such class", f"write {' or '.join(map(show, class_names))}")
    return (target, class_names) if positive == class_names[1] else (1.0 - target, class_names[::-1])
