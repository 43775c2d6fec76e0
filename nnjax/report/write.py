"""The report of a study: one page, its tables as CSV files, its cards as pictures."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import replace
from functools import partial
from pathlib import Path

from nnjax.report.cards import write_cards
from nnjax.report.chapters.answer import answer_chapter
from nnjax.report.chapters.asked import asked_chapter
from nnjax.report.chapters.best import best_chapter
from nnjax.report.chapters.cells import cells_chapter
from nnjax.report.chapters.claims import claims_chapter
from nnjax.report.chapters.convergence import convergence_chapter
from nnjax.report.chapters.cost import cost_chapter
from nnjax.report.chapters.diverged import diverged_chapter
from nnjax.report.chapters.epochs import epochs_chapter
from nnjax.report.chapters.glossary import glossary_chapter
from nnjax.report.chapters.gradients import gradients_chapter
from nnjax.report.chapters.grid import grid_chapter
from nnjax.report.chapters.matters import matters_chapter
from nnjax.report.chapters.method import method_chapter
from nnjax.report.chapters.next import next_chapter
from nnjax.report.chapters.reproduce import reproduce_chapter
from nnjax.report.chapters.scores import scores_chapter
from nnjax.report.findings.next_studies import write_next_studies
from nnjax.report.histories import Histories, packed_columns
from nnjax.report.kept_drawings import drawings_kept, forget_drawings
from nnjax.report.latex import latex_table
from nnjax.report.nothing_to_report import NothingToReportError
from nnjax.report.pack import make_pack
from nnjax.report.page import Link, Page, compile_templates, made_now, render_page
from nnjax.report.second_process import Make, SecondProcess, make_all
from nnjax.report.study_results import StudyResults, gather
from nnjax.report.summary import summarise, summarise_unfinished, write_index, write_summary
from nnjax.report.svg import standalone_svg
from nnjax.report.views import Chapter
from nnjax.sweep.durable import write_durably
from nnjax.sweep.explosions import SEEN_IN, AllDiverged, all_diverged, exploded_notice, exploded_runs
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.notices import find_notices
from nnjax.sweep.other_engines import left_behind
from nnjax.sweep.space import Space
from nnjax.terminal import Say, to_nobody

FIRST_PAGE = ("answer", "claims", "matters", "convergence", "gradients", "scores", "best", "next", "asked")
"""Chapters of the first page, which has most of them in brief; a page beside it has these in full."""

CHAPTERS: tuple[Make[Chapter], ...] = (
    *(matters_chapter, convergence_chapter, scores_chapter, best_chapter, asked_chapter, epochs_chapter, grid_chapter),
    *(cost_chapter, reproduce_chapter, method_chapter, glossary_chapter, gradients_chapter),
)
"""Those that every report has; the last one takes longest, and a second process has done half of its work before."""

BESIDE = (
    (
        *("scores.html", "Scores and factors"),
        "Every factor read in several ways, importance, where the noise comes from, all models, the best cells.",
        ("matters", "scores", "best"),
    ),
    (
        *("training.html", "Convergence and gradients"),
        "Curves, epochs and seconds to the target, gradients by layer and epoch, saturated units, early stopping.",
        ("convergence", "gradients", "epochs"),
    ),
    ("cells.html", "Every cell", "The whole grid in one picture; any cell, replicate by replicate.", ("grid", "cells")),
    (
        *("method.html", "Method and data"),
        "Data and factors, every run accounted for, costs, how to reproduce any run, how it was judged, the glossary.",
        ("asked", "cost", "reproduce", "method", "glossary"),
    ),
)
"""File, name, content and chapters of the pages beside the first one."""


def write_report(
    space: Space,
    home: Path | str,
    seconds: Mapping[str, float] | None = None,
    with_pdf: bool = False,
    say: Say = to_nobody,
    second: SecondProcess | None = None,
) -> Path:
    """Write the report of a study from its journal: a page that needs nothing else, tables, cards; return the page.

    Args:
        space: The study and its runs.
        home: The home folder; the report goes to reports/<study>/ in it, and reports/index.html lists it.
        seconds: Stage -> seconds to show instead of those that the sweep record has.
        with_pdf: Whether every figure is there as PDF, too.
        say: Who is told how far it has come.
        second: Who makes a part of it, if anybody else.

    Raises:
        NothingToReportError: If no cell of the study is complete, unless all its runs diverged: the page says that.
        LogbookError: If nobody knows how often its claims were looked at.
        ClaimLockError: If nobody knows what its claims were when its training began.
    """
    reports = Path(home) / "reports"
    folder = reports / space.study.name
    try:
        study_results = gather(space, Path(home), seconds, say, partial(_wait, second, say))
    except NothingToReportError:
        lost = all_diverged(space, Journal(home))
        if lost is None:
            raise
        page, summary = write_diverged(space, lost, folder), summarise_unfinished(space, lost.headline)
    else:
        is_whole = "missing" not in set(study_results.results["status"])
        notices = () if is_whole else left_behind(space, Journal(home))
        assert study_results.curves is not None, "it was gathered from a journal"
        read = partial(study_results.curves.read, packed_columns(study_results.terms))
        page = write_study_report(study_results, folder, read, notices, with_pdf, say, second)
        summary = summarise(study_results)
        forget_drawings(Path(home))
    write_summary(summary, folder)
    write_index(reports)
    return page


def _wait(second: SecondProcess | None, say: Say) -> None:
    """Wait for the baselines that a second process may be fitting; templates are compiled meanwhile."""
    if second is not None:
        say("baselines")
        compile_templates()
        second.wait()


def write_diverged(space: Space, lost: AllDiverged, folder: Path) -> Path:
    """Write the page of a study without a finished run, over all that an earlier page left."""
    for stale in [*folder.glob("figures/*.png"), *folder.glob("next/*.toml")]:
        stale.unlink()
    return publish(
        _page(space, {"diverged": len(space.runs)}, [diverged_chapter(space, lost)], find_notices(space)), folder
    )


def write_study_report(
    study_results: StudyResults,
    folder: Path,
    read: Callable[[Set[str]], Histories] | None = None,
    notices: Sequence[str] = (),
    with_pdf: bool = False,
    say: Say = to_nobody,
    second: SecondProcess | None = None,
) -> Path:
    """Write page, tables, figures and cards; if its runs' curves cannot be read there is no looking into cells."""
    studies = write_next_studies(study_results, folder / "next")
    with_pdf = with_pdf or any(folder.glob("figures/*.pdf"))  # once asked for, they stay with the page
    makes: list[Make[Chapter]] = [
        *(partial(make, studies=studies) for make in (answer_chapter, next_chapter)),
        *([claims_chapter] if study_results.claims or study_results.declared.withdrawn else []),
        *([partial(_cells, read=read)] if read is not None else []),  # early: here their curves have been read
        *CHAPTERS,
    ]
    parts: list[Make[Chapter | None]] = [partial(_write_cards, folder=folder / "figures")]
    parts += [partial(_make, make=make, with_pdf=with_pdf) for make in makes]
    made = make_all(parts, study_results, second, say)
    chapters = {chapter.key: chapter for chapter in made if chapter is not None}
    say("tables and figures")
    counts = Counter(study_results.results["status"].tolist())
    told = (*notices, *_notices(study_results))
    page = _page(study_results.space, counts, [chapters[key] for key in FIRST_PAGE if key in chapters], told)
    return publish(_with_beside(page, chapters), folder, with_pdf=with_pdf)


