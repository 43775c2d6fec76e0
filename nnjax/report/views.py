"""What the page's templates get: finished records that they loop over and print."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd
from markupsafe import Markup

from nnjax.report.formats import format_cell, is_number_column

_SENTENCE_END = re.compile(r"(?<=[.!?]) (?=[A-Z“])")

MOST_ROWS_SHOWN = 240
"""Rows of a table on the page; its CSV file has all of them."""


@dataclass(frozen=True)
class Key:
    """One entry of a legend."""

    label: str
    color: str
    """CSS colour."""
    dashes: str = ""
    """SVG dash pattern; empty: solid."""
    marker: str = ""
    """SVG polygon points around 0, 0; empty: no marker."""
    is_area: bool = False
    """A shaded patch instead of a line."""
    level: str = ""
    """The factor's level that it names, as its lines are marked; empty: none."""


@dataclass(frozen=True)
class Panel:
    """One drawing of a figure, with what is set above it: as it stands in the page, and as a file if wanted."""

    title: str
    svg: Markup
    draw_pdf: Callable[[], bytes] = field(compare=False)
    pdf: bytes = b""

    def with_pdf(self) -> "Panel":
        """The same drawn once more, as PDF, unless it was."""
        return self if self.pdf else replace(self, pdf=self.draw_pdf())

    def __getstate__(self) -> dict[str, object]:
        """Without the figure: a panel that travels between processes has its PDF, or will have none."""
        return self.__dict__ | {"draw_pdf": bytes}


@dataclass(frozen=True)
class TableView:
    """A table as shown, its first rows formatted, and as a CSV file of a name that is unique in the report."""

    name: str
    frame: pd.DataFrame
    columns: tuple[str, ...]
    is_number: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]
    csv: str = ""
    """Its CSV file, if that was made already."""

    def with_csv(self) -> "TableView":
        """The same with its CSV file, unless that was made."""
        return self if self.csv else replace(self, csv=self.frame.to_csv(index=False))

    @property
    def more(self) -> int:
        """Rows that only the CSV file has."""
        return len(self.frame) - len(self.rows)


@dataclass(frozen=True)
class FigureView:
    """A figure: panels, so many across at most, under one legend, a caption that says what to see, what was drawn."""

    name: str
    caption: str
    keys: tuple[Key, ...]
    panels: tuple[Panel, ...]
    across: int
    table: TableView

    @property
    def files(self) -> list[str]:
        """Names of the files of its panels, without their endings."""
        return [f"{self.name}-{index}" for index in range(len(self.panels))]

    @property
    def says(self) -> str:
        """The first sentence of its caption: what is drawn."""
        return first_sentence(self.caption)

    @property
    def reading(self) -> str:
        """The rest of its caption: how to read it; empty where there is none."""
        return self.caption[len(self.says) :].strip()

    def with_csv(self) -> "FigureView":
        """The same with the CSV file of what was drawn."""
        return replace(self, table=self.table.with_csv())

    def with_pdf(self) -> "FigureView":
        """The same with its panels drawn once more, as PDF."""
        return replace(self, panels=tuple(panel.with_pdf() for panel in self.panels))


@dataclass(frozen=True)
class Chapter:
    """One chapter: its template, named by its key, prints these; what the prose says are its facts."""

    key: str
    title: str
    figures: Mapping[str, FigureView] = field(default_factory=dict)
    tables: Mapping[str, TableView] = field(default_factory=dict)
    facts: Mapping[str, object] = field(default_factory=dict)

    def all_tables(self) -> list[TableView]:
        """Every table of the chapter, those of its figures among them."""
        return [*(figure.table for figure in self.figures.values()), *self.tables.values()]

    def with_csv(self) -> "Chapter":
        """The same with the CSV files of all its tables."""
        figures = {name: figure.with_csv() for name, figure in self.figures.items()}
        return replace(self, figures=figures, tables={name: each.with_csv() for name, each in self.tables.items()})

    def with_pdf(self) -> "Chapter":
        """The same with its figures as PDF, too."""
        return replace(self, figures={name: figure.with_pdf() for name, figure in self.figures.items()})


def view_table(
    name: str,
    frame: pd.DataFrame,
    full_batch: int | None = None,
    most_rows: int = MOST_ROWS_SHOWN,
    columns: Sequence[str] | None = None,
) -> TableView:
    """Format a table for the page; its batch size may be the full one, shown as "full". All columns unless named."""
    shown = frame.head(most_rows)[list(frame.columns if columns is None else columns)]
    cells = [[format_cell(column, value, full_batch) for value in shown[column].tolist()] for column in shown.columns]
    return TableView(
        name=name,
        frame=frame,
        columns=tuple(str(column) for column in shown.columns),
        is_number=tuple(is_number_column(shown[column]) for column in shown.columns),
        rows=tuple(zip(*cells, strict=True)),
    )


def first_sentence(text: str) -> str:
    """A text up to its first full stop that another sentence follows.

    >>> first_sentence("The mean of 0.5 is high. It may be luck.")
    'The mean of 0.5 is high.'
    """
    return _SENTENCE_END.split(text, maxsplit=1)[0]


def join_words(words: Sequence[str], last: str = "and") -> str:
    """An enumeration in English.

    >>> join_words(["a", "b", "c"]), join_words(["a", "b"], "or")
    ('a, b and c', 'a or b')
    """
    return f" {last} ".join(part for part in (", ".join(words[:-1]), words[-1]) if part) if words else ""
