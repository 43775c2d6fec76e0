"""A search as the Python lines that make it again."""

from collections.abc import Iterator, Mapping
from inspect import signature
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

_LONG = 10**6
"""Letters of an estimator's text that are never cut."""


def python_call(search: BaseEstimator) -> str:
    """Imports, the search with all that is not as by default, and its fit.

    >>> from sklearn.linear_model import Ridge
    >>> from sklearn.model_selection import GridSearchCV
    >>> print(python_call(GridSearchCV(Ridge(), {"alpha": [0.1, 1.0]}, cv=3)))
    from sklearn.linear_model import Ridge
    from sklearn.model_selection import GridSearchCV
    <BLANKLINE>
    search = GridSearchCV(
        Ridge(),
        {'alpha': [0.1, 1.0]},
        cv=3,
    )
    search.fit(X, y)
    """
    parameters = signature(type(search)).parameters
    given = {name: getattr(search, name) for name in parameters}
    required = [name for name, each in parameters.items() if each.default is each.empty]
    changed = {
        name: value
        for name, value in given.items()
        if name not in required and not _is_default(value, parameters[name].default)
    }
    lines = [
        *(f"    {python_code(given[name])}," for name in required),
        *(f"    {name}={python_code(value)}," for name, value in changed.items()),
    ]
    imports = sorted({_import(type(search)), *_imports(list(given.values()))})
    return "\n".join([*imports, "", f"search = {type(search).__name__}(", *lines, ")", "search.fit(X, y)"])


def python_code(value: Any) -> str:
    """A value as it is written in Python; of a frozen distribution, its own call.

    >>> from scipy.stats import loguniform
    >>> python_code({"alpha": loguniform(1e-5, 0.1), "units": [np.int64(8)]})
    "{'alpha': loguniform(1e-05, 0.1), 'units': [8]}"
    """
    if isinstance(value, np.generic):
        return repr(value.item())
    if isinstance(value, Mapping) and type(value) is dict:
        return "{" + ", ".join(f"{key!r}: {python_code(each)}" for key, each in value.items()) + "}"
    if type(value) in (list, tuple):
        words = ", ".join(map(python_code, value))
        return f"[{words}]" if type(value) is list else f"({words}{',' if len(value) == 1 else ''})"
    if isinstance(value, BaseEstimator):
        return " ".join(value.__repr__(N_CHAR_MAX=_LONG).split())
    if _is_frozen(value):
        arguments = [
            *map(python_code, value.args),
            *(f"{name}={python_code(each)}" for name, each in value.kwds.items()),
        ]
        return f"{value.dist.name}({', '.join(arguments)})"
    return getattr(value, "__name__", None) or repr(value)


def _is_default(value: Any, default: Any) -> bool:
    is_nan = isinstance(value, float) and isinstance(default, float) and np.isnan([value, default]).all()
    return value is default or bool(is_nan) or (type(value) is type(default) and bool(value == default))


def _is_frozen(value: Any) -> bool:
    return hasattr(value, "dist") and hasattr(value, "args") and hasattr(value, "kwds")


def _imports(value: Any) -> Iterator[str]:
    """The lines that the code of a value needs."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for each in value:
            yield from _imports(each)
    elif isinstance(value, BaseEstimator):
        yield _import(type(value))
        yield from _imports(list(value.get_params(deep=False).values()))
    elif hasattr(value, "split") and hasattr(value, "get_n_splits"):
        yield _import(type(value))
    elif _is_frozen(value):
        yield f"from scipy.stats import {value.dist.name}"


def _import(found: type) -> str:
    return f"from {_home(found)} import {found.__name__}"


def _home(found: type) -> str:
    """Where people import a class from: without the private modules.

    >>> _home(BaseEstimator), _home(signature.__class__)
    ('sklearn.base', 'builtins')
    """
    parts = found.__module__.split(".")
    if parts[:2] == ["nnjax", "estimators"]:
        return "nnjax.estimators"
    public = [part for part in parts if not part.startswith("_")]
    return ".".join(public) or found.__module__
