"""A fitted model in use, with NumPy and the standard library alone.

    python nnjax_model.py TABLE.csv            predictions of a table, as CSV

    from nnjax_model import Model
    Model.load("models/my_study").predict(rows)     rows: a DataFrame, a dict of columns, or a list of dicts

This file lies in every folder that `nnjax fit` writes, and imports nothing of nnjax. It turns raw columns (numbers,
words, true and false, dates, gaps) into what the networks were trained on, computes them in float64 from their float32
weights, averages the ensemble, turns back to the target's own unit, and adds intervals or sets of classes by CV+.

Sources: CV+ is Barber, Candès, Ramdas & Tibshirani 2021; for groups, whose rows count 1/n each, Lee, Barber & Willett
2023; sets of classes by the non-randomised score of Romano, Sesia & Candès 2020.
"""

import csv
import hashlib
import itertools
import json
import math
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

FORMAT = 1
Floats = NDArray[np.float64]
Columns = NDArray[np.float64]
"""One a raw column [N, C]: a number; 0 or 1; the place of a word among its words, −1 for another word; seconds since
1970 in UTC. NaN is a gap."""

BLOCK = 2048
"""Rows that are predicted together: what they are on their way fits a processor's cache."""


class RowsError(ValueError):
    """Rows that cannot be predicted, in one line."""


class FolderError(ValueError):
    """A folder that is not whole, or not of this format, in one line."""


# ---- raw rows ----

