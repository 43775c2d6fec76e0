from mlflow.tracking import MlflowClient

from nnjax.redaction import masked_line
from nnjax.tracking.sync import sync_tables


def test_the_password_that_an_earlier_version_told_mlflow_is_masked_by_the_next_sync(destination, describe, tables):
    """Its record had the command line as it was typed, which every run of the sweep then quoted."""
    typed = "nnjax sweep made-up.toml --tracking-uri http://me:s3cret@host"
    environment = {"command_line": typed}
    summary = sync_tables(describe(command=typed, environment=environment), tables, destination)
    shown = masked_line(typed)
    sync_tables(describe(command=shown, environment={"command_line": shown}), tables, destination)
    runs = MlflowClient(destination.uri).search_runs([summary.experiment_id])
    assert len(runs) == summary.written
    assert {run.data.tags["mlflow.source.name"] for run in runs} == {shown}
    kept = [file.read_text() for file in destination.home.rglob("environment.json")]
    assert kept and not [text for text in kept if "s3cret" in text]
