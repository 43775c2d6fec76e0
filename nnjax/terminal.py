"""What is said to a person: how far it has come, what to type next, and what comes nearest where letters lack."""

import codecs
import os
import re
import shlex
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO, TypeVar

Say = Callable[[str], None]
"""Who is told how far something has come, a sentence at a time."""

Item = TypeVar("Item")

NEAREST = {
    "−": "-", "–": "-", "—": "-", "…": "...", "·": "-", "×": "x", "→": "->", "≥": ">=", "≤": "<=", "“": '"', "”": '"',
    "‘": "'", "’": "'", "━": "-", "─": "-", "│": "|", "µ": "u",
}  # fmt: skip
"""Sign -> its likeness in ASCII; a letter with an accent loses it, any other becomes a question mark."""

QUOTED = re.compile(r"`(nnjax [^`\n]+)`")
"""A command that a message tells people to type; STUDY in it stands for the study that it is about."""

HANDLER = "nnjax.nearest"
"""Name by which an encoder knows `_nearest`.

>>> "R² −1 … 7 µs, Grün".encode("ascii", HANDLER), "R² −1 … 中".encode("latin-1", HANDLER).decode("latin-1")
(b'R2 -1 ... 7 us, Grun', 'R² -1 ... ?')
"""

OURS_TO_CHANGE = ("strict", "surrogateescape", "backslashreplace")
"""Python's own ways with what cannot be encoded; another one is the wish of a person (PYTHONIOENCODING)."""


def to_nobody(sentence: str) -> None:
    """Say nothing."""


def counted(items: Sequence[Item], what: str, say: Say) -> Iterator[Item]:
    """The items, one after the other; each is told when its turn comes.

    >>> list(counted(["a", "b"], "letter", print))
    letter 1 of 2
    letter 2 of 2
    ['a', 'b']
    """
    for number, item in enumerate(items, start=1):
        say(f"{what} {number:,} of {len(items):,}")
        yield item


def default_home() -> Path:
    """The home that is taken where none is given."""
    return Path(os.environ.get("NNJAX_HOME", "."))


def home_words(home: Path) -> list[str]:
    """What a command line must say of a home; nothing of the one that is taken anyway."""
    return [] if home.resolve() == default_home().resolve() else ["--home", str(home)]


def next_command(home: Path, name: str, study: Path | None = None) -> str:
    """What to type next: a target of make in the home that is taken anyway, the command itself in any other.

    >>> next_command(Path(), "ui"), next_command(Path(), "sweep", Path("a b.toml"))
    ('make ui', "make sweep STUDY='a b.toml'")
    >>> next_command(Path("elsewhere"), "ui"), next_command(Path("elsewhere"), "sweep", Path("a b.toml"))
    ('nnjax ui --home elsewhere', "nnjax sweep 'a b.toml' --home elsewhere")
    """
    if away := home_words(home):
        return shlex.join(["nnjax", name, *([str(study)] if study else []), *away])
    return f"make {name}{f' STUDY={shlex.quote(str(study))}' if study else ''}"


def complete_commands(text: str, study: str, home: str) -> str:
    """A text in which every quoted command is about this study and in this home, both as a shell takes them.

    >>> complete_commands("`nnjax sync STUDY` mends it", "a.toml", "--home away")
    '`nnjax sync a.toml --home away` mends it'
    """

    def complete(found: re.Match[str]) -> str:
        command = found[1].replace("STUDY", study)
        return f"`{command}`" if not home or "--home" in command else f"`{command} {home}`"

    return QUOTED.sub(complete, text)


def soften(stream: TextIO | None) -> None:
    """Let a stream show the nearest of what its encoding lacks, where Python would raise a `UnicodeEncodeError`.

    Nothing is done to one that is closed, or that somebody has replaced.
    """
    if isinstance(stream, TextIOWrapper) and not stream.closed and stream.errors in OURS_TO_CHANGE:
        stream.reconfigure(errors=HANDLER)


def carry_data(stream: TextIO) -> None:
    """Let a stream carry data: UTF-8 as in a file, whatever the terminal has, and no letter changed.

    Nothing is done to one that somebody has replaced.
    """
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(encoding="utf-8", errors="surrogateescape")


def _nearest(problem: UnicodeError) -> tuple[str | bytes, int]:
    """What stands for the first letter that an encoding lacks; a byte of a file's name that is no letter stays it."""
    if not isinstance(problem, UnicodeEncodeError):
        raise problem
    letter = problem.object[problem.start]
    if "\udc80" <= letter <= "\udcff":
        return bytes([ord(letter) - 0xDC00]), problem.start + 1
    plain = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode("ascii")
    return NEAREST.get(letter, plain or "?"), problem.start + 1


codecs.register_error(HANDLER, _nearest)
