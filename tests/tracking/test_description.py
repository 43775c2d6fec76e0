"""Data sets as MLflow describes them."""

import json

import numpy as np
import pandas as pd
import pytest

from nnjax.tracking.description import DataDescription
from nnjax.tracking.finish import told_data


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
    ours = told_data(DataDescription("diabetes", "ab" * 32, ("age",), targets, 4, classes))
    assert (ours.name, ours.source_type) == (theirs.name, theirs.source_type)
    assert json.loads(ours.schema) == json.loads(theirs.schema)
    assert json.loads(ours.profile) == json.loads(theirs.profile)


def test_the_digest_fits_mlflow_s_column():
    assert len(told_data(DataDescription("diabetes", "ab" * 32, ("age",), ("y",), 4)).digest) <= 36
