"""What the sweep's own run gets once its cells are sent: outcome, note, data set, status. Sends only what differs."""

import json

from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, Run
from mlflow.tracking import MlflowClient

from nnjax.data.column import DATE_KIND, NUMBER_KIND, TRUTH_KIND, WORD_KIND
from nnjax.redaction import masked_line
from nnjax.tracking import names
from nnjax.tracking.address import run_link
from nnjax.tracking.artifacts import SweepFiles, send_artifacts
from nnjax.tracking.best import best_row, describe_outcome, sweep_points
from nnjax.tracking.client_lane import every_run, later_points
from nnjax.tracking.description import DataDescription
from nnjax.tracking.layout import SweepLayout

NOTE_LIMIT = 8000
"""Characters MLflow keeps of a tag."""

TYPES = {NUMBER_KIND: "double", TRUTH_KIND: "boolean", WORD_KIND: "string", DATE_KIND: "datetime"}
"""Kind of a column -> what MLflow calls it."""

DIGEST_DIGITS = 16
"""Of the data set's hash; MLflow keeps at most 36."""


def dataset_input(data: DataDescription) -> DatasetInput:
    """The data set as MLflow's `from_pandas` describes one, without the seconds that its imports take."""
    target = "long" if data.classes else "double"
    kinds = [(TYPES[kind], is_whole) for kind, is_whole in data.raw] or [("double", True)] * len(data.features)
    typed = [
        *((column, *kind) for column, kind in zip(data.features, kinds, strict=True)),
        *((column, target, True) for column in data.targets),
    ]
    schema = [{"type": kind, "name": column, "required": is_whole} for column, kind, is_whole in typed]
    dataset = Dataset(
        name=data.name,
        digest=data.digest[:DIGEST_DIGITS],
        source_type="code",
        source=json.dumps({"tags": {names.SOURCE_NAME: "nnjax", names.SOURCE_TYPE: "LOCAL"}}),
        schema=json.dumps({"mlflow_colspec": schema}),
        profile=json.dumps({"num_rows": data.rows, "num_elements": data.rows * len(typed)}),
    )
    return DatasetInput(dataset, [InputTag("mlflow.data.context", "train, validation and test")])


def _send_tags(client: MlflowClient, run: Run, tags: dict[str, str]) -> None:
    for key, value in tags.items():
        if run.data.tags.get(key) != value:
            client.set_tag(run.info.run_id, key, value)


def hide_passwords(client: MlflowClient, run: Run) -> None:
    """Mask the command line of a sweep's runs where an earlier version told MLflow of one with a password in it.

    The sweep's own run comes last, so that a killed sync goes on here.
    """
    told = run.data.tags.get(names.SOURCE_NAME, "")
    shown = masked_line(told)
    if shown == told:
        return
    condition = f"tags.`{names.SWEEP}` = '{run.data.tags[names.SWEEP]}'"
    for each in every_run(client, [run.info.experiment_id], condition):
        is_deleted = each.info.lifecycle_stage == "deleted"  # then MLflow takes no tag
        if each.info.run_id != run.info.run_id and not is_deleted:
            _send_tags(client, each, {names.SOURCE_NAME: shown})
    _send_tags(client, run, {names.SOURCE_NAME: shown})


def _send_outcome(client: MlflowClient, run: Run, files: SweepFiles) -> None:
    """Params, metrics and end of a complete sweep."""
    run_id, best = run.info.run_id, best_row(files.cells)
    told = sweep_points(files.results, best, files.timestamp, files.description.judged)
    points = [point for point in told if point.key not in run.data.metrics]
    others = [point for point in told if run.data.metrics.get(point.key, point.value) != point.value]
    points += later_points(client, run_id, others)
    params = {"best_cell": str(best["cell"])} if best and "best_cell" not in run.data.params else {}
    if points or params:
        client.log_batch(run_id, [Metric(*point) for point in points], [Param(*item) for item in params.items()])
    if (run.info.status, run.info.end_time) != ("FINISHED", files.timestamp):
        client.set_terminated(run_id, "FINISHED", files.timestamp)


def finish_sweep(client: MlflowClient, run_id: str, layout: SweepLayout, files: SweepFiles) -> None:
    """Complete the sweep's run; while cells are missing it stays RUNNING and without an outcome."""
    run = client.get_run(run_id)
    best = best_row(files.cells)
    note = describe_outcome(files.results, best, files.description.judged)
    if best:
        report = run_link(run.info.experiment_id, run_id, names.REPORT)
        note += f"\n\nWhether that beats the others by more than chance: [the report]({report})."
    if layout.waiting:
        note = f"Not complete: {layout.waiting:,} cells still have runs to train. {note}"
    declared = files.description.declared
    claims = {names.CLAIMS: declared[:NOTE_LIMIT]} if declared else {}
    _send_tags(client, run, {names.NOTE: f"{note}\n\n{declared}".strip()[:NOTE_LIMIT], **claims})
    hide_passwords(client, run)
    if files.description.data and not (run.inputs and run.inputs.dataset_inputs):
        client.log_inputs(run_id, [dataset_input(files.description.data)])
    send_artifacts(client, run, files)
    if not layout.waiting:
        _send_outcome(client, run, files)
    elif run.info.status != "RUNNING":  # it was complete; since then the journal has lost runs
        client.update_run(run_id, status="RUNNING")
