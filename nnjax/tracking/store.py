"""How the tracking store is opened, and the study's experiment in it."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from nnjax.redaction import masked_address
from nnjax.tracking import names
from nnjax.tracking.address import check_store, is_database, is_server
from nnjax.tracking.artifact_place import artifacts_root, settle_artifacts
from nnjax.tracking.client_calls import (
    Client,
    Experiment,
    create_experiment,
    experiment_named,
    open_client,
    search_experiments,
    set_experiment_tags,
)
from nnjax.tracking.errors import JOURNAL_IS_SAFE, TrackingError
from nnjax.tracking.new_database import make_database

ANSWER_SECONDS = 5.0
"""How long a server may take to accept a connection."""


@dataclass(frozen=True)
class OpenStore:
    """An open tracking store with the study's experiment in it."""

    client: Client
    uri: str
    experiment: Experiment
    others: tuple[Experiment, ...] = ()
    """Further ones that bear the study's tag: made by an earlier build after a person had renamed the first."""

    @property
    def experiment_ids(self) -> list[str]:
        """All experiments in which runs of the study may lie, the one that goes on first."""
        return [each.experiment_id for each in (self.experiment, *self.others)]

    def at(self, experiment_id: str) -> "OpenStore":
        """The same store with another of the study's experiments as the one that goes on."""
        every = {each.experiment_id: each for each in (self.experiment, *self.others)}
        chosen = every.pop(experiment_id)
        return replace(self, experiment=chosen, others=tuple(every.values()))


def check_reachable(uri: str) -> None:
    """Fail at once where nobody listens; MLflow's own client would go on trying for a long time.

    Only http and https are tried, and only where no proxy is set.

    Raises:
        TrackingError: If nothing accepts a connection, or for a reason of `check_store`.
    """
    check_store(uri)
    if not is_server(uri):
        return
    parts = urlsplit(uri)
    assert parts.hostname is not None
    has_proxy = not {parts.scheme, "all"}.isdisjoint(getproxies())
    if has_proxy and not proxy_bypass(parts.hostname):
        return
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection((parts.hostname, port), timeout=ANSWER_SECONDS).close()
    except OSError as error:
        raise TrackingError(
            f"no MLflow server answers at {masked_address(uri)} ({error})",
            f"start it or unset MLFLOW_TRACKING_URI; {JOURNAL_IS_SAFE}",
        ) from error


def _create(client: Client, name: str, location: str | None, tags: Mapping[str, str]) -> Experiment:
    """Create the experiment, or take the one that another sync has created in the meantime."""
    create_experiment(client, name, location, tags)
    experiment = experiment_named(client, name)
    if experiment is None:
        raise TrackingError(f"experiment {name!r} was deleted while it was being created", "run `nnjax sync` again")
    owner = experiment.tags.get(names.STUDY, tags[names.STUDY])
    if owner != tags[names.STUDY]:
        raise TrackingError(
            f"experiment {name!r} holds study {owner!r}, as its tag {names.STUDY} says",
            "give that experiment another name in MLflow, or this study another `name`",
        )
    return experiment


def study_experiments(client: Client, study: str) -> list[Experiment]:
    """The experiments of a study: those that bear its tag, whatever a person has called them, the oldest first.

    Deleted ones come last. One with the study's own name counts if its tag was lost, not if it is another study's.
    """
    found = search_experiments(client, study)
    if not found:
        named = experiment_named(client, names.experiment_name(study))
        found = [named] if named is not None and names.STUDY not in named.tags else []
    return sorted(found, key=lambda each: (is_deleted(each), each.creation_time or 0))


def is_deleted(experiment: Experiment) -> bool:
    """Whether a person has deleted it."""
    return bool(experiment.lifecycle_stage == "deleted")


def open_store(uri: str, home: Path, study: str, tags: Mapping[str, str], is_restored: bool = False) -> OpenStore:
    """Open the store and get or create the study's experiment, bringing a deleted one back if that is wanted.

    A database that is no file has its artifacts in the home; a server decides for itself.

    Raises:
        TrackingError: If the server does not answer, or the experiment has been deleted or is another study's.
    """
    check_reachable(uri)
    make_database(uri)
    settle_artifacts(uri, home)
    client = open_client(uri)
    tags = {**tags, names.STUDY: study}
    found = study_experiments(client, study)
    if not found:
        location = (artifacts_root(uri, home) / study).as_uri() if is_database(uri) else None
        found = [_create(client, names.experiment_name(study), location, tags)]
    if is_deleted(found[0]):
        found[0] = _restored(client, found[0], is_restored)
    experiment, *others = (each for each in found if not is_deleted(each))
    set_experiment_tags(client, experiment, tags)
    return OpenStore(client, uri, experiment, tuple(others))


def _restored(client: Client, experiment: Experiment, is_wanted: bool) -> Experiment:
    if not is_wanted:
        raise TrackingError(
            f"experiment {experiment.name!r} has been deleted in MLflow",
            "`nnjax sync STUDY --restore` brings it back with its runs; or give the study another `name`",
        )
    client.restore_experiment(experiment.experiment_id)
    return client.get_experiment(experiment.experiment_id)
