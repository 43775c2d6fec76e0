"""What can go wrong with tracking, in one line a person can act on."""

import re
import sqlite3
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager

from nnjax.redaction import masked, masked_address
from nnjax.refusal import RefusedError
from nnjax.tracking.revisions import describe_revision, found_revision, revision_remedy

JOURNAL_IS_SAFE = "the results are safe in the journal; `nnjax sync STUDY` goes on from here"
NOT_A_DATABASE = f"move the file away, then a new one is made; {JOURNAL_IS_SAFE}"

_REMEDIES = {
    "not a database": NOT_A_DATABASE,
    "table .*already exists": "a file that was never made whole: move it away, then a new one is made; "
    f"{JOURNAL_IS_SAFE}",
    "locked": f"another program is writing to the file, try again when it has ended; {JOURNAL_IS_SAFE}",
}
"""Words of an error -> what to do."""


class TrackingError(RefusedError):
    """MLflow could not be told; nothing trained is lost."""

    def __init__(self, problem: str, remedy: str) -> None:
        """Both parts are kept and joined into one line."""
        super().__init__(f"{problem}; {remedy}")
        self.problem = problem
        self.remedy = remedy


LONGEST_QUOTE = 200
"""Characters of another program's text that are quoted."""


def quoted(error: BaseException, uri: str) -> str:
    """The first line of an error's text: no password in it, the tracking URI's for example, and no word cut in two."""
    text = str(error).strip() or type(error).__name__
    return textwrap.shorten(masked(text.splitlines()[0], [uri]), LONGEST_QUOTE, placeholder=" …")


@contextmanager
def explained(tracking_uri: str) -> Iterator[None]:
    """Turn what MLflow and its stores raise into a `TrackingError`.

    Raises:
        TrackingError: In place of MLflow's, SQLAlchemy's, SQLite's, requests' and the file system's errors, and of
            packages that MLflow wants and are not installed.
    """
    from mlflow.exceptions import MlflowException  # here, so that an address can be refused without these imports
    from requests.exceptions import RequestException
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (MlflowException, SQLAlchemyError, sqlite3.Error, RequestException, OSError, ImportError) as error:
        remedy = _remedy(error, tracking_uri)
        raise TrackingError(
            f"MLflow at {masked_address(tracking_uri)}: {_problem(error, tracking_uri)}", remedy
        ) from error


def _problem(error: Exception, uri: str) -> str:
    """What happened; MLflow's own advice about its tables fails where they are a newer one's, so it is not quoted."""
    found = found_revision(str(error))
    return describe_revision(found) if found else quoted(error, uri)


def _remedy(error: Exception, uri: str) -> str:
    """What to do about an error of the store."""
    text = str(error)
    if found := found_revision(text):
        return revision_remedy(found, uri)
    if isinstance(error, ImportError):
        return f"install the package of {error.name}; {JOURNAL_IS_SAFE}"
    return next((remedy for words, remedy in _REMEDIES.items() if re.search(words, text)), JOURNAL_IS_SAFE)