LARGEST, FIRST_SECOND, LAST_SECOND = 1e150, -62_135_596_800, 253_402_300_799
"""Numbers beyond have infinite squares; the first second of the year 1, the last of the year 9999."""
UNITS_A_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
NULL_WORDS = {
    *("#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "N/A", "NA", "NULL"),
    *("NaN", "n/a", "nan", "null"),
}
"""How spreadsheets and libraries write that there is nothing."""
_NUMBER = re.compile(r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([ T].*)?")
_TRUTHS = {**dict.fromkeys(("true", "True", "TRUE", "1"), 1.0), **dict.fromkeys(("false", "False", "FALSE", "0"), 0.0)}
_EPOCH = datetime(1970, 1, 1)


def _is_gap(cell: object) -> bool:
    """None, NaN, pandas' NA and NaT, NumPy's mask, and text of blanks."""
    if cell is None or type(cell).__name__ in ("NAType", "NaTType", "MaskedConstant"):
        return True
    if isinstance(cell, str):
        return not cell.strip()
    try:
        return bool(cell != cell)  # noqa: PLR0124 - so NaN of any kind is told
    except (TypeError, ValueError):
        return False


def _number(cell: object) -> float:
    if isinstance(cell, str) and _NUMBER.fullmatch(cell):
        return float(cell)
    if isinstance(cell, int | float | Decimal | np.integer | np.floating) and not isinstance(cell, bool):
        return float(cell)
    raise ValueError("is no number")


def _truth(cell: object) -> float:
    if isinstance(cell, str) and cell in _TRUTHS:
        return _TRUTHS[cell]
    if isinstance(cell, bool | int | float | np.bool_ | np.integer | np.floating) and cell in (0, 1):
        return float(cell)
    raise ValueError("is neither true nor false")


def _moment(cell: object) -> float:
    if isinstance(cell, np.datetime64):
        return float(_seconds(np.asarray([cell]))[0])
    if isinstance(cell, str):
        try:
            cell = datetime.fromisoformat(cell) if _DATE.fullmatch(cell) else None
        except ValueError:
            cell = None
        if cell is None:
            raise ValueError("is no date as ISO 8601 writes it, such as 2024-05-31 or 2024-05-31T18:30:00Z")
    if not isinstance(cell, date):
        raise ValueError("is no date")
    if not isinstance(cell, datetime):
        cell = datetime(cell.year, cell.month, cell.day)
    elif cell.tzinfo is not None:
        cell = cell.astimezone(UTC).replace(tzinfo=None)
    return ((cell - _EPOCH) // timedelta(microseconds=1)) / 10**6


def _other_word(cell: object) -> float:
    if isinstance(cell, str):
        return -1.0
    raise ValueError("is no word")


_READERS: dict[str, Callable[[object], float]] = {
    "numbers": _number,
    "true or false": _truth,
    "dates": _moment,
    "words": _other_word,
}


def _seconds(moments: NDArray[Any]) -> Floats:
    unit, step = np.datetime_data(moments.dtype)
    if unit not in UNITS_A_SECOND or step != 1:
        moments, unit = moments.astype("datetime64[s]"), "s"
    counts = moments.astype(f"datetime64[{unit}]").view(np.int64).astype(np.float64)
    return np.where(np.isnat(moments), np.nan, counts / UNITS_A_SECOND[unit])


def _array(column: Any) -> tuple[Any, str]:
    """A column's cells and their kind: numbers and truths as float64 with NaN, dates as seconds in UTC, objects."""
    if isinstance(column, str | bytes | Mapping | Set) or not hasattr(column, "__len__"):
        raise ValueError("is no sequence of cells")
    dtype: Any = getattr(column, "dtype", None)
    if isinstance(dtype, np.dtype) and not isinstance(column, np.ma.MaskedArray):
        return _plain_array(np.asarray(column))
    if hasattr(column, "array") and hasattr(column, "to_numpy"):  # pandas' own kinds of columns, Arrow's among them
        if dtype.kind in _ARRAYS:
            return column.to_numpy(dtype=np.float64, na_value=np.nan), _ARRAYS[dtype.kind]
        unit = getattr(dtype, "unit", None) or getattr(getattr(dtype, "pyarrow_dtype", None), "unit", None)
        is_moment = dtype.kind == "M" and unit is not None
        return _plain_array(column.to_numpy(dtype=f"datetime64[{unit}]") if is_moment else column.to_numpy())
    return column.to_pylist() if hasattr(column, "to_pylist") else list(column), "objects"


def _plain_array(array: NDArray[Any]) -> tuple[Any, str]:
    if array.ndim != 1 or array.dtype.kind in "mcV":
        raise ValueError("has several cells a row" if array.ndim != 1 else f"holds {array.dtype}")
    if array.dtype.kind == "M":
        return _seconds(array), "dates"
    kind = _ARRAYS.get(array.dtype.kind)
    return (array.tolist(), "objects") if kind is None else (array.astype(np.float64), kind)


_ARRAYS = {"i": "numbers", "u": "numbers", "f": "numbers", "b": "true or false"}
"""Kind of a dtype -> kind of a column."""


def _read_column(column: Any, kind: str, words: Sequence[str], first: int) -> tuple[Floats, Any]:
    """Values as in `Columns`, and the cells that they were."""
    cells, found = _array(column)
    if found == "objects":
        values = _read_cells(cells, kind, words, first)
    elif found == kind or (found, kind) == ("numbers", "true or false") or np.isnan(cells).all():
        values = cells
    else:
        raise ValueError(f"holds {found}, in the model it has {kind}")
    limits = {"numbers": (-LARGEST, LARGEST), "true or false": (0, 1), "dates": (FIRST_SECOND, LAST_SECOND)}
    lowest, highest = limits.get(kind, (-1, len(words)))
    wrong = (values < lowest) | (values > highest)
    if kind == "true or false":
        wrong |= (values > 0) & (values < 1)
    _complain(wrong, cells, first, "is neither true nor false" if highest == 1 else f"is beyond what {kind} may be")
    return values, cells


def _read_cells(cells: Sequence[Any], kind: str, words: Sequence[str], first: int) -> Floats:
    """Cell by cell, each text once."""
    values, known, read = np.empty(len(cells)), {word: float(place) for place, word in enumerate(words)}, _READERS[kind]
    for row, cell in enumerate(cells):
        is_text = isinstance(cell, str)
        value = known.get(cell) if is_text else None
        if value is None:
            try:
                bare = cell.strip() if is_text and kind != "words" else cell
                is_gap = _is_gap(bare) or (kind != "words" and is_text and bare in NULL_WORDS)
                value = math.nan if is_gap else read(bare)
            except (ValueError, ArithmeticError) as error:
                raise ValueError(f"row {first + row:,}: {_shown(cell)} {error}") from None
            if is_text:
                known[cell] = value
        values[row] = value
    return values


def _complain(wrong: NDArray[np.bool_], cells: Any, first: int, problem: str) -> None:
    """Of the first wrong row, if there is one."""
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ValueError(f"row {first + row:,}: {_shown(cells[row])} {problem}")


def check_cells(values: Floats, cells: Any, rule: Mapping[str, Any], first: int) -> None:
    """Gaps and other words only where the model knows what becomes of them; ValueError that shows the cell."""
    is_of_words = rule["kind"] == "words"
    if is_of_words and np.isnan(rule["encoding"][-1]).any():
        _complain(values < 0, cells, first, f"is none of its words {_listed(rule['words'])}; write one of them")
    if np.isnan(rule["encoding"][-2]).any() if is_of_words else rule["fill"] is None:
        _complain(np.isnan(values), cells, first, "is a gap, and the model was fitted to fill none there; fill it")
    if rule.get("needs_log"):
        _complain(values <= -1, cells, first, "has no log(1 + x)")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(_shown, names[:10])) + (", …" if len(names) > 10 else "")


def _shown(cell: object) -> str:
    text = repr(cell.item() if isinstance(cell, np.generic) else cell)
    return text if len(text) <= 40 else f"{text[:39]}…"


def _columns_by_name(rows: Any) -> tuple[list[Any], Callable[[str], Any]]:
    """The names of what was given, and the way to a column."""
    if isinstance(rows, Mapping):
        return list(rows), rows.__getitem__
    if hasattr(rows, "column_names"):  # an Arrow table
        return list(rows.column_names), rows.column
    if hasattr(rows, "columns"):
        return list(rows.columns), rows.__getitem__
    if isinstance(rows, list | tuple) and all(isinstance(row, Mapping) for row in rows):
        shared = set(rows[0]).intersection(*rows[1:]) if rows else ()
        return [*shared], lambda name: [row[name] for row in rows]
    raise RowsError("rows are a DataFrame, a dict of columns, or a list of dicts")


# ---- preparation: raw columns to the networks' inputs, and their outputs back ----

DUST, FARTHEST, EDGE = 1e-280, 1e30, 1e-7
"""Numbers below `DUST` are 0 to a curve; scaled inputs end at `FARTHEST`; scikit-learn's quantiles at `EDGE`."""


def _polynomial(x: Floats, coefficients: Sequence[float]) -> Floats:
    total = np.full_like(x, coefficients[0])
    for coefficient in coefficients[1:]:
        total *= x
        total += coefficient
    return total


def erf(x: Floats) -> Floats:
    """The error function to the last places of float64; source: Cephes, ndtr.c (Moshier)."""
    size = np.minimum(np.abs(x), 6.0)
    inside, square = np.minimum(size, 1.0), np.minimum(size, 1.0) ** 2
    near = inside * _polynomial(square, _ERF_T) / _polynomial(square, _ERF_U)
    if np.any(size > 1.0):
        outside = np.maximum(size, 1.0)
        far = np.exp(-outside * outside) * _polynomial(outside, _ERF_P) / _polynomial(outside, _ERF_Q)
        near = np.where(size > 1.0, 1.0 - far, near)
    return np.copysign(near, x)


_ERF_T = (9.60497373987051638749, 90.0260197203842689217, 2232.00534594684319226, 7003.32514112805075473,
          55592.3013010394962768)  # fmt: skip
_ERF_U = (1.0, 33.5617141647503099647, 521.357949780152679795, 4594.32382970980127987, 22629.0000613890934246,
          49267.3942608635921086)  # fmt: skip
_ERF_P = (2.46196981473530512524e-10, 0.564189564831068821977, 7.46321056442269912687, 48.6371970985681366614,
          196.520832956077098242, 526.445194995477358631, 934.528527171957607540, 1027.55188689515710272,
          557.535335369399327526)  # fmt: skip
_ERF_Q = (1.0, 13.2281951154744992508, 86.7072140885989742329, 354.937778887819891062, 975.708501743205489753,
          1823.90916687909736289, 2246.33760818710981792, 1656.66309194161350182, 557.535340817727675546)  # fmt: skip


def inverse_normal(p: Floats) -> Floats:
    """The standard normal's quantiles, for p from 1e-11 to 1 − 1e-11; source: AS 241 (Wichura 1988)."""
    q, tail = p - 0.5, np.sqrt(-np.log(np.minimum(p, 1.0 - p))) - 1.6
    inside = np.maximum(0.180625 - q * q, 0.0)
    middle = q * _polynomial(inside, _MIDDLE_UPPER) / _polynomial(inside, _MIDDLE_LOWER)
    outer = np.copysign(_polynomial(tail, _TAIL_UPPER) / _polynomial(tail, _TAIL_LOWER), q)
    return np.where(np.abs(q) <= 0.425, middle, outer)


_MIDDLE_UPPER = (2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
                 13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608)  # fmt: skip
_MIDDLE_LOWER = (5226.495278852854561, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
                 5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0)  # fmt: skip
_TAIL_UPPER = (7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
               3.64784832476320460504, 5.7694972214606914055, 4.6303378461565453, 1.42343711074968357734)  # fmt: skip
_TAIL_LOWER = (1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
               0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1.0)  # fmt: skip


def _to_curve(x: Floats, curve: Mapping[str, Any]) -> Floats:
    """A skewed column without its tail: log(1 + x), or its place among the quantiles on a normal curve."""
    x = np.where(np.abs(x) < DUST, 0.0, x)
    if "log" in curve:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.log1p(x)
    quantiles, references = curve["quantiles"], curve["references"]
    place = 0.5 * (np.interp(x, quantiles, references) - np.interp(-x, -quantiles[::-1], -references[::-1]))
    place = np.where(x + EDGE > quantiles[-1], 1.0, place)
    place = np.where(x - EDGE < quantiles[0], 0.0, place)
    edge = EDGE - np.spacing(1.0)
    return inverse_normal(np.clip(place, edge, 1.0 - edge))


def _from_curve(y: Floats, curve: Mapping[str, Any]) -> Floats:
    """A target [N, O] back in its own unit: as scikit-learn's `inverse_transform`."""
    if "log" in curve:
        return np.expm1(y)
    place, references = 0.5 * (1.0 + erf(y / math.sqrt(2.0))), curve["references"]
    turned = np.empty_like(y)
    for number, quantiles in enumerate(curve["quantiles"]):
        column = np.interp(place[:, number], references, quantiles)
        column = np.where(place[:, number] + EDGE > 1.0, quantiles[-1], column)
        turned[:, number] = np.where(place[:, number] - EDGE < 0.0, quantiles[0], column)
    return turned


def _circle(place: Floats, round_of: int) -> list[Floats]:
    angle = 2 * np.pi * place / round_of
    return [np.sin(angle), np.cos(angle)]


def _features(values: Floats, rule: Mapping[str, Any]) -> list[Floats]:
    """What one raw column becomes; NaN where it may become nothing."""
    if rule["kind"] == "words":
        gone, n_words = np.isnan(values), len(rule["encoding"]) - 2
        place = np.where(gone, n_words, np.where(values < 0, n_words + 1, values)).astype(np.int64)
        return list(rule["encoding"][place].T)
    gone, fill = np.isnan(values), rule["fill"]
    filled = values if fill is None else np.where(gone, fill, values)
    if rule["kind"] == "numbers":
        shown = filled if rule["curve"] is None else _to_curve(filled, rule["curve"])
        return [shown, gone.astype(np.float64)] if rule["indicator"] else [shown]
    if "elapsed_from" in rule:
        return [(filled - rule["elapsed_from"]) / 86_400]
    held = np.where(np.isnan(filled), 0.0, filled)
    days = np.floor(held / 86_400)
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    year = np.where(np.isnan(filled), np.nan, 1970 + np.floor_divide(months, 12))
    parts = [year, *_circle((months % 12).astype(np.float64), 12), *_circle((days + 3) % 7, 7)]
    return parts + (_circle(held % 86_400, 86_400) if rule["with_time"] else [])


def _products(features: Sequence[Floats], terms: Sequence[tuple[int, ...]]) -> Iterator[Floats]:
    made: dict[tuple[int, ...], Floats] = {(): np.ones(len(features[0]))}
    for term in terms:
        before = made.get(term[:-1])
        if before is None:
            before = np.prod([features[each] for each in term[:-1]], axis=0)
        made[term] = before * features[term[-1]]
        yield made[term]


class PreparedRows:
    """What turns raw columns into a network's inputs, and its outputs back: one entry of `preparations`."""

    def __init__(self, document: Mapping[str, Any], columns: Sequence[Mapping[str, Any]]) -> None:
        """From JSON, and the raw columns that it is for; an error of any kind if it does not fit them."""
        self.rules = [_rule(*pair) for pair in zip(document["columns"], columns, strict=True)]
        width = sum(len(_features(np.zeros(1), rule)) for rule in self.rules)
        self.terms = [tuple(term) for term in document.get("products", ())]
        if not all(term and 0 <= min(term) <= max(term) < width for term in self.terms):
            raise ValueError("products are of features that are not there")
        self.width = len(self.terms) or width
        self.x_mean, self.x_scale = (_numbers(document[name], self.width) for name in ("x_mean", "x_scale"))
        self.outputs = len(document["y_mean"])
        self.y_mean, self.y_scale = (_numbers(document[name], self.outputs) for name in ("y_mean", "y_scale"))
        self.curve = _curve(document["target_curve"], self.outputs)
        if min(*self.x_scale, *self.y_scale) <= 0:
            raise ValueError("a scale is not above 0")

    def parts(self, columns: Columns) -> list[Floats]:
        """The prepared columns, neither multiplied nor scaled: one array [N] each."""
        return [each for place, rule in enumerate(self.rules) for each in _features(columns[:, place], rule)]

    def inputs(self, columns: Columns) -> Floats:
        """Scaled inputs [N, D]."""
        made, parts = np.empty((len(columns), self.width)), self.parts(columns)
        with np.errstate(over="ignore", invalid="ignore"):
            for place, part in enumerate(_products(parts, self.terms) if self.terms else parts):
                made[:, place] = (part - self.x_mean[place]) / self.x_scale[place]
        return np.clip(made, -FARTHEST, FARTHEST, out=made)

    def own_unit(self, outputs: Floats) -> Floats:
        """Outputs of a network [N, O] in the target's own unit."""
        with np.errstate(over="ignore", invalid="ignore"):
            values = outputs * self.y_scale + self.y_mean
            return np.clip(values if self.curve is None else _from_curve(values, self.curve), -LARGEST, LARGEST)


def _rule(given: Mapping[str, Any], column: Mapping[str, Any]) -> dict[str, Any]:
    """A rule with arrays: the last two of a word's encodings are those of a gap and of another word, NaN if refused."""
    rule = dict(given)
    if rule["kind"] == "words":
        if rule["words"] != (column["words"] or ["false", "true"]):
            raise ValueError(f"the words of {column['name']!r} and of its rule differ")
        width = len(rule["encoding"][0])
        rows = [*rule["encoding"], *(rule[name] or [math.nan] * width for name in ("missing", "unseen"))]
        rule["encoding"] = np.array([_numbers(row, width) for row in rows])
        if len(rows) != len(rule["words"]) + 2:
            raise ValueError("an encoding has not a row a word")
        return rule
    rule["fill"] = None if rule["fill"] is None else float(_numbers([rule["fill"]], 1)[0])
    if rule["kind"] == "numbers":
        rule["curve"] = _curve(rule["curve"], 0)
    elif rule["kind"] != "dates" or not ("elapsed_from" in rule or rule["parts"]):
        raise ValueError(f"no rule is called {rule['kind']!r}")
    return rule


def _numbers(given: Sequence[Any], length: int) -> Floats:
    """A list of so many numbers."""
    if len(given) != length or not all(isinstance(each, int | float) and not isinstance(each, bool) for each in given):
        raise ValueError(f"{_shown(given)} is no list of {length} numbers")
    return np.array(given, dtype=np.float64)


def _curve(given: Mapping[str, Any] | None, targets: int) -> dict[str, Any] | None:
    if given is None or given.get("log") is True:
        return None if given is None else {"log": True}
    count = len(given["references"])
    rows = [_numbers(each, count) for each in (given["quantiles"] if targets else [given["quantiles"]])]
    if len(rows) != (targets or 1) or not count:
        raise ValueError("quantiles are not those of the targets")
    return {"quantiles": rows if targets else rows[0], "references": _numbers(given["references"], count)}


# ---- networks ----


def _logistic(z: Floats) -> Floats:
    return 1.0 / (1.0 + np.exp(-z))


def _softplus(z: Floats) -> Floats:
    return np.logaddexp(z, 0.0)


def _elu(z: Floats, alpha: float) -> Floats:
    return np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0.0)))


