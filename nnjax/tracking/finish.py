"""What the sweep's own run gets once its cells are sent: outcome, note, data set, status. Sends only what differs."""

import json

from nnjax.data.column import DATE_KIND, NUMBER_KIND, TRUTH_KIND, WORD_KIND
from nnjax.redaction import masked_line
from nnjax.tracking import names
from nnjax.tracking.address import run_link
from nnjax.tracking.artifacts import SweepFiles, send_artifacts
from nnjax.tracking.best import best_row, describe_outcome, sweep_points
from nnjax.tracking.client_calls import Client, add_data, add_points, end_run, find_run, set_tags, told_run
from nnjax.tracking.client_lane import every_run, later_points
from nnjax.tracking.description import DataDescription, ToldData
from nnjax.tracking.layout import SweepLayout
from nnjax.tracking.ledger import ToldRun

NOTE_LIMIT = 8000
"""Characters MLflow keeps of a tag."""

TYPES = {NUMBER_KIND: "double", TRUTH_KIND: "boolean", WORD_KIND: "string", DATE_KIND: "datetime"}
"""Kind of a column -> what MLflow calls it."""

DIGEST_DIGITS = 16
"""Of the data set's hash; MLflow keeps at most 36."""


def told_data(data: DataDescription) -> ToldData:
    """The data set as MLflow's `from_pandas` describes one, without the seconds that its imports take."""
    target = "long" if data.classes else "double"
    kinds = [(TYPES[kind], is_whole) for kind, is_whole in data.raw] or [("double", True)] * len(data.features)
    typed = [
        *((column, *kind) for column, kind in zip(data.features, kinds, strict=True)),
        *((column, target, True) for column in data.targets),
    ]
    schema = [{"type": kind, "name": column, "required": is_whole} for column, kind, is_whole in typed]
    return ToldData(
        name=data.name,
        digest=data.digest[:DIGEST_DIGITS],
        source_type="code",
        source=json.dumps({"tags": {names.SOURCE_NAME: "nnjax", names.SOURCE_TYPE: "LOCAL"}}),
        schema=json.dumps({"mlflow_colspec": schema}),
        profile=json.dumps({"num_rows": data.rows, "num_elements": data.rows * len(typed)}),
    )


def hide_passwords(client: Client, run: ToldRun) -> None:
    """Mask the command line of a sweep's runs where an earlier version told MLflow of one with a password in it.

    The sweep's own run comes last, so that a killed sync goes on here.
    """
    told = run.tags.get(names.SOURCE_NAME, "")
    shown = masked_line(told)
    if shown == told:
        return
    condition = f"tags.`{names.SWEEP}` = '{run.tags[names.SWEEP]}'"
    for each in every_run(client, [run.experiment_id], condition):
        is_deleted = each.info.lifecycle_stage == "deleted"  # then MLflow takes no tag
        if each.info.run_id != run.run_id and not is_deleted:
            set_tags(client, told_run(each), {names.SOURCE_NAME: shown})
    set_tags(client, run, {names.SOURCE_NAME: shown})


def _send_outcome(client: Client, run: ToldRun, files: SweepFiles) -> None:
    """Params, metrics and end of a complete sweep."""
    run_id, best = run.run_id, best_row(files.cells)
    told = sweep_points(files.results, best, files.timestamp, files.description.judged)
    points = [point for point in told if point.key not in run.metrics]
    others = [point for point in told if run.metrics.get(point.key, point.value) != point.value]
    points += later_points(client, run_id, others)
    params = {"best_cell": str(best["cell"])} if best and "best_cell" not in run.params else {}
    if points or params:
        add_points(client, run_id, points, params)
    if (run.status, run.end) != ("FINISHED", files.timestamp):
        end_run(client, run_id, "FINISHED", files.timestamp)


def finish_sweep(client: Client, run_id: str, layout: SweepLayout, files: SweepFiles) -> None:
    """Complete the sweep's run; while cells are missing it stays RUNNING and without an outcome."""
    run = find_run(client, run_id)
    best = best_row(files.cells)
    note = describe_outcome(files.results, best, files.description.judged)
    if best:
        report = run_link(run.experiment_id, run_id, names.REPORT)
        note += f"\n\nWhether that beats the others by more than chance: [the report]({report})."
    if layout.waiting:
        note = f"Not complete: {layout.waiting:,} cells still have runs to train. {note}"
    declared = files.description.declared
    claims = {names.CLAIMS: declared[:NOTE_LIMIT]} if declared else {}
    set_tags(client, run, {names.NOTE: f"{note}\n\n{declared}".strip()[:NOTE_LIMIT], **claims})
    hide_passwords(client, run)
    if files.description.data and not run.has_data:
        add_data(client, run_id, told_data(files.description.data))
    send_artifacts(client, run, files)
    if not layout.waiting:
        _send_outcome(client, run, files)
    elif run.status != "RUNNING":  # it was complete; since then the journal has lost runs
        client.update_run(run_id, status="RUNNING")
