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
import json
import math
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from pathlib import Path
from statistics import NormalDist
from typing import Any, NamedTuple

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
_TRUTHS = {**dict.fromkeys(("true", "True", "TRUE", "1"), 1.0), **dict.fromkeys(("false", "False", "FALSE", "0"), 0.0)}
_EPOCH = datetime(1970, 1, 1)


def _is_gap(cell: object) -> bool:
    """None, NaN, pandas' NA and NaT, and text of blanks."""
    if cell is None or type(cell).__name__ in ("NAType", "NaTType"):
        return True
    if isinstance(cell, str):
        return not cell.strip()
    try:
        return bool(cell != cell)  # noqa: PLR0124 - so NaN of any kind is told
    except (TypeError, ValueError):
        return False


def _number(cell: object) -> float:
    if isinstance(cell, str):
        text = cell.strip()
        if text in NULL_WORDS:
            return math.nan
        if _NUMBER.fullmatch(text):
            return float(text)
    elif isinstance(cell, int | float | Decimal | np.integer | np.floating) and not isinstance(cell, bool):
        return float(cell)
    raise ValueError("is no number")


def _truth(cell: object) -> float:
    if isinstance(cell, str):
        text = cell.strip()
        if text in NULL_WORDS:
            return math.nan
        if text in _TRUTHS:
            return _TRUTHS[text]
    elif isinstance(cell, bool | int | float | np.bool_ | np.integer | np.floating) and cell in (0, 1):
        return float(cell)
    raise ValueError("is neither true nor false")


