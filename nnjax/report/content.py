"""What a drawing is made of, as a hash: tables, levels and functions by their content, whoever made them."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import partial
from types import FunctionType
from typing import Any

import numpy as np
import pandas as pd


class UnknownContentError(TypeError):
    """Nobody knows whether two of such things are the same."""


def content_key(thing: object) -> str:
    """The same for two things only if they are of the same types and values, all that they hold likewise.

    Functions are known by name, place and defaults: what they do is for the caller to add.

    Raises:
        UnknownContentError: If it holds something of another kind: an open file, a function without a name or one that
            remembers.

    >>> content_key([1, "a"]) == content_key([1, "a"]), content_key([1]) == content_key([1.0])
    (True, False)
    """
    told = hashlib.sha256()
    for piece in _pieces(thing):
        told.update(b"%d:" % len(piece))
        told.update(piece)
    return told.hexdigest()


def _pieces(thing: Any) -> Iterator[bytes]:
    """What tells a thing from all others, in bytes; the kind comes first, and how much follows."""
    yield type(thing).__qualname__.encode()
    if thing is None or isinstance(thing, bool | int | float | str | bytes | np.generic | Enum):
        yield repr(thing).encode(errors="surrogatepass")
    elif isinstance(thing, list | tuple | Mapping):
        held = [each for pair in thing.items() for each in pair] if isinstance(thing, Mapping) else thing
        yield from _all(held)
    elif isinstance(thing, np.ndarray | pd.Index | pd.Series):
        yield from _column(thing)
    elif isinstance(thing, pd.DataFrame):
        yield from _column(thing.columns)
        yield from _column(thing.index)
        for place in range(thing.shape[1]):
            yield from _column(thing.iloc[:, place])
    elif isinstance(thing, partial):
        yield from _all((thing.func, thing.args, thing.keywords))
    elif isinstance(thing, FunctionType) and thing.__closure__ is None and thing.__name__ != "<lambda>":
        yield f"{thing.__module__} {thing.__qualname__} {thing.__code__.co_firstlineno}".encode()
        yield from _all((thing.__defaults__, thing.__kwdefaults__))
    elif is_dataclass(thing) and not isinstance(thing, type):
        yield from _all([getattr(thing, field.name) for field in fields(thing)])
    else:
        raise UnknownContentError(f"{type(thing)}")


def _all(things: Any) -> Iterator[bytes]:
    yield str(len(things)).encode()
    for each in things:
        yield from _pieces(each)


def _column(values: "np.ndarray[Any, Any] | pd.Index[Any] | pd.Series[Any]") -> Iterator[bytes]:
    """Type, shape and values of an array; numbers as they lie in memory, other things one by one."""
    yield f"{values.dtype} {values.shape}".encode()
    if isinstance(values.dtype, pd.CategoricalDtype):  # their order may be that of a drawing
        yield from _all((values.dtype.ordered, values.dtype.categories))
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "biuf":
        yield np.ascontiguousarray(values).tobytes()
    else:
        yield from _all(values.tolist())
    if isinstance(values, pd.Series):
        yield from _column(values.index)
    if not isinstance(values, np.ndarray):
        yield repr(values.name if isinstance(values, pd.Series) else values.names).encode()
