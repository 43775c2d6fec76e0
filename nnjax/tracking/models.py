"""A fitted model in MLflow: the folder as a logged model, on the run of the cell that it was chosen by.

That run was ended by the sync and stays as it is: status, end and metrics. A model is logged once, whatever store run
ids it meets, since a tag says which folder it is of; a logging that was killed is completed.
"""

import json
import logging
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import mlflow
import pandas as pd
from mlflow.entities import LoggedModel, LoggedModelOutput, LoggedModelStatus, Metric
from mlflow.exceptions import MlflowException
from mlflow.models import Model as MlflowModel
from mlflow.tracking import MlflowClient
from mlflow.utils.mlflow_tags import MLFLOW_MODEL_VERSIONS

from nnjax.redaction import masked_address
from nnjax.sweep.space import Space
from nnjax.tracking import names
from nnjax.tracking.address import default_uri, is_server
from nnjax.tracking.client_lane import every_page
from nnjax.tracking.errors import TrackingError, explained
from nnjax.tracking.ledger import Entry
from nnjax.tracking.served import LOADER, example_rows, served_with, signature_of
from nnjax.tracking.store import check_reachable
from nnjax.tracking.study_sync import prepare_sync, sync_sweep
from nnjax.tracking.sync import look_up

DOCUMENT = "model.json"
"""Of a model's folder, what says all about it but its weights."""

MODEL_TYPE = "nnjax"
_FORBIDDEN = re.compile(r"[/:.%\"']")


@dataclass(frozen=True)
class TrackedModel:
    """Where MLflow has a model.

    Attributes:
        logged_id: MLflow's own id of it; `models:/<logged_id>` is its address.
        run_id: The run of the cell that it hangs on.
        tracking_uri: Where, without a password.
        is_new: Whether it was logged by this call.
    """

    logged_id: str
    run_id: str
    tracking_uri: str
    is_new: bool

    @property
    def address(self) -> str:
        """What `mlflow models serve --model-uri` and `mlflow.pyfunc.load_model` take."""
        return f"models:/{self.logged_id}"


def log_model(folder: Path, space: Space, home: Path, tracking_uri: str | None = None) -> TrackedModel:
    """Log a model's folder on the run of its cell; again, nothing is logged twice, and what was cut off is completed.

    Args:
        folder: As `nnjax fit` publishes it.
        space: Of the study that the model comes from, whose cell it names.
        home: For a store in a file, and for the journal, should MLflow not know the cell yet.
        tracking_uri: None for `default_uri`.

    Raises:
        TrackingError: If the store can't be reached or refuses, or the run of the cell was deleted or cannot be there.
    """
    uri = tracking_uri or default_uri(home)
    check_reachable(uri)
    document = json.loads((folder / DOCUMENT).read_text("utf-8"))
    cell = cell_entry(space, home, uri, document["cell"]["cell_id"])
    with explained(uri):
        client = MlflowClient(tracking_uri=uri)
        found = find_logged(client, cell.experiment_id, document["model_id"])
        is_done = found is not None and found.status == LoggedModelStatus.READY
        model = found or _create(client, cell, document)
        if not is_done:
            with TemporaryDirectory() as temporary:
                pack_model(folder, document, example_rows(document, space.table), Path(temporary) / "model", model)
                client.log_model_artifacts(model.model_id, str(Path(temporary) / "model"))
            _hang_on(client, cell.run_id, model.model_id)
            client.finalize_logged_model(model.model_id, LoggedModelStatus.READY)
    return TrackedModel(model.model_id, cell.run_id, masked_address(uri), not is_done)


def register_model(logged: TrackedModel, name: str, tracking_uri: str) -> str:
    """Give a logged model a name in MLflow's registry; returns its version there, the same one for the same model.

    Raises:
        TrackingError: If the registry refuses, the name for example.
    """
    with explained(tracking_uri):
        client = MlflowClient(tracking_uri=tracking_uri, registry_uri=tracking_uri)
        try:
            client.create_registered_model(name)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
        versions = every_page(lambda at: client.search_model_versions(f"name = '{name}'", page_token=at))
        known = next((each for each in versions if each.tags.get(names.MODEL) == logged.logged_id), None)
        # By its address, MLflow's client would look for it in whatever store is its default.
        source = (
            logged.address if is_server(tracking_uri) else client.get_logged_model(logged.logged_id).artifact_location
        )
        made = known or client.create_model_version(
            name,
            source,
            logged.run_id,
            tags={names.MODEL: logged.logged_id},  # a search does not give the id itself
            await_creation_for=0,
            model_id=logged.logged_id,
        )
        if known is None:  # MLflow's pages look here for it, and it tells only models that its own function registers
            tags = client.get_logged_model(logged.logged_id).tags
            told = [*json.loads(tags.get(MLFLOW_MODEL_VERSIONS, "[]")), {"name": name, "version": made.version}]
            client.set_logged_model_tags(logged.logged_id, {MLFLOW_MODEL_VERSIONS: json.dumps(told)})
    return str(made.version)


