"""What a sync asks of a store's client beside whole runs: of MLflow's own, or of the quick one of a file.

MLflow is imported where its own client is wanted, not before.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from nnjax.tracking import names
from nnjax.tracking.address import database_file
from nnjax.tracking.description import DATA_CONTEXT, ToldData
from nnjax.tracking.fast_client import FastClient, FileExperiment
from nnjax.tracking.file_rows import refusal
from nnjax.tracking.layout import Point
from nnjax.tracking.ledger import ToldRun

if TYPE_CHECKING:
    from mlflow import entities
    from mlflow.tracking import MlflowClient

Client: TypeAlias = "MlflowClient | FastClient"
Experiment: TypeAlias = "entities.Experiment | FileExperiment"


def open_client(uri: str) -> Client:
    """The quick client where it is certain to write the same rows, else MLflow's; a file must have its tables."""
    file = database_file(uri)
    if file is not None and refusal(uri) is None:
        return FastClient(uri, file)
    from mlflow.tracking import MlflowClient

    return MlflowClient(tracking_uri=uri)


def whole_client(client: Client) -> "MlflowClient":
    """MLflow's own, which takes what is sent again for what is there."""
    return client.whole if isinstance(client, FastClient) else client


def search_experiments(client: Client, study: str) -> list[Experiment]:
    """The experiments that bear a study's tag, deleted ones among them."""
    if isinstance(client, FastClient):
        return [*client.experiments_of(study)]
    from mlflow.entities import ViewType

    return [*client.search_experiments(ViewType.ALL, filter_string=f"tags.`{names.STUDY}` = '{study}'")]


def experiment_named(client: Client, name: str) -> "Experiment | None":
    """The experiment of that name, a deleted one, too."""
    return client.experiment_named(name) if isinstance(client, FastClient) else client.get_experiment_by_name(name)


def create_experiment(client: Client, name: str, location: str | None, tags: Mapping[str, str]) -> None:
    """Create an experiment, unless somebody has created it in the meantime."""
    if isinstance(client, FastClient) and location is not None and client.put_experiment(name, location, tags):
        return
    from mlflow.exceptions import MlflowException

    try:
        client.create_experiment(name, artifact_location=location, tags=dict(tags))
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise


def set_experiment_tags(client: Client, experiment: Experiment, tags: Mapping[str, str]) -> None:
    """Set those experiment tags that differ."""
    differing = {key: value for key, value in tags.items() if experiment.tags.get(key) != value}
    place = experiment.experiment_id
    if not differing or (isinstance(client, FastClient) and client.put_experiment_tags(place, differing)):
        return
    for key, value in differing.items():
        client.set_experiment_tag(place, key, value)


def find_run(client: Client, run_id: str) -> ToldRun:
    """A run with what was said of it."""
    found = client.find_run(run_id) if isinstance(client, FastClient) else None
    return found or told_run(client.get_run(run_id))


def told_run(run: "entities.Run") -> ToldRun:
    """A run as MLflow's client has it."""
    info, data = run.info, run.data
    has_data = bool(run.inputs and run.inputs.dataset_inputs)
    place = (info.run_id, info.experiment_id, info.status, info.end_time, info.artifact_uri)
    return ToldRun(*place, has_data, data.tags, data.params, data.metrics)


def set_tags(client: Client, run: ToldRun, tags: Mapping[str, str]) -> None:
    """Set those tags of a run that differ."""
    differing = {key: value for key, value in tags.items() if run.tags.get(key) != value}
    if not differing or (isinstance(client, FastClient) and client.put_tags(run.run_id, differing)):
        return
    for key, value in differing.items():
        client.set_tag(run.run_id, key, value)


def add_points(client: Client, run_id: str, points: Sequence[Point], params: Mapping[str, str]) -> None:
    """Add those points and params that the run has not."""
    if isinstance(client, FastClient) and client.put_points(run_id, points, params):
        return
    from mlflow.entities import Metric, Param

    client.log_batch(run_id, [Metric(*point) for point in points], [Param(*item) for item in params.items()])


def add_data(client: Client, run_id: str, data: ToldData) -> None:
    """Say what data a run is about, unless that is said."""
    if isinstance(client, FastClient) and client.put_data(run_id, data):
        return
    from mlflow.entities import Dataset, DatasetInput, InputTag

    client.log_inputs(run_id, [DatasetInput(Dataset(**data._asdict()), [InputTag(*DATA_CONTEXT)])])


def end_run(client: Client, run_id: str, status: str, end: int) -> None:
    """End a run."""
    if not (isinstance(client, FastClient) and client.put_end(run_id, status, end)):
        client.set_terminated(run_id, status, end)
