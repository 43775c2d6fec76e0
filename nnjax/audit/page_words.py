"""The words and numbers of a page of the report, each with its place: chapter and paragraph, or table, row, column."""

from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

APART = "data-apart"
"""Attribute of an element that is not compared: about this machine, or written after the page."""

PACK = "pack"
"""Identity of the script element that holds numbers, not a program: the curves of the cells."""

SILENT = frozenset({"script", "style", "nav", "button", "option"})
VOID = frozenset({"meta", "br", "hr", "img", "input", "link", "rect", "line", "path", "use", "polygon"})
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "summary", "figcaption", "title"})
BLOCKS = HEADINGS | {"p", "li", "dt", "dd", "div", "blockquote", "pre", "text"}


@dataclass(frozen=True, order=True)
class Place:
    """Where on a page something stands: in which part, and as the how many-th of it, from 1 on."""

    part: str
    number: int

    def __str__(self) -> str:
        return f"{self.part}, {self.number}" if self.number > 1 else self.part


def read_words(page: str) -> dict[Place, str]:
    """All that a person can read on a page, drawings' labels among it, but for what is marked as apart.

    >>> read_words('<section id="best"><p>0.5 of <b>8</b></p><p data-apart>12:00</p></section>')
    {Place(part='chapter best', number=1): '0.5 of 8'}
    """
    reader = _Reader()
    reader.feed(page)
    reader.close()
    seen, found = Counter[str](), {}
    for part, text in reader.end():
        seen[part] += 1
        found[Place(part, seen[part])] = text
    return found


@dataclass
class _Table:
    name: str
    columns: list[str] = field(default_factory=list)
    row: int = 0
    column: int = 0

    @property
    def cell(self) -> str:
        column = self.columns[self.column] if self.column < len(self.columns) else f"column {self.column + 1}"
        return f"table {self.name}, row {self.row}, {column}"


class _Reader(HTMLParser):
    """Collects text, a part of the page with each."""

    def __init__(self) -> None:
        super().__init__()
        self._open: list[tuple[str, bool]] = []
        self._found: list[tuple[str, str]] = []
        self._text: list[str] = []
        self._chapter, self._figure, self._table = "", "", _Table("")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in BLOCKS or tag in {"td", "th"}:
            self._end_block()
        if tag == "section":
            self._chapter = given.get("id") or ""
        elif tag == "figure":
            self._figure = given.get("id") or ""
        elif tag == "div" and (given.get("aria-label") or "").startswith("Table "):
            self._table = _Table((given["aria-label"] or "").removeprefix("Table "))
        elif tag == "tr":
            self._table.row, self._table.column = self._table.row + 1, 0
        if tag not in VOID:
            is_silent = tag in SILENT and given.get("id") != PACK
            self._open.append((tag, is_silent or APART in given or given.get("class") == "file"))

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._end_cell(tag)
        elif tag == "script":
            self._end_block("the curves that a script draws")
        elif tag in BLOCKS:
            self._end_block()
        while self._open and any(tag == each for each, _ in self._open):
            if self._open.pop()[0] == tag:
                break
        if tag == "figure":
            self._figure = ""

    def handle_data(self, data: str) -> None:
        if not any(is_silent for _, is_silent in self._open):
            self._text.append(data)

    def end(self) -> list[tuple[str, str]]:
        self._end_block()
        return self._found

    def _end_cell(self, tag: str) -> None:
        text = self._taken()
        if tag == "th":
            self._table.columns.append(text)
            self._table.row = 0
        self._found.append((self._table.cell if tag == "td" else f"table {self._table.name}, head", text))
        self._table.column += 1

    def _end_block(self, part: str = "") -> None:
        if text := self._taken():
            figure = f", figure {self._figure}" if self._figure else ""
            self._found.append((part or (f"chapter {self._chapter}{figure}" if self._chapter else "head"), text))

    def _taken(self) -> str:
        text, self._text = " ".join("".join(self._text).split()), []
        return text
