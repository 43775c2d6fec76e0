"""Data sets as tables of numbers: one reader a name, so that another data set is one more entry."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnjax.data.arrangement import Arrangement
from nnjax.data.column import Column
from nnjax.data.planar import PLANAR_READERS
from nnjax.data.polynomial import (
    HIGHEST_DEGREE,
    MOST_FEATURES,
    MOST_NUMBERS,
    count_polynomial_features,
    form_polynomial,
)
from nnjax.data.reader import Reader, Task
from nnjax.data.sklearn_tables import SKLEARN_READERS
from nnjax.data.synthetic import SYNTHETIC_READERS
from nnjax.data.weights import WeightColumn

TABLES = {reader.name: reader for reader in (*SKLEARN_READERS, *PLANAR_READERS, *SYNTHETIC_READERS)}
"""Name -> what is known of the data set, and its reader."""

MOST_ROWS = 100_000
LARGEST_NOISE = 1e6
LARGEST_SEED = 2**32 - 1

READ_AS: dict[str, Callable[[Any], Any]] = {"noise": float, "polynomial_degree": int, "rows": int, "seed": int}
"""Parameter of a source -> how its text is read."""


@dataclass(frozen=True)
class Table:
    """A data set, not yet split or scaled.

    Attributes:
        name: Name in study files, with its parameters: the text of its source.
        features: Inputs in their own units, float64 [N, D].
        target: What is predicted, float64. Regression: in its own units, [N, O]. Classification: class number, [N, 1].
        feature_names: One name a column of `features`.
        target_names: One name a column of `target`.
        class_names: One name a class; empty for regression.
        digest: sha256 over names, shapes and numbers; part of every run's identity.
        remarks: What a person should know of how a file of one's own was read, in sentences; in no identity.
        rounding: How many units in the last place of a float64 its numbers may lie apart by rounding alone, one a
            feature and then one a target; empty where all are numbers of float64. No part of the digest.
        arrangement: The column that its splits follow; None where rows are drawn at random.
        columns: A table of one's own as it was read, a column each; empty for all others. Where it has gaps, dates or
            very many words, only preparation makes numbers of it (`preparation.py`), and there are no `features` yet.
        polynomial_degree: What the features are, or are to be, raised to after preparation.
        weights: What its rows count; None where all count alike.
    """

    name: str
    features: NDArray[np.float64]
    target: NDArray[np.float64]
    feature_names: tuple[str, ...]
    target_names: tuple[str, ...]
    class_names: tuple[str, ...]
    digest: str
    remarks: tuple[str, ...] = ()
    rounding: tuple[int, ...] = ()
    arrangement: Arrangement | None = None
    columns: tuple[Column, ...] = ()
    polynomial_degree: int = 1
    weights: WeightColumn | None = None

    @property
    def is_raw(self) -> bool:
        """Whether it has no features before it is prepared."""
        return bool(self.columns) and not self.feature_names

    @property
    def task(self) -> Task:
        """Classification if there are classes."""
        return "classification" if self.class_names else "regression"

    @property
    def target_name(self) -> str:
        """Name of the target, as axis labels show it."""
        return ", ".join(self.target_names)

    @property
    def outputs(self) -> int:
        """Numbers that are predicted: one a target; one a class, of two classes one."""
        return len(self.target_names) if len(self.class_names) <= 2 else len(self.class_names)

    @property
    def labels(self) -> NDArray[np.int64] | None:
        """Class number of every row [N]; None for regression."""
        return self.target[:, 0].astype(np.int64) if self.class_names else None

    @property
    def groups(self) -> NDArray[np.int64] | None:
        """Number of the group of every row [N], where splits part whole groups; None where they do not."""
        return self.arrangement.codes if self.arrangement is not None and self.arrangement.role == "groups" else None


def make_table(
    name: str,
    features: NDArray[np.float64],
    target: NDArray[np.float64],
    feature_names: tuple[str, ...],
    target_names: str | tuple[str, ...],
    class_names: tuple[str, ...] = (),
) -> Table:
    """A read-only table with its digest, from arrays of any memory order.

    Features are [N, D], the target is [N] or [N, O]; for classification it has class numbers 0 … K − 1, each at least
    once, and there are K class names. One target's name may stand alone.

    Raises:
        ValueError: If shapes do not agree, a number is not finite, or targets are not the class numbers.

    >>> make_table("two", np.array([[0.5], [1.5]]), np.array([0, 1]), ("x",), "side", ("left", "right")).task
    'classification'
    """
    target_names = (target_names,) if isinstance(target_names, str) else target_names
    features = np.array(features, dtype=np.float64, order="C")
    target = np.array(target, dtype=np.float64, order="C").reshape(len(target), -1)
    if features.ndim != 2 or features.shape != (len(target), len(feature_names)):
        raise ValueError(f"{name}: features {features.shape} do not fit {len(target)} rows, {len(feature_names)} names")
    if target.shape[1] != len(target_names):
        raise ValueError(f"{name}: target {target.shape} does not fit {len(target_names)} names")
    if not (np.isfinite(features).all() and np.isfinite(target).all()):
        raise ValueError(f"{name}: a feature or a target is not a finite number")
    if class_names and not np.array_equal(np.unique(target), np.arange(len(class_names))):
        raise ValueError(f"{name}: targets are not the class numbers 0 to {len(class_names) - 1}, each at least once")
    return seal(Table(name, features, target, feature_names, target_names, class_names, digest=""))


def seal(table: Table) -> Table:
    """Digest and read-only arrays. One regression target is hashed as it was before there could be several.

    A raw table's digest is over its columns: a gap is a gap, whatever the bits of its NaN.
    """
    targets = table.target_names[0] if len(table.target_names) == 1 else table.target_names
    header: tuple[object, ...] = (table.features.shape, table.feature_names, targets)
    if table.class_names:
        header = (*header, table.class_names)
    if table.is_raw:
        header = (*header, *((column.name, column.kind, column.words) for column in table.columns))
    digest = hashlib.sha256(repr(header).encode())
    arrays = (*(column.values for column in table.columns), table.features, table.target)
    for array in arrays if table.is_raw else arrays[-2:]:
        digest.update(np.where(np.isnan(array), np.nan, array).astype("<f8").tobytes())
    for array in arrays:
        array.setflags(write=False)
    return replace(table, digest=digest.hexdigest())


def arranged(table: Table, arrangement: Arrangement | None) -> Table:
    """The table whose splits follow a column: another one by its digest, since its splits can be made again from it."""
    if arrangement is None:
        return table
    digest = _digest_with(table, arrangement.role, arrangement.codes, "<i8")
    return replace(table, arrangement=arrangement, digest=digest)


def weighted(table: Table, weights: WeightColumn | None) -> Table:
    """The table whose rows count differently: another one by its digest, which knows no name of a column."""
    if weights is None:
        return table
    return replace(table, weights=weights, digest=_digest_with(table, "weights", weights.values, "<f8"))


def _digest_with(table: Table, what: str, values: NDArray[Any], layout: str) -> str:
    """The digest of a table and something else that each of its rows has, which is read-only from then on."""
    digest = hashlib.sha256(f"{table.digest}:{what}:".encode())
    digest.update(values.astype(layout).tobytes())
    values.setflags(write=False)
    return digest.hexdigest()


@dataclass(frozen=True)
class TableSource:
    """Which data set, drawn and prepared how; None leaves a parameter at the data set's default.

    Attributes:
        name: A key of `TABLES`.
        rows: Number of rows to draw.
        noise: Noise of the draw; its meaning is in the data set's description.
        seed: Seed of the draw.
        polynomial_degree: 1 to 5; above 1 the features are all products of up to so many inputs.
    """

    name: str
    rows: int | None = None
    noise: float | None = None
    seed: int | None = None
    polynomial_degree: int = 1

    @property
    def parameters(self) -> dict[str, int | float]:
        """What is set beside the name, in the order of the alphabet."""
        return {name: getattr(self, name) for name in READ_AS if getattr(self, name) != getattr(TableSource, name)}

    def text(self) -> str:
        """One line that names the source: `parse_source` reads it, and a table carries it as its name.

        >>> TableSource("diabetes").text(), TableSource("moons", rows=200, noise=0.2, seed=0).text()
        ('diabetes', 'moons(noise=0.2, rows=200, seed=0)')
        """
        shown = [f"{name}={repr(READ_AS[name](value)).removesuffix('.0')}" for name, value in self.parameters.items()]
        return f"{self.name}({', '.join(shown)})" if shown else self.name


def parse_source(text: str) -> TableSource:
    """The source that a name, or a name and parameters in brackets, stands for.

    Whether such a data set exists is `source_problem`'s question.

    Raises:
        ValueError: If the text cannot be read.

    >>> parse_source("moons(noise=0.2, rows=200)")
    TableSource(name='moons', rows=200, noise=0.2, seed=None, polynomial_degree=1)
    """
    found = re.fullmatch(r"\s*(\w+)\s*(?:\(([^()]*)\))?\s*", text)
    pairs = [pair.split("=") for pair in (found[2] or "").split(",") if pair.strip()] if found else []
    keys = [pair[0].strip() for pair in pairs]
    if not found or any(len(pair) != 2 for pair in pairs) or len({*keys}) < len(keys) or not {*keys} <= {*READ_AS}:
        raise ValueError(f"cannot read the data set {text!r}; write it like moons(noise=0.2, rows=200, seed=0)")
    try:
        return TableSource(found[1], **{key: READ_AS[key](pair[1]) for key, pair in zip(keys, pairs, strict=True)})
    except ValueError as error:
        raise ValueError(f"cannot read the data set {text!r}: {error}") from None


def source_problem(source: TableSource) -> str | None:
    """What is wrong with a source, found without reading it; None if `load_table` will read it.

    >>> source_problem(TableSource("iris", noise=0.1))
    'iris takes no noise; it has no parameters'
    >>> source_problem(TableSource("digits", polynomial_degree=3))
    'polynomial_degree 3 makes 47904 features of the 64 of digits; at most 5000 are formed for so many rows'
    """
    reader = TABLES.get(source.name)
    if reader is None:
        return f"there is no data set {source.name}; there are {', '.join(TABLES)}"
    problems = (problem(reader, source) for problem in (_foreign_parameter, _bad_draw, _bad_degree))
    return next((problem for problem in problems if problem), None)


def _foreign_parameter(reader: Reader, source: TableSource) -> str | None:
    takes = ", ".join(reader.defaults)
    for name in ("rows", "noise", "seed"):
        if getattr(source, name) is not None and name not in reader.defaults:
            return f"{reader.name} takes no {name}; it " + (f"takes {takes}" if takes else "has no parameters")
    return None


def _bad_draw(reader: Reader, source: TableSource) -> str | None:
    for name, least, most in (("rows", reader.fewest_rows, MOST_ROWS), ("seed", 0, LARGEST_SEED)):
        value = getattr(source, name)
        if value is not None and not (_is_whole(value) and least <= value <= most):
            return f"{name} of {reader.name} must be a whole number from {least} to {most}, not {value!r}"
    noise = source.noise
    if noise is not None and not (_is_number(noise) and 0 <= noise <= LARGEST_NOISE):
        return f"noise of {reader.name} must be a number from 0 to {LARGEST_NOISE:.0f}, not {noise!r}"
    return None


def _bad_degree(reader: Reader, source: TableSource) -> str | None:
    degree = source.polynomial_degree
    if not (_is_whole(degree) and 1 <= degree <= HIGHEST_DEGREE):
        return f"polynomial_degree must be a whole number from 1 to {HIGHEST_DEGREE}, not {degree!r}"
    count = count_polynomial_features(reader.n_features, degree)
    most = min(MOST_FEATURES, MOST_NUMBERS // (source.rows or reader.rows or 1))
    if degree > 1 and count > most:
        made_of = f"{count} features of the {reader.n_features} of {reader.name}"
        return f"polynomial_degree {degree} makes {made_of}; at most {most} are formed for so many rows"
    return None


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def load_table(source: TableSource | str) -> Table:
    """The data set that a source, or its text, names; read once a process.

    Raises:
        ValueError: If there is no such data set, or it does not take these parameters.

    >>> load_table("diabetes").features.shape
    (442, 10)
    >>> load_table("disk(polynomial_degree=2)").feature_names
    ('x1', 'x2', 'x1^2', 'x1 x2', 'x2^2')
    """
    source = parse_source(source) if isinstance(source, str) else source
    if problem := source_problem(source):
        raise ValueError(problem)
    return _read(source)


@lru_cache(maxsize=32)
def _read(source: TableSource) -> Table:
    reader = TABLES[source.name]
    chosen = {name: value for name, value in source.parameters.items() if name in reader.defaults}
    columns = reader.read(**{**reader.defaults, **chosen})
    features, names = form_polynomial(columns.features, columns.feature_names, source.polynomial_degree)
    return make_table(source.text(), features, columns.target, names, columns.target_names, columns.class_names)
