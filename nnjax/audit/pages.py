"""A report's pages and tables against those that are made anew from the journal: every word, every number."""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from nnjax.audit.page_words import Place, read_words
from nnjax.audit.stamp import Line
from nnjax.refusal import RefusedError
from nnjax.sweep.claim_lock import ClaimLockError

Remake = Callable[[Path], Path]
"""Makes a report anew, from the journal alone, in an empty folder, and says in which folder in it the page lies."""


@dataclass(frozen=True)
class AuditedReport:
    """The folder of a sweep's report, and who makes that report anew."""

    folder: Path
    remake: Remake


MADE_ANEW = "The report's pages and tables against those made anew from the journal"

STILL_GROWING = "tables/seconds.csv"
"""The table of what each stage of the sweep took: the last stages are over after the report is written."""

OF_THIS_MACHINE: Mapping[str, frozenset[str]] = {"tables/findings.csv": frozenset({"minutes", "command"})}
"""Table -> columns that are not compared: predicted for this machine, or typed."""

AGREE = 1e-9
"""Numbers of a table that differ by less, relatively, are the same: another processor's last bits."""

DIFFERENCES_TOLD = 3
WORDS_TOLD = 6
"""Differences that a line names, and words that it quotes of a longer text."""

NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
COMMAND = re.compile(r"`nnjax [^`\n]+`")
"""A command in a sentence: it names study and home as they were typed."""


def examine_pages(report: AuditedReport) -> Line:
    """Make the report anew in a folder of its own, and compare all that can be read on its pages, and every table.

    A page or table that was edited, or is of another journal, is found; a mistake in how a number is computed is not:
    it is made twice. Drawings are compared by their labels.
    """
    with TemporaryDirectory() as folder:
        try:
            anew = report.remake(Path(folder))
        except (RefusedError, ClaimLockError) as error:
            return Line(MADE_ANEW, f"it cannot be made anew: {error}", False)
        return compare_reports(report.folder, anew)


def compare_reports(report: Path, anew: Path) -> Line:
    """Two folders of one report: which pages, tables and numbers differ."""
    pages, tables = _names(report, anew, "*.html"), _names(report, anew, "tables/*.csv")
    problems, numbers, cells = list[str](), 0, 0
    for name in (*pages, *tables):
        if not (report / name).is_file() or not (anew / name).is_file():
            problems.append(f"{name} is {'not of this report' if (report / name).is_file() else 'not there'}")
        elif name in pages:
            words = read_words((anew / name).read_text("utf-8"))
            numbers += sum(len(NUMBER.findall(text)) for text in words.values())
            kept = read_words((report / name).read_text("utf-8", "replace"))
            problems += [f"{name}, {problem}" for problem in _differing_words(kept, words)]
        else:
            table = _read(anew / name)
            cells += table.size
            problems += [f"{name}, {problem}" for problem in _differing_cells(report, name, table)]
    seen = f"{len(pages):,} pages with {numbers:,} numbers, {len(tables):,} tables with {cells:,} cells"
    if not problems:
        return Line(MADE_ANEW, seen, True)
    verb = "differs" if len(problems) == 1 else "differ"
    named = "; ".join(problems[:DIFFERENCES_TOLD])
    remedy = "it was edited, or is of an earlier journal or nnjax: `nnjax report STUDY` writes it again"
    return Line(MADE_ANEW, f"{seen}; {len(problems):,} {verb}: {named}; {remedy}", False)


def _names(report: Path, anew: Path, pattern: str) -> list[str]:
    found = {path.relative_to(folder).as_posix() for folder in (report, anew) for path in folder.glob(pattern)}
    return sorted(found - {STILL_GROWING})


def _differing_words(kept: Mapping[Place, str], anew: Mapping[Place, str]) -> Iterator[str]:
    for place in dict.fromkeys((*anew, *kept)):
        ours, theirs = (COMMAND.sub("", words.get(place, "")) for words in (anew, kept))
        if ours != theirs:
            yield f"{place}: {_told(theirs, ours)}"


def _told(kept: str, anew: str) -> str:
    """What stands there and what should, from the first word that differs."""
    ours, theirs = anew.split(), kept.split()
    first = next((place for place, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), 0)
    first = first or min(len(ours), len(theirs)) * (ours[: len(theirs)] == theirs[: len(ours)])
    shown, made = (" ".join(words[first : first + WORDS_TOLD])[:80] or "nothing" for words in (theirs, ours))
    return f"{shown!r} stands there, made anew {made!r}"


def _read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype="str", keep_default_na=False)


def _differing_cells(report: Path, name: str, anew: pd.DataFrame) -> Iterator[str]:
    """Cells of a table that differ, by row from 1 on and column; or that it is no such table."""
    try:
        kept = _read(report / name)
    except (ValueError, OSError) as error:
        yield f"which cannot be read ({type(error).__name__})"
        return
    if list(kept.columns) != list(anew.columns):
        yield "whose columns are others"
    elif len(kept) != len(anew):
        yield f"which has {len(kept):,} rows instead of {len(anew):,}"
    else:
        for column in anew.columns:
            if column not in OF_THIS_MACHINE.get(name, ()):
                ours, theirs = anew[column].to_numpy(), kept[column].to_numpy()
                for row in np.flatnonzero(ours != theirs):
                    if not _agree(ours[row], theirs[row]):
                        yield f"row {row + 1}, {column}: {theirs[row]!r} stands there, made anew {ours[row]!r}"


def _agree(ours: str, theirs: str) -> bool:
    try:
        return math.isclose(float(ours), float(theirs), rel_tol=AGREE)
    except ValueError:
        return False