Activation = Callable[[Floats, Mapping[str, Any]], Floats]
ACTIVATIONS: dict[str, Activation] = {
    "identity": lambda z, _: z,
    "binary_step": lambda z, _: (z >= 0).astype(np.float64),
    "logistic": lambda z, _: _logistic(z),
    "tanh": lambda z, _: np.tanh(z, out=z),
    "arctan": lambda z, _: np.arctan(z, out=z),
    "relu": lambda z, _: np.maximum(z, 0.0, out=z),
    "leaky_relu": lambda z, network: np.where(z > 0, z, network["negative_slope"] * z),
    "elu": lambda z, network: _elu(z, network["elu_alpha"]),
    "softplus": lambda z, _: _softplus(z),
    "gelu": lambda z, _: 0.5 * z * (1.0 + erf(z / math.sqrt(2.0))),
    "silu": lambda z, _: z * _logistic(z),
    "selu": lambda z, _: 1.0507009873554805 * _elu(z, 1.6732632423543772),
    "mish": lambda z, _: z * np.tanh(_softplus(z)),
    "hard_tanh": lambda z, _: np.clip(z, -1.0, 1.0, out=z),
}
"""Of the weighted sums [N, units], which they may overwrite."""


def _softmax(logits: Floats) -> Floats:
    exponentials: Floats = np.exp(logits - logits.max(axis=1, keepdims=True))
    exponentials /= exponentials.sum(axis=1, keepdims=True)
    return exponentials


