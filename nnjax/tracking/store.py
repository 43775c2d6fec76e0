"""How the tracking store is opened, and the study's experiment in it."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from mlflow.entities import Experiment
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from nnjax.redaction import masked_address
from nnjax.tracking import names
from nnjax.tracking.address import is_database, is_server
from nnjax.tracking.errors import JOURNAL_IS_SAFE, TrackingError
from nnjax.tracking.new_database import make_database
from nnjax.tracking.preflight import check_store

ARTIFACTS_FOLDER = "mlartifacts"
ANSWER_SECONDS = 5.0
"""How long a server may take to accept a connection."""


@dataclass(frozen=True)
class OpenStore:
    """An open tracking store with the study's experiment in it."""

    client: MlflowClient
    """MLflow's public client."""
    uri: str
    """The tracking URI."""
    experiment: Experiment
    """The study's experiment."""


def check_reachable(uri: str) -> None:
    """Fail at once where nobody listens; MLflow's own client would go on trying for a long time.

    Args:
        uri: The tracking URI. Only http and https are tried, and only where no proxy is set.

    Raises:
        TrackingError: If nothing accepts a connection, or for a reason of `check_store`.
    """
    check_store(uri)
    if not is_server(uri):
        return
    parts = urlsplit(uri)
    assert parts.hostname is not None
    if _is_behind_a_proxy(parts.scheme, parts.hostname):
        return
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection((parts.hostname, port), timeout=ANSWER_SECONDS).close()
    except OSError as error:
        raise TrackingError(
            f"no MLflow server answers at {masked_address(uri)} ({error})",
            f"start it or unset MLFLOW_TRACKING_URI; {JOURNAL_IS_SAFE}",
        ) from error


def _is_behind_a_proxy(scheme: str, host: str) -> bool:
    return not {scheme, "all"}.isdisjoint(getproxies()) and not proxy_bypass(host)


def _create(client: MlflowClient, name: str, location: str | None, tags: Mapping[str, str]) -> Experiment:
    """Create the experiment, or take the one that another sync has created in the meantime."""
    try:
        client.create_experiment(name, artifact_location=location, tags=dict(tags))
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    experiment = client.get_experiment_by_name(name)
    if experiment is None:
        raise TrackingError(f"experiment {name!r} was deleted while it was being created", "run `nnjax sync` again")
    return experiment


def set_experiment_tags(client: MlflowClient, experiment: Experiment, tags: Mapping[str, str]) -> None:
    """Set those experiment tags that differ."""
    for key, value in tags.items():
        if experiment.tags.get(key) != value:
            client.set_experiment_tag(experiment.experiment_id, key, value)


def open_store(uri: str, home: Path, study: str, tags: Mapping[str, str]) -> OpenStore:
    """Open the store and get or create the study's experiment.

    Args:
        uri: The tracking URI.
        home: Where a store in a database of ours keeps artifacts; a server decides for itself.
        study: The study's name.
        tags: The experiment's tags.

    Raises:
        TrackingError: If the server does not answer, or the experiment has been deleted.
    """
    check_reachable(uri)
    name = names.experiment_name(study)
    make_database(uri)
    client = MlflowClient(tracking_uri=uri)
    experiment = client.get_experiment_by_name(name)
    if experiment is None:
        location = (home / ARTIFACTS_FOLDER / study).resolve().as_uri() if is_database(uri) else None
        experiment = _create(client, name, location, tags)
    if experiment.lifecycle_stage == "deleted":
        raise TrackingError(
            f"experiment {name!r} has been deleted in MLflow but keeps its name",
            f"restore it (`mlflow experiments restore --experiment-id {experiment.experiment_id}`) "
            "or give the study another `name`",
        )
    set_experiment_tags(client, experiment, tags)
    return OpenStore(client, uri, experiment)