def _write_cards(study_results: StudyResults, folder: Path) -> None:
    with drawings_kept(study_results.home):
        write_cards(study_results, folder)


def _make(study_results: StudyResults, make: Make[Chapter], with_pdf: bool) -> Chapter:
    with drawings_kept(study_results.home):
        chapter = make(study_results).with_csv()  # in either process: that of all runs takes half a second
    return chapter.with_pdf() if with_pdf else chapter


def _cells(study_results: StudyResults, read: Callable[[Set[str]], Histories]) -> Chapter:
    return cells_chapter(study_results, make_pack(study_results, read))


def _with_beside(page: Page, chapters: Mapping[str, Chapter]) -> Page:
    """The first page, its chapters in brief, with the pages beside it."""
    links = [Link(page.file, "The answer"), *(Link(file, name) for file, name, _, _ in BESIDE)]
    beside = [
        replace(
            page,
            file=file,
            name=name,
            says=says,
            notices=(),
            chapters=[chapters[key] for key in keys if key in chapters],
            siblings=[link for link in links if link.file != file],
        )
        for file, name, says, keys in BESIDE
    ]
    return replace(page, templates="brief", beside=beside, siblings=links[1:])


def publish(page: Page, folder: Path, room: str = "", with_pdf: bool = False) -> Path:
    """Write a page, of a room with templates of its own, and its tables and figures, these as PDF, too, if wanted.

    The page, whose path is returned, comes last, after those beside it, so that it never promises what is not there.
    """
    if with_pdf:
        page = page.with_chapters({key: chapter.with_pdf() for key, chapter in page.all_chapters().items()})
    _write_files(list(page.all_chapters().values()), folder / "tables", folder / "figures")
    for each in (*page.beside, page):
        write_durably(folder / each.file, render_page(each, room).encode())
    kept = {page.file, *(each.file for each in page.beside)}
    for stale in (path for path in folder.glob("*.html") if path.name not in kept):
        stale.unlink()
    return folder / page.file


