"""MLflow's store: whether it is there, answers, and has the schema that this MLflow needs."""

from collections.abc import Iterator

import mlflow
from mlflow.tracking import MlflowClient

from nnjax.doctor.symptom import Symptom
from nnjax.redaction import masked_address
from nnjax.tracking.address import database_file
from nnjax.tracking.errors import TrackingError, explained
from nnjax.tracking.fast_lane import refusal
from nnjax.tracking.store import check_reachable


def examine_store(uri: str) -> Iterator[Symptom]:
    """Reach a store and ask it for its experiments.

    Args:
        uri: Tracking URI.
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
    if file is not None and (reason := refusal(uri)):
        yield Symptom("Fast lane", f"closed, {reason}: the sync takes longer, nothing else")
