"""Environment variables that keep MLflow quiet: no telemetry, no printed links, no progress bars."""

import logging
import os
import tempfile
from collections.abc import MutableMapping

from nnjax.surroundings import has_home

QUIET: dict[str, str] = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",  # only the word counts, "1" is ignored
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",  # else two printed lines a run over HTTP
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "GIT_PYTHON_REFRESH": "quiet",  # git may be missing
    "MLFLOW_UV_AUTO_DETECT": "false",  # else the uv.lock of wherever one stands would go into a model
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "4",  # for a server that does not answer; MLflow's own 7 wait for minutes
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",  # seconds
}
"""Variables set unless the person has set them."""

WHOLE: dict[str, str] = {"MLFLOW_TRUNCATE_LONG_VALUES": "false"}
"""Set whatever the person has set: an error rather than a value silently cut."""

SERVER: dict[str, str] = {
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # 2 processes and 0.5 GB instead of 14 and 2.7 GB
    "PYTHONSAFEPATH": "1",  # it runs in the home folder, where a person may have a random.py
}
"""What the server needs besides."""


def quieten_mlflow(environ: MutableMapping[str, str] | None = None) -> None:
    """Set the variables of `QUIET`, leaving those that are set already, and that of `WHOLE`.

    >>> environ = {"MLFLOW_HTTP_REQUEST_TIMEOUT": "120"}
    >>> quieten_mlflow(environ)
    >>> environ["MLFLOW_DISABLE_TELEMETRY"], environ["MLFLOW_HTTP_REQUEST_TIMEOUT"]
    ('true', '120')
    """
    target = os.environ if environ is None else environ
    if not has_home():  # MLflow asks for it while it is imported
        target.setdefault("HOME", tempfile.gettempdir())
    for name, value in QUIET.items():
        target.setdefault(name, value)
    target.update(WHOLE)
    for chatty in ("alembic", "mlflow.store.db.utils"):
        logging.getLogger(chatty).setLevel(logging.ERROR)


def server_environment(environ: MutableMapping[str, str] | None = None) -> dict[str, str]:
    """A copy of the environment, made fit for an MLflow server of ours."""
    copy = dict(os.environ if environ is None else environ)
    quieten_mlflow(copy)
    return copy | SERVER