def cell_entry(space: Space, home: Path, uri: str, cell_id: str) -> Entry:
    """The run of a cell, told of first where MLflow has none.

    Raises:
        TrackingError: If a person has deleted it, or runs of the cell are missing.
    """
    prepared = prepare_sync(space, home, uri, is_whole=False)
    _, ledger = look_up(prepared.description, prepared.tables, uri)
    if f"cell {cell_id}" not in ledger.entries:
        sync_sweep(space, home, uri)
        _, ledger = look_up(prepared.description, prepared.tables, uri)
    entry = ledger.entries.get(f"cell {cell_id}")
    if entry is None:
        problem = f"MLflow has no run of cell {cell_id[: names.SHORT]}, whose runs are not all in the journal"
        raise TrackingError(problem, "run `nnjax sweep STUDY` first")
    if entry.is_deleted:
        problem = f"the run of cell {cell_id[: names.SHORT]} has been deleted in MLflow"
        raise TrackingError(problem, "`nnjax sync STUDY --restore` brings it back")
    return entry


def find_logged(client: MlflowClient, experiment_id: str, model_id: str) -> LoggedModel | None:
    """The logged model of a folder, a whole one if there is one; None if it was never begun."""
    condition = f"tags.`{names.MODEL}` = '{model_id}'"
    found = list(client.search_logged_models([experiment_id], condition))
    return min(found, key=lambda each: (each.status != LoggedModelStatus.READY, each.creation_timestamp), default=None)


def _create(client: MlflowClient, cell: Entry, document: Mapping[str, Any]) -> LoggedModel:
    return client.create_logged_model(
        cell.experiment_id,
        _FORBIDDEN.sub("-", document["study"]),
        cell.run_id,
        tags={names.MODEL: document["model_id"], names.STUDY: document["study"], names.NOTE: describe_model(document)},
        params=dict(client.get_run(cell.run_id).data.params),
        model_type=MODEL_TYPE,
    )


def describe_model(document: Mapping[str, Any]) -> str:
    """What MLflow's page says of a model, Markdown: what it is, what it is worth, and whose numbers stand below.

    Scores are better higher, as in the document: of a measure that is better lower its negative.
    """
    scores = document["scores"].get("promise")
    worth = ""
    if scores:
        sure = "" if scores["low"] is None else f" (interval {scores['low']:.3f} to {scores['high']:.3f})"
        worth = (
            f" On unseen rows such a model scores {scores['estimate']:.3f}{sure} in {document['scores']['measure']}."
        )
    return (
        f"{len(document['ensemble'])} networks, averaged, trained on all rows of the table by `nnjax fit`.{worth} "
        "All of it says **card.html**, among the artifacts in *data*. The metrics below are means "
        "over the runs of its cell, which were trained on parts of the rows, not those of this model."
    )


def pack_model(
    folder: Path, document: Mapping[str, Any], example: pd.DataFrame, where: Path, model: LoggedModel | None = None
) -> None:
    """A model's folder as MLflow keeps models: code, data, signature, an example, what a server installs."""
    described = MlflowModel()
    if model is not None:
        described = MlflowModel(
            artifact_path=model.artifact_location,
            run_id=model.source_run_id,
            model_uuid=model.model_id,
            model_id=model.model_id,
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own types, while it is imported
        logging.getLogger("mlflow.pyfunc").setLevel(logging.WARNING)
        mlflow.pyfunc.save_model(
            where,
            loader_module=LOADER,
            data_path=str(folder),
            code_paths=[str(folder / f"{LOADER}.py")],
            mlflow_model=described,
            signature=signature_of(document),
            input_example=example,
            pip_requirements=served_with(),
            metadata={"nnjax": {key: document[key] for key in ("model_id", "study", "task", "targets")}},
        )


def _hang_on(client: MlflowClient, run_id: str, logged_id: str) -> None:
    """Name the model as the run's output, and the run's numbers as the model's; the run itself stays as it is."""
    run = client.get_run(run_id)
    outputs = run.outputs.model_outputs if run.outputs else []
    if logged_id not in {output.model_id for output in outputs}:
        client.log_outputs(run_id, [LoggedModelOutput(logged_id, step=0)])
    finals = [key for key in run.data.metrics if "/" not in key]
    points = [client.get_metric_history(run_id, key)[-1] for key in finals]
    client.log_batch(
        run_id,
        [Metric(each.key, each.value, each.timestamp, each.step, model_id=logged_id, run_id=run_id) for each in points],
    )