OUTPUTS: dict[str, Callable[[Floats], Floats]] = {
    "identity": lambda logits: logits,
    "relu": lambda logits: np.maximum(logits, 0.0),
    "exponential": np.exp,
    "logistic": _logistic,
    "softmax": _softmax,
}


def _product(signal: Floats, weights: Floats) -> Floats:
    """A matrix product in parts so small that OpenBLAS takes one thread for each: the blocks of rows have the others.

    Its threads wait by spinning, and where others need the cores, too, a product takes thirty times as long.
    """
    fan_in, fan_out = weights.shape
    rows = (9_000 if fan_out == 1 else 2**18) // (fan_in * fan_out)
    if not 16 <= rows < len(signal):
        return signal @ weights
    whole = len(signal) // rows * rows
    made = np.empty((len(signal), fan_out))
    np.matmul(signal[:whole].reshape(-1, rows, fan_in), weights, out=made[:whole].reshape(-1, rows, fan_out))
    np.matmul(signal[whole:], weights, out=made[whole:])
    return made


EPSILON = 1e-5
"""Added to a variance before its root is taken."""


class _Layer(NamedTuple):
    """What a layer does: batch normalisation is already in its weights; maxout's pieces stand side by side."""

    weights: Floats
    bias: Floats
    scale: Floats | None
    negative_slope: Floats | None
    pieces: int


class Network:
    """One network's arrays, checked against what the document says of them.

    How many inputs it has its preparation knows: which words are rare depends on how many rows taught it.
    """

    def __init__(self, key: str, described: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], inputs: int) -> None:
        self.described, self.sizes = described, (inputs, *described["layer_sizes"][1:])
        sizes = self.sizes
        if described["normalization"] not in ("none", "batch", "layer"):
            raise ValueError(f"normalization {described['normalization']!r} is not known")
        if any(len(described[each]) not in (0, len(sizes) - 2) for each in ("structures", "activations")):
            raise ValueError("structures or activations are not as many as hidden layers")
        self.layers = [self._layer(f"{key}.layer_{place + 1}", place, arrays) for place in range(len(sizes) - 1)]

    def _layer(self, name: str, place: int, arrays: Mapping[str, NDArray[Any]]) -> _Layer:
        described, is_hidden = self.described, place < len(self.sizes) - 2
        structure = described["structures"][place] if is_hidden and described["structures"] else "elementwise"
        normalization = described["normalization"] if is_hidden else "none"
        pieces = (described["maxout_pieces"],) if structure == "maxout" else ()
        fan_in, fan_out = self.sizes[place : place + 2]

        def take(part: str, *shape: int) -> Floats:
            array = arrays[f"{name}.{part}"]
            if array.shape != shape or array.dtype != np.float32 or not np.isfinite(array).all():
                raise ValueError(f"{name}.{part} is not {shape} finite float32")
            return array.astype(np.float64)

        weights, bias = take("weights", *pieces, fan_in, fan_out), take("bias", *pieces, fan_out)
        scale = take("scale", *pieces, fan_out) if normalization != "none" else None
        if normalization == "batch" and scale is not None:
            mean, variance = take("mean", *pieces, fan_out), take("variance", *pieces, fan_out)
            scale /= np.sqrt(variance + EPSILON)
            weights, bias, scale = weights * scale[..., None, :], bias - mean * scale, None
        slopes = {"prelu_unit": fan_out, "prelu_layer": 1}.get(structure)
        slope = take("negative_slope", slopes) if slopes else None
        if pieces:
            weights, bias = np.concatenate(list(weights), axis=1), bias.ravel()
            scale = None if scale is None else scale.ravel()
        return _Layer(np.ascontiguousarray(weights), bias, scale, slope, *(pieces or (1,)))

    def outputs(self, inputs: Floats) -> Floats:
        """Of scaled inputs [N, D] the outputs [N, O], after the output function."""
        residual = self.described["residual"]
        signal = skipped = inputs
        with np.errstate(all="ignore"):  # what is no number in the end is refused
            for place, layer in enumerate(self.layers[:-1]):
                signal = self._hidden(layer, place, signal)
                closes = residual > 0 and place > 0 and place % residual == 0
                signal = signal + skipped if closes else signal
                skipped = signal if closes or place == 0 else skipped
            last = self.layers[-1]
            return OUTPUTS[self.described["output"]](_product(signal, last.weights) + last.bias)

    def _hidden(self, layer: _Layer, place: int, signal: Floats) -> Floats:
        z = _product(signal, layer.weights)
        if layer.scale is not None:
            z -= z.mean(axis=1, keepdims=True)
            z *= layer.scale / np.sqrt(np.mean(np.square(z), axis=1, keepdims=True) + EPSILON)
        z += layer.bias
        if layer.pieces > 1:
            return np.asarray(z.reshape(len(z), layer.pieces, -1).max(axis=1))
        if layer.negative_slope is not None:
            return np.where(z > 0, z, layer.negative_slope * z)
        name = self.described["activations"][place]
        return z if name == "maxout" else ACTIVATIONS[name](z, self.described)


