"""Drawings, kept in the home: what would be drawn of the same content by the same code is read back, byte for byte."""

import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cache
from importlib.metadata import version
from pathlib import Path

from matplotlib.font_manager import findfont

from nnjax.report.content import UnknownContentError, content_key
from nnjax.report.theme import FONT
from nnjax.sweep.durable import temporary_path

DRAWINGS_FOLDER = Path(".cache") / "drawings"
"""Below a home."""

MOST_KEPT = 1_000
"""Files, those that were used last: a report of the default study has 40, of 40 kB each."""

DRAWING = ("matplotlib", "numpy", "pandas", "pillow")
"""Packages that drawings depend on, beside our own."""

_FOLDER: ContextVar[Path | None] = ContextVar("where drawings are kept", default=None)


@contextmanager
def drawings_kept(home: Path | None) -> Iterator[None]:
    """Drawings made meanwhile are kept in this home, and read from it; with None they are all drawn."""
    token = _FOLDER.set(home and home / DRAWINGS_FOLDER)
    try:
        yield
    finally:
        _FOLDER.reset(token)


def kept(draw: Callable[[], bytes], *content: object) -> bytes:
    """What `draw` makes of this content, from an earlier report if it was kept whole; else drawn now, and kept.

    Nothing is kept of content that nobody can tell from another.
    """
    folder = _FOLDER.get()
    try:
        path = folder and folder / content_key((content, drawing_code()))
    except UnknownContentError:
        path = None
    if path is None:
        return draw()
    with suppress(OSError):
        seal, _, drawing = path.read_bytes().partition(b"\n")
        if seal == _seal(drawing):
            os.utime(path)
            return drawing
    drawing = draw()
    with suppress(OSError):  # nowhere to keep it
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = temporary_path(path.parent)
        temporary.write_bytes(_seal(drawing) + b"\n" + drawing)  # not synced: the seal tells whether all of it is there
        os.replace(temporary, path)
    return drawing


def forget_drawings(home: Path) -> None:
    """Drop those that were not used for longest, if there are many."""
    with suppress(OSError):
        used = sorted((home / DRAWINGS_FOLDER).iterdir(), key=lambda path: path.stat().st_mtime_ns, reverse=True)
        for path in used[MOST_KEPT:]:
            path.unlink(missing_ok=True)


def _seal(drawing: bytes) -> bytes:
    return hashlib.sha256(drawing).hexdigest().encode()


@cache
def drawing_code() -> tuple[str, ...]:
    """All that draws: our source, the packages, the font."""
    source, room = hashlib.sha256(), Path(__file__).parents[1]
    for path in sorted(room.rglob("*.py")):
        source.update(b"%s\0%s\0" % (str(path.relative_to(room)).encode(), path.read_bytes()))
    font = hashlib.sha256(Path(findfont(FONT)).read_bytes())
    return (sys.version, *(version(name) for name in DRAWING), source.hexdigest(), font.hexdigest())