def _moment(cell: object) -> float:
    if isinstance(cell, np.datetime64):
        return float(_seconds(np.asarray([cell]))[0])
    if isinstance(cell, str):
        text = cell.strip()
        if text in NULL_WORDS:
            return math.nan
        try:
            cell = datetime.fromisoformat(text)
        except ValueError:
            raise ValueError("is no date as ISO 8601 writes it, such as 2024-05-31 or 2024-05-31T18:30:00Z") from None
    if not isinstance(cell, date):
        raise ValueError("is no date")
    if not isinstance(cell, datetime):
        cell = datetime(cell.year, cell.month, cell.day)
    elif cell.tzinfo is not None:
        cell = cell.astimezone(UTC).replace(tzinfo=None)
    return ((cell - _EPOCH) // timedelta(microseconds=1)) / 10**6


def _word(cell: object) -> float:
    if isinstance(cell, str):
        return -1.0  # those that are known are found before
    raise ValueError("is no word")


_READERS: dict[str, Callable[[object], float]] = {
    "numbers": _number,
    "true or false": _truth,
    "dates": _moment,
    "words": _word,
}


def _seconds(moments: NDArray[Any]) -> Floats:
    unit, step = np.datetime_data(moments.dtype)
    if unit not in UNITS_A_SECOND or step != 1:
        moments, unit = moments.astype("datetime64[s]"), "s"
    counts = moments.astype(f"datetime64[{unit}]").view(np.int64).astype(np.float64)
    return np.where(np.isnat(moments), np.nan, counts / UNITS_A_SECOND[unit])


def _array(column: Any) -> tuple[NDArray[Any], str]:
    """A column's cells and their kind: numbers and truths as float64 with NaN, moments in UTC, objects."""
    if isinstance(column, str | bytes) or not (hasattr(column, "__len__") and hasattr(column, "__iter__")):
        raise ValueError("is no sequence of cells")
    dtype = getattr(column, "dtype", None)
    kind = getattr(dtype, "kind", "O")
    if not isinstance(dtype, np.dtype) and hasattr(column, "to_numpy") and kind in "iufb":  # pandas' nullable ones
        return column.to_numpy(dtype=np.float64, na_value=np.nan), "truths" if kind == "b" else "numbers"
    if not isinstance(dtype, np.dtype) and kind == "M" and hasattr(getattr(column, "dt", None), "unit"):
        return _seconds(column.to_numpy(dtype=f"datetime64[{column.dt.unit}]")), "moments"
    if isinstance(dtype, np.dtype) and kind in "iufbMmc":
        array = np.asarray(column)
        if array.ndim != 1:
            raise ValueError("has rows of several cells")
        if kind == "M":
            return _seconds(array), "moments"
        if kind in "mc":
            raise ValueError(f"holds {array.dtype}")
        return array.astype(np.float64), "truths" if kind == "b" else "numbers"
    cells = column.to_pylist() if hasattr(column, "to_pylist") else list(column)
    return np.fromiter(cells, dtype=object, count=len(cells)), "objects"


_TYPED = {"numbers": ("numbers",), "true or false": ("truths", "numbers"), "dates": ("moments",), "words": ()}


def _read_column(column: Any, kind: str, words: Sequence[str], first: int) -> tuple[Floats, NDArray[Any]]:
    """Values as in `Columns`, and the cells that they were."""
    cells, found = _array(column)
    if found == "objects":
        values, known = np.empty(len(cells)), {word: float(place) for place, word in enumerate(words)}
        for row, cell in enumerate(cells):
            value = known.get(cell) if type(cell) is str else None
            if value is None:
                try:
                    value = math.nan if _is_gap(cell) else _READERS[kind](cell)
                except (ValueError, OverflowError) as error:
                    raise ValueError(f"row {first + row:,}: {_shown(cell)} {error}") from None
                if type(cell) is str and kind != "words":
                    known[cell] = value
            values[row] = value
    elif found in _TYPED[kind]:
        values = cells
    elif np.isnan(cells).all():
        values = np.full(len(cells), np.nan)
    else:
        raise ValueError(f"holds {found} where the model has {kind}")
    _check_range(values, cells, kind, first)
    return values, cells


def _check_range(values: Floats, cells: NDArray[Any], kind: str, first: int) -> None:
    if kind == "numbers":
        wrong, problem = np.abs(values) > LARGEST, f"lies beyond {LARGEST:g}"
    elif kind == "dates":
        wrong = (values < FIRST_SECOND) | (values > LAST_SECOND)
        problem = "lies outside the years 1 to 9999"
    elif kind == "true or false":
        wrong, problem = (values != 0) & (values != 1) & ~np.isnan(values), "is neither true nor false"
    else:
        return
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ValueError(f"row {first + row:,}: {_shown(cells[row])} {problem}")


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
    if isinstance(rows, Sequence) and not isinstance(rows, str | bytes) and all(isinstance(r, Mapping) for r in rows):
        names = [name for name in (rows[0] if rows else ()) if all(name in row for row in rows)]
        return names, lambda name: [row[name] for row in rows]
    raise RowsError("rows are a DataFrame, a dict of columns, or a list of dicts")


# ---- preparation: raw columns to the networks' inputs, and their outputs back ----

DUST, FARTHEST, EDGE = 1e-280, 1e30, 1e-7
"""Numbers below `DUST` are 0 to a curve; scaled inputs end at `FARTHEST`; scikit-learn's quantiles at `EDGE`."""
_NORMAL = NormalDist()
_inverse_normal = np.frompyfunc(_NORMAL.inv_cdf, 1, 1)


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
    return np.asarray(_inverse_normal(np.clip(place, edge, 1.0 - edge)), dtype=np.float64)


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


def _products(features: Sequence[Floats], terms: Sequence[tuple[int, ...]]) -> list[Floats]:
    made: dict[tuple[int, ...], Floats] = {}
    for term in terms:
        before = made[term[:-1]] if term[:-1] in made else math.prod(features[each] for each in term[:-1])
        made[term] = before * features[term[-1]]
    return list(made.values())


class PreparedRows:
    """One entry of `preparations` as arrays."""

    def __init__(self, document: Mapping[str, Any], columns: Sequence[Mapping[str, Any]]) -> None:
        self.rules = [self._rule(*pair) for pair in zip(document["columns"], columns, strict=True)]
        probe = np.zeros(1)
        self.width = sum(len(_features(probe, rule)) for rule in self.rules)
        self.terms = [tuple(term) for term in document.get("products", ())]
        if self.terms and not all(term and min(term) >= 0 and max(term) < self.width for term in self.terms):
            raise ValueError("products of features that are not there")
        self.width = len(self.terms) or self.width
        self.x_mean, self.x_scale, self.y_mean, self.y_scale = (
            _vector(document[name]) for name in ("x_mean", "x_scale", "y_mean", "y_scale")
        )
        self.curve = _curve(document["target_curve"], several=True)
        if not len(self.x_mean) == len(self.x_scale) == self.width or len(self.y_mean) != len(self.y_scale):
            raise ValueError("lengths of features and scales differ")
        if not (self.x_scale > 0).all() or not (self.y_scale > 0).all():
            raise ValueError("a scale is not above 0")

    @staticmethod
    def _rule(given: Mapping[str, Any], column: Mapping[str, Any]) -> dict[str, Any]:
        rule = dict(given)
        if rule["kind"] == "words":
            if rule["words"] != (column["words"] or ["false", "true"]):
                raise ValueError("words of a column and of its rule differ")
            nothing = [math.nan] * len(rule["encoding"][0])
            rows = [*rule["encoding"], rule["missing"] or nothing, rule["unseen"] or nothing]
            rule["encoding"] = np.array(rows, dtype=np.float64)
            if rule["encoding"].shape != (len(rule["words"]) + 2, len(nothing)):
                raise ValueError("an encoding has not a row a word")
        elif rule["kind"] not in ("numbers", "dates"):
            raise ValueError(f"unknown rule {rule['kind']!r}")
        else:
            rule["fill"] = None if rule["fill"] is None else float(rule["fill"])
            if rule["kind"] == "numbers":
                rule["curve"] = _curve(rule["curve"])
        return rule

    def parts(self, columns: Columns) -> list[Floats]:
        """The prepared columns, neither multiplied nor scaled: one array [N] each."""
        return [each for place, rule in enumerate(self.rules) for each in _features(columns[:, place], rule)]

    def inputs(self, columns: Columns) -> Floats:
        """Scaled inputs [N, D]."""
        parts = self.parts(columns)
        with np.errstate(over="ignore", invalid="ignore"):
            made = np.column_stack(_products(parts, self.terms) if self.terms else parts)
            made -= self.x_mean
            made /= self.x_scale
        return np.clip(made, -FARTHEST, FARTHEST, out=made)

    def own_unit(self, outputs: Floats) -> Floats:
        """Outputs of a network [N, O] in the target's own unit."""
        with np.errstate(over="ignore", invalid="ignore"):
            values = outputs * self.y_scale + self.y_mean
            return np.clip(values if self.curve is None else _from_curve(values, self.curve), -LARGEST, LARGEST)


def _vector(numbers: Sequence[float]) -> Floats:
    vector = np.array(numbers, dtype=np.float64)
    if vector.ndim != 1:
        raise ValueError("a list of numbers is none")
    return vector


def _curve(given: Mapping[str, Any] | None, several: bool = False) -> dict[str, Any] | None:
    if given is None or given.get("log") is True:
        return None if given is None else {"log": True}
    quantiles, references = np.array(given["quantiles"], dtype=np.float64), _vector(given["references"])
    if quantiles.ndim != 1 + several or quantiles.shape[-1] != len(references) or not len(references):
        raise ValueError("quantiles and references differ in length")
    return {"quantiles": quantiles, "references": references}


# ---- networks ----


def _logistic(z: Floats) -> Floats:
    with np.errstate(over="ignore"):
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


class _Network:
    """One network's arrays, checked against what the document says of them."""

    def __init__(self, key: str, described: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
        self.described, sizes = described, described["layer_sizes"]
        self.layers = [self._layer(f"{key}.layer_{place + 1}", place, arrays) for place in range(len(sizes) - 1)]

    def _layer(self, name: str, place: int, arrays: Mapping[str, NDArray[Any]]) -> _Layer:
        sizes, is_hidden = self.described["layer_sizes"], place < len(self.described["layer_sizes"]) - 2
        structure = self.described["structures"][place] if is_hidden and self.described["structures"] else "elementwise"
        normalization = self.described["normalization"] if is_hidden else "none"
        pieces = (self.described["maxout_pieces"],) if structure == "maxout" else ()
        fan_in, fan_out = sizes[place : place + 2]

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
        for place, layer in enumerate(self.layers[:-1]):
            signal = self._hidden(layer, place, signal)
            closes = residual > 0 and place > 0 and place % residual == 0
            if closes:
                signal = signal + skipped
            if place == 0 or closes:
                skipped = signal
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
        if (
            start != end
            or stop - start != math.prod(shape) * dtype.itemsize
            or stop > len(body)
            or min(shape, default=0) < 0
        ):
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
    """Of each class [N, K], how probable it and all that are at least as probable are together (Romano et al. 2020)."""
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
        asked = level * (self.units + 1)
        if asked > self.units:
            fewest = -(-level.numerator // (level.denominator - level.numerator))
            raise RowsError(
                f"level {float(level):g} needs {fewest:,} rows or groups out of fold, {self.units:,} are there"
            )
        return min(math.ceil(asked * self.unit), int(self._pooled_count[-1]))

    def smallest(self, shifts: Floats, needed: int) -> Floats:
        """The least t [N] up to which the sums of a fold's prediction [N, K] and its scores count what is needed.

        It lies between the folds' least and largest prediction, each with the pooled score of that rank. Guesses in
        between leave a few candidates of each row, which are sorted: exact but for the last places of a float.
        """
        shift = np.ascontiguousarray(shifts.T)
        middle = self._pooled[np.searchsorted(self._pooled_count, needed)]
        bottom, top = shift.min(axis=0) + middle, shift.max(axis=0) + middle
        low = np.stack([np.searchsorted(own, bottom - each) for own, each in zip(self.scores, shift, strict=True)])
        high = np.stack(
            [np.searchsorted(own, top - each, "right") for own, each in zip(self.scores, shift, strict=True)]
        )
        lost = (self._counted(low) >= needed) | (self._counted(high) < needed)  # by rounding
        if lost.any():
            bottom[lost], top[lost] = (
                (shift.min(axis=0) + self._pooled[0])[lost] - 1.0,
                (shift.max(axis=0) + self._pooled[-1])[lost],
            )
            low[:, lost], high[:, lost] = 0, np.array([[len(own)] for own in self.scores])
        wide = np.flatnonzero((high - low).sum(axis=0) > FEW)
        if len(wide):
            narrowed = self._narrowed(needed, shift[:, wide], low[:, wide], high[:, wide], bottom[wide], top[wide])
            low[:, wide], high[:, wide], top[wide] = narrowed
        return self._among(needed, shift, low, high, top)

    def _counted(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        total = self.counts[0][places[0]]
        for counts, place in zip(self.counts[1:], places[1:], strict=True):
            total = total + counts[place]
        return np.asarray(total)

    def _narrowed(
        self, needed: int, shift: Floats, low: NDArray[np.int64], high: NDArray[np.int64], bottom: Floats, top: Floats
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
        """Places and top so that few candidates are left, or none between bottom and top that a float tells apart."""
        done_low, done_high, done_top, rows = low.copy(), high.copy(), top.copy(), np.arange(len(top))
        tiny = 2.0**-50 * (np.abs(bottom) + np.abs(top) + np.abs(shift).max(axis=0))
        turn = 0
        while len(rows):
            below, above = self._counted(low), self._counted(high)
            share = np.clip((needed - below) / (above - below), 0.1, 0.9) if turn % 3 < 2 else 0.5
            guess = bottom + share * (top - bottom)
            places = np.stack(
                [np.searchsorted(own, guess - each, "right") for own, each in zip(self.scores, shift, strict=True)]
            )
            places = np.clip(places, low, high, out=places)
            enough = self._counted(places) >= needed
            high, low = np.where(enough, places, high), np.where(enough, low, places)
            top, bottom = np.where(enough, guess, top), np.where(enough, bottom, guess)
            done, turn = ((high - low).sum(axis=0) <= FEW) | (top - bottom <= tiny), turn + 1
            if done.any():
                ended, rest = rows[done], ~done
                done_low[:, ended], done_high[:, ended], done_top[ended] = low[:, done], high[:, done], top[done]
                rows, shift, low, high = rows[rest], shift[:, rest], low[:, rest], high[:, rest]
                bottom, top, tiny = bottom[rest], top[rest], tiny[rest]
        return done_low, done_high, done_top

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
        self.document, self.columns = document, list(document["columns"])
        self.targets, self.classes, self.task = document["targets"], document["classes"], document["task"]
        self.preparations = [PreparedRows(each, self.columns) for each in document["preparations"]]
        self.folds = {each["fold"]: each for each in document["folds"]}
        keys = [each["key"] for each in document["ensemble"]]
        members = [*keys, *(key for each in self.folds.values() for key in each["keys"])]
        self.networks = {key: _Network(key, document["network"], arrays) for key in members}
        sizes = document["network"]["layer_sizes"]
        for each in self.preparations:
            if (each.width, len(each.y_mean)) != (sizes[0], sizes[-1]):
                raise ValueError("a preparation does not fit the network")
        self._ensemble = keys
        self._ranks = self._read_ranks(arrays) if document["intervals"] else []

    def _read_ranks(self, arrays: Mapping[str, NDArray[Any]]) -> list[Ranks]:
        """One a target, or one for the classes."""
        scores = [arrays[f"fold_{fold}.scores"] for fold in self.folds]
        units = [arrays[f"fold_{fold}.units"] for fold in self.folds]
        return [Ranks([each[:, place] for each in scores], units) for place in range(scores[0].shape[1])]

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> "Model":
        """Read a folder; FolderError if a byte of it is not what was written, or it is of another format."""
        path = Path(folder)
        try:
            _check_sums(path)
            document = _json((path / "model.json").read_text(encoding="utf-8"))
            if document["format"] != FORMAT:
                raise ValueError(f"format {document['format']} is not {FORMAT}, which this file reads")
            return cls(document, read_safetensors(path / "weights.safetensors"))
        except FolderError:
            raise
        except OSError as error:
            raise FolderError(f"{path}: {error.strerror or error}") from None
        except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
            why = f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else error
            raise FolderError(f"{path} is no whole model: {why}") from None

    def read(self, rows: Any, first: int = 1) -> Columns:
        """Raw rows as numbers; columns that the model does not have are passed over.

        Args:
            rows: A DataFrame, a dict of columns or a list of dicts.
            first: What the first of them is called in a complaint.
        """
        names, column = _columns_by_name(rows)
        read = []
        for described, rule in zip(self.columns, self.preparations[0].rules, strict=True):
            name = described["name"]
            if names.count(name) != 1:
                problem = "two columns are called" if name in names else "there is no column"
                raise RowsError(
                    f"{problem} {name!r}; the model takes {_listed([each['name'] for each in self.columns])}"
                )
            try:
                values, cells = _read_column(column(name), described["kind"], rule.get("words", ()), first)
                check_cells(values, cells, rule, first)
            except ValueError as error:
                raise RowsError(
                    f"column {name!r}, {error}" if "row " in str(error) else f"column {name!r} {error}"
                ) from None
            read.append(values)
        if len({len(each) for each in read}) > 1:
            raise RowsError("columns have unequal numbers of rows")
        return np.column_stack(read)

    def features(self, columns: Columns) -> Floats:
        """What `model.onnx` takes: the ensemble's prepared columns [N, D], neither multiplied nor scaled."""
        return np.column_stack(self.preparations[0].parts(columns))

    def prepared(self, columns: Columns, preparation: int) -> Floats:
        """Scaled inputs [N, D] by a preparation: 0 is the ensemble's."""
        return self.preparations[preparation].inputs(columns)

    def network(self, key: str, inputs: Floats) -> Floats:
        """What a network makes of scaled inputs: [N, O], after the output function."""
        return np.concatenate([self.networks[key].outputs(inputs[rows]) for rows in _blocks(len(inputs))])

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

        Args:
            rows: As `read` takes them.
            level: Of the intervals, such as "0.9"; None: the model's.
            first: As of `read`.
        """
        return self.predict_columns(self.read(rows, first), level, first)

    def predict_columns(
        self, columns: Columns, level: str | float | None = None, first: int = 1
    ) -> dict[str, NDArray[Any]]:
        """The same of rows that have been read."""
        needed = self._needed(level)
        found = _in_blocks(lambda block: self._predict(block, needed), columns)
        if np.isnan(found).any():
            row = int(np.argmax(np.isnan(found).any(axis=1)))
            raise RowsError(f"row {first + row:,}: what the networks make of it is no number")
        return self._named(found)

    def _needed(self, level: str | float | None) -> list[int]:
        if not self._ranks:
            return []
        try:
            asked = Fraction(str(self.document["intervals"]["level"] if level is None else level))
        except (ValueError, ZeroDivisionError):
            raise RowsError(f"level {level!r} is no number") from None
        if not 0 < asked < 1:
            raise RowsError(f"level {level!r} does not lie between 0 and 1")
        return [ranks.needed(asked) for ranks in self._ranks]

    def _predict(self, columns: Columns, needed: Sequence[int]) -> Floats:
        """Predictions and their ends [N, 3 T], or probabilities and memberships [N, 2 K]; or the first alone."""
        point = self._mean(self._ensemble, 0, columns)
        if not needed or np.isnan(point).any():
            width = 1 if not needed else 3 if self.task == "regression" else 2
            return np.tile(point, width)
        folds = [self._mean(each["keys"], each["preparation"], columns) for each in self.folds.values()]
        if self.task == "classification":
            stays = self._ranks[0].holds([class_scores(each) for each in folds], needed[0])
            stays[np.arange(len(point)), self.class_numbers(point)] = True
            return np.hstack([point, stays])
        shifts = np.stack(folds, axis=-1)
        ends = [
            (-ranks.smallest(-shifts[:, place], rank), ranks.smallest(shifts[:, place], rank))
            for place, (ranks, rank) in enumerate(zip(self._ranks, needed, strict=True))
        ]
        lower, upper = (np.column_stack([pair[side] for pair in ends]) for side in (0, 1))
        return np.hstack([point, np.minimum(lower, point), np.maximum(upper, point)])

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


def check_cells(values: Floats, cells: Any, rule: Mapping[str, Any], first: int) -> None:
    """Gaps and other words only where the model knows what becomes of them; ValueError that shows the cell."""
    if rule["kind"] == "words":
        known = len(rule["words"])
        gap, other = (bool(np.isnan(rule["encoding"][known + each]).any()) for each in (0, 1))
        if other and (wrong := values < 0).any():
            row = int(np.argmax(wrong))
            raise ValueError(f"row {first + row:,}: {_shown(cells[row])} is none of its words {_listed(rule['words'])}")
    else:
        gap = rule["fill"] is None
    if gap and (wrong := np.isnan(values)).any():
        row = int(np.argmax(wrong))
        raise ValueError(
            f"row {first + row:,}: {_shown(cells[row])} is a gap, and the model was fitted to fill none there"
        )
    if rule.get("curve") and "log" in rule["curve"] and (wrong := values <= -1).any():
        row = int(np.argmax(wrong))
        raise ValueError(f"row {first + row:,}: log(1 + x) of {_shown(cells[row])} is no number")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(_shown, names[:10])) + (", …" if len(names) > 10 else "")


def _blocks(rows: int) -> list[slice]:
    """At least one, so that no rows have columns, too."""
    return [slice(start, start + BLOCK) for start in range(0, max(rows, 1), BLOCK)]


def _in_blocks(work: Callable[[Columns], Floats], columns: Columns) -> Floats:
    """What is made of rows, block by block, on as many cores as there are."""
    blocks = _blocks(len(columns))
    if len(blocks) == 1:
        return work(columns)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
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
        delimiter = max(",;\t", key=file.readline().count)
        file.seek(0)
        rows = csv.reader(file, delimiter=delimiter, strict=True)
        names = next(rows, [])
        while part := list(islice((row for row in rows if row), 50_000)):
            if wrong := next((row for row in part if len(row) != len(names)), None):
                raise RowsError(f"{path}: {len(wrong)} values before line {rows.line_num + 1}, not {len(names)}")
            cells = zip(*part, strict=True)
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
