"""The index of all reports of a home folder: one line and one link a study."""

from pathlib import Path

from nnjax.report.page import template
from nnjax.report.summary import read_summaries
from nnjax.sweep.durable import write_durably

OTHER_PAGES = {"lecture": "The lecture’s sentences, put to the test", "quiz": "The take-home quiz, answered"}
"""Folders of pages that are no study's report -> their titles."""


def write_index(reports: Path) -> Path:
    """Write reports/index.html anew from what lies there.

    Args:
        reports: Folder of the reports.

    Returns:
        The page.
    """
    others = [(folder, title) for folder, title in OTHER_PAGES.items() if (reports / folder / "index.html").is_file()]
    page = reports / "index.html"
    text = template("index.html.j2").render(summaries=read_summaries(reports), others=others)
    write_durably(page, text.encode())
    return page