def _write_files(chapters: Sequence[Chapter], tables: Path, figures: Path) -> None:
    """Every table as CSV and LaTeX, every panel as SVG, and as PDF if it has one, over what an earlier page left."""
    for folder in (tables, figures):
        folder.mkdir(parents=True, exist_ok=True)
    for stale in [*tables.glob("*.csv"), *tables.glob("*.tex"), *figures.glob("*.svg"), *figures.glob("*.pdf")]:
        stale.unlink()
    for table in (table for chapter in chapters for table in chapter.all_tables()):
        (tables / f"{table.name}.csv").write_text(table.with_csv().csv, "utf-8")
        (tables / f"{table.name}.tex").write_text(latex_table(table), "utf-8")
    for figure in (figure for chapter in chapters for figure in chapter.figures.values()):
        for name, panel in zip(figure.files, figure.panels, strict=True):
            (figures / f"{name}.svg").write_text(standalone_svg(panel.svg), "utf-8")
            if panel.pdf:
                (figures / f"{name}.pdf").write_bytes(panel.pdf)


def _page(space: Space, counts: Mapping[str, int], chapters: Sequence[Chapter], notices: Sequence[str]) -> Page:
    """A page's frame; counts are those of the runs, by their status."""
    study, table = space.study, space.table
    diverged = "diverged (loss not finite; given the lowest score)"
    lost = "".join(
        f", {counts[status]:,} {words}"
        for status, words in (("diverged", diverged), ("missing", "missing"))
        if counts.get(status)
    )
    subtitle = (
        f"{len(space.runs):,} runs planned, {counts.get('finished', 0):,} finished{lost}: {len(space.cells):,} cells "
        f"on {len(space.splits)} splits of {table.name} ({len(table.target):,} rows)"
    )
    return Page(study.name, study.question, subtitle, chapters, made_now(), notices)


def _notices(study_results: StudyResults) -> list[str]:
    """What is worth knowing before the numbers are read: of the study, and of its runs."""
    space, results = study_results.space, study_results.results
    columns = ("run_id", "status", SEEN_IN[space.table.task])
    runs = [dict(zip(columns, row, strict=True)) for row in results[list(columns)].itertuples(index=False)]
    exploded = exploded_notice(space, exploded_runs(space.table.task, runs))
    return [*find_notices(space), *([exploded] if exploded else [])]
