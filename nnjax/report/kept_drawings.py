"""Drawings, kept in the home: what would be drawn of the same content by the same code is read back, byte for byte."""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import matplotlib
import numpy
import pandas
from matplotlib.font_manager import findfont

from nnjax.report.content import UnknownContentError, content_key
from nnjax.report.theme import FONT
from nnjax.sweep.durable import remove_stale_temporaries, temporary_path
from nnjax.sweep.identity import package_at_start, package_hash

DRAWINGS_FOLDER = Path(".cache") / "drawings"
"""Below a home."""

MOST_KEPT = 1_000
"""Files, those that were used last: a report of the default study has 40, of 40 kB each."""

AT_START = package_at_start()
"""Taken here at the latest: what draws is what was imported, whatever lies on the disk by now."""

_KEPT: ContextVar["_Kept | None"] = ContextVar("where drawings are kept", default=None)


@dataclass(frozen=True)
class _Kept:
    """Where drawings are kept, and those that will be."""

    folder: Path
    new: dict[Path, bytes] = field(default_factory=dict)


@contextmanager
def drawings_kept(home: Path | None) -> Iterator[None]:
    """Drawings made meanwhile are kept in this home in the end, and read from it; with None they are all drawn.

    None is kept if the package is no longer that of this process's start: nobody knows which of the two has drawn it.
    """
    drawings = None if home is None else _Kept(home / DRAWINGS_FOLDER)
    token = _KEPT.set(drawings)
    try:
        yield
    finally:
        _KEPT.reset(token)
    if drawings and drawings.new and _is_as_at_start():
        with suppress(OSError):  # nowhere to keep them
            for path, drawing in drawings.new.items():
                _write(path, _seal(drawing) + b"\n" + drawing)


def kept(draw: Callable[[], bytes], *content: object) -> bytes:
    """What `draw` makes of this content, from an earlier report if it was kept whole; else drawn now, and kept.

    Nothing is kept of content that nobody can tell from another.
    """
    drawings = _KEPT.get()
    if drawings is None:
        return draw()
    try:
        path = drawings.folder / content_key((content, drawing_code()))
    except UnknownContentError:
        return draw()
    if path in drawings.new:
        return drawings.new[path]
    with suppress(OSError):
        seal, _, drawing = path.read_bytes().partition(b"\n")
        if seal == _seal(drawing):
            os.utime(path)
            return drawing
    drawings.new[path] = draw()
    return drawings.new[path]


def _write(path: Path, content: bytes) -> None:
    """Not synced: the seal tells whether all of it is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = temporary_path(path.parent)
    try:
        temporary.write_bytes(content)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _is_as_at_start() -> bool:
    with suppress(OSError):
        return package_hash() == AT_START
    return False


def forget_drawings(home: Path) -> None:
    """Drop those that were not used for longest, if there are many, and what killed processes left of others."""
    with suppress(OSError):
        remove_stale_temporaries(home / DRAWINGS_FOLDER)
        used = sorted((home / DRAWINGS_FOLDER).iterdir(), key=lambda path: path.stat().st_mtime_ns, reverse=True)
        for path in used[MOST_KEPT:]:
            path.unlink(missing_ok=True)


def _seal(drawing: bytes) -> bytes:
    return hashlib.sha256(drawing).hexdigest().encode()


@cache
def drawing_code() -> tuple[str, ...]:
    """All that draws: this package, those installed beside it, the font."""
    font = hashlib.sha256(Path(findfont(FONT)).read_bytes())
    versions = (package.__version__ for package in (matplotlib, numpy, pandas))
    return (AT_START, *versions, font.hexdigest())
