"""Results of trainings in a folder, by the digest of what was trained: a later search trains only what is new."""

import io
import json
import warnings
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnjax.estimators.problem import Fitted
from nnjax.sweep.durable import remove_stale_temporaries, temporary_path

TRUSTED = ("nnjax", "optax")
"""Packages whose named tuples a file may name."""

_Arrays = list[NDArray[Any]]


class KeptTrainings:
    """A folder of results; a file that is damaged, or is another one's, counts as not there.

    Attributes:
        damaged: Names of such files that were asked for.

    Raises:
        ValueError: The folder cannot be made.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._may_write = folder, True
        self.damaged: set[str] = set()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise ValueError(f"memory={str(folder)!r} cannot be a folder: {problem.strerror}; name another") from None
        remove_stale_temporaries(folder)

    def read(self, name: str) -> Fitted | None:
        """A result, if it is there and whole."""
        path = self._path(name)
        if not path.exists():
            return None
        try:
            return _unpacked(path.read_bytes(), name)
        except Exception:  # whatever a damaged archive leads its readers to
            self.damaged.add(path.name)
            return None

    def write(self, name: str, fitted: Fitted) -> None:
        """Keep a result; a search does not end because the disk is full."""
        if not self._may_write:
            return
        temporary = temporary_path(self._folder)
        try:
            # Not synced: 480 results would wait eight seconds for a disk. A killed process loses none of them, and what
            # a cut of the power spoils is noticed by the file's own checksums.
            temporary.write_bytes(_packed(fitted, name))
            temporary.replace(self._path(name))
        except OSError as problem:
            self._may_write = False
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            warnings.warn(f"results are kept no longer: {problem}", UserWarning, stacklevel=2)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.npz"


def _packed(fitted: Fitted, name: str) -> bytes:
    """A result as an npz file without pickles: its name, its arrays, and how they belong together."""
    arrays: _Arrays = []
    outline = json.dumps({each.name: _outline(getattr(fitted, each.name), arrays) for each in fields(fitted)})
    file, numbered = io.BytesIO(), {f"array_{i}": each for i, each in enumerate(arrays)}
    np.savez(file, allow_pickle=False, outline=np.array(outline), name=np.array(name), **numbered)
    return file.getvalue()


def _unpacked(content: bytes, name: str) -> Fitted:
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        if str(file["name"]) != name:
            raise ValueError("it was another file's content")
        arrays = [file[f"array_{i}"] for i in range(len(file.files) - 2)]
        outline = json.loads(str(file["outline"]))
    return Fitted(**{name: _built(each, arrays) for name, each in outline.items()})


def _outline(value: Any, arrays: _Arrays) -> Any:
    """A value as JSON, with its arrays put aside."""
    if isinstance(value, dict):
        return {"dict": [[name, _outline(each, arrays)] for name, each in value.items()]}
    if isinstance(value, tuple | list):
        kind = type(value)
        named = f"{kind.__module__}:{kind.__qualname__}" if hasattr(value, "_fields") else kind.__name__
        return {named: [_outline(each, arrays) for each in value]}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    arrays.append(np.asarray(value))
    return {"array": len(arrays) - 1}


def _built(outline: Any, arrays: _Arrays) -> Any:
    if not isinstance(outline, dict):
        return outline
    (kind, content), *_ = outline.items()
    if kind == "array":
        return arrays[content]
    if kind == "dict":
        return {name: _built(each, arrays) for name, each in content}
    members: Iterator[Any] = (_built(each, arrays) for each in content)
    if kind in {"tuple", "list"}:
        return tuple(members) if kind == "tuple" else list(members)
    return _named_tuple(kind)(*members)


def _named_tuple(kind: str) -> Any:
    module, name = kind.split(":")
    found = getattr(import_module(module), name) if module.split(".")[0] in TRUSTED else None
    if not (isinstance(found, type) and issubclass(found, tuple) and hasattr(found, "_fields")):
        raise ValueError(f"{kind} is no named tuple of {' or '.join(TRUSTED)}")
    return found
