import json

import numpy as np
import pandas as pd
import pytest
from mlflow.tracking import MlflowClient

from nnjax.redaction import masked_line
from nnjax.tracking.description import DataDescription
from nnjax.tracking.finish import dataset_input
from nnjax.tracking.sync import sync_tables


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*integer column")
@pytest.mark.parametrize(
    ("targets", "classes", "kind"),
    [(("progression",), (), float), (("weight", "waist"), (), float), (("species",), ("setosa", "virginica"), int)],
)
def test_the_data_set_is_described_as_mlflow_describes_one(targets, classes, kind):
    import mlflow

    frame = pd.DataFrame({"age": np.ones(4), **{target: np.ones(4, kind) for target in targets}})
    theirs = mlflow.data.from_pandas(frame, name="diabetes")._to_mlflow_entity()
    ours = dataset_input(DataDescription("diabetes", "ab" * 32, ("age",), targets, 4, classes)).dataset
    assert (ours.name, ours.source_type) == (theirs.name, theirs.source_type)
    assert json.loads(ours.schema) == json.loads(theirs.schema)
    assert json.loads(ours.profile) == json.loads(theirs.profile)


def test_the_digest_fits_mlflow_s_column():
    assert len(dataset_input(DataDescription("diabetes", "ab" * 32, ("age",), ("y",), 4)).dataset.digest) <= 36


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
