"""What stands before a network in a pipeline, fitted once a fold and shared by all candidates that share it."""

import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from hashlib import sha256
from pickle import PicklingError
from typing import Any, Self

import joblib
import numpy as np
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

MOST_BYTES_SHARED = 256 * 2**20
"""Of transformed rows that are held; beyond, those that were not asked for longest are let go."""


class SharedPreprocessing:
    """Calls of functions that are remembered by the content of their arguments, with the interface of joblib's Memory.

    A pipeline that has it as its `memory` asks it for each of its steps. Like joblib's it hands out rows of one's own,
    which a later step may write into; unlike joblib's it tells again what a call had warned of, and is gone with its
    search: it is pickled as None, and copied by nobody.
    """

    def __init__(self, most_bytes: int = MOST_BYTES_SHARED) -> None:
        self._most_bytes, self._bytes, self._is_open = most_bytes, 0, True
        self._calls: OrderedDict[str, tuple[Any, list[warnings.WarningMessage], int]] = OrderedDict()

    def cache(self, function: Callable[..., Any], ignore: Sequence[str] = ()) -> Callable[..., Any]:
        """The function, remembered.

        Args:
            function: What is called.
            ignore: Keywords on which its result does not depend.
        """
        return partial(self._call, function, frozenset(ignore))

    def close(self) -> None:
        """Forget everything, and remember no more."""
        self._is_open = False
        self._calls.clear()

    def __repr__(self) -> str:
        """As what a person has set: an error may show the pipeline that it is in."""
        return repr(None)

    def __deepcopy__(self, _: object) -> Self:
        return self

    def __reduce__(self) -> tuple[Callable[[], None], tuple[()]]:
        return _nothing, ()

    def _call(self, function: Callable[..., Any], ignore: frozenset[str], *args: Any, **kwargs: Any) -> Any:
        asked = [*args, *(value for name, value in sorted(kwargs.items()) if name not in ignore)]
        name = _content([function.__qualname__, *sorted(kwargs), *asked]) if self._is_open else None
        if name is None:
            return function(*args, **kwargs)
        if name not in self._calls:
            with warnings.catch_warnings(record=True) as told:
                warnings.simplefilter("always")
                self._remember(name, function(*args, **kwargs), told)
        self._calls.move_to_end(name)
        result, told, _ = self._calls[name]
        self._let_go()
        for each in told:
            warnings.warn_explicit(each.message, each.category, each.filename, each.lineno)
        return tuple(map(_own, result)) if isinstance(result, tuple) else _own(result)

    def _remember(self, name: str, result: Any, told: list[warnings.WarningMessage]) -> None:
        parts = result if isinstance(result, tuple) else (result,)
        size = sum(map(_n_bytes, parts))
        self._calls[name] = result, told, size
        self._bytes += size

    def _let_go(self) -> None:
        while self._bytes > self._most_bytes and self._calls:
            _, (*_, size) = self._calls.popitem(last=False)
            self._bytes -= size


def share_preprocessing(estimator: BaseEstimator, shared: SharedPreprocessing) -> None:
    """Have all pipelines in an estimator that remember nothing use this."""
    for each in _pipelines(estimator):
        if each.memory is None:
            each.memory = shared


def unshare_preprocessing(estimator: BaseEstimator) -> None:
    """Have no pipeline in an estimator, a fitted one's included, use such a thing."""
    for each in _pipelines(estimator):
        if isinstance(each.memory, SharedPreprocessing):
            each.memory = None


def _pipelines(value: Any) -> Iterator[Pipeline]:
    """All pipelines in an estimator, in its parameters as in what it has fitted."""
    waiting, seen = [value], set()
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, Pipeline):
            yield each
        if isinstance(each, BaseEstimator | dict):
            waiting += (each if isinstance(each, dict) else vars(each)).values()
        elif isinstance(each, list | tuple):
            waiting += each


def _content(values: Sequence[Any]) -> str | None:
    """The hash of values, None where some have none."""
    try:
        name: str = joblib.hash([_short(each) for each in values])
    # Whatever cannot be pickled, a lambda for one, says so in its own way.
    except (PicklingError, TypeError, AttributeError, ValueError):
        return None
    return name


def _short(value: Any) -> Any:
    """What joblib hashes sooner, and no other value shares: arrays as their hash, routed metadata if there is any."""
    if isinstance(value, Mapping):
        return {name: _short(each) for name, each in value.items() if not isinstance(each, Mapping) or each}
    if type(value) is not np.ndarray or value.dtype.hasobject:
        return value
    return value.dtype.str, value.shape, sha256(np.ascontiguousarray(value).reshape(-1).view(np.uint8).data).digest()


def _nothing() -> None:
    """What it is pickled as; the type of None itself has no name by which joblib could hash it."""


def _own(value: Any) -> Any:
    """Rows as one's own; an estimator as it is."""
    return value if hasattr(value, "fit") or not hasattr(value, "copy") else value.copy()


def _n_bytes(value: Any) -> int:
    """Of a table's rows, about; nothing for whatever does not say."""
    if hasattr(value, "memory_usage"):
        return int(value.memory_usage(index=False, deep=False).sum())
    data = getattr(value, "data", None)  # a sparse matrix holds its numbers in one
    return int(getattr(value, "nbytes", getattr(data, "nbytes", 0)))
