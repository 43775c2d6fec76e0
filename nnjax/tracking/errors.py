"""What can go wrong with tracking, in one line a person can act on; an address can be refused without importing MLflow.

MLflow opens only a store of its own newest revision. An older one can be upgraded; a newer one cannot be made older.
"""

import re
import sqlite3
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from nnjax.redaction import masked, masked_address
from nnjax.refusal import HalvedError

JOURNAL_IS_SAFE = "the results are safe in the journal; `nnjax sync STUDY` goes on from here"
NOT_A_DATABASE = f"move the file away, then a new one is made; {JOURNAL_IS_SAFE}"

_REMEDIES = {
    "not a database": NOT_A_DATABASE,
    "table .*already exists": "a file that was never made whole: move it away, then a new one is made; "
    f"{JOURNAL_IS_SAFE}",
    "locked": f"another program is writing to the file, try again when it has ended; {JOURNAL_IS_SAFE}",
}
"""Words of an error -> what to do."""


_REVISION = re.compile(r"^revision\b[^=\n]*= *[\"'](\w+)[\"']", re.MULTILINE)
_DOWN_REVISION = re.compile(r"^down_revision\b[^=\n]*= *[\"'](\w+)[\"']", re.MULTILINE)
_FOUND = re.compile(r"out-of-date database schema \(found version (\w+)")


class TrackingError(HalvedError):
    """MLflow could not be told; nothing trained is lost."""


LONGEST_QUOTE = 200
"""Characters of another program's text that are quoted."""


def quoted(error: BaseException, uri: str) -> str:
    """The first line of an error's text: no password in it, the tracking URI's for example, and no word cut in two."""
    text = str(error).strip() or type(error).__name__
    return textwrap.shorten(masked(text.splitlines()[0], [uri]), LONGEST_QUOTE, placeholder=" …")


_FOREIGN = (
    ("mlflow.exceptions", "MlflowException"),
    ("sqlalchemy.exc", "SQLAlchemyError"),
    ("requests.exceptions", "RequestException"),
)


def raised_by_stores(*others: type[Exception]) -> tuple[type[Exception], ...]:
    """What MLflow, SQLAlchemy, SQLite and requests raise, and others; whom nobody has imported has raised nothing."""
    found = ((sys.modules.get(module), name) for module, name in _FOREIGN)
    return (*others, sqlite3.Error, *(getattr(module, name) for module, name in found if module is not None))


@contextmanager
def explained(tracking_uri: str) -> Iterator[None]:
    """Turn what MLflow and its stores raise into a `TrackingError`.

    Raises:
        TrackingError: In place of MLflow's, SQLAlchemy's, SQLite's, requests' and the file system's errors, and of
            packages that MLflow wants and are not installed.
    """
    try:
        yield
    except raised_by_stores(OSError, ImportError) as error:
        problem, remedy = _problem_and_remedy(error, tracking_uri)
        raise TrackingError(f"MLflow at {masked_address(tracking_uri)}: {problem}", remedy) from error


def _problem_and_remedy(error: Exception, uri: str) -> tuple[str, str]:
    """MLflow's own advice about its tables fails where they are a newer one's, so it is not quoted."""
    if found := found_revision(str(error)):
        return explain_revision(found, uri)
    remedy = next((remedy for words, remedy in _REMEDIES.items() if re.search(words, str(error))), JOURNAL_IS_SAFE)
    if isinstance(error, ImportError):
        remedy = f"install the package of {error.name}; {JOURNAL_IS_SAFE}"
    return quoted(error, uri), remedy


def explain_revision(found: str, uri: str) -> tuple[str, str]:
    """What another revision than the newest that the installed MLflow knows says of a store, and what to do."""
    if found not in known_revisions():
        return (
            f"its tables are a newer MLflow's (revision {found}, which the installed one does not know)",
            "install that MLflow or a newer one (pip install --upgrade mlflow), or give another store by "
            "--tracking-uri",
        )
    shown = masked_address(uri)
    whole = "" if shown == uri else " (the whole URI, with its password)"
    return (
        f"its tables are an older MLflow's (revision {found}, not {newest_revision()})",
        f"run `mlflow db upgrade {shown}`{whole}, a backup of the store first; then the same command again",
    )


def found_revision(text: str) -> str:
    """The store's revision, from MLflow's own complaint.

    >>> found_revision("Detected out-of-date database schema (found version 90e64c465722, but expected 0584bdc529eb).")
    '90e64c465722'
    """
    found = _FOUND.search(text)
    return found[1] if found else ""


@cache
def known_revisions() -> dict[str, str]:
    """Revision -> the one before it, of all that the installed MLflow knows; empty if it keeps them elsewhere."""
    package = find_spec("mlflow")
    folders = package.submodule_search_locations if package else None
    revisions = {}
    for path in Path(next(iter(folders or []), "")).glob("store/db_migrations/versions/*.py"):
        text = path.read_text(encoding="utf-8")
        before = _DOWN_REVISION.search(text)
        if revision := _REVISION.search(text):
            revisions[revision[1]] = before[1] if before else ""
    return revisions


def newest_revision() -> str:
    """The revision that no other one follows; "" if there is not exactly one."""
    revisions = known_revisions()
    last = set(revisions) - set(revisions.values())
    return last.pop() if len(last) == 1 else ""
