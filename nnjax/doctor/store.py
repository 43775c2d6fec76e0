"""MLflow's store: whether it is there, answers, and has the schema that this MLflow needs."""

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import mlflow
from mlflow.tracking import MlflowClient

from nnjax.doctor.symptom import Symptom
from nnjax.redaction import masked_address
from nnjax.tracking.address import database_file
from nnjax.tracking.artifact_place import find_strays, local_path
from nnjax.tracking.errors import TrackingError, explained
from nnjax.tracking.fast_lane import refusal
from nnjax.tracking.store import check_reachable


def examine_store(uri: str, home: Path = Path()) -> Iterator[Symptom]:
    """Reach a store and ask it for its experiments.

    Args:
        uri: Tracking URI.
        home: The home folder.
    """
    file = database_file(uri)
    if file is not None and not file.exists():
        yield Symptom("MLflow's store", f"{file}: none yet")
        return
    try:
        check_reachable(uri)
        with explained(uri):
            studies = len(MlflowClient(tracking_uri=uri).search_experiments())
        seen = f"{masked_address(uri)}, MLflow {mlflow.__version__}, {studies:,} experiments"
        yield Symptom("MLflow's store", seen)
    except TrackingError as error:
        yield Symptom("MLflow's store", error.problem, error.remedy)
        return
    with suppress(sqlite3.Error):  # another program's lock says nothing about where artifacts lie
        yield from _artifacts(uri, home)
    if file is not None and (reason := refusal(uri)):
        yield Symptom("Fast lane", f"closed, {reason}: the sync takes longer, nothing else")


def _artifacts(uri: str, home: Path) -> Iterator[Symptom]:
    if strays := find_strays(uri, home):
        folders = ", ".join(sorted({str(local_path(stray.there)) for stray in strays}))
        seen = f"looked for in {folders}, not beside the store: was this home copied or moved?"
        yield Symptom(
            "MLflow's artifacts", seen, "nnjax sync STUDY, or nnjax ui: from then on they are looked for here"
        )
