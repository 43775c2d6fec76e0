"""The report of a sweep: making it, finding it again, and keeping it from being another study's."""

import os
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path

from nnjax.refusal import RefusedError
from nnjax.report.second_process import SecondProcess, second_process
from nnjax.sweep.durable import one_at_a_time, write_durably
from nnjax.sweep.space import Space, sweep_id
from nnjax.terminal import Say, to_nobody

MARK = "sweep_id"
"""File in a report's folder: the identity of the sweep that the page was made from, one line."""

ORIGIN = "study_file"
"""File beside it: where the study file lies, as seen from the home, one line."""


def make_report(
    space: Space,
    home: Path,
    seconds: Mapping[str, float] | None = None,
    with_pdf: bool = False,
    say: Say = to_nobody,
    second: SecondProcess | None = None,
) -> Path:
    """Write the report and note which sweep it is of, with other seconds of stages than its record's if they are given.

    A second process that was begun for it, with these baselines, is waited for; else a large study's begins now.

    Raises:
        NothingToReportError: If no cell of the study is complete.
        LogbookError: If nobody knows how often its claims were looked at.
        ClaimLockError: If nobody knows what its claims were when its training began.
        RefusedError: If another study file of this name has its report here.
    """
    folder = home / "reports" / space.study.name
    folder.parent.mkdir(parents=True, exist_ok=True)
    with one_at_a_time(folder):
        refuse_another_study(space, home)
        with second_process(space) if second is None else nullcontext(second) as helper:
            from nnjax.report.write import write_report  # here: the second process imports it meanwhile

            page = write_report(space, home, seconds, with_pdf, say, helper)
        write_durably(page.with_name(ORIGIN), f"{_seen_from(home, space)}\n".encode())
        write_durably(page.with_name(MARK), f"{sweep_id(space)}\n".encode())
    return page


def refuse_another_study(space: Space, home: Path) -> None:
    """Two study files of one name would overwrite each other; one that was moved or copied is the same study.

    Raises:
        RefusedError: If the report of this name is of another file, which is still there and says something else.
    """
    folder, name = home / "reports" / space.study.name, space.study.name
    try:
        seen = (folder / ORIGIN).read_text("utf-8").strip()
        other = home / seen
        if seen == _seen_from(home, space) or other.read_bytes() == Path(space.study.path).read_bytes():
            return
    except (OSError, ValueError):
        return
    raise RefusedError(
        f"{space.study.path}: name = {name!r}: {folder} has the report of {os.path.normpath(other)}, and two studies "
        f'of one name would overwrite each other; write name = "{name[:62]}-2" in this one, or give another --home'
    )


def _seen_from(home: Path, space: Space) -> str:
    return os.path.relpath(space.study.path, home)


def find_report(space: Space, home: Path) -> Path | None:
    """The folder of the report of this very sweep; None if there is none, or the page there is of another sweep.

    A study keeps its name when its values change, so the folder alone says nothing; nor does a mark older than the
    page beside it.
    """
    page = home / "reports" / space.study.name / "index.html"
    mark = page.with_name(MARK)
    try:
        is_of_the_page = mark.stat().st_mtime_ns >= page.stat().st_mtime_ns
        return page.parent if is_of_the_page and mark.read_text("utf-8").strip() == sweep_id(space) else None
    except (OSError, UnicodeDecodeError):
        return None
