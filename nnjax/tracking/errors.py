"""What can go wrong with tracking, in one line a person can act on."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from nnjax.refusal import RefusedError

JOURNAL_IS_SAFE = "the results are safe in the journal; `nnjax sync STUDY` goes on from here"


class TrackingError(RefusedError):
    """MLflow could not be told; nothing trained is lost.

    Attributes:
        problem: What happened.
        remedy: What to do about it.
    """

    def __init__(self, problem: str, remedy: str) -> None:
        """Both parts are kept and joined into one line."""
        super().__init__(f"{problem}; {remedy}")
        self.problem = problem
        self.remedy = remedy


def _first_line(error: BaseException) -> str:
    """The first line of an error's text, at most 200 characters."""
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0][:200]


@contextmanager
def explained(tracking_uri: str) -> Iterator[None]:
    """Turn what MLflow and its stores raise into a `TrackingError`.

    Args:
        tracking_uri: Where the store is, for the message.

    Raises:
        TrackingError: In place of MLflow's, SQLAlchemy's, SQLite's, requests' and the file system's errors.
    """
    from mlflow.exceptions import MlflowException  # here, so that an address can be refused without these imports
    from requests.exceptions import RequestException
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (MlflowException, SQLAlchemyError, sqlite3.Error, RequestException, OSError) as error:
        line = _first_line(error)
        remedy = JOURNAL_IS_SAFE
        if "out-of-date database schema" in line or "db upgrade" in str(error):
            remedy = f"run `mlflow db upgrade {tracking_uri}` (a copy of the file first), then `nnjax sync STUDY`"
        elif "not a database" in line:
            remedy = f"move the file away, then a new one is made; {JOURNAL_IS_SAFE}"
        elif "already exists" in line and "table" in line:
            remedy = f"a file that was never made whole: move it away, then a new one is made; {JOURNAL_IS_SAFE}"
        elif "locked" in line:
            remedy = f"another program is writing to the file, try again when it has ended; {JOURNAL_IS_SAFE}"
        raise TrackingError(f"MLflow at {tracking_uri}: {line}", remedy) from error
