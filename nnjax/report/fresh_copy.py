"""A fresh copy of a report: made anew from the journal, elsewhere, to be held against the one that is there."""

from pathlib import Path

from nnjax.refusal import RefusedError
from nnjax.report.nothing_to_report import NothingToReportError
from nnjax.report.second_process import second_process
from nnjax.sweep.space import Space


def write_fresh_copy(space: Space, home: Path, folder: Path) -> Path:
    """Write the report of a study into an empty folder, a home that borrows this one's journal; return where it lies.

    Raises:
        RefusedError: If there is nothing to report.
        LogbookError: If nobody knows how often its claims were looked at.
        ClaimLockError: If nobody knows what its claims were when its training began.
    """
    (folder / "journal").symlink_to((home / "journal").resolve(), target_is_directory=True)
    try:
        with second_process(space) as second:
            from nnjax.report.write import write_report  # here: the second process imports it meanwhile

            return write_report(space, folder, second=second).parent
    except NothingToReportError as error:
        raise RefusedError(str(error)) from None
