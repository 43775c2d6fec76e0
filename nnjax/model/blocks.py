"""A text in blocks, written once and printed twice: as Markdown and on a page."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from nnjax.report.views import Key, Panel

_CODE = re.compile("\x02([^\x03]*)\x03")
_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~])")
_CONTROL = re.compile("[\x00-\x1f]")
_TICKS = re.compile(r"`+")


Document = Mapping[str, Any]
"""What a model's `model.json` holds."""


def how_many(number: int, noun: str) -> str:
    """So many of something.

    >>> how_many(1, "row"), how_many(1460, "row")
    ('1 row', '1,460 rows')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def first_of(names: Sequence[str], most: int) -> list[str]:
    """The first names, and how many more there are.

    >>> first_of(["a", "b", "c", "d"], 2), first_of(["a", "b"], 2)
    (['a', 'b', '2 more'], ['a', 'b'])
    """
    more = len(names) - most
    return [*names[:most], *([f"{more:,} more"] if more > 0 else [])]


def code(text: object) -> str:
    """A name or a command within a sentence, set apart by both printers."""
    return f"\x02{_CONTROL.sub(' ', str(text))}\x03"


@dataclass(frozen=True)
class Paragraph:
    """Sentences; the lead of a page is larger."""

    text: str
    is_lead: bool = False
    kind: str = "paragraph"


@dataclass(frozen=True)
class Bullets:
    """A list, an item a sentence or two."""

    items: tuple[str, ...]
    kind: str = "bullets"


@dataclass(frozen=True)
class Terms:
    """Words and what is said of each."""

    items: tuple[tuple[str, str], ...]
    kind: str = "terms"


@dataclass(frozen=True)
class TextTable:
    """A table of texts; which columns are numbers, and how many of the first rows stand out."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    is_number: tuple[bool, ...]
    caption: str = ""
    title: str = ""
    """Of a table that is folded on the page."""
    kind: str = "grid"


@dataclass(frozen=True)
class CodeBlock:
    """What is typed, or pasted."""

    text: str
    language: str = "sh"
    title: str = ""
    """Of commands or texts that are folded on the page."""
    kind: str = "commands"


@dataclass(frozen=True)
class Drawn:
    """A figure on the page, its panels so many across at most; Markdown has its table."""

    name: str
    caption: str
    panels: tuple[Panel, ...]
    table: TextTable
    keys: tuple[Key, ...] = ()
    across: int = 1
    brief: TextTable | None = None
    """What Markdown has instead of the table, if anything."""
    kind: str = "drawn"


Block = Paragraph | Bullets | Terms | TextTable | CodeBlock | Drawn


@dataclass(frozen=True)
class CardSection:
    """Blocks under a heading."""

    key: str
    title: str
    blocks: tuple[Block, ...]


def as_markdown(title: str, sections: Sequence[CardSection], footer: str) -> str:
    """The text as Markdown, every word from outside escaped."""
    parts = [f"# {_inline(title)}"]
    for section in sections:
        parts += [f"## {_inline(section.title)}", *(_markdown(block) for block in section.blocks)]
    return "\n\n".join([*parts, "---", _inline(footer)]) + "\n"


def as_html(text: str) -> Markup:
    """A sentence for a page: escaped, names in `<code>`.

    >>> str(as_html(f"a < {code('b')}"))
    'a &lt; <code>b</code>'
    """
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))


def _markdown(block: Block) -> str:
    match block:
        case Paragraph():
            return f"**{_inline(block.text)}**" if block.is_lead else _inline(block.text)
        case Bullets():
            return "\n".join(f"- {_inline(item)}" for item in block.items)
        case Terms():
            return "\n".join(f"- **{_inline(term)}:** {_inline(said)}" for term, said in block.items)
        case TextTable():
            return _table(block)
        case CodeBlock():
            title = f"{_inline(block.title)}:\n\n" if block.title else ""
            return title + _fenced(block.text, block.language)
        case Drawn():
            return f"{_inline(block.caption)}\n\n{_table(block.brief or block.table)}"


def _inline(text: str) -> str:
    """Markdown's own signs escaped, names as code."""
    parts = _CODE.split(" ".join(text.split()))
    shown = [_SPECIAL.sub(r"\\\1", part) if not place % 2 else _ticked(part) for place, part in enumerate(parts)]
    return "".join(shown)


def _ticked(text: str) -> str:
    """Between more backticks than it has in a row.

    >>> _ticked("a"), _ticked("a`b")
    ('`a`', '``a`b``')
    """
    fence = "`" * (1 + max(map(len, _TICKS.findall(text)), default=0))
    pad = " " if text.startswith("`") or text.endswith("`") or not text.strip() else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _fenced(text: str, language: str) -> str:
    fence = "`" * max(3, 1 + max(map(len, _TICKS.findall(text)), default=0))
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def _table(grid: TextTable) -> str:
    lines = [
        _row(grid.head),
        "| " + " | ".join("---:" if is_number else "---" for is_number in grid.is_number) + " |",
        *(_row(row) for row in grid.rows),
    ]
    caption = grid.caption or (grid.title and f"{grid.title}:")
    return (f"{_inline(caption)}\n\n" if caption else "") + "\n".join(lines)


def _row(cells: Sequence[str]) -> str:
    # A bar within code ends the cell, too, unless escaped: GitHub's tables, example 200.
    parts = [re.sub(r"(?<!\\)\|", r"\\|", _inline(cell)) for cell in cells]
    return "| " + " | ".join(parts) + " |"