# ---- the folder ----

FILES = ("model.json", "weights.safetensors", "nnjax_model.py")
_DTYPES: dict[str, np.dtype[Any]] = {"F32": np.dtype("<f4"), "F64": np.dtype("<f8"), "I64": np.dtype("<i8")}


def _check_sums(folder: Path) -> None:
    """Every file that `SHA256SUMS` names is what it was."""
    named = {}
    for line in (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        found = re.fullmatch(r"([0-9a-f]{64}) [ *]([\w.-]+)", line)
        if not found or found[2] in named:
            raise ValueError(f"SHA256SUMS has a line {_shown(line)}")
        named[found[2]] = found[1]
    for name in (*FILES, *named):
        if name not in named:
            raise ValueError(f"SHA256SUMS does not name {name}")
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != named[name]:
            raise ValueError(f"{name} is not what was written: its SHA-256 differs")


def read_safetensors(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of a file of safetensors, whose layout is: length of the header, header in JSON, bytes."""
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    if len(content) < 8 or length > len(content) - 8:
        raise ValueError(f"{path.name} is cut short")
    header, body, end = _json(content[8 : 8 + length].decode("utf-8")), memoryview(content)[8 + length :], 0
    header.pop("__metadata__", None)
    arrays = {}
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        (start, stop), shape, dtype = entry["data_offsets"], entry["shape"], _DTYPES[entry["dtype"]]
        fits = start == end and stop - start == math.prod(shape) * dtype.itemsize and stop <= len(body)
        if not fits or min(shape, default=0) < 0:
            raise ValueError(f"{path.name} has no room for {name}")
        arrays[name], end = np.frombuffer(body[start:stop], dtype).reshape(shape), stop
    if end != len(body):
        raise ValueError(f"{path.name} is longer than its arrays")
    return arrays


def _json(text: str) -> Any:
    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is no number in JSON")

    return json.loads(text, parse_constant=refuse)


# ---- intervals and sets by CV+ ----

FEW = 16
"""So many candidates are compared one by one."""


def class_scores(probabilities: Floats) -> Floats:
    """Of each class [N, K], how probable it and all that are at least as probable are together: equation 5 at u = 1.

    Classes of equal probability stand in a set together, or not at all. Without randomisation, which would make sets
    smaller and two answers to one question different: sets hold the true class more often than asked.
    """
    order = np.argsort(-probabilities, axis=1, kind="stable")
    ranked = np.take_along_axis(probabilities, order, axis=1)
    total = np.cumsum(ranked, axis=1)
    total[:, -1] = 1.0
    for place in range(total.shape[1] - 2, -1, -1):  # those that tie stand together
        ties = ranked[:, place] == ranked[:, place + 1]
        total[ties, place] = total[ties, place + 1]
    scores = np.empty_like(total)
    np.put_along_axis(scores, order, np.minimum(total, 1.0), axis=1)
    return scores


class Ranks:
    """Scores of the calibration rows, fold by fold, and what they count, in whole numbers.

    Attributes:
        scores: The different ones of each fold, in order.
        counts: What those before each place count together, one more than there are scores.
        units: Rows, or groups, there are.
        unit: What a unit counts; its rows share it.
    """

    def __init__(self, scores: Sequence[Floats], units: Sequence[NDArray[np.int64]]) -> None:
        """From the scores and the unit of each row, a pair of arrays [n_k] a fold."""
        names, place, members = np.unique(np.concatenate(units), return_inverse=True, return_counts=True)
        self.units, self.unit = len(names), math.lcm(*set(members.tolist()))
        if self.unit * self.units >= 2**62:
            self.unit = 2**40  # rounded down below, which makes intervals wider
        weights = np.split((self.unit // members)[place], np.cumsum([len(each) for each in scores])[:-1])
        self.scores, self.counts = list[Floats](), list[NDArray[np.int64]]()
        for numbers, weight in zip(scores, weights, strict=True):
            different, which = np.unique(numbers, return_inverse=True)
            count = np.zeros(len(different) + 1, dtype=np.int64)
            np.add.at(count, which + 1, weight)
            self.scores.append(different)
            self.counts.append(np.cumsum(count))
        self._all = np.concatenate(self.scores)
        self._weights = np.concatenate([np.diff(each) for each in self.counts])
        self._starts = np.cumsum([0, *map(len, self.scores[:-1])])[:, None]
        order = np.argsort(self._all)
        self._pooled, self._pooled_count = self._all[order], np.cumsum(self._weights[order])

    def needed(self, level: Fraction) -> int:
        """What must be counted at a level: (1 − α)(n + 1) units, rounded up."""
        asked, fewest = level * (self.units + 1), math.ceil(level / (1 - level))
        if asked > self.units:
            of = "rows" if self.unit == 1 else "groups"
            raise RowsError(f"level {float(level):g} needs {fewest:,} {of}, the model has {self.units:,}")
        return min(math.ceil(asked * self.unit), int(self._pooled_count[-1]))

    def smallest(self, shifts: Floats, needed: int) -> Floats:
        """The least t [N] up to which the sums of a fold's prediction [N, K] and its scores count what is needed.

        It lies between the folds' least and largest prediction, each with the pooled score of that rank. Guesses in
        between leave a few candidates of each row, which are sorted: exact but for the last places of a float.
        """
        shift, middle = np.ascontiguousarray(shifts.T), self._pooled[np.searchsorted(self._pooled_count, needed)]
        least, most = shift.min(axis=0), shift.max(axis=0)
        bottom, top = least + middle, most + middle
        low, high = self._places(bottom - shift, "left"), self._places(top - shift, "right")
        lost = (self._counted(low) >= needed) | (self._counted(high) < needed)  # by rounding
        if lost.any():
            bottom[lost], top[lost] = (least + self._pooled[0])[lost], (most + self._pooled[-1])[lost]
            low[:, lost], high[:, lost] = 0, np.array([[len(own)] for own in self.scores])
        wide = np.flatnonzero((high - low).sum(axis=0) > FEW)
        if len(wide):
            self._narrow(needed, shift, low, high, bottom, top, wide)
        return self._among(needed, shift, low, high, top)

    def _places(self, sought: Floats, side: Literal["left", "right"]) -> NDArray[np.int64]:
        """Places [K, N] among the scores of each fold."""
        return np.stack([np.searchsorted(own, each, side) for own, each in zip(self.scores, sought, strict=True)])

    def _counted(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        total = self.counts[0][places[0]]
        for counts, place in zip(self.counts[1:], places[1:], strict=True):
            total = total + counts[place]
        return np.asarray(total)

    def _narrow(self, needed: int, shift: Floats, *ends_and_rows: NDArray[Any]) -> None:
        """Narrow low, high, bottom and top of some rows until few candidates, or the same floats, lie between them."""
        *ends, rows = ends_and_rows
        shift, low, high, bottom, top = (each[..., rows] for each in (shift, *ends))
        tiny = 2.0**-50 * (np.abs(bottom) + np.abs(top) + np.abs(shift).max(axis=0))
        for turn in itertools.count():
            below, above = self._counted(low), self._counted(high)
            share = np.clip((needed - below) / (above - below), 0.1, 0.9) if turn % 3 < 2 else 0.5
            guess = bottom + share * (top - bottom)
            places = np.clip(self._places(guess - shift, "right"), low, high)
            enough = self._counted(places) >= needed
            high, low = np.where(enough, places, high), np.where(enough, low, places)
            top, bottom = np.where(enough, guess, top), np.where(enough, bottom, guess)
            done = ((high - low).sum(axis=0) <= FEW) | (top - bottom <= tiny)
            if done.any():
                for end, narrowed in zip(ends, (low, high, bottom, top), strict=True):
                    end[..., rows[done]] = narrowed[..., done]
                if done.all():
                    return
                rows, shift, tiny, low, high, bottom, top = (
                    each[..., ~done] for each in (rows, shift, tiny, low, high, bottom, top)
                )

    def _among(
        self, needed: int, shift: Floats, low: NDArray[np.int64], high: NDArray[np.int64], top: Floats
    ) -> Floats:
        """The one that is needed of the candidates that are left; the top where more than a few are all but alike."""
        number = (high - low).sum(axis=0)
        few = np.flatnonzero(number <= FEW)
        if len(few) < len(number):
            shift, low, high, number = shift[:, few], low[:, few], high[:, few], number[few]
        times = (high - low).T.ravel()  # candidates of each row, fold by fold
        first = (low + self._starts).T.ravel()
        one_by_one = np.arange(times.sum())
        place = one_by_one + np.repeat(first - (np.cumsum(times) - times), times)
        cell = one_by_one + np.repeat(np.arange(len(few)) * FEW - (np.cumsum(number) - number), number)
        values = np.full((len(few), FEW), np.inf)
        values.ravel()[cell] = self._all[place] + np.repeat(shift.T.ravel(), times)
        weights = np.zeros(values.shape, dtype=np.int64)
        weights.ravel()[cell] = self._weights[place]
        order = np.argsort(values, axis=1)
        order += np.arange(len(few))[:, None] * FEW
        total = self._counted(low)[:, None] + np.cumsum(weights.ravel()[order], axis=1)
        chosen = order[np.arange(len(few)), np.argmax(total >= needed, axis=1)]
        found = top.copy()
        found[few] = values.ravel()[chosen]
        return found

    def holds(self, scores: Sequence[Floats], needed: int) -> NDArray[np.bool_]:
        """Which candidates stay [N, K]: lower scores count less than is needed; theirs are given fold by fold."""
        lower = np.stack([np.searchsorted(own, each) for own, each in zip(self.scores, scores, strict=True)])
        return np.asarray(self._counted(lower) < needed)


# ---- the model ----


class Model:
    """A model as its folder has it.

    Attributes:
        document: `model.json`.
        columns: The raw columns that it takes: name, kind and words.
        targets: What it predicts.
        classes: Names of the classes; none for a regression.
        task: "regression" or "classification".
    """

    def __init__(self, document: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
        """From what `model.json` and `weights.safetensors` hold; an error of any kind if they do not fit."""
        self.document, self.columns, self.task = document, list(document["columns"]), document["task"]
        self.targets, self.classes = list(document["targets"]), list(document["classes"])
        self.preparations = [PreparedRows(each, self.columns) for each in document["preparations"]]
        for place, rule in enumerate(self.preparations[0].rules):  # which are asked whether a cell can be predicted
            curves = [each.rules[place].get("curve") or () for each in self.preparations]
            rule["needs_log"] = any("log" in curve for curve in curves)
        self.folds = {each["fold"]: each for each in document["folds"]}
        self._ensemble = [each["key"] for each in document["ensemble"]]
        members = dict.fromkeys(self._ensemble, 0)
        members |= {key: each["preparation"] for each in self.folds.values() for key in each["keys"]}
        self.networks = {
            key: Network(key, document["network"], arrays, self.preparations[learnt].width)
            for key, learnt in members.items()
        }
        self._check()
        self._ranks = self._read_ranks(arrays) if document["intervals"] else []
        self._needed(None)

    def _check(self) -> None:
        """That columns, preparations, networks and names go together; at last one row goes through all of them."""
        names, n_outputs = [each["name"] for each in self.columns], self.document["network"]["layer_sizes"][-1]
        is_regression, n_classes = self.task == "regression", len(self.classes)
        widths = (len(self.targets),) if is_regression else (1, 2) if n_classes == 2 else (n_classes,)
        named = [*names, *self.targets, *self.classes, *(word for each in self.columns for word in each["words"])]
        threshold, ranges = self.document["threshold"], range(len(self.preparations))
        sound = {
            "columns": len(set(names)) == len(names) > 0 and all(each["kind"] in _READERS for each in self.columns),
            "task": is_regression or (self.task == "classification" and len(self.targets) == 1 and n_classes > 1),
            "names": all(isinstance(each, str) for each in named) and len(set(self.classes)) == n_classes,
            "network": n_outputs in widths and {each.outputs for each in self.preparations} == {n_outputs},
            "inputs": self.preparations[0].width == self.document["network"]["layer_sizes"][0],
            "threshold": threshold is None or (isinstance(threshold, int | float) and 0 <= threshold <= 1),
            "folds": all(each["keys"] and each["preparation"] in ranges for each in self.folds.values()),
        }
        if wrong := [name for name, is_sound in sound.items() if not is_sound]:
            raise ValueError(f"{wrong[0]} of the document do not fit the rest")
        row = np.zeros((1, len(names)))
        for each in ({"keys": self._ensemble, "preparation": 0}, *self.folds.values()):
            if each["keys"]:
                self._mean(each["keys"], each["preparation"], row)

    def _read_ranks(self, arrays: Mapping[str, NDArray[Any]]) -> list[Ranks]:
        """One a target, or one for the classes."""
        scores, units = ([arrays[f"fold_{fold}.{part}"] for fold in self.folds] for part in ("scores", "units"))
        width = len(self.targets)
        for own, unit in zip(scores, units, strict=True):
            if own.shape != (len(unit), width) or own.dtype != np.float64 or unit.dtype != np.int64 or unit.ndim != 1:
                raise ValueError("scores and units of a fold differ in length, or are no numbers")
            if not np.isfinite(own).all() or not len(own):
                raise ValueError("a score is no number, or a fold has none")
        return [Ranks([each[:, place] for each in scores], units) for place in range(width)]

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> "Model":
        """Read a folder; FolderError if a byte of it is not what was written, or it is of another format."""
        path = Path(folder)
        try:
            _check_sums(path)
            document = _json((path / "model.json").read_text(encoding="utf-8"))
            if document["format"] != FORMAT:
                raise ValueError(f"its format is {_shown(document['format'])}, this file reads {FORMAT}")
            model = cls(document, read_safetensors(path / "weights.safetensors"))
            if not model._ensemble:
                raise ValueError("it has no network")
            return model
        except OSError as error:
            raise FolderError(f"{path}: {Path(error.filename or path).name}: {error.strerror or error}") from None
        except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
            why = f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else " ".join(str(error).split())
            raise FolderError(f"{path}: no whole model of format {FORMAT}: {why}") from None

    def read(self, rows: Any, first: int = 1) -> Columns:
        """Rows (a DataFrame, a dict of columns, a list of dicts) as numbers; `first` is the first one's in a complaint.

        Columns that the model does not have are passed over.
        """
        names, column = _columns_by_name(rows)
        read = []
        for described, rule in zip(self.columns, self.preparations[0].rules, strict=True):
            name = described["name"]
            if (count := names.count(name)) != 1:
                problem = (
                    f"{count} columns are called {name!r}" if count else f"there is no column {name!r} in all rows"
                )
                raise RowsError(f"{problem}; the model takes {_listed([each['name'] for each in self.columns])}")
            try:
                values, cells = _read_column(column(name), described["kind"], rule.get("words", ()), first)
                check_cells(values, cells, rule, first)
            except (ValueError, TypeError) as error:
                raise RowsError(f"column {name!r}, {' '.join(str(error).split())}") from None
            read.append(values)
        if len({len(each) for each in read}) > 1:
            raise RowsError("columns have unequal numbers of rows")
        return np.column_stack(read)

    def features(self, columns: Columns) -> Floats:
        """What `model.onnx` takes: the ensemble's prepared columns [N, D], neither multiplied nor scaled."""
        return np.column_stack(self.preparations[0].parts(columns))

    def ensemble(self, columns: Columns) -> Floats:
        """Predictions [N, T] in the targets' own unit, or probabilities of the classes [N, K]."""
        return _in_blocks(lambda block: self._mean(self._ensemble, 0, block), columns)

    def fold(self, fold: int, columns: Columns) -> Floats:
        """The same by the networks of a fold."""
        described = self.folds[fold]
        return _in_blocks(lambda block: self._mean(described["keys"], described["preparation"], block), columns)

    def _mean(self, keys: Sequence[str], preparation: int, columns: Columns) -> Floats:
        learnt = self.preparations[preparation]
        inputs = learnt.inputs(columns)
        return np.asarray(np.mean([self._own(learnt, self.networks[key].outputs(inputs)) for key in keys], axis=0))

    def _own(self, learnt: PreparedRows, outputs: Floats) -> Floats:
        if self.task == "regression":
            return learnt.own_unit(outputs)
        if outputs.shape[1] == 1:
            return np.hstack([1.0 - outputs, outputs])
        total = outputs.sum(axis=1, keepdims=True)
        level = np.full_like(outputs, 1 / outputs.shape[1])
        return np.asarray(np.divide(outputs, total, out=level, where=total != 0))

    def predict(self, rows: Any, level: str | float | None = None, first: int = 1) -> dict[str, NDArray[Any]]:
        """Name -> column of predictions.

        Regression: `prediction`, and `lower` and `upper` where the model has intervals; of several targets each with
        `_<target>`. Classification: `prediction`, `probability_<class>`, and `in_set_<class>`.

        The level is that of the intervals, such as "0.9"; None: the model's. Rows are as `read` takes them.
        """
        return self.predict_columns(self.read(rows, first), level, first)

    def predict_columns(
        self, columns: Columns, level: str | float | None = None, first: int = 1
    ) -> dict[str, NDArray[Any]]:
        """The same of rows that have been read."""
        needed = self._needed(level)
        found = _in_blocks(lambda block: self._predict(block, needed), columns)
        if (lost := np.isnan(found).any(axis=1)).any():
            raise RowsError(f"row {first + int(np.argmax(lost)):,}: what the networks make of it is no number")
        return self._named(found)

    def _needed(self, level: str | float | None) -> list[int]:
        """What each target's ranks must count."""
        if not self._ranks:
            if level is not None:
                raise RowsError(f"level {_shown(level)}: the model has no intervals; ask without a level")
            return []
        try:
            asked = Fraction(str(self.document["intervals"]["level"] if level is None else level))
        except (ValueError, ZeroDivisionError):
            raise RowsError(f"level {level!r} is no number") from None
        if not 0 < asked < 1:
            raise RowsError(f"level {level!r} does not lie between 0 and 1")
        return [ranks.needed(asked) for ranks in self._ranks]

    def unwidened(self, columns: Columns) -> Floats:
        """Predictions, lower and upper ends [N, 3 T]; or probabilities and sets [N, 2 K]: as CV+ has them."""
        return _in_blocks(lambda block: self._predict(block, self._needed(None), is_widened=False), columns)

    def _predict(self, columns: Columns, needed: Sequence[int], is_widened: bool = True) -> Floats:
        """The same, each interval and set widened to hold its prediction; predictions alone where nothing is needed."""
        point = self._mean(self._ensemble, 0, columns)
        if not needed:
            return point
        folds = [self._mean(each["keys"], each["preparation"], columns) for each in self.folds.values()]
        point[np.isnan(folds).any(axis=(0, 2))] = np.nan  # a row of which a fold makes no number is refused
        if self.task == "classification":
            stays = self._ranks[0].holds([class_scores(each) for each in folds], needed[0])
            if is_widened:
                stays[np.arange(len(point)), self.class_numbers(point)] = True
            return np.hstack([point, stays])
        shifts = np.nan_to_num(np.stack(folds, axis=-1))
        ends = [
            ranks.smallest(np.concatenate([-shifts[:, place], shifts[:, place]]), rank).reshape(2, -1)
            for place, (ranks, rank) in enumerate(zip(self._ranks, needed, strict=True))
        ]
        lower, upper = -np.column_stack([each[0] for each in ends]), np.column_stack([each[1] for each in ends])
        if is_widened:
            lower, upper = np.minimum(lower, point), np.maximum(upper, point)
        return np.hstack([point, lower, upper])

    def class_numbers(self, probabilities: Floats) -> NDArray[np.int64]:
        """The number of the class that is predicted [N], from probabilities [N, K]."""
        if len(self.classes) == 2:
            threshold = self.document["threshold"]
            return (probabilities[:, 1] >= (0.5 if threshold is None else threshold)).astype(np.int64)
        return np.asarray(np.argmax(probabilities, axis=1))

    def _named(self, found: Floats) -> dict[str, NDArray[Any]]:
        if self.task == "classification":
            n, names = len(self.classes), np.array(self.classes, dtype=object)
            named: dict[str, NDArray[Any]] = {"prediction": names[self.class_numbers(found[:, :n])]}
            named |= {f"probability_{name}": found[:, place] for place, name in enumerate(self.classes)}
            sets = found[:, n:].T.astype(bool)
            return named | {f"in_set_{name}": each for name, each in zip(self.classes, sets, strict=False)}
        endings = [""] if len(self.targets) == 1 else [f"_{name}" for name in self.targets]
        parts = ("prediction", "lower", "upper")[: found.shape[1] // len(endings)]
        places = [
            (part + ending, n * len(endings) + m) for m, ending in enumerate(endings) for n, part in enumerate(parts)
        ]
        return {name: found[:, place] for name, place in places}


def _in_blocks(work: Callable[[Columns], Floats], columns: Columns) -> Floats:
    """What is made of rows, block by block, on as many cores as there are."""
    if len(columns) <= BLOCK:
        return work(columns)
    blocks = [slice(start, start + BLOCK) for start in range(0, len(columns), BLOCK)]
    with ThreadPoolExecutor(min(os.cpu_count() or 1, 8)) as pool:
        return np.concatenate(list(pool.map(lambda rows: work(columns[rows]), blocks)))


# ---- as MLflow's flavour of a Python function, and as a program ----


class _PythonModel:
    """What MLflow calls."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def predict(self, model_input: Any, params: Mapping[str, Any] | None = None) -> Any:
        """A frame of predictions, with the rows' index."""
        import pandas as pd

        try:
            found = self.model.predict(model_input, (params or {}).get("level"))
        except RowsError as error:
            raise _for_mlflow(str(error)) from None
        return pd.DataFrame(found, index=model_input.index if isinstance(model_input, pd.DataFrame) else None)


def _for_mlflow(line: str) -> Exception:
    """What MLflow's server answers by status 400 and this line, before which it would put all rows that were sent."""
    from mlflow.exceptions import MlflowException
    from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE

    class Refused(MlflowException):
        message = property(lambda _: line, lambda *_: None)

    return Refused(line, INVALID_PARAMETER_VALUE)


def _load_pyfunc(path: str) -> _PythonModel:
    """What MLflow looks for in a `loader_module`; a file stands for the folder that it lies in."""
    folder = Path(path)
    return _PythonModel(Model.load(folder if folder.is_dir() else folder.parent))


def _read_text(path: str) -> Iterator[dict[str, list[str | None]]]:
    """Parts of a CSV file, separated by comma, semicolon or tab, as columns of text."""
    with open(path, newline="", encoding="utf-8-sig") as file:
        delimiter = max(",;\t", key=re.sub('"[^"]*"', "", file.readline()).count)
        file.seek(0)
        rows = csv.reader(file, delimiter=delimiter, strict=True)
        names = next(rows, [])
        if len(set(names)) < len(names):
            raise RowsError(f"{path}: two columns are called {_shown(max(names, key=names.count))}")
        parts = iter(lambda: list(itertools.islice((row for row in rows if row), 50_000)), [])
        for part in itertools.chain([next(parts, [])], parts):  # of a table without rows, too, one
            if wrong := next((row for row in part if len(row) != len(names)), None):
                raise RowsError(f"{path}: {len(wrong)} values before line {rows.line_num + 1}, not {len(names)}")
            cells = zip(*part, strict=True) if part else [()] * len(names)
            yield {
                name: [None if each in NULL_WORDS else each for each in column]
                for name, column in zip(names, cells, strict=True)
            }


def main(arguments: Sequence[str]) -> int:
    """Predictions of a CSV file, as CSV; 2 and one line if it cannot be done."""
    if len(arguments) != 1:
        print("usage: python nnjax_model.py TABLE.csv", file=sys.stderr)
        return 2
    try:
        model, first = Model.load(Path(__file__).parent), 1
        writer = csv.writer(sys.stdout, lineterminator="\n")
        for part in _read_text(arguments[0]):
            found = model.predict(part, first=first)
            if first == 1:
                writer.writerow(found)
            writer.writerows(zip(*(each.tolist() for each in found.values()), strict=True))
            first += len(next(iter(part.values())))
    except (RowsError, FolderError, OSError, csv.Error, UnicodeDecodeError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
