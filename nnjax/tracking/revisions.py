"""The revision of a store's tables beside those that the installed MLflow knows, read without importing MLflow.

MLflow opens only a store of its own newest revision. An older one can be upgraded; a newer one cannot be made older.
"""

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from nnjax.redaction import masked_address

_REVISION = re.compile(r"^revision\b[^=\n]*= *[\"'](\w+)[\"']", re.MULTILINE)
_DOWN_REVISION = re.compile(r"^down_revision\b[^=\n]*= *[\"'](\w+)[\"']", re.MULTILINE)
_FOUND = re.compile(r"out-of-date database schema \(found version (\w+)")


def revision_remedy(found: str, uri: str) -> str:
    """What to do about a store of another revision than the newest that the installed MLflow knows."""
    if found in known_revisions():
        shown = masked_address(uri)
        whole = "" if shown == uri else " (the whole URI, with its password)"
        return f"run `mlflow db upgrade {shown}`{whole}, a backup of the store first; then the same command again"
    return "install that MLflow or a newer one (pip install --upgrade mlflow), or give another store by --tracking-uri"


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


def describe_revision(found: str) -> str:
    """What a revision other than the newest says of a store."""
    if found in known_revisions():
        return f"its tables are an older MLflow's (revision {found}, not {newest_revision()})"
    return f"its tables are a newer MLflow's (revision {found}, which the installed one does not know)"
